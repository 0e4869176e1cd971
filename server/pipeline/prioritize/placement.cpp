// SPDX-License-Identifier: Apache-2.0
#include "placement.h"

#include <pipeline/distribute/segments.h>

#include <domain/itemfields.h>

namespace iwd {

namespace {

AnchorKind anchorKindOf(const WorkItem &item)
{
    return item.due ? AnchorKind::Due : AnchorKind::Created;
}

Instant plainAnchor(const WorkItem &item)
{
    return item.due ? *item.due : item.created;
}

/// The item's own, or its category's. One that does not exist would only multiply classes: sources put all kinds of names there.
QString calendarIdOf(const ConfigurationSnapshot &configuration, const WorkItem &item)
{
    if (configuration.calendar(item.businessCalendarId))
        return item.businessCalendarId;
    const CategoryNode *category = configuration.category(item.categoryId);
    return category ? category->calendarId : QString();
}

} // namespace

QString queueForNewWork(const ConfigurationSnapshot &configuration, const QString &queueId)
{
    QString id = queueId;
    // The chain has no circles; the bound is for damaged data.
    for (int hops = 0; hops < 20; ++hops) {
        const Queue *queue = configuration.queue(id);
        if (!queue || queue->state != QueueState::Draining || queue->overflow.empty())
            break;
        id = queue->overflow.front().queueId;
    }
    return id;
}

int totalShift(const WorkClass &terms, const PrioritizationSchema &schema)
{
    return terms.shift + schema.bandShift(std::min(terms.band, static_cast<int>(schema.bands.size())));
}

std::optional<Standing> standingOf(Snapshot &snapshot, const ItemRecord &record)
{
    if (!record.classId)
        return std::nullopt;
    const WorkClass &terms = snapshot.workClass(*record.classId);
    const auto configuration = snapshot.configuration();
    const PrioritizationSchema *schema = configuration->schema(terms.schemaId);
    if (!schema)
        return std::nullopt;
    const Aging aging(*configuration, terms, *schema);
    const PriorityCurve &curve = configuration->curve(terms.queueId, *schema);
    return Standing { effectivePriority(curve, aging.age(record.anchor, snapshot.now()), totalShift(terms, *schema)), aging.epoch(record.anchor),
        aging.slaDue(record.anchor) };
}

ExcludedHold excludedHoldTime(Snapshot &snapshot, const ItemRecord &record)
{
    const Instant from = plainAnchor(record.item);
    if (!record.classId)
        return { from, milliseconds(0) };
    const WorkClass terms = snapshot.workClass(*record.classId);
    const auto configuration = snapshot.configuration();
    const PrioritizationSchema *schema = configuration->schema(terms.schemaId);
    return { from, schema ? Aging(*configuration, terms, *schema).counted(from, record.anchor) : record.anchor - from };
}

void excludeHold(Snapshot &snapshot, ItemRecord &record, Instant since)
{
    if (!record.classId)
        return;
    const WorkClass terms = snapshot.workClass(*record.classId);
    const auto configuration = snapshot.configuration();
    const PrioritizationSchema *schema = configuration->schema(terms.schemaId);
    if (!schema || !schema->excludeHoldTime)
        return;
    const Aging aging(*configuration, terms, *schema);
    record.anchor = aging.moved(record.anchor, aging.counted(since, snapshot.now()));
}

namespace {

Instant anchorFor(Snapshot &snapshot, const ItemRecord &record, const WorkClass &terms, const std::optional<ExcludedHold> &held)
{
    const Instant from = plainAnchor(record.item);
    if (!held)
        return from;
    if (record.classId && held->from == from) {
        const WorkClass before = snapshot.workClass(*record.classId);
        if (before.schemaId == terms.schemaId && before.calendarId == terms.calendarId && before.anchor == terms.anchor)
            return record.anchor; // nothing that moves an anchor has changed
    }
    const auto configuration = snapshot.configuration();
    const PrioritizationSchema *schema = configuration->schema(terms.schemaId);
    return schema ? Aging(*configuration, terms, *schema).moved(from, held->time) : from + held->time;
}

} // namespace

WorkClass workClassFor(const ConfigurationSnapshot &configuration, const WorkItem &item, const QString &queueId, const QString &schemaId)
{
    const PrioritizationSchema *schema = configuration.schema(schemaId);
    const Queue *queue = configuration.queue(queueId);
    WorkClass terms;
    terms.queueId = queueId;
    terms.schemaId = schemaId;
    terms.band = schema ? schema->bandOf(item.businessValue) : 0;
    terms.shift = item.priorityShift;
    terms.anchor = anchorKindOf(item);
    terms.channel = item.channel;
    terms.calendarId = calendarIdOf(configuration, item);
    if (!item.requestedSkill.isEmpty())
        terms.skills = { item.requestedSkill };
    // Whoever does not exist would only multiply classes: sources put all kinds of names there.
    if (configuration.agent(item.requestedAgent))
        terms.requestedAgent = item.requestedAgent;
    if (configuration.hasGroup(item.requestedAgentGroup))
        terms.requestedGroup = item.requestedAgentGroup;
    if (queue)
        terms.segment = segmentTerm(*queue, item);
    return terms;
}

void place(Transaction &transaction, ItemRecord &record, const QString &queueId, const QString &schemaId, const std::optional<ExcludedHold> &held)
{
    const auto configuration = transaction.configuration();
    const WorkClass terms = workClassFor(*configuration, record.item, queueId, schemaId);
    record.item.queueId = queueId;
    record.anchor = anchorFor(transaction, record, terms, held);
    record.classId = transaction.ensureClass(terms);
}

Result<void> setPriorityNow(Transaction &transaction, ItemRecord &record, int priority)
{
    const auto standing = standingOf(transaction, record);
    if (!standing)
        return invalidField(QStringLiteral("priority"), QStringLiteral("a relative change such as \"+10\", because this item has no priority at the moment"));
    const qint64 shift = qint64(record.item.priorityShift) + priority - standing->priority;
    if (std::abs(shift) > limits::PriorityShift)
        return invalidField(QStringLiteral("priority"), QStringLiteral("a priority nearer to the curve"));
    const WorkClass terms = transaction.workClass(*record.classId);
    const ExcludedHold held = excludedHoldTime(transaction, record);
    record.item.priorityShift = static_cast<int>(shift);
    place(transaction, record, terms.queueId, terms.schemaId, held);
    return {};
}

} // namespace iwd

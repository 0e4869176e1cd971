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
    const Instant epoch = record.anchor - anchorOffset(terms, *schema);
    return Standing { effectivePriority(schema->curve, snapshot.now() - epoch, totalShift(terms, *schema)), epoch, epoch + schema->sla };
}

milliseconds excludedHoldTime(const ItemRecord &record)
{
    return record.classId ? record.anchor - plainAnchor(record.item) : milliseconds(0);
}

void place(Transaction &transaction, ItemRecord &record, const QString &queueId, const QString &schemaId, milliseconds heldTime)
{
    WorkItem &item = record.item;
    const auto configuration = transaction.configuration();
    const PrioritizationSchema *schema = configuration->schema(schemaId);
    const Queue *queue = configuration->queue(queueId);
    WorkClass terms;
    terms.queueId = queueId;
    terms.schemaId = schemaId;
    terms.band = schema ? schema->bandOf(item.businessValue) : 0;
    terms.shift = item.priorityShift;
    terms.anchor = anchorKindOf(item);
    terms.channel = item.channel;
    if (!item.requestedSkill.isEmpty())
        terms.skills = { item.requestedSkill };
    // Whoever does not exist would only multiply classes: sources put all kinds of names there.
    if (configuration->agent(item.requestedAgent))
        terms.requestedAgent = item.requestedAgent;
    if (configuration->hasGroup(item.requestedAgentGroup))
        terms.requestedGroup = item.requestedAgentGroup;
    if (queue)
        terms.segment = segmentTerm(*queue, item);
    item.queueId = queueId;
    record.classId = transaction.ensureClass(terms);
    record.anchor = plainAnchor(item) + heldTime;
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
    const milliseconds held = excludedHoldTime(record);
    record.item.priorityShift = static_cast<int>(shift);
    place(transaction, record, terms.queueId, terms.schemaId, held);
    return {};
}

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#include "livechanges.h"

#include "eventfeed.h"

#include <pipeline/itemlookup.h>

#include <domain/itemfields.h>

#include <QJsonDocument>

namespace iwd {

namespace {

constexpr int eventsAtOnce = 500;
const QString customName = QStringLiteral("custom");
const QString customPrefix = QStringLiteral("custom.");

/// An item as it was before a change: what the events tell, over what it is now.
class AttributesBefore final : public AttributeSource
{
public:
    explicit AttributesBefore(const ItemChange &change)
        : m_before(change.before)
        , m_custom(change.before.value(customName).toObject())
        , m_now(change.record.item)
    {
    }

    QJsonValue attribute(const QString &name) const override
    {
        const bool isCustom = name.startsWith(customPrefix);
        const QJsonValue was = isCustom ? m_custom.value(name.sliced(customPrefix.size())) : m_before.value(name);
        if (was.isUndefined())
            return m_now.attribute(name);
        return was.isNull() ? QJsonValue(QJsonValue::Undefined) : was;
    }

private:
    const QJsonObject m_before;
    const QJsonObject m_custom;
    const ItemAttributes m_now;
};

/// Keeps what is known already: the first of several events tells what was before all of them.
void keepFirst(QJsonObject &known, const QJsonObject &earlier)
{
    for (auto member = earlier.begin(); member != earlier.end(); ++member) {
        if (!known.contains(member.key()))
            known.insert(member.key(), *member);
    }
}

/// Custom attributes that an event added stand in its `after` alone.
QJsonObject customBefore(const QJsonObject &before, const QJsonObject &after)
{
    QJsonObject custom = before.value(customName).toObject();
    const QJsonObject later = after.value(customName).toObject();
    for (auto member = later.begin(); member != later.end(); ++member) {
        if (!custom.contains(member.key()))
            custom.insert(member.key(), QJsonValue());
    }
    return custom;
}

void take(ItemChange &change, const StoredEvent &event, const QJsonObject &json)
{
    const QJsonValue before = json.value(QStringLiteral("before"));
    if (before.isNull())
        change.isNew = true;
    QJsonObject fields = before.toObject();
    QJsonObject custom = change.before.value(customName).toObject();
    keepFirst(custom, customBefore(fields, json.value(QStringLiteral("after")).toObject()));
    fields.remove(customName);
    keepFirst(change.before, fields);
    if (!custom.isEmpty())
        change.before.insert(customName, custom);
    change.events.push_back(event);
}

Result<std::vector<StoredEvent>> readAll(Snapshot &snapshot, qint64 after, qint64 upTo)
{
    std::vector<StoredEvent> all;
    for (;;) {
        auto some = readFeed(snapshot, after, eventsAtOnce);
        if (!some)
            return some.error();
        const bool beyond = upTo > 0 && !some->empty() && some->back().id > upTo;
        const bool more = some->size() == eventsAtOnce && !beyond;
        if (beyond)
            std::erase_if(*some, [upTo](const StoredEvent &event) { return event.id > upTo; });
        if (!some->empty())
            after = some->back().id;
        std::move(some->begin(), some->end(), std::back_inserter(all));
        if (!more || all.size() > MostLiveEvents)
            return all;
    }
}

/// Items that events tell of, without what they are now.
std::vector<ItemChange> changedItems(const std::vector<StoredEvent> &events)
{
    std::map<ItemId, ItemChange> items;
    for (const StoredEvent &event : events) {
        const QJsonObject json = QJsonDocument::fromJson(event.body).object();
        if (const auto id = ItemId::fromString(json.value(QStringLiteral("item")).toString()))
            take(items[*id], event, json);
    }
    std::vector<ItemChange> changed;
    for (auto &[id, change] : items) {
        change.record.item.id = id;
        changed.push_back(std::move(change));
    }
    std::sort(changed.begin(), changed.end(), [](const ItemChange &left, const ItemChange &right) { return left.events.back().id < right.events.back().id; });
    return changed;
}

/// About: what is always there, and the texts that people may make long.
qsizetype sizeOf(const ItemChange &change)
{
    constexpr qsizetype always = 2'000;
    qsizetype bytes = always;
    for (const QJsonValue value : change.record.item.custom)
        bytes += value.toString().size() * qsizetype(sizeof(QChar));
    for (const StoredEvent &event : change.events)
        bytes += event.body.size();
    return bytes;
}

/// Puts in what they are now.
void complete(Snapshot &snapshot, std::vector<ItemChange> &changed)
{
    std::vector<ItemId> ids;
    for (const ItemChange &change : changed)
        ids.push_back(change.record.item.id);
    std::map<ItemId, ItemRecord> records;
    for (ItemRecord &record : snapshot.items(ids)) {
        const ItemId id = record.item.id;
        records.emplace(id, std::move(record));
    }
    std::erase_if(changed, [&](ItemChange &change) {
        const auto found = records.find(change.record.item.id);
        if (found == records.end())
            return true;
        change.record = std::move(found->second);
        change.view = viewOf(snapshot, change.record);
        change.isAhead = true;
        return false;
    });
}

} // namespace

Result<LiveChanges> readChanges(Snapshot &snapshot, qint64 after, qint64 upTo)
{
    LiveChanges changes;
    changes.after = changes.last = after;
    changes.at = snapshot.now();
    changes.configuration = snapshot.configuration();
    const auto events = readAll(snapshot, after, upTo);
    if (!events)
        return events.error();
    changes.tooMany = events->size() > MostLiveEvents;
    if (!changes.tooMany) {
        changes.items = changedItems(*events);
        changes.tooMany = changes.items.size() > MostLiveItems;
    }
    if (!changes.tooMany) {
        complete(snapshot, changes.items);
        for (const ItemChange &change : changes.items)
            changes.bytes += sizeOf(change);
        changes.tooMany = changes.bytes > MostLiveBytes;
    }
    if (changes.tooMany) {
        changes.items.clear();
        changes.bytes = 0;
    }
    // The end of the log rather than the last event: ids need not follow one another.
    changes.last = upTo > 0 && !changes.tooMany ? upTo : std::max(after, snapshot.lastEvent());
    return changes;
}

ChangeKind kindOfChange(const ItemChange &change, const LiveChanges &changes, const Condition &condition, const CategoryScope &scope)
{
    const auto covers = [&](const QString &category) { return scope.covers(*changes.configuration, category); };
    const AttributesBefore before(change);
    const bool seen = covers(change.record.item.categoryId);
    const bool wasSeen = !change.isNew && covers(before.attribute(QStringLiteral("category")).toString());
    const bool matches = seen && condition.matches(ItemAttributes(change.record.item), changes.at);
    const bool matched = wasSeen && condition.matches(before, changes.at);
    if (matches)
        return matched ? ChangeKind::Changed : ChangeKind::Entered;
    // Nobody is told of an item that was never to be seen.
    const bool mayHaveMatched = change.isAhead && !change.isNew && (seen || wasSeen);
    return matched || mayHaveMatched ? ChangeKind::Left : ChangeKind::None;
}

} // namespace iwd

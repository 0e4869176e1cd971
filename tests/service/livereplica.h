// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <support/randomlife.h>

#include <domain/itemfields.h>
#include <pipeline/report/livefeed.h>

namespace iwd::test {

using KnownItems = std::map<ItemId, qint64>; ///< with their versions

/// Somebody who follows items, and what they have been told of.
struct Replica
{
    QString name;
    Condition condition;
    CategoryScope scope;
    KnownItems items = {};
};

inline QJsonObject comparison(const QString &attribute, const QString &op, const QJsonValue &value)
{
    QJsonObject json { { u"attribute"_s, attribute }, { u"operator"_s, op } };
    if (!value.isUndefined())
        json.insert(u"value"_s, value);
    return json;
}

/// Those who follow what a Life does, each something else of it.
inline std::vector<Replica> replicas()
{
    const auto condition = [](const QJsonObject &json) { return *Condition::parse(json); };
    const QJsonObject queued = comparison(u"status"_s, u"equals"_s, u"queued"_s);
    const CategoryScope general { { u"general"_s } };
    return {
        { u"all"_s, {}, {} },
        { u"waiting"_s, condition(queued), {} },
        { u"not waiting"_s, condition({ { u"not"_s, queued } }), {} },
        { u"held"_s, condition(comparison(u"heldDateTime"_s, u"exists"_s, QJsonValue::Undefined)), {} },
        { u"kind b"_s, condition(comparison(u"custom.kind"_s, u"equals"_s, u"b"_s)), {} },
        { u"in somebody's hands"_s, condition(comparison(u"assignedToUser"_s, u"exists"_s, QJsonValue::Undefined)), {} },
        { u"north, of some value"_s,
            condition({ { u"all"_s, QJsonArray { comparison(u"queue"_s, u"equals"_s, u"north"_s), comparison(u"businessValue"_s, u"greater"_s, 300) } } }), {} },
        { u"due before 2030"_s, condition(comparison(u"dueDateTime"_s, u"less"_s, u"2030-01-01T00:00:00Z"_s)), {} },
        { u"of one category"_s, {}, general },
        { u"waiting of one category"_s, condition(queued), general },
    };
}

inline bool isFor(const Replica &replica, Snapshot &snapshot, const WorkItem &item)
{
    return replica.scope.covers(*snapshot.configuration(), item.categoryId) && replica.condition.matches(ItemAttributes(item), snapshot.now());
}

/// What they would know if they had been told everything.
inline KnownItems truthOf(Snapshot &snapshot, const Replica &replica)
{
    KnownItems items;
    for (const ItemRecord &record : snapshot.items({}, 0, false, 10'000)) {
        if (isFor(replica, snapshot, record.item))
            items[record.item.id] = record.item.version;
    }
    return items;
}

inline void tell(Replica &replica, const LiveChanges &changes)
{
    for (const ItemChange &change : changes.items) {
        switch (kindOfChange(change, changes, replica.condition, replica.scope)) {
        case ChangeKind::None:
            break;
        case ChangeKind::Entered:
        case ChangeKind::Changed:
            replica.items[change.record.item.id] = change.record.item.version;
            break;
        case ChangeKind::Left:
            replica.items.erase(change.record.item.id);
            break;
        }
    }
}

/// Until nothing is left to look at, of what its server knows of.
inline void advance(LiveFeed &feed, TenantId tenant)
{
    for (;;) {
        const auto again = await(feed.advance(tenant));
        PipelineFixture::must(again);
        if (!*again)
            return;
    }
}

/// Rows of a test that lives at random.
inline void addSeeds()
{
    QTest::addColumn<unsigned>("seed");
    for (const unsigned seed : { 1u, 7u, 2026u })
        QTest::addRow("%u", seed) << seed;
}

} // namespace iwd::test

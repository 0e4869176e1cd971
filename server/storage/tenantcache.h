// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "eventfacts.h"

#include <pipeline/store.h>

#include <deque>
#include <list>
#include <set>
#include <unordered_map>

namespace iwd {

/// The beginnings of all work classes: of each the oldest waiting item, and as many of those behind it as have been read. So whoever takes the first of a class
/// leaves the next one known.
class WaitingFronts
{
public:
    [[nodiscard]] bool isLoaded() const { return m_loaded; }
    void forget();
    /// @param oldest of each class that has one
    void load(const std::map<qint64, Waiting> &oldest);

    /// The oldest of each class; holds as long as staleClasses() is empty.
    [[nodiscard]] const std::map<qint64, Waiting> &oldest() const { return m_oldest; }
    /// Classes of which nobody knows what comes first: refill() them.
    [[nodiscard]] const std::set<qint64> &staleClasses() const { return m_stale; }
    /// @param places the first ones of the class, in order; @param all there are no others
    void refill(qint64 classId, std::vector<Waiting> places, bool all);

    // What changes. All do nothing before load().
    void arrived(qint64 classId, const Waiting &place);
    void left(ItemId item);
    void changed(qint64 classId); ///< nobody knows how

    [[nodiscard]] bool contains(ItemId item) const { return m_classes.contains(item.number); }
    /// The item and those behind it, as far as they are known, at most @p most. Only itself when it is at no front.
    [[nodiscard]] std::vector<ItemId> from(ItemId item, size_t most) const;

private:
    struct Front
    {
        std::deque<Waiting> places; ///< in order; never empty
        bool all = false; ///< else others wait behind the last one
    };
    void drop(qint64 classId);

    bool m_loaded = false;
    std::map<qint64, Waiting> m_oldest;
    std::unordered_map<qint64, Front> m_fronts; ///< by class
    std::unordered_map<qint64, qint64> m_classes; ///< of the items at the fronts
    std::set<qint64> m_stale;
};

/// Items as they are stored, of those that were used as many as fit into some megabytes.
class RememberedItems
{
public:
    static constexpr size_t MostBytes = 8 * 1024 * 1024; ///< about

    RememberedItems() = default;
    RememberedItems(RememberedItems &&) = default;
    RememberedItems &operator=(RememberedItems &&) = default;

    /// @returns null: not remembered. Valid until the next call of another member.
    [[nodiscard]] const ItemRecord *find(ItemId item) const;
    void put(const ItemRecord &record);
    void forget(ItemId item);
    void forget();

private:
    struct Remembered
    {
        ItemRecord record;
        size_t bytes = 0;
        std::list<qint64>::iterator place; ///< in m_order
    };

    std::unordered_map<qint64, Remembered> m_records;
    std::list<qint64> m_order; ///< in which they came
    size_t m_bytes = 0;
};

/// What a thread remembers of a tenant from one transaction to the next. Must be dropped when a transaction is undone. Of what others may change, only the writing thread
/// keeps anything, because it knows of every change; reading threads forget it with each transaction.
struct TenantCache
{
    /// True for the writing thread.
    bool remembersItems = false;
    RememberedItems items;
    WaitingFronts fronts;

    /// Classes never change once they are made.
    std::unordered_map<qint64, WorkClass> classes;
    std::map<WorkClass, qint64> classIds;

    /// Agents with what they hold, who refused what, and the turns of segments.
    bool desksLoaded = false;
    AgentDesks desks;
    std::map<ItemId, QString> holders; ///< item -> agent
    bool refusalsLoaded = false;
    Refusals refusals;
    std::map<QString, std::map<QString, SegmentService>> segmentServices;

    /// Forgets what somebody else may change; what never changes stays.
    void forgetRows();
    /// Brings what is remembered of items and classes to where other processes have brought the tables, and forgets the rest if they changed that.
    /// @param changes all that they did, in its order
    void follow(const ToldChanges &changes);

private:
    void forgetHands();
};

} // namespace iwd

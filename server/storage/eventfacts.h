// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/report/event.h>

#include <optional>
#include <set>
#include <vector>

namespace iwd {

/// An item that a transaction made or changed, as far as it concerns who remembers items and what comes first in each work class.
struct ChangedItem
{
    ItemId item;
    std::optional<qint64> waitsIn; ///< the class; nothing: it does not wait
    Instant anchor; ///< its place there
};

/// What events tell other processes besides, so that they do not forget more than was changed.
struct ToldChanges
{
    std::vector<ChangedItem> items; ///< as they are after the event's transaction; a later one counts more
    /// Numbers of transactions (TenantState::writes) all changes of which were told; an event has one at most.
    std::set<qint64> writes;
    bool hands = false; ///< one of these transactions changed what agents hold or are, who refused what, or whose turn it is
    bool areReadable = true; ///< else there were others
};

/// Event::before and Event::after as the log keeps them for other processes, which have not seen the items: a JSON array of two, each null or
/// [status, queue, agent, captured, ended or null, SLA met], with instants in milliseconds. Behind them @p told, if there is anything: changed items, each [item, class, anchor] or
/// [item], the number of a transaction, and true when it changed what is in whose hands. Versions of the server before read the first two and pass over the rest.
[[nodiscard]] QByteArray encodeEventFacts(const Event &event, const ToldChanges &told = {});

/// Puts them into @p event, and adds to @p told. What cannot be read leaves them without.
void decodeEventFacts(const QByteArray &text, Event &event, ToldChanges &told);

} // namespace iwd

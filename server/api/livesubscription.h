// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "livestream.h"
#include "livetable.h"

#include <contract/streamapi.h>
#include <pipeline/search/searching.h>

namespace iwd {

/// One of the things that a reader of /iwd/v3/stream follows. Used on the thread of its socket.
///
/// The reader is sent {"type":"snapshot","subscription","seq","data",…} first and {"type":"changes",…} from then on; {"type":"resumed",…} instead of the snapshot when it
/// goes on from where it was.
class LiveSubscription
{
public:
    struct Sent
    {
        bool more = false; ///< there may be more right now
        WhenAgain again; ///< besides
    };

    virtual ~LiveSubscription() = default;
    /// Sends what is new, as far as there is room.
    /// @param caller who may see it, and of it what
    [[nodiscard]] virtual QCoro::Task<Result<Sent>> send(Caller caller, Deadline deadline, StreamSocket socket) = 0;
    /// What the reader was told is not to be gone on from.
    virtual void beginAnew(const QString &why) = 0;
    /// The event up to which the reader knows everything; nothing: events do not tell.
    [[nodiscard]] virtual std::optional<qint64> position() const { return std::nullopt; }
};

/// What both that follow the log need. All must outlive the subscription.
struct LogSubscription
{
    Pipeline &pipeline;
    LiveFeed &feed;
    QString name;
    std::optional<qint64> after; ///< the reader knows everything up to this event
};

/// The items that match. @param request its scope is the caller's of the moment
[[nodiscard]] std::shared_ptr<LiveSubscription> followItems(const LogSubscription &log, SearchRequest request, QStringList columns);
[[nodiscard]] std::shared_ptr<LiveSubscription> followItem(const LogSubscription &log, ItemId id);

/// Rows of a table.
struct TableSubscription
{
    QString name;
    std::function<std::shared_ptr<LiveTable>(const Caller &)> tableFor;
    std::function<bool(const Caller &, const LiveTable::Row &)> isSeen;
};
[[nodiscard]] std::shared_ptr<LiveSubscription> followTable(TableSubscription table);

} // namespace iwd

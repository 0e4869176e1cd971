// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/report/livefeed.h>

#include <QJsonArray>

#include <set>

namespace iwd {

/// Objects that are looked at again and again, and which of them have changed: figures, and what else no event tells of. Shared by all who see the same.
///
/// Each look that finds a change raises the revision; a reader that knows an earlier one is told what is different since, as it is now. So one that reads slowly costs nothing.
/// Thread-safe; coroutines resume on the thread that awaits them.
class LiveTable
{
public:
    struct Options
    {
        QString key; ///< the member that tells objects apart
        QStringList unnoticed; ///< members that change all the time and are no reason to tell anybody
        milliseconds interval; ///< between two looks
        milliseconds longest; ///< after so long it is looked at again although no event was committed
    };
    using Reading = std::function<QCoro::Task<Result<QJsonArray>>()>;
    using LastEvent = std::function<qint64()>;

    /// @param read what there is now
    /// @param lastEvent the newest event of the tenant
    LiveTable(Options options, Reading read, LastEvent lastEvent);

    /// Looks, unless it was done just now or nothing can have changed.
    /// @returns when to ask again although nobody says that there is news; to everybody who asks what went wrong at the last look, until one succeeds
    [[nodiscard]] QCoro::Task<Result<WhenAgain>> refresh();

    struct Row
    {
        QString key;
        std::optional<QJsonObject> object; ///< nothing: it is there no longer
    };
    struct News
    {
        qint64 revision = 0;
        bool whole = false; ///< all that there is, and not what has changed
        std::vector<Row> rows; ///< in order of their keys
    };
    /// @param revision 0: knows nothing; so does who knows one that is too old
    [[nodiscard]] News since(qint64 revision) const;
    [[nodiscard]] qint64 revision() const;

private:
    struct Known
    {
        qint64 changed = 0; ///< the revision
        std::optional<QJsonObject> object;
    };
    static constexpr size_t MostGone = 1'000; ///< rows that are there no longer, of which is still known when they went

    [[nodiscard]] WhenAgain due() const; ///< nothing: now
    void forgetGone();
    void take(const Result<QJsonArray> &objects, qint64 event);
    [[nodiscard]] Result<WhenAgain> standing(milliseconds wait) const;

    const Options m_options;
    const Reading m_read;
    const LastEvent m_lastEvent;
    SingleFlight m_flight;
    mutable std::mutex m_mutex;
    std::map<QString, Known> m_rows;
    qint64 m_revision = 0;
    qint64 m_knownSince = 1; ///< of what changed before this revision something was forgotten
    qint64 m_event = -1; ///< the newest at the last look
    std::optional<Error> m_trouble; ///< of the last look
    std::chrono::steady_clock::time_point m_looked;
};

} // namespace iwd

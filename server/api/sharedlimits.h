// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "requestlimits.h"

#include <cache/board.h>

#include <QObject>
#include <QTimer>

#include <deque>

namespace iwd {

class Seal;

/// Makes the servers of a cluster count the requests of a caller together. Ten times a second each tells the others on a board what it has let through, and
/// charges its own buckets with what they have: no request ever waits for it. So the servers let through together what one may, but for the first tenth of a
/// second after a pause, in which each of them may let a whole burst pass; that is made up for afterwards. While the board is away, each counts for itself.
///
/// Notices are sealed, so nobody else can charge a caller. To be used on one thread, which has an event loop.
class SharedLimits final : public QObject
{
    Q_OBJECT
public:
    static constexpr milliseconds Interval { 100 };

    /// @p limits and @p board must outlive this. @param secret that the servers share, to seal notices with @param every how often to exchange
    SharedLimits(RequestLimits &limits, Board &board, const QByteArray &secret, milliseconds every = Interval);
    /// Waits for the board's last answer, though not for long.
    ~SharedLimits() override;

    /// One exchange with the others; runs by itself.
    QCoro::Task<> exchange();

private:
    using Usages = std::vector<TokenBuckets::Usage>;
    struct Other
    {
        quint64 told = 0; ///< the last of its intervals that was charged
        Deadline alive = Deadline::never(); ///< until when it is waited for something new
    };

    [[nodiscard]] QByteArray ownNotice();
    void learn(const QByteArray &who, const QByteArray &sealed);

    RequestLimits &m_limits;
    Board &m_board;
    const std::unique_ptr<const Seal> m_seal;
    const QByteArray m_self;
    QTimer m_timer;
    int m_running = 0; ///< exchanges that wait for the board
    quint64 m_interval = 0; ///< the number of the last one
    std::deque<Usages> m_usages; ///< of the last intervals, the newest first
    std::map<QByteArray, Other> m_others;
};

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "requestlimits.h"
#include "sharednotices.h"

#include <deque>

namespace iwd {

/// Makes the servers of a cluster count the requests of a caller together. Ten times a second each tells the others on a board what it has let through, and
/// charges its own buckets with what they have: no request ever waits for it. So the servers let through together what one may, but for the first tenth of a
/// second after a pause, in which each of them may let a whole burst pass; that is made up for afterwards. While the board is away, each counts for itself.
///
/// Notices are sealed, so nobody else can charge a caller.
class SharedLimits final : public SharedNotices
{
    Q_OBJECT
public:
    static constexpr milliseconds Interval { 100 };

    /// @p limits and @p board must outlive this. @param secret that the servers share, to seal notices with. @param every how often to exchange
    SharedLimits(RequestLimits &limits, Board &board, const QByteArray &secret, milliseconds every = Interval);

protected:
    QByteArray ownNotice() override;
    bool learn(const QByteArray &who, const QByteArray &notice) override;
    void forget(const QByteArray &who) override { m_told.erase(who); }

private:
    using Usages = std::vector<TokenBuckets::Usage>;

    RequestLimits &m_limits;
    quint64 m_interval = 0; ///< the number of the last one
    std::deque<Usages> m_usages; ///< of the last intervals, the newest first
    std::map<QByteArray, quint64> m_told; ///< by server: the last of its intervals that was charged
};

} // namespace iwd

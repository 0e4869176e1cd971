// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "caller.h"
#include "tokenbuckets.h"

#include <base/clock.h>
#include <base/result.h>

#include <QByteArray>

#include <memory>

namespace iwd {

struct RequestLimitOptions
{
    int requestsPerSecond = 0; ///< of an API key, or of a user with all his sessions; 0: as many as they like
    int burst = 0; ///< of them at once after a pause; 0: as many as in a second
    int failuresPerSecond = 0; ///< requests with a key or token that nobody has, from one address; ten times as many at once; 0: as many as they like
};

/// How many requests a caller may send. Counted in this process; SharedLimits makes the servers of a cluster count together. Thread-safe, and nothing waits for
/// anything but a lock that is held for a moment.
class RequestLimits
{
public:
    /// @p clock must outlive this.
    RequestLimits(RequestLimitOptions options, const Clock &clock);

    /// Counts a request of @p caller. @returns TooManyRequests, with the time after which there is room again
    [[nodiscard]] Result<void> admit(const Caller &caller);

    /// Whether somebody at @p address may have a credential looked up that this process has not seen to be right.
    /// @returns TooManyAttempts when too many from there were wrong
    [[nodiscard]] Result<void> mayTry(const QString &address) const;
    /// A credential from @p address was wrong.
    void failed(const QString &address);

    /// Requests that were refused for the number of the caller's.
    [[nodiscard]] qint64 refusedRequests() const { return m_refusedRequests; }
    /// Requests that were refused for the number of failures from their address.
    [[nodiscard]] qint64 refusedStrangers() const { return m_refusedStrangers; }

    // For SharedLimits. Callers are known by a number that is the same in every process.
    [[nodiscard]] bool limitsCallers() const { return m_callers != nullptr; }
    void countUsage();
    [[nodiscard]] std::vector<TokenBuckets::Usage> takeUsage(size_t most);
    void charge(const TokenBuckets::Usage &usage);

private:
    const RequestLimitOptions m_options;
    const Clock &m_clock;
    std::unique_ptr<TokenBuckets> m_callers; ///< null: no limit
    std::unique_ptr<TokenBuckets> m_addresses; ///< null: no limit
    std::atomic<qint64> m_refusedRequests = 0;
    mutable std::atomic<qint64> m_refusedStrangers = 0;
};

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "caller.h"
#include "lastuses.h"
#include "requestlimits.h"

#include <cache/cache.h>
#include <cache/localcache.h>
#include <http/httpmessage.h>
#include <pipeline/store.h>

namespace iwd {

struct AuthenticatorOptions
{
    milliseconds keep { std::chrono::seconds(10) }; ///< how long the cache may answer for the database
    milliseconds idle { std::chrono::hours(2) }; ///< a session that was not used for so long has ended
};

/// Finds out who calls: an API key in the header x-api-key, or a session's token in Authorization: Bearer.
///
/// Keys and tokens are known by their digests only. What the database said of one is kept in the cache for a moment, and believed as long as
/// Store::callersVersion() stays the same: a deleted key or an ended session is refused by this process at once, and by others as soon as they learn of it.
/// An address from which too many unknown keys and tokens come is refused further look-ups, but for those that this process has seen to be right.
/// Thread-safe. Coroutines resume on the thread that awaits them.
class Authenticator
{
public:
    /// All must outlive this.
    Authenticator(Store &store, Cache &cache, const Clock &clock, AuthenticatorOptions options, RequestLimits &limits, LastUses &uses);

    /// @returns NotAuthenticated when nothing was sent, InvalidCredentials when it is unknown, expired or deleted, TooManyAttempts when too many from the address
    /// @p from were, or what keeps the store from answering
    [[nodiscard]] QCoro::Task<Result<Caller>> authenticate(http::Headers headers, QString from, Deadline deadline);

    [[nodiscard]] RequestLimits &limits() { return m_limits; }

private:
    [[nodiscard]] QCoro::Task<Result<std::optional<Caller>>> stored(bool isKey, QByteArray digest, QString from, Deadline deadline);

    Store &m_store;
    Cache &m_cache;
    const Clock &m_clock;
    const AuthenticatorOptions m_options;
    RequestLimits &m_limits;
    LastUses &m_uses;
    LocalCache m_seen; ///< credentials that were right a while ago, whatever they may be by now
};

[[nodiscard]] Error tooBusy();

/// Runs @p work on the directory of callers.
template <typename T>
[[nodiscard]] QCoro::Task<Result<T>> lookUp(Store &store, Deadline deadline, std::function<T(Directory &)> work)
{
    const auto found = std::make_shared<std::optional<T>>();
    Delivery<std::optional<Error>> finished;
    const bool queued = store.lookUp([found, work](Directory &directory) { *found = work(directory); },
        [finished](const std::optional<Error> &failure) { finished.deliver(failure); }, deadline);
    if (!queued)
        co_return tooBusy();
    const std::optional<Error> failure = co_await finished;
    if (failure)
        co_return *failure;
    co_return std::move(**found);
}

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/error.h>
#include <base/instant.h>

#include <optional>

namespace iwd {

/// How often and how late a failed call is tried again.
struct RetryPolicy
{
    int attempts = 4; ///< in all, the first included
    milliseconds firstDelay { 100 }; ///< doubled for each further attempt
    milliseconds longestDelay { 2'000 };
    milliseconds longestRetryAfter { 30'000 }; ///< a server that asks for more patience is not waited for
};

/// What is known about a failed attempt.
struct FailedAttempt
{
    ErrorCode code = ErrorCode::Internal;
    bool answered = false; ///< the server said so itself; otherwise nobody knows what it did
    bool repeatable = false; ///< doing it twice is the same as doing it once
    int number = 1; ///< of this attempt, from 1
    std::optional<milliseconds> retryAfter; ///< what the server asked for
};

/// How long to wait before the next attempt, or nothing when there must be none.
///
/// A refusal for lack of capacity (busy, draining, storage unavailable, too many attempts) happened before anything was done, so any call may
/// be repeated. When the answer was lost, or came too late, only a repeatable call may.
/// @param random 0 <= random < 1: the delay is spread evenly over [half, whole] of the backoff, so that clients do not return in step
[[nodiscard]] std::optional<milliseconds> delayBeforeRetry(const RetryPolicy &policy, const FailedAttempt &failed, double random);

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#include "retrypolicy.h"

namespace iwd {
namespace {

bool mayBeTriedAgain(const FailedAttempt &failed)
{
    switch (failed.code) {
    case ErrorCode::Busy:
    case ErrorCode::Draining:
    case ErrorCode::StorageUnavailable:
        return failed.answered || failed.repeatable;
    case ErrorCode::TooManyAttempts:
    case ErrorCode::TooManyRequests:
        return failed.answered && failed.retryAfter.has_value();
    case ErrorCode::DeadlineExceeded:
    case ErrorCode::Unreachable:
        return failed.repeatable;
    default:
        return false;
    }
}

} // namespace

std::optional<milliseconds> delayBeforeRetry(const RetryPolicy &policy, const FailedAttempt &failed, double random)
{
    if (failed.number >= policy.attempts || !mayBeTriedAgain(failed))
        return std::nullopt;
    if (failed.retryAfter && *failed.retryAfter > policy.longestRetryAfter)
        return std::nullopt;
    const int doublings = std::min(failed.number - 1, 20);
    const auto backoff = std::min(policy.longestDelay, milliseconds(policy.firstDelay.count() << doublings));
    const auto jittered = milliseconds(static_cast<qint64>(static_cast<double>(backoff.count()) * (0.5 + random / 2)));
    return failed.retryAfter ? *failed.retryAfter + jittered : jittered;
}

} // namespace iwd

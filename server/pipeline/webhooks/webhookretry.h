// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "webhooksender.h"

namespace iwd {

struct WebhookRetryOptions
{
    milliseconds first { 5'000 }; ///< after the first failure; then twice as long each time
    milliseconds longest { std::chrono::hours(1) }; ///< between two attempts, also when the receiver wishes for more
    milliseconds giveUp { std::chrono::hours(24) }; ///< after the first attempt
    int mostRefusals = 5; ///< attempts, when the receiver says that the request is at fault
};

/// What an attempt leads to.
struct WebhookVerdict
{
    enum Kind { Delivered, Again, Dead };
    Kind kind = Delivered;
    milliseconds wait { 0 }; ///< until the next attempt
    QString failure; ///< in words; empty: delivered
    int status = 0; ///< that was answered; 0: nothing
};

/// 2xx: delivered. 410, and a refusal (3xx or 4xx but 408, 425 and 429) that comes again and again: dead. All else: again, until it has been tried for long enough.
/// @param attempts this one among them, @param since the first of them, @param chance in [0, 1): up to a fifth of the wait is taken away by it, so that
/// what failed together does not come back together
[[nodiscard]] WebhookVerdict judgeAttempt(const Result<WebhookAnswer> &answer, int attempts, milliseconds since, double chance, const WebhookRetryOptions &options = {});

} // namespace iwd

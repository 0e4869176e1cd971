// SPDX-License-Identifier: Apache-2.0
#include "webhookretry.h"

namespace iwd {

namespace {

constexpr int gone = 410;

bool isRefusal(int status)
{
    return status >= 300 && status < 500 && status != 408 && status != 425 && status != 429;
}

QString inWords(int status)
{
    if (status >= 300 && status < 400)
        return QStringLiteral("The receiver answered %1, a redirection, which is not followed. Configure the address that it leads to.").arg(status);
    if (status == gone)
        return QStringLiteral("The receiver answered 410: it does not want this any more.");
    return QStringLiteral("The receiver answered %1.").arg(status);
}

milliseconds backOff(int attempts, double chance, const WebhookRetryOptions &options)
{
    const int doublings = std::min(attempts - 1, 20);
    const milliseconds wait = std::min(options.longest, options.first * (1 << doublings));
    return wait - std::chrono::duration_cast<milliseconds>(wait * 0.2 * chance);
}

} // namespace

WebhookVerdict judgeAttempt(const Result<WebhookAnswer> &answer, int attempts, milliseconds since, double chance, const WebhookRetryOptions &options)
{
    const int status = answer ? answer->status : 0;
    if (status >= 200 && status < 300)
        return { WebhookVerdict::Delivered, {}, {}, status };
    WebhookVerdict verdict { WebhookVerdict::Again, backOff(attempts, chance, options), answer ? inWords(status) : answer.error().text, status };
    if (answer && answer->retryAfter)
        verdict.wait = std::max(verdict.wait, std::min(*answer->retryAfter, options.longest));
    if (status == gone || (isRefusal(status) && attempts >= options.mostRefusals) || since >= options.giveUp)
        verdict.kind = WebhookVerdict::Dead;
    return verdict;
}

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/instant.h>
#include <base/result.h>
#include <pipeline/itemrecord.h>

#include <qcoro/qcorotask.h>

#include <vector>

namespace iwd {

/// What a secret is made of, besides a key of the installation.
struct WebhookSecret
{
    TenantId tenant;
    QString capturePointId;
    QString seed; ///< random
};

struct WebhookMessage
{
    QString url;
    QString id; ///< stays the same when it is sent again
    Instant at; ///< of this attempt
    QByteArray body;
    std::vector<WebhookSecret> secrets; ///< each of them signs
};

struct WebhookAnswer
{
    int status = 0;
    std::optional<milliseconds> retryAfter = {}; ///< as the receiver wishes
};

/// Sends events to receivers. Thread-safe; coroutines resume on the thread that awaits them, which needs an event loop.
class WebhookSender
{
public:
    WebhookSender() = default;
    virtual ~WebhookSender() = default;
    WebhookSender(const WebhookSender &) = delete;
    WebhookSender &operator=(const WebhookSender &) = delete;

    /// @returns what the receiver answered, whatever the status, or why it did not, in words that hold no secret; within a bounded time
    [[nodiscard]] virtual QCoro::Task<Result<WebhookAnswer>> send(WebhookMessage message) = 0;
    /// The secret as its receiver is given it.
    [[nodiscard]] virtual QString secretText(const WebhookSecret &secret) const = 0;
};

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"

#include <pipeline/webhooks/webhooks.h>

namespace iwd {

/// /capture-points/{id}/webhook and /webhooks/dead-letters: how events reach their receivers, and what could not be delivered. The address of a webhook is a
/// member of its capture point, see ConfigHandlers.
class WebhookHandlers
{
public:
    static constexpr int MostChosen = 1'000; ///< dead letters in one request

    /// Both must outlive this.
    WebhookHandlers(Pipeline &pipeline, WebhookSender &sender)
        : m_pipeline(pipeline)
        , m_sender(sender)
    {
    }
    [[nodiscard]] std::vector<ApiEndpoint> endpoints();

private:
    [[nodiscard]] QCoro::Task<http::Response> state(Call call);
    [[nodiscard]] QCoro::Task<http::Response> rotateSecret(Call call);
    [[nodiscard]] QCoro::Task<http::Response> test(Call call);
    [[nodiscard]] QCoro::Task<http::Response> listDead(Call call);
    [[nodiscard]] QCoro::Task<http::Response> settleDead(DeadLetterAction action, Call call);

    Pipeline &m_pipeline;
    WebhookSender &m_sender;
};

} // namespace iwd

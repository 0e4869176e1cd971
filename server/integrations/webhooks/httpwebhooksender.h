// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/threadinbox.h>
#include <outgoing/outgoingclient.h>
#include <pipeline/webhooks/webhooksender.h>

#include <QPointer>

namespace iwd {

struct HttpWebhookOptions
{
    milliseconds patience { 10'000 }; ///< for an answer
    qint64 mostBytes = 64 * 1024; ///< of an answer, which nobody reads
};

/// Sends events as requests over HTTP, signed. What secrets are made of is told by the seed that the store keeps and a key of the installation, so that neither is of use alone.
///
/// Made and destroyed on a thread with an event loop, where the calls are made; may be used from any. What is under way when it is destroyed ends with an Error.
class HttpWebhookSender final : public QObject, public WebhookSender
{
    Q_OBJECT
public:
    /// @param client of the same thread; must outlive this
    /// @param installationKey random, the same for all servers on a database
    HttpWebhookSender(OutgoingClient &client, QByteArray installationKey, HttpWebhookOptions options = {});

    QCoro::Task<Result<WebhookAnswer>> send(WebhookMessage message) override;
    QString secretText(const WebhookSecret &secret) const override;

private:
    [[nodiscard]] QByteArray secretOf(const WebhookSecret &secret) const;
    [[nodiscard]] OutgoingRequest requestOf(const WebhookMessage &message) const;
    QCoro::Task<> sendHere(OutgoingRequest request, Instant at, Delivery<Result<WebhookAnswer>> answered);

    OutgoingClient &m_client;
    const QByteArray m_key;
    const HttpWebhookOptions m_options;
    const std::shared_ptr<ThreadInbox> m_inbox = ThreadInbox::current();
    const QPointer<HttpWebhookSender> m_self { this };
};

} // namespace iwd

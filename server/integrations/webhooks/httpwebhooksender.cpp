// SPDX-License-Identifier: Apache-2.0
#include "httpwebhooksender.h"

#include "signing.h"

#include <QLocale>
#include <QTimeZone>

namespace iwd {

namespace {

Error ended()
{
    return { ErrorCode::Draining, QStringLiteral("The server ends."), {}, {} };
}

/// Seconds, or a date of HTTP.
std::optional<milliseconds> retryAfterOf(const OutgoingAnswer &answer, Instant now)
{
    const auto value = answer.header("Retry-After");
    if (!value)
        return std::nullopt;
    bool isNumber = false;
    const qint64 seconds = value->trimmed().toLongLong(&isNumber);
    if (isNumber)
        return seconds < 0 ? std::nullopt : std::optional<milliseconds>(std::chrono::seconds(std::min<qint64>(seconds, 86'400)));
    QDateTime date = QLocale::c().toDateTime(QString::fromLatin1(value->trimmed()), QStringLiteral("ddd, dd MMM yyyy HH:mm:ss 'GMT'"));
    if (!date.isValid())
        return std::nullopt;
    date.setTimeZone(QTimeZone::utc());
    return std::max(milliseconds(0), fromMillis(date.toMSecsSinceEpoch()) - now);
}

} // namespace

HttpWebhookSender::HttpWebhookSender(OutgoingClient &client, QByteArray installationKey, HttpWebhookOptions options)
    : m_client(client)
    , m_key(std::move(installationKey))
    , m_options(options)
{
}

QByteArray HttpWebhookSender::secretOf(const WebhookSecret &secret) const
{
    // The ids of capture points and seeds hold no such byte.
    const QByteArray context = "webhook\n" + QByteArray::number(secret.tenant.number) + '\n' + secret.capturePointId.toUtf8() + '\n' + secret.seed.toUtf8();
    return webhooksigning::secretFrom(m_key, context);
}

QString HttpWebhookSender::secretText(const WebhookSecret &secret) const
{
    return webhooksigning::secretText(secretOf(secret));
}

OutgoingRequest HttpWebhookSender::requestOf(const WebhookMessage &message) const
{
    std::vector<QByteArray> secrets;
    for (const WebhookSecret &secret : message.secrets)
        secrets.push_back(secretOf(secret));
    const qint64 seconds = toMillis(message.at) / 1000;
    const QByteArray id = message.id.toUtf8();
    OutgoingRequest request;
    request.method = "POST";
    request.url = QUrl(message.url, QUrl::StrictMode);
    request.headers = { { "Content-Type", "application/json" }, { "webhook-id", id }, { "webhook-timestamp", QByteArray::number(seconds) },
        { "webhook-signature", webhooksigning::signatures(secrets, id, seconds, message.body) } };
    request.body = message.body;
    request.patience = m_options.patience;
    request.mostBytes = m_options.mostBytes;
    return request;
}

QCoro::Task<Result<WebhookAnswer>> HttpWebhookSender::send(WebhookMessage message)
{
    const Delivery<Result<WebhookAnswer>> answered;
    const auto begin = [self = m_self, request = requestOf(message), at = message.at, answered] {
        if (self)
            self->sendHere(request, at, answered);
        else
            answered.deliver(ended());
    };
    if (!m_inbox->post(begin))
        co_return ended();
    Result<WebhookAnswer> answer = co_await answered;
    co_return answer;
}

QCoro::Task<> HttpWebhookSender::sendHere(OutgoingRequest request, Instant at, Delivery<Result<WebhookAnswer>> answered)
{
    const auto answer = co_await m_client.send(std::move(request));
    if (answer)
        answered.deliver(WebhookAnswer { answer->status, retryAfterOf(*answer, at) });
    else
        answered.deliver(answer.error());
}

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#include "offerstream.h"

#include "encoding.h"
#include "endpoint.h"
#include "streamsocket.h"

#include <QJsonDocument>

namespace iwd {

namespace {

/// token -> item
using OpenOffers = std::map<qint64, QString>;

void send(const StreamSocket &socket, const QJsonObject &message)
{
    socket->sendTextMessage(QString::fromUtf8(QJsonDocument(message).toJson(QJsonDocument::Compact)));
}

/// Sends what is new and what has ended since @p known, which becomes what is open now.
void sendChanges(const StreamSocket &socket, const QJsonArray &offers, OpenOffers &known)
{
    OpenOffers open;
    for (const auto &value : offers) {
        QJsonObject message = value.toObject();
        const qint64 token = message.value(QStringLiteral("assignment")).toObject().value(QStringLiteral("token")).toInteger();
        open.emplace(token, message.value(QStringLiteral("item")).toObject().value(QStringLiteral("id")).toString());
        if (known.contains(token))
            continue;
        message.insert(QStringLiteral("type"), QStringLiteral("offer"));
        send(socket, message);
    }
    for (const auto &[token, item] : known) {
        if (!open.contains(token))
            send(socket, { { QStringLiteral("type"), QStringLiteral("offerEnded") }, { QStringLiteral("item"), item }, { QStringLiteral("token"), token } });
    }
    known = std::move(open);
}

QCoro::Task<void> run(Pipeline *pipeline, Authenticator *authenticator, http::Request request, StreamSocket socket)
{
    const QString agentId = request.parameters.value(0);
    OpenOffers known;
    while (isOpen(socket)) {
        request.deadline = Deadline::in(slowestProgress);
        const auto caller = co_await identify(*authenticator, request, Privilege::DistributionTake);
        if (!isOpen(socket))
            co_return;
        if (!caller) {
            closeWith(socket, QWebSocketProtocol::CloseCodePolicyViolated, caller.error().text.left(100));
            co_return;
        }
        // Register first, then read, then wait: nothing can be committed unseen in between.
        const Delivery<bool> news = pipeline->offerSignal().next(caller->tenant, agentId);
        std::function<Result<QJsonArray>(Snapshot &)> work = [agentId](Snapshot &snapshot) { return inHands(snapshot, agentId, true, 0); };
        const auto offers = co_await pipeline->read<QJsonArray>(caller->tenant, request.deadline, work);
        if (!isOpen(socket))
            co_return;
        if (!offers) {
            closeWith(socket, QWebSocketProtocol::CloseCodeBadOperation, offers.error().text.left(100));
            co_return;
        }
        sendChanges(socket, *offers, known);
        const bool keepsUp = co_await drained(socket);
        if (!keepsUp) {
            closeWith(socket, QWebSocketProtocol::CloseCodePolicyViolated, QStringLiteral("Too slow: connect again."));
            co_return;
        }
        QObject context;
        boundBy(news, socket, pulse, context);
        co_await news;
        if (pipeline->stopping()) {
            closeWith(socket, QWebSocketProtocol::CloseCodeGoingAway, QStringLiteral("The server shuts down."));
            co_return;
        }
    }
}

} // namespace

void streamOffers(Pipeline &pipeline, Authenticator &authenticator, http::Request request, QWebSocket *socket)
{
    QObject::connect(socket, &QWebSocket::disconnected, socket, &QObject::deleteLater);
    run(&pipeline, &authenticator, std::move(request), socket);
}

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#include "offerstream.h"

#include "encoding.h"

#include <QJsonDocument>

namespace iwd {

namespace {

void sendJson(const StreamSocket &socket, const QJsonObject &message)
{
    socket->sendTextMessage(QString::fromUtf8(QJsonDocument(message).toJson(QJsonDocument::Compact)));
}

class OfferSource final : public LiveSource
{
public:
    OfferSource(Pipeline &pipeline, QString agentId)
        : m_pipeline(pipeline)
        , m_agentId(std::move(agentId))
    {
    }

    Delivery<bool> news(TenantId tenant) override { return m_pipeline.offerSignal().next(tenant, m_agentId); }

    QCoro::Task<Result<bool>> send(Caller caller, Deadline deadline, StreamSocket socket) override
    {
        const TenantId tenant = caller.tenant;
        std::function<Result<QJsonArray>(Snapshot &)> work = [agentId = m_agentId](Snapshot &snapshot) { return inHands(snapshot, agentId, true, 0); };
        const auto offers = co_await m_pipeline.read<QJsonArray>(tenant, deadline, work);
        if (!offers)
            co_return offers.error();
        if (isOpen(socket))
            sendChanges(socket, *offers);
        co_return false; // it was all there is
    }

    QString wayOn() const override { return QStringLiteral("connect again."); }

private:
    /// Sends what is new and what has ended since the last time.
    void sendChanges(const StreamSocket &socket, const QJsonArray &offers)
    {
        std::map<qint64, QString> open;
        for (const auto &value : offers) {
            QJsonObject message = value.toObject();
            const qint64 token = message.value(QStringLiteral("assignment")).toObject().value(QStringLiteral("token")).toInteger();
            open.emplace(token, message.value(QStringLiteral("item")).toObject().value(QStringLiteral("id")).toString());
            if (m_known.contains(token))
                continue;
            message.insert(QStringLiteral("type"), QStringLiteral("offer"));
            sendJson(socket, message);
        }
        for (const auto &[token, item] : m_known) {
            if (!open.contains(token))
                sendJson(socket, { { QStringLiteral("type"), QStringLiteral("offerEnded") }, { QStringLiteral("item"), item }, { QStringLiteral("token"), token } });
        }
        m_known = std::move(open);
    }

    Pipeline &m_pipeline;
    const QString m_agentId;
    std::map<qint64, QString> m_known; ///< open offers that the reader knows of: token -> item
};

} // namespace

std::shared_ptr<LiveSource> offerSource(Pipeline &pipeline, const http::Request &request)
{
    return std::make_shared<OfferSource>(pipeline, request.parameters.value(0));
}

} // namespace iwd

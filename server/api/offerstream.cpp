// SPDX-License-Identifier: Apache-2.0
#include "offerstream.h"

#include "encoding.h"

#include <QJsonDocument>

#include <set>

namespace iwd {

namespace {

constexpr size_t offersAtOnce = 16; ///< few, because items may be large

void sendJson(const StreamSocket &socket, const QJsonObject &message)
{
    socket->sendTextMessage(QString::fromUtf8(QJsonDocument(message).toJson(QJsonDocument::Compact)));
}

struct Offers
{
    std::set<qint64> open; ///< tokens of all
    QJsonArray next; ///< the first of those that are new
};

Result<Offers> readOffers(Snapshot &snapshot, const QString &agentId, qint64 after)
{
    auto next = inHands(snapshot, agentId, true, after, offersAtOnce);
    if (!next)
        return next.error();
    Offers offers { {}, *std::move(next) };
    for (const Assignment &assignment : snapshot.assignmentsOf(agentId)) {
        if (assignment.offered)
            offers.open.insert(assignment.token);
    }
    return offers;
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
        std::function<Result<Offers>(Snapshot &)> work = [agentId = m_agentId, after = m_last](Snapshot &snapshot) { return readOffers(snapshot, agentId, after); };
        const auto offers = co_await m_pipeline.read<Offers>(tenant, deadline, work);
        if (!offers)
            co_return offers.error();
        if (!isOpen(socket))
            co_return false;
        sendEnds(socket, offers->open);
        sendNew(socket, offers->next);
        co_return !offers->next.isEmpty();
    }

    QString wayOn() const override { return QStringLiteral("connect again."); }

private:
    void sendEnds(const StreamSocket &socket, const std::set<qint64> &open)
    {
        std::erase_if(m_known, [&](const auto &known) {
            const auto &[token, item] = known;
            if (open.contains(token))
                return false;
            sendJson(socket, { { QStringLiteral("type"), QStringLiteral("offerEnded") }, { QStringLiteral("item"), item }, { QStringLiteral("token"), token } });
            return true;
        });
    }

    /// What there is no room for is read again when the reader has taken the rest.
    void sendNew(const StreamSocket &socket, const QJsonArray &offers)
    {
        for (const auto &value : offers) {
            if (!hasRoom(socket))
                return;
            QJsonObject message = value.toObject();
            m_last = message.value(QStringLiteral("assignment")).toObject().value(QStringLiteral("token")).toInteger();
            m_known.emplace(m_last, message.value(QStringLiteral("item")).toObject().value(QStringLiteral("id")).toString());
            message.insert(QStringLiteral("type"), QStringLiteral("offer"));
            sendJson(socket, message);
        }
    }

    Pipeline &m_pipeline;
    const QString m_agentId;
    std::map<qint64, QString> m_known; ///< open offers that the reader knows of: token -> item
    qint64 m_last = 0; ///< the token of the newest of all that were sent; tokens rise
};

} // namespace

std::shared_ptr<LiveSource> offerSource(Pipeline &pipeline, const http::Request &request)
{
    return std::make_shared<OfferSource>(pipeline, request.parameters.value(0));
}

} // namespace iwd

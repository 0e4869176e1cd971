// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <support/manualclock.h>
#include <support/openapivalidator.h>

#include <api/apiserver.h>
#include <cache/localcache.h>
#include <http/httpserver.h>
#include <pipeline/bulk/bulkrunner.h>
#include <outgoing/outgoingclient.h>
#include <pipeline/pipeline.h>
#include <pipeline/webhooks/webhookrunner.h>
#include <storage/sqlitestore.h>
#include <webhooks/httpwebhooksender.h>

#include <QJsonArray>
#include <QJsonDocument>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QTemporaryDir>
#include <QTest>

namespace iwd::test {

/// What came back.
struct Reply
{
    int status = 0;
    QByteArray contentType;
    QByteArray body;
    QMap<QByteArray, QByteArray> headers; ///< names in lower case

    [[nodiscard]] QJsonObject json() const { return QJsonDocument::fromJson(body).object(); }
    [[nodiscard]] QJsonValue operator[](const char *name) const { return json().value(QLatin1StringView(name)); }
    [[nodiscard]] QString code() const { return json().value(QStringLiteral("code")).toString(); }
    [[nodiscard]] QString field() const { return json().value(QStringLiteral("field")).toString(); }
    [[nodiscard]] QJsonArray data() const { return json().value(QStringLiteral("data")).toArray(); }
    [[nodiscard]] QByteArray etag() const { return headers.value("etag"); }
};

using HeaderFields = QList<std::pair<QByteArray, QByteArray>>;

/// A request on its way, so that a test can do something else meanwhile.
class Pending
{
public:
    Pending(QNetworkReply *reply, QByteArray method, QString path);
    [[nodiscard]] bool finished() const { return m_reply->isFinished(); }
    /// Hangs up.
    void abort() { m_reply->abort(); }

private:
    friend class ApiFixture;
    std::shared_ptr<QNetworkReply> m_reply;
    QByteArray m_method;
    QString m_path;
};

/// The real API on a real store, behind the real edge, spoken to over loopback. The clock stands still until the test moves it; what is
/// due by it runs by itself soon after. Every answer is checked against the API's document; one that does not fit fails the test.
class ApiFixture
{
public:
    explicit ApiFixture(ApiOptions options = {});
    ~ApiFixture();

    /// Sends with the key in @ref key. The path counts from /iwd/v3 unless it starts there or the request is @ref absolute.
    Reply send(const QByteArray &method, const QString &path, const QByteArray &body = {}, const HeaderFields &headers = {});
    Reply send(const QByteArray &method, const QString &path, const QJsonObject &body, const HeaderFields &headers = {});
    Reply get(const QString &path, const HeaderFields &headers = {}) { return send("GET", path, QByteArray(), headers); }
    Reply post(const QString &path, const QJsonObject &body = {}, const HeaderFields &headers = {})
    {
        return send("POST", path, body, headers);
    }
    Reply postArray(const QString &path, const QJsonArray &body, const HeaderFields &headers = {});
    Reply put(const QString &path, const QJsonObject &body, const HeaderFields &headers = {}) { return send("PUT", path, body, headers); }
    Reply patch(const QString &path, const QJsonObject &body, const HeaderFields &headers = {})
    {
        return send("PATCH", path, body, headers);
    }
    Reply remove(const QString &path, const HeaderFields &headers = {}) { return send("DELETE", path, QByteArray(), headers); }

    [[nodiscard]] Pending begin(
        const QByteArray &method, const QString &path, const QByteArray &body = {}, const HeaderFields &headers = {});
    Reply finish(Pending pending);
    /// A whole request as bytes; answers the first line that comes back.
    QByteArray firstLineOf(const QByteArray &request);

    /// A new agent who is ready, with work capacity for everything.
    void readyAgent(const QString &id, const QJsonObject &more = {});
    /// Captures and answers the item's id.
    QString capture(const QJsonObject &item = {});

    QString newKey(const QStringList &scopes, TenantId of, std::optional<Instant> expires = std::nullopt, const QString &agent = {});
    void addUser(const QString &name, const QString &password, const QStringList &roles, const QStringList &categories = {});
    /// What the API does not do by itself.
    void write(const std::function<void(Transaction &)> &work) { runIn(tenant, work); }
    void advance(milliseconds time) { clock->advance(time); }
    /// Cuts the log, as retention does.
    void forgetEventsUpTo(qint64 id);

    std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
    TenantId tenant;
    TenantId otherTenant;
    QString adminKey;
    QString sourceKey;
    QString agentKey;
    QString reportingKey;
    QString otherKey; ///< an administrator's of the other tenant
    QString key; ///< what requests are sent with; empty: nothing
    quint16 port = 0;
    std::unique_ptr<Pipeline> pipeline;
    std::unique_ptr<BulkRunner> bulkRunner;
    std::unique_ptr<OutgoingClient> outgoing; ///< may call this machine
    std::unique_ptr<HttpWebhookSender> webhookSender;
    std::unique_ptr<WebhookRunner> webhookRunner;
    std::unique_ptr<Api> api;

private:
    void runIn(TenantId of, const std::function<void(Transaction &)> &work);

    QTemporaryDir m_folder;
    std::unique_ptr<Store> m_store;
    std::unique_ptr<Cache> m_cache;
    std::unique_ptr<http::Server> m_server;
    QNetworkAccessManager m_network;
    OpenApiValidator m_validator;
};

} // namespace iwd::test

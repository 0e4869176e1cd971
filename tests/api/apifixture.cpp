// SPDX-License-Identifier: Apache-2.0
#include "apifixture.h"

#include <support/await.h>

#include <apidocument/apidocument.h>
#include <pipeline/configure/configobjects.h>
#include <runtime/secrets.h>
#include <storage/sqlitedatabase.h>

#include <QTcpSocket>

namespace iwd::test {

namespace {

constexpr int patienceMs = 20'000;

QByteArray text(const QJsonObject &json)
{
    return QJsonDocument(json).toJson(QJsonDocument::Compact);
}

} // namespace

Pending::Pending(QNetworkReply *reply, QByteArray method, QString path)
    : m_reply(reply, [](QNetworkReply *gone) { gone->deleteLater(); })
    , m_method(std::move(method))
    , m_path(std::move(path))
{
}

ApiFixture::ApiFixture(ApiOptions apiOptions)
    : m_validator(apiDocument())
{
    auto store = SqliteStore::open({ .path = m_folder.filePath(QStringLiteral("iwd.db")), .observer = {} }, *clock);
    Q_ASSERT(store);
    m_store = std::move(store).value();
    tenant = *m_store->createTenant(QStringLiteral("100"), QStringLiteral("t100"), QStringLiteral("6a2f41a3-c54c-4ce8-92d2-0324e1c32e22"));
    otherTenant
        = *m_store->createTenant(QStringLiteral("200"), QStringLiteral("t200"), QStringLiteral("7b2f41a3-c54c-4ce8-92d2-0324e1c32e22"));
    pipeline = std::make_unique<Pipeline>(*m_store, *clock, PipelineOptions { .dueWorkInterval = milliseconds(20) });
    const auto started = await(pipeline->start({ tenant, otherTenant }));
    Q_ASSERT(started);
    bulkRunner = std::make_unique<BulkRunner>(*pipeline, BulkRunnerOptions { .interval = milliseconds(20) });
    bulkRunner->watch(tenant);
    bulkRunner->watch(otherTenant);
    outgoing = std::move(OutgoingClient::make({ "iwd-server/test", { *Network::fromText(QStringLiteral("127.0.0.0/8")) } })).value();
    webhookSender = std::make_unique<HttpWebhookSender>(*outgoing, "key of the installation");
    webhookRunner = std::make_unique<WebhookRunner>(*pipeline, *webhookSender, WebhookRunnerOptions { .interval = milliseconds(20) });
    webhookRunner->watch(tenant);
    webhookRunner->watch(otherTenant);
    runIn(tenant, seedConfiguration);
    runIn(otherTenant, seedConfiguration);

    m_cache = std::make_unique<LocalCache>(clock);
    ServerFacts facts;
    facts.version = QStringLiteral("0.0.0");
    facts.started = clock->now();
    facts.connections = [this] { return m_server->connectionCount(); };
    facts.requestsInFlight = [this] { return m_server->inFlightCount(); };
    api = std::make_unique<Api>(*pipeline, *m_cache, *clock, *webhookSender, facts, apiOptions);
    const auto router = std::make_shared<http::Router>();
    api->addRoutes(*router);
    http::ServerOptions options;
    options.threads = 2;
    m_server = std::make_unique<http::Server>(router, options, Api::problemWriter());
    port = *m_server->listen(QHostAddress::LocalHost, 0);

    adminKey = newKey({ QStringLiteral("admin") }, tenant);
    sourceKey = newKey({ QStringLiteral("source") }, tenant);
    agentKey = newKey({ QStringLiteral("agent") }, tenant);
    reportingKey = newKey({ QStringLiteral("reporting") }, tenant);
    otherKey = newKey({ QStringLiteral("admin") }, otherTenant);
    key = adminKey;
}

ApiFixture::~ApiFixture()
{
    pipeline->stop();
    // Streams end now. One that reads from the store while the thread ends that it would go on with would never be gone.
    const auto haveEnded = [this] { return api->presence().figures(tenant).streams + api->presence().figures(otherTenant).streams == 0; };
    if (!QTest::qWaitFor(haveEnded, 10'000))
        qWarning("Live streams go on after the end of the server");
    QCoro::waitFor(bulkRunner->settle());
    QCoro::waitFor(webhookRunner->settle());
    bulkRunner.reset();
    webhookRunner.reset();
    m_server.reset();
    api.reset();
    pipeline.reset();
    m_store.reset();
}

void ApiFixture::runIn(TenantId of, const std::function<void(Transaction &)> &work)
{
    WriteContext context;
    context.tenant = of;
    context.actor = Actor::server();
    const std::function<Result<bool>(Transaction &)> run = [work](Transaction &transaction) -> Result<bool> {
        work(transaction);
        return true;
    };
    const auto done = await(pipeline->write<bool>(context, run, [](const bool &) { return Answer {}; }));
    if (!done)
        qFatal("%s", qPrintable(done.error().text));
}

QString ApiFixture::newKey(const QStringList &scopes, TenantId of, std::optional<Instant> expires, const QString &agent)
{
    static int number = 0;
    const QString secret = secrets::newApiKey();
    ApiKeyRecord record;
    record.id = QStringLiteral("test-%1").arg(++number);
    record.tenant = of;
    record.name = scopes.join(u'+');
    record.scopes = scopes;
    record.expires = expires;
    record.agent = agent;
    runIn(of, [record, digest = secrets::digest(secret)](Transaction &transaction) { transaction.insertApiKey(record, digest); });
    return secret;
}

void ApiFixture::addUser(const QString &name, const QString &password, const QStringList &roles, const QStringList &categories)
{
    UserRecord user;
    user.user.name = name;
    user.user.roles = roles;
    user.user.categories = categories;
    user.passwordHash = *secrets::hashPassword(password);
    runIn(tenant, [user](Transaction &transaction) { transaction.insertUser(user); });
}

void ApiFixture::forgetEventsUpTo(qint64 id)
{
    const auto database = SqliteDatabase::open(m_folder.filePath(QStringLiteral("iwd.db")), {});
    if (!database || !(*database)->execute(QStringLiteral("delete from event where id <= %1").arg(id)))
        qFatal("The log could not be cut");
}

Pending ApiFixture::begin(const QByteArray &method, const QString &path, const QByteArray &body, const HeaderFields &headers)
{
    const bool absolute
        = path == QLatin1StringView("/") || path.startsWith(QLatin1StringView("/docs")) || path.startsWith(QLatin1StringView("/iwd/"));
    const QString target = absolute ? path : QString(QStringLiteral("/iwd/v3") + path);
    QNetworkRequest request(QUrl(QStringLiteral("http://127.0.0.1:%1").arg(port) + target));
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    if (!key.isEmpty())
        request.setRawHeader("x-api-key", key.toLatin1());
    if (!body.isNull())
        request.setRawHeader("Content-Type", "application/json");
    for (const auto &[name, value] : headers)
        request.setRawHeader(name, value);
    return Pending(m_network.sendCustomRequest(request, method, body), method, target);
}

Reply ApiFixture::finish(Pending pending)
{
    QNetworkReply &reply = *pending.m_reply;
    if (!QTest::qWaitFor([&reply] { return reply.isFinished(); }, patienceMs)) {
        QTest::qFail(qPrintable(QStringLiteral("No answer to %1").arg(pending.m_path)), __FILE__, __LINE__);
        return {};
    }
    Reply result;
    result.status = reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    result.contentType = reply.rawHeader("Content-Type");
    result.body = reply.readAll();
    for (const auto &[name, value] : reply.rawHeaderPairs())
        result.headers.insert(name.toLower(), value);
    const QStringList problems = m_validator.problems(pending.m_method, pending.m_path, result.status, result.contentType, result.body);
    if (!problems.isEmpty()) {
        QTest::qFail(qPrintable(QStringLiteral("%1 %2 -> %3 is not as documented: %4\n%5")
                                    .arg(QString::fromLatin1(pending.m_method), pending.m_path)
                                    .arg(result.status)
                                    .arg(problems.join(u'\n'), QString::fromUtf8(result.body.left(2000)))),
            __FILE__, __LINE__);
    }
    return result;
}

Reply ApiFixture::send(const QByteArray &method, const QString &path, const QByteArray &body, const HeaderFields &headers)
{
    return finish(begin(method, path, body, headers));
}

Reply ApiFixture::send(const QByteArray &method, const QString &path, const QJsonObject &body, const HeaderFields &headers)
{
    return send(method, path, text(body), headers);
}

Reply ApiFixture::postArray(const QString &path, const QJsonArray &body, const HeaderFields &headers)
{
    return send("POST", path, QJsonDocument(body).toJson(QJsonDocument::Compact), headers);
}

QByteArray ApiFixture::firstLineOf(const QByteArray &request)
{
    QTcpSocket socket;
    socket.connectToHost(QHostAddress(QHostAddress::LocalHost), port);
    socket.write(request);
    const bool answered = QTest::qWaitFor([&socket] { return socket.canReadLine(); }, patienceMs);
    return answered ? socket.readLine().trimmed() : QByteArray();
}

void ApiFixture::readyAgent(const QString &id, const QJsonObject &more)
{
    QJsonObject agent { { QStringLiteral("name"), id }, { QStringLiteral("capacity"), QJsonObject { { QStringLiteral("*"), 10 } } } };
    for (auto member = more.begin(); member != more.end(); ++member)
        agent.insert(member.key(), *member);
    QCOMPARE(put(QStringLiteral("/agents/") + id, agent).status, 201);
    QCOMPARE(
        put(QStringLiteral("/agents/") + id + QStringLiteral("/state"), { { QStringLiteral("state"), QStringLiteral("ready") } }).status,
        200);
}

QString ApiFixture::capture(const QJsonObject &item)
{
    const Reply reply = post(QStringLiteral("/items"), item);
    if (reply.status != 200)
        QTest::qFail(reply.body.constData(), __FILE__, __LINE__);
    return reply["id"].toString();
}

} // namespace iwd::test

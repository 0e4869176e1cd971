// SPDX-License-Identifier: Apache-2.0
#include <support/await.h>
#include <support/httpcaller.h>
#include <support/manualclock.h>
#include <support/privatepostgres.h>
#include <support/serverprocess.h>

#include <pipeline/configure/configobjects.h>
#include <pipeline/pipeline.h>
#include <runtime/secrets.h>
#include <storage/tenantdatabases.h>

#include <QJsonArray>
#include <QTest>

namespace iwd::test {

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;

/// Real servers with tenants in databases of their own, and one that shares, over HTTP.
class TestTenants : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void theFirstTenantGetsADatabaseOfItsOwn();
    void backupsAreLeftToPostgresql();
    void eachTenantSeesItsOwnWorkOnEveryServer();
    void aTenantsDatabaseThatIsAwayKeepsNobodyElseWaiting();
    void aServerThatStartsMeanwhileServesTheOthers();
    void aKeyIsRevokedWhileTheDatabaseOfItsTenantIsAway();

private:
    QByteArray addTenant(const QString &id, bool own);
    HttpAnswer ask(size_t server, const QByteArray &key, const QByteArray &method, const QByteArray &target, const QByteArray &body = {}) const;
    void sendAway(const QString &tenant);
    void bringBack(const QString &tenant);
    [[nodiscard]] QString database(const QString &tenant) const { return m_prefix + tenant; }
    /// What health says of a tenant's database.
    [[nodiscard]] QJsonObject component(size_t server, const QString &tenant) const;

    const QString m_prefix = u"iwd-"_s;
    QString m_directory;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::vector<std::unique_ptr<ServerProcess>> m_servers;
    QByteArray m_first; ///< keys of administrators: of tenant 100, in a database of its own …
    QByteArray m_own; ///< … of 200, too
    QByteArray m_shared; ///< … and of 300, which shares
};

void TestTenants::initTestCase()
{
    PrivatePostgres &postgres = PrivatePostgres::shared();
    postgres.letMakeDatabases(true);
    m_directory = postgres.newEmptyDatabase();
    m_folder = std::make_unique<QTemporaryDir>();
    for (int number = 0; number < 2; ++number) {
        ServerSetup setup;
        setup.program = QStringLiteral(IWD_SERVER);
        setup.data = m_folder->filePath(QString::number(number));
        setup.environment = { u"IWD_STORAGE_URL="_s + postgres.url(m_directory), u"IWD_STORAGE_TENANT_DATABASES=own"_s };
        m_servers.push_back(std::make_unique<ServerProcess>(setup));
    }
    m_servers.front()->start();
    QVERIFY2(m_servers.front()->waitUntilReady(), m_servers.front()->log().constData());
    m_first = m_servers.front()->apiKey();
    QCOMPARE(m_servers.front()->stop(), 0);
    m_own = addTenant(u"200"_s, true);
    m_shared = addTenant(u"300"_s, false);
    for (const auto &server : m_servers)
        server->start();
    for (const auto &server : m_servers)
        QVERIFY2(server->waitUntilReady(), server->log().constData());
}

void TestTenants::cleanupTestCase()
{
    m_servers.clear();
}

/// As whoever sets up tenants does, while no server runs. @returns the key of its administrator
QByteArray TestTenants::addTenant(const QString &id, bool own)
{
    const ManualClock clock;
    PostgresOptions options;
    options.url = PrivatePostgres::shared().url(m_directory);
    auto store = TenantDatabases::open({ options, own, m_prefix }, clock);
    if (!store)
        qFatal("%s", qPrintable(store.error().text));
    Pipeline pipeline(**store, clock);
    const auto tenant = (*store)->createTenant(id, u't' + id, QUuid::createUuid().toString(QUuid::WithoutBraces));
    if (!tenant)
        qFatal("%s", qPrintable(tenant.error().text));
    const QString key = secrets::newApiKey();
    const std::function<Answer(const bool &)> nothing = [](const bool &) { return Answer {}; };
    const std::function<Result<bool>(Transaction &)> seed = [](Transaction &transaction) -> Result<bool> {
        seedConfiguration(transaction);
        return true;
    };
    const std::function<Result<bool>(Transaction &)> admit = [&](Transaction &transaction) -> Result<bool> {
        transaction.insertApiKey({ u"key-"_s + id, *tenant, u"Administrator"_s, { u"admin"_s }, {}, {} }, secrets::digest(key));
        return true;
    };
    WriteContext context { *tenant, Actor::server() };
    if (!await(pipeline.write<bool>(context, seed, nothing)))
        qFatal("The tenant cannot be configured");
    context.aboutCallers = true;
    if (!await(pipeline.write<bool>(context, admit, nothing)))
        qFatal("The key cannot be stored");
    return key.toLatin1();
}

HttpAnswer TestTenants::ask(size_t server, const QByteArray &key, const QByteArray &method, const QByteArray &target, const QByteArray &body) const
{
    HttpCaller caller(m_servers[server]->port(), { { "x-api-key", key } });
    return caller.call(method, "/iwd/v3" + target, body).value_or(HttpAnswer());
}

/// Another name, and nobody connected to it.
void TestTenants::sendAway(const QString &tenant)
{
    PrivatePostgres &postgres = PrivatePostgres::shared();
    postgres.run(u"postgres"_s, u"alter database \"%1\" allow_connections false"_s.arg(database(tenant)));
    postgres.run(u"postgres"_s, u"select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '%1'"_s.arg(database(tenant)));
    postgres.run(u"postgres"_s, u"alter database \"%1\" rename to \"%1 away\""_s.arg(database(tenant)));
}

void TestTenants::bringBack(const QString &tenant)
{
    PrivatePostgres &postgres = PrivatePostgres::shared();
    postgres.run(u"postgres"_s, u"alter database \"%1 away\" rename to \"%1\""_s.arg(database(tenant)));
    postgres.run(u"postgres"_s, u"alter database \"%1\" allow_connections true"_s.arg(database(tenant)));
}

QJsonObject TestTenants::component(size_t server, const QString &tenant) const
{
    HttpCaller caller(m_servers[server]->operationsPort());
    const auto answer = caller.call("GET", "/health/ready");
    const QJsonArray components = answer ? answer->json().value(u"components"_s).toArray() : QJsonArray();
    for (const QJsonValue value : components) {
        if (value[u"name"_s].toString() == u"storage of tenant "_s + tenant)
            return value.toObject();
    }
    return {};
}

void TestTenants::theFirstTenantGetsADatabaseOfItsOwn()
{
    PrivatePostgres &postgres = PrivatePostgres::shared();
    QCOMPARE(postgres.run(m_directory, u"select database_name from tenant where name = '100'"_s), u"iwd-100"_s);
    QCOMPARE(postgres.run(m_directory, u"select database_name from tenant where name = '300'"_s), QString());
    QCOMPARE(component(0, u"100"_s).value(u"ready"_s).toBool(), true);
    QCOMPARE(component(0, u"200"_s).value(u"ready"_s).toBool(), true);
    QVERIFY(component(0, u"300"_s).isEmpty());
    // Its administrator can sign in: users are in the directory, and sessions too.
    QFile file(m_servers[0]->setup().data + u".bootstrap.json"_s);
    QVERIFY(file.open(QFile::ReadOnly));
    const QJsonObject credentials = QJsonDocument::fromJson(file.readAll()).object();
    const QJsonObject login { { u"user"_s, credentials.value(u"user"_s) }, { u"password"_s, credentials.value(u"password"_s) } };
    HttpCaller stranger(m_servers[1]->port());
    const auto session = stranger.call("POST", "/iwd/v3/sessions", QJsonDocument(login).toJson());
    QVERIFY(session);
    QCOMPARE(session->status, 201);
    QCOMPARE(session->json().value(u"tenant"_s)[u"id"_s].toString(), u"100"_s);
    const HttpCaller::HeaderFields token { { "Authorization", "Bearer " + session->json().value(u"token"_s).toString().toLatin1() } };
    HttpCaller signedIn(m_servers[0]->port(), token);
    QCOMPARE(signedIn.call("GET", "/iwd/v3/queues")->json().value(u"code"_s).toString(), u"auth.password_change_required"_s);
    const QJsonObject change { { u"currentPassword"_s, credentials.value(u"password"_s) }, { u"newPassword"_s, u"eleven quiet marble engines"_s } };
    QCOMPARE(signedIn.call("PUT", "/iwd/v3/me/password", QJsonDocument(change).toJson())->status, 204);
    QCOMPARE(signedIn.call("GET", "/iwd/v3/queues")->status, 200);
    QCOMPARE(signedIn.call("DELETE", "/iwd/v3/sessions/current")->status, 204);
    QTRY_COMPARE(HttpCaller(m_servers[0]->port(), token).call("GET", "/iwd/v3/queues")->status, 401);
}

void TestTenants::backupsAreLeftToPostgresql()
{
    const HttpAnswer answer = ask(0, m_first, "POST", "/backup");
    QCOMPARE(answer.status, 409);
    QCOMPARE(answer.json().value(u"code"_s).toString(), u"configuration.invalid"_s);
    QVERIFY2(answer.json().value(u"detail"_s).toString().contains(u"pg_dump"_s), answer.body.constData());
    QCOMPARE(ask(0, m_own, "POST", "/backup").status, 403);
    QCOMPARE(ask(0, m_shared, "POST", "/backup").status, 403);

    // Whoever looks after the installation is told how it is; when the clocks have been compared, also of that.
    const auto installation = [this] { return ask(0, m_first, "GET", "/stats/server").json().value(u"installation"_s).toObject(); };
    QTRY_VERIFY_WITH_TIMEOUT(installation().value(u"clockAheadMilliseconds"_s).isDouble(), 30'000);
    QVERIFY(installation().value(u"schema"_s).toInt() > 1);
    QVERIFY(installation().value(u"dataFreeBytes"_s).toInteger() > 0);
}

void TestTenants::eachTenantSeesItsOwnWorkOnEveryServer()
{
    for (const auto &[key, tenant] : { std::pair(m_first, u"100"_s), { m_own, u"200"_s }, { m_shared, u"300"_s } }) {
        for (size_t server = 0; server < m_servers.size(); ++server)
            QCOMPARE(ask(server, key, "POST", "/items", "{\"captureId\":\"" + tenant.toLatin1() + '-' + QByteArray::number(qint64(server)) + "\"}").status, 200);
        // The same key as in other tenants: each has its own.
        QCOMPARE(ask(0, key, "POST", "/items", "{\"captureId\":\"same\"}").status, 200);
    }
    for (const auto &[key, tenant] : { std::pair(m_first, u"100"_s), { m_own, u"200"_s }, { m_shared, u"300"_s } }) {
        for (size_t server = 0; server < m_servers.size(); ++server) {
            QStringList found;
            for (const QJsonValue item : ask(server, key, "GET", "/items").json().value(u"data"_s).toArray())
                found.append(item[u"captureId"_s].toString());
            found.sort();
            QCOMPARE(found, QStringList({ tenant + u"-0"_s, tenant + u"-1"_s, u"same"_s }));
            QTRY_COMPARE(ask(server, key, "GET", "/stats/queues").json().value(u"data"_s)[0][u"queued"_s].toInt(), 3);
        }
    }
    PrivatePostgres &postgres = PrivatePostgres::shared();
    QCOMPARE(postgres.run(m_directory, u"select count(*) from item"_s), u"3"_s);
    QCOMPARE(postgres.run(u"iwd-100"_s, u"select count(*) from item"_s), u"3"_s);
    QCOMPARE(postgres.run(u"iwd-200"_s, u"select count(*) from item"_s), u"3"_s);
}

void TestTenants::aTenantsDatabaseThatIsAwayKeepsNobodyElseWaiting()
{
    sendAway(u"200"_s);
    QTRY_COMPARE(ask(0, m_own, "POST", "/items", "{\"captureId\":\"while\"}").status, 503);
    for (size_t server = 0; server < m_servers.size(); ++server) {
        for (const QByteArray target : { "/queues", "/items", "/search/items" }) {
            const HttpAnswer refused = target.startsWith("/search") ? ask(server, m_own, "POST", "/items/search", "{}") : ask(server, m_own, "GET", target);
            QCOMPARE(refused.status, 503);
            QVERIFY(!refused.header("retry-after").isEmpty());
            QCOMPARE(refused.json().value(u"code"_s).toString(), u"storage.unavailable"_s);
        }
        for (const QByteArray &key : { m_first, m_shared }) {
            QCOMPARE(ask(server, key, "GET", "/items").status, 200);
            QCOMPARE(ask(server, key, "POST", "/items", "{}").status, 200);
        }
        // A balancer leaves the servers in place, and a person is told which database it is.
        QTRY_COMPARE(component(server, u"200"_s).value(u"ready"_s).toBool(true), false);
        QVERIFY2(component(server, u"200"_s).value(u"text"_s).toString().contains(u"iwd-200"_s), qPrintable(component(server, u"200"_s).value(u"text"_s).toString()));
        QCOMPARE(component(server, u"100"_s).value(u"ready"_s).toBool(), true);
        HttpCaller caller(m_servers[server]->operationsPort());
        QCOMPARE(caller.call("GET", "/health/ready")->status, 200);
        QVERIFY(caller.call("GET", "/metrics")->body.contains("iwd_tenant_databases_down 1\n"));
    }
    bringBack(u"200"_s);
    for (size_t server = 0; server < m_servers.size(); ++server) {
        QTRY_COMPARE_WITH_TIMEOUT(ask(server, m_own, "POST", "/items", "{\"captureId\":\"after\"}").status, 200, 10'000);
        QTRY_COMPARE(ask(server, m_own, "GET", "/items").status, 200);
        QTRY_COMPARE(component(server, u"200"_s).value(u"ready"_s).toBool(), true);
    }
}

void TestTenants::aServerThatStartsMeanwhileServesTheOthers()
{
    QCOMPARE(m_servers[0]->stop(), 0);
    sendAway(u"100"_s); // even the first one
    m_servers[0]->start();
    QVERIFY2(m_servers[0]->waitUntilReady(), m_servers[0]->log().constData());
    QCOMPARE(ask(0, m_first, "GET", "/items").status, 503);
    QCOMPARE(ask(0, m_own, "GET", "/items").status, 200);
    QCOMPARE(ask(0, m_shared, "POST", "/items", "{}").status, 200);
    bringBack(u"100"_s);
    QTRY_COMPARE_WITH_TIMEOUT(ask(0, m_first, "POST", "/items", "{\"captureId\":\"after\"}").status, 200, 10'000);
    const auto figures = [&](size_t server) { return ask(server, m_first, "GET", "/stats/queues").json().value(u"data"_s)[0][u"queued"_s].toInt(); };
    const int items = PrivatePostgres::shared().run(u"iwd-100"_s, u"select count(*) from item"_s)->toInt();
    QTRY_COMPARE(figures(0), items);
    QTRY_COMPARE_WITH_TIMEOUT(figures(1), items, 10'000);
}

void TestTenants::aKeyIsRevokedWhileTheDatabaseOfItsTenantIsAway()
{
    sendAway(u"200"_s);
    QTRY_COMPARE(ask(0, m_own, "GET", "/items").status, 503);
    const HttpAnswer made = ask(0, m_own, "POST", "/api-keys", R"({"name":"short-lived","scopes":["source"]})");
    QCOMPARE(made.status, 201);
    const QByteArray key = made.json().value(u"key"_s).toString().toLatin1();
    QCOMPARE(ask(1, key, "POST", "/items", "{}").status, 503); // known, but there is nothing to work on
    QCOMPARE(ask(0, m_own, "DELETE", "/api-keys/" + made.json().value(u"id"_s).toString().toLatin1()).status, 204);
    QTRY_COMPARE(ask(1, key, "POST", "/items", "{}").status, 401);
    bringBack(u"200"_s);
    QTRY_COMPARE_WITH_TIMEOUT(ask(1, m_own, "POST", "/items", "{}").status, 200, 10'000);
    QCOMPARE(ask(1, key, "POST", "/items", "{}").status, 401);
}

} // namespace iwd::test

QTEST_GUILESS_MAIN(iwd::test::TestTenants)
#include "tst_tenants.moc"

// SPDX-License-Identifier: Apache-2.0
#include <support/await.h>
#include <support/httpcaller.h>

#include <api/apiserver.h>
#include <base/clock.h>
#include <cache/localcache.h>
#include <http/httpserver.h>
#include <pipeline/configure/configobjects.h>
#include <pipeline/pipeline.h>
#include <runtime/health.h>
#include <runtime/metrics.h>
#include <runtime/operations.h>
#include <runtime/secrets.h>
#include <storage/sqlitestore.h>
#include <webhooks/httpwebhooksender.h>

#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

#include <set>
#include <thread>

using namespace iwd;
using namespace Qt::StringLiterals;

/// The whole server in this process, with several threads of the edge, several readers of the store and many clients: for ThreadSanitizer to look at.
class TestManyClients : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void eachGetsItsAnswersAndNothingIsTakenTwice();
};

namespace {

constexpr int clientCount = 6;
constexpr int rounds = 12;

QByteArray text(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

struct Findings
{
    std::mutex mutex;
    std::multiset<QString> taken;
    std::map<int, int> statuses;
};

/// One client's day: it captures, takes, looks at everything, completes, and hangs up in the middle of a wait.
void work(int number, quint16 port, const QByteArray &key, Findings &findings)
{
    test::HttpCaller caller(port, { { "x-api-key", key } });
    const QByteArray agent = "/iwd/v3/agents/agent-" + QByteArray::number(number);
    const auto ask = [&](const QByteArray &method, const QByteArray &target, const QByteArray &body = {}) {
        const auto answer = caller.call(method, target, body);
        const std::lock_guard lock(findings.mutex);
        ++findings.statuses[answer ? answer->status : 0];
        return answer ? answer->json() : QJsonObject();
    };
    (void)ask("PUT", agent, text({ { u"name"_s, u"agent-%1"_s.arg(number) }, { u"capacity"_s, QJsonObject { { u"*"_s, 1000 } } } }));
    (void)ask("PUT", agent + "/state", text({ { u"state"_s, u"ready"_s } }));
    for (int round = 0; round < rounds; ++round) {
        (void)ask("POST", "/iwd/v3/items", text({ { u"captureId"_s, u"%1-%2"_s.arg(number).arg(round) } }));
        const QJsonObject work = ask("POST", agent + "/next?wait=20");
        const QString item = work.value(u"item"_s).toObject().value(u"id"_s).toString();
        {
            const std::lock_guard lock(findings.mutex);
            findings.taken.insert(item);
        }
        (void)ask("PATCH", "/iwd/v3/items/" + item.toLatin1(), text({ { u"custom"_s, QJsonObject { { u"round"_s, round } } } }));
        for (const auto target : { "/iwd/v3/items?limit=20", "/iwd/v3/items?sort=priority", "/iwd/v3/events?limit=50&wait=0.05", "/iwd/v3/stats/queues", "/iwd/v3/stats/server", "/iwd/v3/metrics",
                 "/health/ready", "/docs", "/iwd/v3/openapi.json" })
            (void)ask("GET", target);
        (void)ask("PUT", "/iwd/v3/skills/skill-" + QByteArray::number(number) + '-' + QByteArray::number(round), text({ { u"name"_s, u"Skill"_s } }));
        (void)ask("POST", agent + "/complete", text({ { u"item"_s, item }, { u"token"_s, work.value(u"assignment"_s).toObject().value(u"token"_s) } }));
        if (round % 4 == 3) {
            test::HttpCaller impatient(port, { { "x-api-key", key } });
            (void)impatient.begin("GET", "/iwd/v3/events?after=1000000&wait=30");
        }
    }
}

} // namespace

void TestManyClients::eachGetsItsAnswersAndNothingIsTakenTwice()
{
    const QTemporaryDir folder;
    const auto clock = std::make_shared<SystemClock>();
    Metrics metrics(u"0.0.0"_s);
    Health health(clock);
    SqliteOptions options;
    options.path = folder.filePath(u"iwd.db"_s);
    options.observer = [&metrics](const QString &name, bool ok, std::chrono::nanoseconds duration) { metrics.database("sqlite", name.toLatin1(), ok, duration); };
    auto opened = SqliteStore::open(options, *clock);
    QVERIFY(opened);
    const auto store = *std::move(opened);
    const TenantId tenant = *store->createTenant(u"100"_s, u"t100"_s, u"6a2f41a3-c54c-4ce8-92d2-0324e1c32e22"_s);
    auto pipeline = std::make_unique<Pipeline>(*store, *clock, PipelineOptions { .dueWorkInterval = milliseconds(10) });
    QVERIFY(iwd::await(pipeline->start({ tenant })));
    const QString key = secrets::newApiKey();
    const std::function<Result<bool>(Transaction &)> seed = [key, tenant](Transaction &transaction) -> Result<bool> {
        seedConfiguration(transaction);
        ApiKeyRecord record;
        record.id = u"test"_s;
        record.tenant = tenant;
        record.name = u"Test"_s;
        record.scopes = { u"admin"_s };
        transaction.insertApiKey(record, secrets::digest(key));
        return true;
    };
    const std::function<Answer(const bool &)> nothing = [](const bool &) { return Answer {}; };
    QVERIFY(iwd::await(pipeline->write<bool>({ tenant, Actor::server(), Deadline::never(), std::nullopt }, seed, nothing)).ok());

    LocalCache cache(clock);
    const auto outgoing = OutgoingClient::make({ "iwd-server/test" });
    QVERIFY(outgoing.ok());
    HttpWebhookSender webhooks(**outgoing, "key of the installation");
    std::unique_ptr<http::Server> server;
    ServerFacts facts;
    facts.version = u"0.0.0"_s;
    facts.started = clock->now();
    facts.connections = [&server] { return server->connectionCount(); };
    facts.requestsInFlight = [&server] { return server->inFlightCount(); };
    Api api(*pipeline, cache, *clock, webhooks, facts);
    const auto router = std::make_shared<http::Router>();
    api.addRoutes(*router);
    addOperationsRoutes(*router, metrics, health);
    http::ServerOptions serverOptions;
    serverOptions.threads = 3;
    server = std::make_unique<http::Server>(router, serverOptions, Api::problemWriter());
    countRequests(*server, metrics);
    const auto port = server->listen(QHostAddress::LocalHost, 0);
    QVERIFY(port);

    Findings findings;
    std::atomic<int> finished = 0;
    std::vector<std::thread> clients;
    for (int number = 0; number < clientCount; ++number)
        clients.emplace_back([&, number] {
            work(number, *port, key.toLatin1(), findings);
            ++finished;
        });
    int beats = 0;
    QTRY_VERIFY_WITH_TIMEOUT((health.set(u"test"_s, ++beats % 2 == 0, u"Beating."_s), health.beat(), finished == clientCount), 100'000);
    for (auto &client : clients)
        client.join();
    QCOMPARE(findings.taken.size(), size_t(clientCount * rounds));
    QCOMPARE(std::set<QString>(findings.taken.begin(), findings.taken.end()).size(), findings.taken.size());
    // Readiness was made to change; everything else has been done.
    for (const auto &[status, count] : findings.statuses)
        QVERIFY2(status == 200 || status == 201 || status == 503, qPrintable(u"%1 answers of status %2"_s.arg(count).arg(status)));
    QVERIFY(findings.statuses[200] > clientCount * rounds * 5);

    pipeline->stop();
    server.reset();
    pipeline.reset();
}

QTEST_GUILESS_MAIN(TestManyClients)
#include "tst_manyclients.moc"

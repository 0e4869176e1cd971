// SPDX-License-Identifier: Apache-2.0
#include "balancer.h"

#include <crash/trial.h>
#include <support/privatepostgres.h>
#include <support/privateredis.h>
#include <support/serverprocess.h>

#include <QJsonArray>
#include <QTest>

namespace iwd::test {

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr int podCount = 3;

QByteArray text(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

/// The figures of queues, but for what changes while one looks.
QJsonArray withoutAges(const QJsonObject &answer)
{
    QJsonArray queues;
    const QJsonArray data = answer.value(u"data"_s).toArray();
    for (const QJsonValue value : data) {
        QJsonObject queue = value.toObject();
        queue.remove(u"oldestAgeSeconds"_s);
        queues.append(queue);
    }
    return queues;
}

} // namespace

/// Several servers on one PostgreSQL and one Redis, as equal pods: whichever is asked, the answer is the same, and whichever dies, nothing is lost.
/// IWD_PODS_SEED repeats a run's choices, IWD_PODS_KILLS prolongs it.
class TestPods : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void whatOnePodWritesAllShow();
    void workReachesTheAgentWhicheverPodTookIt();
    void aKeyThatOnePodRevokesAllRefuse();
    void whatFallsDueIsDoneByAnotherPodWhenOneDies();
    void whatWasAcknowledgedSurvivesTheDeathOfPods();

private:
    [[nodiscard]] QByteArray apiKey() const { return m_pods.front()->apiKey(); }
    [[nodiscard]] HttpCaller::HeaderFields asAdministrator() const { return { { "x-api-key", apiKey() } }; }
    [[nodiscard]] HttpAnswer ask(size_t pod, const QByteArray &method, const QByteArray &target, const QJsonObject &body = {}, const HttpCaller::HeaderFields &headers = {}) const;
    void addReadyAgent(const QByteArray &id);

    PrivateRedis m_redis;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::vector<std::unique_ptr<ServerProcess>> m_pods;
};

void TestPods::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    PrivatePostgres &postgres = PrivatePostgres::shared();
    const QString url = postgres.url(postgres.newEmptyDatabase());
    m_redis.cli({ u"FLUSHALL"_s });
    for (int number = 0; number < podCount; ++number) {
        ServerSetup setup;
        setup.program = QStringLiteral(IWD_SERVER);
        setup.data = m_folder->filePath(QString::number(number));
        setup.environment = { u"IWD_STORAGE_URL="_s + url, u"IWD_CACHE_URL="_s + m_redis.url() };
        m_pods.push_back(std::make_unique<ServerProcess>(setup));
        m_pods.back()->start();
        // The first one makes the tenant and the credentials.
        if (number == 0)
            QVERIFY2(m_pods.back()->waitUntilReady(), m_pods.back()->log().constData());
    }
    for (const auto &pod : m_pods)
        QVERIFY2(pod->waitUntilReady(), pod->log().constData());
}

void TestPods::cleanup()
{
    if (QTest::currentTestFailed()) {
        for (const auto &pod : m_pods)
            qInfo("%s", pod->log().right(3'000).constData());
    }
    m_pods.clear();
}

HttpAnswer TestPods::ask(size_t pod, const QByteArray &method, const QByteArray &target, const QJsonObject &body, const HttpCaller::HeaderFields &headers) const
{
    HttpCaller caller(m_pods[pod]->port(), asAdministrator());
    return caller.call(method, "/iwd/v3" + target, body.isEmpty() ? QByteArray() : text(body), headers).value_or(HttpAnswer());
}

void TestPods::addReadyAgent(const QByteArray &id)
{
    QCOMPARE(ask(0, "PUT", "/agents/" + id, { { u"name"_s, QString::fromLatin1(id) }, { u"capacity"_s, QJsonObject { { u"*"_s, 100 } } } }).status, 201);
    QCOMPARE(ask(1, "PUT", "/agents/" + id + "/state", { { u"state"_s, u"ready"_s } }).status, 200);
}

void TestPods::whatOnePodWritesAllShow()
{
    for (size_t pod = 0; pod < m_pods.size(); ++pod) {
        const HttpAnswer captured = ask(pod, "POST", "/items", { { u"captureId"_s, u"from-%1"_s.arg(pod) } });
        QCOMPARE(captured.status, 200);
        // Rows at once …
        for (size_t other = 0; other < m_pods.size(); ++other)
            QCOMPARE(ask(other, "GET", "/items/" + captured.json().value(u"id"_s).toString().toLatin1()).status, 200);
    }
    // … configuration too …
    QCOMPARE(ask(0, "PUT", "/queues/second", { { u"name"_s, u"Second"_s } }).status, 201);
    for (size_t pod = 0; pod < m_pods.size(); ++pod) {
        QCOMPARE(ask(pod, "GET", "/queues/second").status, 200);
        QCOMPARE(ask(pod, "PUT", "/queues/second", { { u"name"_s, u"Changed by %1"_s.arg(pod) } }, { { "If-Match", "*" } }).status, 200);
    }
    // … and figures as soon as the others have looked.
    for (size_t pod = 0; pod < m_pods.size(); ++pod) {
        QTRY_COMPARE(ask(pod, "GET", "/stats/queues").json().value(u"data"_s)[0][u"queued"_s].toInt(), podCount);
        QTRY_COMPARE(ask(pod, "GET", "/events?after=0&limit=1000").json().value(u"data"_s).toArray().size(), ask(0, "GET", "/events?after=0&limit=1000").json().value(u"data"_s).toArray().size());
    }
}

void TestPods::workReachesTheAgentWhicheverPodTookIt()
{
    addReadyAgent("anna");
    QCOMPARE(ask(0, "PUT", "/queues/pushed", { { u"name"_s, u"Pushed"_s }, { u"mode"_s, u"push"_s } }).status, 201);
    QCOMPARE(ask(0, "POST", "/categories",
                 { { u"id"_s, u"pushed"_s }, { u"name"_s, u"Pushed"_s }, { u"queue"_s, u"pushed"_s }, { u"schema"_s, u"standard"_s },
                     { u"rule"_s, QJsonObject { { u"attribute"_s, u"custom.push"_s }, { u"operator"_s, u"equals"_s }, { u"value"_s, true } } } })
                 .status,
        201);
    std::vector<double> waits;
    for (int round = 0; round < 60; ++round) {
        const size_t taker = static_cast<size_t>(round) % m_pods.size();
        const size_t asker = (taker + 1 + static_cast<size_t>(round) / m_pods.size() % 2) % m_pods.size();
        const bool push = round % 2 == 1;
        HttpCaller agent(m_pods[asker]->port(), asAdministrator());
        QVERIFY(push ? agent.begin("GET", "/iwd/v3/agents/anna/offers?wait=20") : agent.begin("POST", "/iwd/v3/agents/anna/next?wait=20"));
        // Beside the request that asks for the figure.
        QTRY_COMPARE(ask(asker, "GET", "/stats/server").json().value(u"requestsInFlight"_s).toInt(), 2);
        const auto begun = std::chrono::steady_clock::now();
        const QJsonObject item { { u"captureId"_s, u"work-%1"_s.arg(round) }, { u"custom"_s, QJsonObject { { u"push"_s, push } } } };
        QCOMPARE(ask(taker, "POST", "/items", item).status, 200);
        const auto answer = agent.finish();
        waits.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count());
        QVERIFY(answer && answer->status == 200);
        const QJsonObject got = push ? answer->json().value(u"data"_s)[0].toObject() : answer->json();
        QCOMPARE(got.value(u"item"_s)[u"captureId"_s].toString(), u"work-%1"_s.arg(round));
        const QJsonObject held { { u"item"_s, got.value(u"item"_s)[u"id"_s] }, { u"token"_s, got.value(u"assignment"_s)[u"token"_s] } };
        if (push)
            QCOMPARE(ask(taker, "POST", "/agents/anna/accept", held).status, 200);
        QCOMPARE(ask((asker + 1) % m_pods.size(), "POST", "/agents/anna/complete", held).status, 200);
    }
    std::sort(waits.begin(), waits.end());
    qInfo("From the POST on one pod to the agent that waits on another: p50 %.0f ms, worst of %zu %.0f ms", waits[waits.size() / 2], waits.size(), waits.back());
}

void TestPods::aKeyThatOnePodRevokesAllRefuse()
{
    const HttpAnswer created = ask(0, "POST", "/api-keys", { { u"name"_s, u"short-lived"_s }, { u"scopes"_s, QJsonArray { u"source"_s } } });
    QCOMPARE(created.status, 201);
    std::vector<std::unique_ptr<HttpCaller>> callers;
    const auto status = [&](size_t pod) {
        const auto answer = callers[pod]->call("POST", "/iwd/v3/items", "{}");
        return answer ? answer->status : 0;
    };
    for (const auto &pod : m_pods) {
        callers.push_back(std::make_unique<HttpCaller>(pod->port(), HttpCaller::HeaderFields { { "x-api-key", created.json().value(u"key"_s).toString().toLatin1() } }));
        QCOMPARE(status(callers.size() - 1), 200);
    }
    QCOMPARE(ask(1, "DELETE", "/api-keys/" + created.json().value(u"id"_s).toString().toLatin1()).status, 204);
    QCOMPARE(status(1), 401);
    for (size_t pod = 0; pod < m_pods.size(); ++pod) {
        QTRY_COMPARE_WITH_TIMEOUT(status(pod), 401, 1'000);
        for (int i = 0; i < 10; ++i)
            QCOMPARE(status(pod), 401);
    }
}

void TestPods::whatFallsDueIsDoneByAnotherPodWhenOneDies()
{
    // Two of three die, so whoever does what falls due at the moment, or takes it over, is likely to be among them.
    for (size_t dying = 0; dying + 1 < m_pods.size(); ++dying) {
        const QString due = QDateTime::currentDateTimeUtc().addSecs(1).toString(Qt::ISODateWithMs);
        const HttpAnswer sleeping = ask(dying, "POST", "/items", { { u"captureId"_s, u"sleeps-%1"_s.arg(dying) }, { u"activationDateTime"_s, due } });
        QCOMPARE(sleeping.json().value(u"status"_s).toString(), u"captured"_s);
        m_pods[dying]->kill();
        QTRY_COMPARE_WITH_TIMEOUT(ask(m_pods.size() - 1, "GET", "/items/" + sleeping.json().value(u"id"_s).toString().toLatin1()).json().value(u"status"_s).toString(), u"queued"_s, 10'000);
    }
}

void TestPods::whatWasAcknowledgedSurvivesTheDeathOfPods()
{
    const unsigned seed = fromEnvironment("IWD_PODS_SEED", std::random_device()());
    const unsigned kills = fromEnvironment("IWD_PODS_KILLS", 20);
    qInfo("IWD_PODS_SEED=%u", seed);
    std::mt19937 random(seed);
    std::vector<quint16> ports;
    for (const auto &pod : m_pods)
        ports.push_back(pod->port());
    Balancer balancer(ports);
    Trial trial(balancer.port(), apiKey(), seed);
    const QString unprepared = trial.begin();
    QVERIFY2(unprepared.isEmpty(), qPrintable(unprepared));

    QStringList wrong;
    for (unsigned killed = 0; killed < kills && wrong.isEmpty(); ++killed) {
        ServerProcess &victim = *m_pods[random() % m_pods.size()];
        trial.gate().open(); // those who met the last death go on
        if (killed % 2 == 0)
            trial.trigger().arm(victim.pid(), 1 + static_cast<int>(random() % 40));
        (void)victim.waitUntilEnded(milliseconds(100 + random() % 400));
        trial.trigger().disarm();
        victim.kill();
        // The others carry on without it.
        if (const int further = 5 + static_cast<int>(random() % 40); !trial.waitForAcknowledgements(further))
            wrong.append(u"the other pods did not acknowledge %1 operations within a minute after kill %2"_s.arg(further).arg(killed));
        if (killed % 4 == 0)
            m_redis.cli({ u"FLUSHALL"_s });
        victim.start();
        if (killed % 3 != 0 && !victim.waitUntilReady())
            wrong.append(u"a pod does not start again after kill %1:\n"_s.arg(killed) + QString::fromUtf8(victim.log().right(4'000)));
    }
    for (const auto &pod : m_pods) {
        if (wrong.isEmpty() && !pod->waitUntilReady())
            wrong.append(u"a pod does not start again"_s);
    }
    trial.end();
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join(u'\n')));

    Measure measure;
    measure.history.leaseSlack = seconds(8); // the lease of whoever does what falls due has to end first
    const Verdict verdict = trial.judge(measure);
    qInfo("%zu operations, %zu events, %d searches, %u deaths", verdict.operations.size(), verdict.found.feed.size(), verdict.searches, kills);
    QVERIFY2(verdict.complaints.isEmpty(), qPrintable(verdict.report(u"pods"_s, seed)));
    QVERIFY(verdict.operations.size() > 300);
    // Figures are each pod's own, and all the same.
    for (size_t pod = 0; pod < m_pods.size(); ++pod)
        QTRY_COMPARE(withoutAges(ask(pod, "GET", "/stats/queues").json()), withoutAges(verdict.found.queueFigures));
}

} // namespace iwd::test

QTEST_GUILESS_MAIN(iwd::test::TestPods)
#include "tst_pods.moc"

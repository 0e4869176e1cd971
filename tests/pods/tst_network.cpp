// SPDX-License-Identifier: Apache-2.0
#include "balancer.h"

#include <crash/trial.h>
#include <support/privatepostgres.h>
#include <support/serverprocess.h>
#include <support/tcpproxy.h>

#include <QTest>

namespace iwd::test {

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr int patience = 20'000; ///< milliseconds for what comes by itself

} // namespace

/// Real servers whose way to the database is cut, silent, slow or gone, over HTTP.
/// IWD_NETWORK_SEED repeats a run's choices, IWD_NETWORK_ROUNDS prolongs it.
class TestNetwork : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void aSilentNetworkIsNoticedAndRequestsFailBeforeTheirTime();
    void aSlowNetworkOnlyTakesItsTime();
    void aCommitThatNobodyAnsweredIsAnsweredAsUnknownAndSafeToRepeat_data();
    void aCommitThatNobodyAnsweredIsAnsweredAsUnknownAndSafeToRepeat();
    void ofTwoHostsOneMayGo_data();
    void ofTwoHostsOneMayGo();
    void whatWasAcknowledgedSurvivesABadNetwork();

private:
    [[nodiscard]] HttpAnswer ask(size_t server, const QByteArray &method, const QByteArray &target, const QByteArray &body = {}, const HttpCaller::HeaderFields &headers = {}) const;
    [[nodiscard]] int readiness(size_t server) const;
    void addServer(const QString &hosts);

    std::unique_ptr<PrivatePostgres> m_postgres;
    QString m_database;
    std::unique_ptr<TcpProxy> m_first; ///< two ways to one database
    std::unique_ptr<TcpProxy> m_second;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::vector<std::unique_ptr<ServerProcess>> m_servers;
};

void TestNetwork::init()
{
    if (!m_postgres)
        m_postgres = std::make_unique<PrivatePostgres>(PrivatePostgres::Setup { .tcp = true, .settings = {} });
    m_database = m_postgres->newEmptyDatabase();
    m_first = std::make_unique<TcpProxy>(m_postgres->port());
    m_second = std::make_unique<TcpProxy>(m_postgres->port());
    m_folder = std::make_unique<QTemporaryDir>();
}

void TestNetwork::cleanup()
{
    if (QTest::currentTestFailed()) {
        for (const auto &server : m_servers)
            qInfo("%s", server->log().right(3'000).constData());
    }
    m_servers.clear();
    m_first.reset();
    m_second.reset();
}

/// Started, and ready.
void TestNetwork::addServer(const QString &hosts)
{
    ServerSetup setup;
    setup.program = QStringLiteral(IWD_SERVER);
    setup.data = m_folder->filePath(QString::number(m_servers.size()));
    setup.environment = { u"IWD_STORAGE_URL=postgresql://iwd:%1@%2/%3?connect_timeout=2"_s.arg(QLatin1StringView(PrivatePostgres::Password), hosts, m_database) };
    m_servers.push_back(std::make_unique<ServerProcess>(setup));
    m_servers.back()->start();
    QVERIFY2(m_servers.back()->waitUntilReady(), m_servers.back()->log().constData());
}

HttpAnswer TestNetwork::ask(size_t server, const QByteArray &method, const QByteArray &target, const QByteArray &body, const HttpCaller::HeaderFields &headers) const
{
    HttpCaller caller(m_servers[server]->port(), { { "x-api-key", m_servers.front()->apiKey() } });
    return caller.call(method, "/iwd/v3" + target, body, headers, seconds(60)).value_or(HttpAnswer());
}

int TestNetwork::readiness(size_t server) const
{
    HttpCaller caller(m_servers[server]->operationsPort());
    const auto answer = caller.call("GET", "/health/ready");
    return answer ? answer->status : 0;
}

/// What is sent is acknowledged by something on the way and goes nowhere, so nothing of TCP notices.
void TestNetwork::aSilentNetworkIsNoticedAndRequestsFailBeforeTheirTime()
{
    addServer(u"127.0.0.1:%1"_s.arg(m_first->port()));
    QCOMPARE(ask(0, "POST", "/items", R"({"captureId":"before"})").status, 200);
    m_first->swallow(true);
    // Several at once, so that the first ones meet connections that look well and the later ones wait behind them.
    const std::vector<std::pair<QByteArray, QByteArray>> requests { { "POST", "/items" }, { "GET", "/items" }, { "POST", "/items/search" }, { "POST", "/items" }, { "GET", "/queues" }, { "GET", "/items" } };
    std::vector<HttpAnswer> answers(requests.size());
    std::vector<std::thread> callers;
    for (size_t i = 0; i < requests.size(); ++i)
        callers.emplace_back([&, i] { answers[i] = ask(0, requests[i].first, requests[i].second, requests[i].first == "POST" ? QByteArray("{}") : QByteArray()); });
    for (std::thread &caller : callers)
        caller.join();
    for (const HttpAnswer &answer : answers) {
        QCOMPARE(answer.status, 503); // 504 would be the end of the request's time
        QVERIFY(!answer.header("retry-after").isEmpty());
        QCOMPARE(answer.json().value(u"code"_s).toString(), u"storage.unavailable"_s);
    }
    QTRY_COMPARE_WITH_TIMEOUT(readiness(0), 503, patience);
    QCOMPARE(ask(0, "POST", "/items", "{}").status, 503); // from now on at once
    m_first->swallow(false);
    QTRY_COMPARE_WITH_TIMEOUT(readiness(0), 200, patience);
    QTRY_COMPARE_WITH_TIMEOUT(ask(0, "POST", "/items", R"({"captureId":"after"})").status, 200, patience);
    QTRY_COMPARE_WITH_TIMEOUT(ask(0, "GET", "/items").status, 200, patience);
}

void TestNetwork::aSlowNetworkOnlyTakesItsTime()
{
    addServer(u"127.0.0.1:%1"_s.arg(m_first->port()));
    QCOMPARE(ask(0, "POST", "/items", R"({"captureId":"before"})").status, 200); // what a server looks up once it knows now
    QCOMPARE(ask(0, "GET", "/items").status, 200);
    m_first->delay(seconds(1)); // there, and back
    // Whoever comes behind others may run out of time, and is told so; it is done once all the same.
    HttpAnswer captured;
    for (int tries = 0; tries < 3 && captured.status != 200; ++tries) {
        captured = ask(0, "POST", "/items", R"({"captureId":"slow"})");
        QVERIFY2(captured.status == 200 || captured.status == 504, captured.body.constData());
    }
    QCOMPARE(captured.status, 200);
    const HttpAnswer found = ask(0, "GET", "/items?captureId=slow");
    QVERIFY2(found.status == 200, found.body.constData());
    QCOMPARE(readiness(0), 200);
    QVERIFY2(!m_servers[0]->log().contains("given up"), m_servers[0]->log().constData());
    m_first->delay(milliseconds(0));
    QTRY_COMPARE_WITH_TIMEOUT(ask(0, "POST", "/items", "{}").status, 200, patience);
    QCOMPARE(m_postgres->run(m_database, u"select count(*) from item_payload where capture_id = 'slow'"_s), u"1"_s);
}

void TestNetwork::aCommitThatNobodyAnsweredIsAnsweredAsUnknownAndSafeToRepeat_data()
{
    QTest::addColumn<bool>("before");
    QTest::addRow("the commit did not arrive") << true;
    QTest::addRow("its answer did not") << false;
}

void TestNetwork::aCommitThatNobodyAnsweredIsAnsweredAsUnknownAndSafeToRepeat()
{
    QFETCH(bool, before);
    addServer(u"127.0.0.1:%1"_s.arg(m_first->port()));
    // The text of the statement goes over the wire as it is.
    int unknown = 0;
    for (int round = 0; round < 10; ++round) {
        const QByteArray key = "round-" + QByteArray::number(round);
        const QByteArray body = "{\"captureId\":\"" + key + "\"}";
        m_first->cutWhenSent("commit", before, 1);
        HttpAnswer answer = ask(0, "POST", "/items", body, { { "Idempotency-Key", key } });
        if (answer.status == 503 && answer.json().value(u"args"_s)[u"outcome"_s] == u"unknown"_s)
            ++unknown;
        else
            QVERIFY2(answer.status == 503 || answer.status == 200, answer.body.constData()); // what fell due has met the cut instead
        for (int tries = 0; tries < 200 && answer.status == 503; ++tries) {
            QVERIFY(!answer.header("retry-after").isEmpty());
            QTest::qWait(20);
            answer = ask(0, "POST", "/items", body, { { "Idempotency-Key", key } });
        }
        QCOMPARE(answer.status, 200);
    }
    QVERIFY(unknown > 0);
    QCOMPARE(m_postgres->run(m_database, u"select count(*) || ' ' || count(distinct capture_id) from item_payload"_s), u"10 10"_s);
}

void TestNetwork::ofTwoHostsOneMayGo_data()
{
    QTest::addColumn<bool>("silently");
    QTest::addRow("in order") << false;
    QTest::addRow("silently") << true;
}

void TestNetwork::ofTwoHostsOneMayGo()
{
    QFETCH(bool, silently);
    addServer(u"127.0.0.1:%1,127.0.0.1:%2"_s.arg(m_first->port()).arg(m_second->port()));
    QCOMPARE(ask(0, "POST", "/items", R"({"captureId":"first"})").status, 200);
    const auto lose = [silently](TcpProxy &host, bool gone) {
        if (silently)
            host.swallow(gone);
        else
            host.go(gone);
    };
    for (int round = 0; round < 2; ++round) {
        TcpProxy &gone = round == 0 ? *m_first : *m_second;
        lose(gone, true);
        QTRY_COMPARE_WITH_TIMEOUT(ask(0, "POST", "/items", "{\"captureId\":\"round-" + QByteArray::number(round) + "\"}").status, 200, 2 * patience);
        QTRY_COMPARE_WITH_TIMEOUT(readiness(0), 200, patience);
        lose(gone, false);
    }
    QTRY_COMPARE_WITH_TIMEOUT(ask(0, "GET", "/items").status, 200, patience);
}

void TestNetwork::whatWasAcknowledgedSurvivesABadNetwork()
{
    const unsigned seed = fromEnvironment("IWD_NETWORK_SEED", std::random_device()());
    const unsigned rounds = fromEnvironment("IWD_NETWORK_ROUNDS", 10);
    qInfo("IWD_NETWORK_SEED=%u", seed);
    std::mt19937 random(seed);
    const std::vector<TcpProxy *> ways { m_first.get(), m_second.get() };
    for (const TcpProxy *way : ways)
        addServer(u"127.0.0.1:%1"_s.arg(way->port()));
    const QByteArray key = m_servers.front()->apiKey();
    Balancer balancer({ m_servers[0]->port(), m_servers[1]->port() });
    Trial trial(balancer.port(), key, seed);
    const QString unprepared = trial.begin();
    QVERIFY2(unprepared.isEmpty(), qPrintable(unprepared));
    trial.gate().open();

    QString wrong;
    for (unsigned round = 0; round < rounds && wrong.isEmpty(); ++round) {
        TcpProxy &way = *ways[random() % ways.size()];
        switch (round % 5) {
        case 0:
            way.cut();
            break;
        case 1:
        case 2:
            way.cutWhenSent("commit", round % 5 == 1, 1 + static_cast<int>(random() % 4));
            break;
        case 3:
            way.delay(milliseconds(50 + random() % 500));
            QTest::qWait(1'500); // so long it is slow
            way.delay(milliseconds(0));
            break;
        default:
            way.swallow(true);
            QTest::qWait(static_cast<int>(500 + random() % 6'000)); // so long it is silent
            way.swallow(false);
        }
        QTest::qWait(static_cast<int>(100 + random() % 400)); // some work in between
        trial.gate().open();
        for (size_t server = 0; server < m_servers.size() && wrong.isEmpty(); ++server) {
            const auto end = std::chrono::steady_clock::now() + milliseconds(patience);
            while (readiness(server) != 200 && wrong.isEmpty()) {
                if (std::chrono::steady_clock::now() > end)
                    wrong = u"a server does not come back after round %1"_s.arg(round);
                QTest::qWait(20);
            }
        }
    }
    trial.end();
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));

    Measure measure;
    measure.history.leaseSlack = seconds(20); // nobody notices the end of a lease while the network is silent
    const Verdict verdict = trial.judge(measure);
    const auto refused = std::count_if(verdict.operations.begin(), verdict.operations.end(), [](const Operation &one) { return one.attempts.back().status == 503; });
    qInfo("%zu operations, %td refused, %zu events, %u rounds", verdict.operations.size(), refused, verdict.found.feed.size(), rounds);
    QVERIFY2(verdict.complaints.isEmpty(), qPrintable(verdict.report(u"network"_s, seed)));
    QVERIFY(verdict.operations.size() > 300);
}

} // namespace iwd::test

QTEST_GUILESS_MAIN(iwd::test::TestNetwork)
#include "tst_network.moc"

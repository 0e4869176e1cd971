// SPDX-License-Identifier: Apache-2.0
#include "site.h"

#include <QDir>
#include <QFileInfo>
#include <QJsonArray>
#include <QTest>

#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace iwd::test {

using namespace Qt::StringLiterals;
using std::chrono::seconds;

namespace {

/// A text message of a WebSocket's client in one frame (RFC 6455, 5.2), masked with zeros.
QByteArray textFrame(const QByteArray &text)
{
    Q_ASSERT(text.size() < 126);
    return QByteArray("\x81") + static_cast<char>(0x80 | text.size()) + QByteArray(4, '\0') + text;
}

constexpr qint64 MiB = 1024 * 1024;

/// For tests that measure memory: AddressSanitizer, where it is built in, keeps hundreds of MiB of freed memory back, which are not the server's.
const QStringList &withoutQuarantine()
{
    static const QStringList environment { u"ASAN_OPTIONS="_s + qEnvironmentVariable("ASAN_OPTIONS") + u":quarantine_size_mb=1"_s };
    return environment;
}

/// Descriptors for thousands of connections of this process.
bool raiseOwnLimit(rlim_t wanted)
{
    rlimit limit {};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = std::max(limit.rlim_cur, std::min(limit.rlim_max, wanted));
    return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= wanted;
}

} // namespace

class TestAbuse : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aReadOnlyFolderIsRefusedInWords();
    void aReadOnlyDatabaseIsRefusedInWords();
    void tenThousandIdleConnectionsLeaveRoomForOthers();
    void aClientThatReadsNothingIsDropped();
    void manyClientsThatReadNothingAreBounded();
    void aStreamReaderThatReadsNothingIsDropped_data();
    void aStreamReaderThatReadsNothingIsDropped();
    void aThousandWaitingAgentsGetAnItemEach();
    void waitingAgentsAreAnsweredWhenTheServerStops();

private:
    static bool runsAsRoot() { return ::geteuid() == 0; }
};

void TestAbuse::aReadOnlyFolderIsRefusedInWords()
{
    QTemporaryDir folder;
    ::chmod(qPrintable(folder.path()), 0755);
    ServerSetup setup;
    setup.program = QStringLiteral(IWD_SERVER);
    setup.data = folder.filePath(u"readonly"_s);
    QVERIFY(QDir().mkpath(setup.data));
    ::chmod(qPrintable(setup.data), 0555);
    setup.user = runsAsRoot() ? 65534 : 0; // nothing is read-only for root
    if (runsAsRoot()) // the programs of a build may lie where only root may look
        setup.program = folder.filePath(u"iwd-server"_s);
    if (runsAsRoot())
        QVERIFY(QFile::copy(QStringLiteral(IWD_SERVER), setup.program));
    ServerProcess server(setup);
    server.start();
    QVERIFY(server.waitForEnd() > 0);
    const QByteArray log = server.log();
    QVERIFY2(log.contains("error") && log.contains("readonly"), log.constData());
    QVERIFY2(log.contains("ermission"), log.constData());
}

void TestAbuse::aReadOnlyDatabaseIsRefusedInWords()
{
    Site site;
    QCOMPARE(site.ask("POST", "/items", itemBody(u"one"_s)).status, 200);
    QCOMPARE(site.server.stop(), 0);
    const QString database = site.server.setup().data + u"/iwd.db"_s;
    const QString copy = site.folder.filePath(u"copy"_s);
    QVERIFY(QDir().mkpath(copy));
    QVERIFY(QFile::copy(database, copy + u"/iwd.db"_s));
    ::chmod(qPrintable(site.folder.path()), 0755);
    ::chmod(qPrintable(copy), 0755);
    ::chmod(qPrintable(copy + u"/iwd.db"_s), 0444);
    ServerSetup setup = site.server.setup();
    setup.data = copy;
    if (runsAsRoot()) {
        setup.user = 65534;
        setup.program = site.folder.filePath(u"iwd-server"_s);
        QVERIFY(QFile::copy(QStringLiteral(IWD_SERVER), setup.program));
        QVERIFY(::chown(qPrintable(copy), setup.user, setup.user) == 0); // the folder is the server's own, the file is not
    }
    ServerProcess server(setup);
    server.start();
    QVERIFY(server.waitForEnd() > 0);
    QVERIFY2(server.log().contains("readonly") || server.log().contains("read-only"), server.log().constData());
    QVERIFY2(server.log().contains("iwd.db"), server.log().constData());

    // And with its own file again it has everything.
    site.server.start();
    QVERIFY(site.server.waitUntilReady());
    QCOMPARE(site.stored(), std::set<QString> { u"one"_s });
}

void TestAbuse::tenThousandIdleConnectionsLeaveRoomForOthers()
{
    constexpr int count = 10'000;
    QVERIFY2(raiseOwnLimit(count + 1000), "This test needs 11,000 open files: raise the hard limit (ulimit -Hn).");
    Site site(withoutQuarantine());
    const qint64 before = site.server.residentBytes();
    std::vector<std::unique_ptr<HttpCaller>> idle;
    for (int i = 0; i < count; ++i) {
        idle.push_back(std::make_unique<HttpCaller>(site.server.port()));
        QVERIFY(idle.back()->connectOnly());
        if (i % 1000 == 999)
            QVERIFY(idle.back()->call("GET", "/health/live")); // accepting keeps up with connecting
    }
    QTRY_VERIFY(site.ask("GET", "/stats/server").json().value(u"connections"_s).toInt() >= count);
    for (int i = 0; i < 50; ++i)
        QCOMPARE(site.ask("POST", "/items", itemBody(QString::number(i))).status, 200);
    const qint64 each = (site.server.residentBytes() - before) / count;
    qInfo("%lld bytes for an idle connection", static_cast<long long>(each));
    QVERIFY(each < 20'000);
    for (const auto &caller : idle)
        QVERIFY(!caller->ended());
    idle.clear();
    QTRY_VERIFY(site.ask("GET", "/stats/server").json().value(u"connections"_s).toInt() < 10);
}

/// Asks for much and takes nothing. @returns whether the server ended it in time
static bool isDropped(HttpCaller &caller, int patienceMs)
{
    pollfd broken { caller.descriptor(), POLLRDHUP, 0 }; // a reset comes through although nothing is read
    return ::poll(&broken, 1, patienceMs) == 1;
}

void TestAbuse::aClientThatReadsNothingIsDropped()
{
    Site site({ u"IWD_HTTP_WRITE_TIMEOUT=1s"_s });
    HttpCaller greedy(site.server.port(), site.headers());
    QVERIFY(greedy.connectOnly());
    const int small = 4096;
    ::setsockopt(greedy.descriptor(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    for (int i = 0; i < 60; ++i)
        QVERIFY(greedy.begin("GET", "/iwd/v3/openapi.json"));
    QVERIFY(isDropped(greedy, 20'000));
    QTRY_VERIFY(site.server.log().contains("Dropped a client"));
    QCOMPARE(site.ask("GET", "/stats/server").status, 200);
}

void TestAbuse::manyClientsThatReadNothingAreBounded()
{
    // Long patience, so that only the bound of all together can help: each would hold 4 MiB for an hour.
    Site site(withoutQuarantine() + QStringList { u"IWD_HTTP_WRITE_TIMEOUT=1h"_s });
    const qint64 before = site.server.residentBytes();
    std::vector<std::unique_ptr<HttpCaller>> greedy;
    const int small = 4096;
    for (int i = 0; i < 150; ++i) {
        greedy.push_back(std::make_unique<HttpCaller>(site.server.port(), site.headers()));
        QVERIFY(greedy.back()->connectOnly());
        ::setsockopt(greedy.back()->descriptor(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
        for (int request = 0; request < 30; ++request)
            (void)greedy.back()->begin("GET", "/iwd/v3/openapi.json");
    }
    QTRY_VERIFY_WITH_TIMEOUT(site.server.log().contains("Dropped a client"), 30'000);
    // Others are served again as soon as the crowd has gone.
    QTRY_COMPARE_WITH_TIMEOUT(site.ask("GET", "/stats/server").status, 200, 30'000);
    const qint64 grown = site.server.residentBytes() - before;
    qInfo("%lld MiB more for 150 clients that wanted %lld MiB", static_cast<long long>(grown / MiB), static_cast<long long>(150LL * 30 * QFileInfo(QStringLiteral(IWD_OPENAPI)).size() / MiB));
    QVERIFY(grown < 900 * MiB);
}

void TestAbuse::aStreamReaderThatReadsNothingIsDropped_data()
{
    QTest::addColumn<QByteArray>("stream");
    QTest::addColumn<QByteArray>("wish");
    QTest::addColumn<int>("count");
    QTest::newRow("events") << QByteArray("/events/stream?after=0") << QByteArray() << 20;
    QTest::newRow("offers") << QByteArray("/agents/anna/offers/stream") << QByteArray() << 4; // which are read all at once
    QByteArray wishes; // a snapshot each
    for (int i = 0; i < 40; ++i)
        wishes += textFrame("{\"subscribe\":\"" + QByteArray::number(i) + "\",\"topic\":\"items\",\"search\":{\"limit\":1000}}");
    QTest::newRow("items") << QByteArray("/stream") << wishes << 20;
}

void TestAbuse::aStreamReaderThatReadsNothingIsDropped()
{
    QFETCH(QByteArray, stream);
    QFETCH(QByteArray, wish);
    QFETCH(int, count);
    Site site(withoutQuarantine() + QStringList { u"IWD_HTTP_WRITE_TIMEOUT=1s"_s });
    const auto pushing = site.admin->call("PUT", "/iwd/v3/queues/general", text({ { u"name"_s, u"general"_s }, { u"mode"_s, u"push"_s }, { u"offerSeconds"_s, 600 } }), { { "If-Match", "*" } });
    QVERIFY(pushing && pushing->status == 200);
    site.addReadyAgent(u"anna"_s, 1000);
    // Few items but large ones: more than the buffers of the system take.
    QJsonObject custom;
    for (int i = 0; i < 4; ++i)
        custom.insert(u"padding%1"_s.arg(i), QString(9'000, u'x'));
    for (int i = 0; i < 10; ++i) {
        QJsonArray items;
        for (int k = 0; k < 20; ++k)
            items.append(QJsonObject { { u"captureId"_s, u"%1-%2"_s.arg(i).arg(k) }, { u"custom"_s, custom } });
        QCOMPARE(site.ask("POST", "/items", QJsonDocument(items).toJson(QJsonDocument::Compact)).status, 200);
    }
    QTRY_COMPARE_WITH_TIMEOUT(site.ask("GET", "/stats/agents").json().value(u"data"_s)[0][u"offered"_s].toInt(), 200, 30'000);
    const qint64 before = site.server.residentBytes();
    std::vector<std::unique_ptr<HttpCaller>> readers;
    const int small = 4096;
    for (int i = 0; i < count; ++i) {
        readers.push_back(std::make_unique<HttpCaller>(site.server.port(), site.headers()));
        QVERIFY(readers.back()->connectOnly());
        ::setsockopt(readers.back()->descriptor(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
        QVERIFY(readers.back()->begin("GET", "/iwd/v3" + stream, {},
            { { "Connection", "Upgrade" }, { "Upgrade", "websocket" }, { "Sec-WebSocket-Version", "13" }, { "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==" } }));
        QCOMPARE(::send(readers.back()->descriptor(), wish.constData(), static_cast<size_t>(wish.size()), MSG_NOSIGNAL), wish.size());
    }
    // They cannot even see it, because they do not read; the server has got rid of them.
    QTRY_VERIFY_WITH_TIMEOUT(site.server.log().contains("Dropped a reader of a live stream"), 20'000);
    QTRY_VERIFY_WITH_TIMEOUT(site.ask("GET", "/stats/server").json().value(u"connections"_s).toInt() <= 2, 20'000);
    const qint64 grown = site.server.residentBytes() - before;
    qInfo("%lld MiB more for %d readers", static_cast<long long>(grown / MiB), count);
    QVERIFY(grown < 300 * MiB);
}

void TestAbuse::aThousandWaitingAgentsGetAnItemEach()
{
    constexpr int count = 1000;
    constexpr int agents = 50;
    QVERIFY(raiseOwnLimit(count + 200));
    Site site;
    for (int agent = 0; agent < agents; ++agent)
        site.addReadyAgent(u"agent-%1"_s.arg(agent), count / agents);
    std::vector<std::unique_ptr<HttpCaller>> polls;
    for (int i = 0; i < count; ++i) {
        polls.push_back(std::make_unique<HttpCaller>(site.server.port(), site.headers()));
        QVERIFY(polls.back()->begin("POST", "/iwd/v3/agents/agent-" + QByteArray::number(i % agents) + "/next?wait=60"));
    }
    QTRY_VERIFY_WITH_TIMEOUT(site.ask("GET", "/stats/server").json().value(u"requestsInFlight"_s).toInt() >= count, 60'000);

    std::set<QString> captured;
    for (int part = 0; part < 10; ++part) {
        QJsonArray items;
        for (int i = 0; i < count / 10; ++i)
            items.append(QJsonObject { { u"captureId"_s, u"%1-%2"_s.arg(part).arg(i) } });
        const QJsonArray results = site.ask("POST", "/items", QJsonDocument(items).toJson(QJsonDocument::Compact)).json().value(u"results"_s).toArray();
        for (const QJsonValue result : results)
            captured.insert(result.toObject().value(u"id"_s).toString());
    }
    QCOMPARE(captured.size(), size_t(count));
    std::set<QString> taken;
    std::set<qint64> tokens;
    for (const auto &poll : polls) {
        const auto answer = poll->finish(seconds(60));
        QVERIFY(answer);
        QCOMPARE(answer->status, 200);
        QVERIFY(taken.insert(answer->json().value(u"item"_s).toObject().value(u"id"_s).toString()).second);
        QVERIFY(tokens.insert(answer->json().value(u"assignment"_s).toObject().value(u"token"_s).toInteger()).second);
    }
    QCOMPARE(taken, captured);
}

void TestAbuse::waitingAgentsAreAnsweredWhenTheServerStops()
{
    Site site;
    site.addReadyAgent(u"anna"_s, 1);
    std::vector<std::unique_ptr<HttpCaller>> polls;
    for (int i = 0; i < 100; ++i) {
        polls.push_back(std::make_unique<HttpCaller>(site.server.port(), site.headers()));
        QVERIFY(polls.back()->begin("POST", "/iwd/v3/agents/anna/next?wait=60"));
    }
    QTRY_VERIFY(site.ask("GET", "/stats/server").json().value(u"requestsInFlight"_s).toInt() >= 100);
    QCOMPARE(site.server.stop(), 0);
    for (const auto &poll : polls) {
        const auto answer = poll->finish(seconds(5));
        QVERIFY(answer);
        QCOMPARE(answer->status, 200);
        QVERIFY(answer->json().value(u"item"_s).isNull());
    }
}

} // namespace iwd::test

using iwd::test::TestAbuse;
QTEST_GUILESS_MAIN(TestAbuse)
#include "tst_abuse.moc"

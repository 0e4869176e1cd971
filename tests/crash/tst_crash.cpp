// SPDX-License-Identifier: Apache-2.0
#include "trial.h"

#include <support/serverprocess.h>

#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace iwd::test {

namespace {

struct Times
{
    std::chrono::milliseconds starting { 0 };
    std::chrono::milliseconds checking { 0 };
    std::chrono::milliseconds working { 0 };
};

std::chrono::milliseconds since(std::chrono::steady_clock::time_point then)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - then);
}

} // namespace

/// The server is killed again and again while clients work, and started again on what it left.
/// IWD_CRASH_SEED repeats a run's choices, IWD_CRASH_KILLS prolongs it.
class TestCrash : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aServerEndsWithTheTestThatStartedIt();
    void whatWasAcknowledgedSurvivesEveryKill();
};

void TestCrash::aServerEndsWithTheTestThatStartedIt()
{
    QTemporaryDir folder;
    ServerSetup setup;
    setup.program = QStringLiteral(IWD_SERVER);
    setup.data = folder.filePath(QStringLiteral("data"));
    int told[2];
    int end[2];
    QVERIFY(::pipe(told) == 0 && ::pipe(end) == 0);
    const pid_t test = ::fork();
    if (test == 0) {
        // A test that goes down before it can clear away.
        ServerProcess server(setup);
        server.start();
        const pid_t pid = server.waitUntilReady() ? server.pid() : -1;
        char word = 0;
        if (::write(told[1], &pid, sizeof pid) != sizeof pid || ::read(end[0], &word, 1) != 1)
            ::_exit(1);
        ::raise(SIGKILL);
    }
    pid_t server = -1;
    QCOMPARE(::read(told[0], &server, sizeof server), ssize_t(sizeof server));
    QVERIFY(server > 0);
    pollfd process { openProcess(server), POLLIN, 0 };
    QVERIFY(process.fd >= 0);
    QCOMPARE(::poll(&process, 1, 0), 0); // it lives
    QCOMPARE(::write(end[1], "!", 1), ssize_t(1));
    QCOMPARE(::waitpid(test, nullptr, 0), test);
    const bool ended = ::poll(&process, 1, 10'000) == 1;
    ::kill(server, SIGKILL);
    for (const int descriptor : { process.fd, told[0], told[1], end[0], end[1] })
        ::close(descriptor);
    QVERIFY(ended);
}

void TestCrash::whatWasAcknowledgedSurvivesEveryKill()
{
    const unsigned seed = fromEnvironment("IWD_CRASH_SEED", std::random_device()());
    const unsigned kills = fromEnvironment("IWD_CRASH_KILLS", 110);
    qInfo("IWD_CRASH_SEED=%u", seed);
    std::mt19937 random(seed);
    const auto pick = [&random](int least, int most) { return std::chrono::milliseconds(std::uniform_int_distribution<int>(least, most)(random)); };

    QTemporaryDir folder;
    ServerSetup setup;
    setup.program = QStringLiteral(IWD_SERVER);
    setup.data = folder.filePath(QStringLiteral("data"));
    ServerProcess server(setup);
    server.start();
    QVERIFY2(server.waitUntilReady(), server.log().constData());
    Trial trial(server.port(), server.apiKey(), seed);
    const QString unprepared = trial.begin();
    QVERIFY2(unprepared.isEmpty(), qPrintable(unprepared));

    Times times;
    QStringList wrong;
    unsigned killed = 0;
    while (killed < kills && wrong.isEmpty()) {
        auto begun = std::chrono::steady_clock::now();
        // Now at any moment, now right after an acknowledgement.
        const auto longest = pick(60, 300);
        if (killed % 2 == 0)
            trial.trigger().arm(server.pid(), 1 + static_cast<int>(random() % 25));
        trial.gate().open();
        (void)server.waitUntilEnded(longest);
        trial.trigger().disarm();
        server.kill();
        trial.gate().close();
        ++killed;
        times.working += since(begun);

        begun = std::chrono::steady_clock::now();
        server.start();
        if (killed % 8 == 0) {
            // Starting, too, is a moment to die in.
            (void)server.waitUntilEnded(pick(0, 250));
            server.kill();
            ++killed;
            server.start();
        }
        if (!server.waitUntilReady()) {
            wrong.append(QStringLiteral("the server does not start again after kill %1:\n").arg(killed) + QString::fromUtf8(server.log().right(4000)));
            break;
        }
        times.starting += since(begun);
        begun = std::chrono::steady_clock::now();
        wrong = trial.observer().catchUp() + trial.observer().searchesAgree(5);
        times.checking += since(begun);
    }

    trial.end();
    Measure measure;
    measure.patience = std::chrono::seconds(30);
    measure.searches = 300;
    const bool answers = server.running();
    if (!answers && wrong.isEmpty())
        wrong.append(QStringLiteral("the server has ended by itself:\n") + QString::fromUtf8(server.log().right(4000)));
    Verdict verdict = answers ? trial.judge(measure) : trial.testimony();
    verdict.complaints = wrong + verdict.complaints;

    std::map<Operation::Outcome, int> outcomes;
    int seenOffers = 0;
    for (const Operation &operation : verdict.operations) {
        if (operation.method == "GET")
            ++seenOffers;
        else
            ++outcomes[operation.outcome()];
    }
    std::map<QString, int> types;
    int acceptances = 0;
    for (const QByteArray &json : verdict.found.feed) {
        const QJsonObject event = QJsonDocument::fromJson(json).object();
        const QString type = event.value(QStringLiteral("type")).toString();
        ++types[type];
        acceptances += type == QLatin1StringView("item.assigned") && event.value(QStringLiteral("before")).toObject().value(QStringLiteral("status")) == QStringLiteral("distributed");
    }
    qInfo("%u kills; %d writes acknowledged, %d refused, %d unknown; %zu events on %zu items; %zu seen live; %d offers seen, %d accepted; %d searches. Working %lld ms, starting %lld ms, checking %lld ms",
        killed, outcomes[Operation::Outcome::Done], outcomes[Operation::Outcome::Undone], outcomes[Operation::Outcome::Unknown], verdict.found.feed.size(), verdict.found.items.size(), verdict.found.readings[QStringLiteral("follower")].size(),
        seenOffers, acceptances, verdict.searches,
        static_cast<long long>(times.working.count()), static_cast<long long>(times.starting.count()), static_cast<long long>(times.checking.count()));
    QVERIFY2(verdict.complaints.isEmpty(), qPrintable(verdict.report(QStringLiteral("crash"), seed)));
    // A run in which little happens would prove little.
    QCOMPARE_GE(killed, kills);
    for (const auto type : { "item.created", "item.updated", "item.held", "item.resumed", "item.assigned", "item.extended", "item.released", "item.completed", "item.requeued", "item.canceled",
             "item.lease_expired", "item.offered", "item.offer_declined", "item.offer_expired", "agent.state_changed", "config.updated" })
        QVERIFY2(types[QLatin1StringView(type)] > 0, type);
    QCOMPARE_GT(acceptances, 0);
    QCOMPARE_GT(verdict.searches, 0);
    QCOMPARE_GT(outcomes[Operation::Outcome::Unknown] + outcomes[Operation::Outcome::Undone], 0);
}

} // namespace iwd::test

using iwd::test::TestCrash;
QTEST_GUILESS_MAIN(TestCrash)
#include "tst_crash.moc"

// SPDX-License-Identifier: Apache-2.0
#include <iwdctl/demo/player.h>
#include <support/await.h>
#include <support/fakeiwd.h>

#include <QTest>

using namespace iwd;
using namespace iwd::demo;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// A small service desk: every kind of step at least once.
const QByteArray Record = "number,updatedAt,state,reopenCount,group,assignedTo,priority,openedAt,resolvedBy\n"
                          "INC1,2016-02-29T08:01:00Z,New,0,Group 1,?,3 - Moderate,2016-02-29T08:00:00Z,Anna\n"
                          "INC1,2016-02-29T08:20:00Z,Active,,,Anna,,,\n"
                          "INC1,2016-02-29T08:40:00Z,Resolved,,,,,,\n"
                          "INC2,2016-02-29T08:05:00Z,New,0,Group 1,Anna,1 - Critical,2016-02-29T08:04:00Z,Anna\n"
                          "INC2,2016-02-29T08:15:00Z,Awaiting User Info,,,,,,\n"
                          "INC2,2016-02-29T08:35:00Z,Active,,,,,,\n"
                          "INC2,2016-02-29T08:50:00Z,Resolved,,,,,,\n"
                          "INC3,2016-02-29T08:06:00Z,New,0,?,?,4 - Low,2016-02-29T08:06:00Z,Ben\n"
                          "INC3,2016-02-29T08:12:00Z,Active,,Group 2,Ben,,,\n"
                          "INC3,2016-02-29T08:30:00Z,Resolved,,,,,,\n"
                          "INC3,2016-02-29T08:44:00Z,Active,1,,,,,\n"
                          "INC3,2016-02-29T08:55:00Z,Closed,,,,,,\n"
                          "INC4,2016-02-29T08:08:00Z,Awaiting User Info,0,Group 1,Ben,2 - High,2016-02-29T08:08:00Z,Ben\n"
                          "INC4,2016-02-29T08:18:00Z,,,Group 2,,,,\n"
                          "INC4,2016-02-29T08:59:00Z,Closed,,,,,,\n"
                          "INC5,2016-02-29T08:09:00Z,Active,0,Group 1,Anna,3 - Moderate,2016-02-29T08:08:00Z,Anna\n"
                          "INC5,2016-02-29T08:30:00Z,,,,Ben,,,\n"
                          "INC5,2016-02-29T08:58:00Z,Closed,,,,,,\n";

PlayOptions optionsFor(const FakeIwd &server, milliseconds duration = 600ms)
{
    PlayOptions options;
    options.connection.url = server.url();
    options.connection.apiKey = u"key"_s;
    options.connection.retry.attempts = 1;
    options.duration = duration;
    options.agents = 4;
    options.say = [](const QString &) {};
    return options;
}

std::vector<Incident> incidents()
{
    return *readIncidents(Record);
}

int countOf(const FakeIwd &server, const QString &status)
{
    return static_cast<int>(std::count_if(server.items().begin(), server.items().end(), [&status](const auto &entry) { return entry.second[u"status"_s].toString() == status; }));
}

} // namespace

class TestDemoPlay : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyIncidentIsPlayedToItsEnd();
    void heldAndMovedAndReopenedItemsGoTheirWay();
    void aSecondRunPlaysAgainAndKeepsTheFirst();
    void theSetupIsWrittenOnce();
    void onceMeansOnce();
    void whatAnInterruptedRunLeftIsFinishedByTheNext();
    void anErrorIsCountedAndTold();
    void nobodyThereIsAnError();
};

void TestDemoPlay::everyIncidentIsPlayedToItsEnd()
{
    FakeIwd server;
    Player player(incidents(), optionsFor(server));
    const auto outcome = await(player.play());
    QVERIFY2(outcome.ok(), outcome.ok() ? "" : qPrintable(outcome.error().text));
    QCOMPARE(outcome->run, 1);
    QCOMPARE(outcome->errors, 0);
    QCOMPARE(outcome->stillOpen, 0);
    QCOMPARE(countOf(server, u"completed"_s), 5);
    QCOMPARE(outcome->counts.arrived, 5);
    QCOMPARE(outcome->counts.completed, 6);
    QCOMPARE(outcome->counts.reopened, 1);
    QCOMPARE(outcome->counts.held, 2);
    QVERIFY(outcome->counts.taken >= 6);
    QCOMPARE(outcome->waits.size(), static_cast<size_t>(outcome->counts.taken));
}

void TestDemoPlay::heldAndMovedAndReopenedItemsGoTheirWay()
{
    FakeIwd server;
    Player player(incidents(), optionsFor(server, 1500ms));
    QVERIFY(await(player.play()).ok());
    const QStringList held = server.eventTypes(u"INC2"_s);
    QVERIFY2(held.contains(u"item.held"_s) && held.contains(u"item.resumed"_s), qPrintable(held.join(u' ')));
    QVERIFY(held.indexOf(u"item.held"_s) < held.indexOf(u"item.resumed"_s));
    QCOMPARE(held.constLast(), u"item.completed"_s);
    QCOMPARE(server.eventTypes(u"INC3"_s).count(u"item.completed"_s), 2);
    QCOMPARE(server.eventTypes(u"INC3"_s).count(u"item.restarted"_s), 2); // moved, then reopened
    QVERIFY(server.eventTypes(u"INC4"_s).contains(u"item.restarted"_s)); // moved while held
    QVERIFY(server.eventTypes(u"INC5"_s).contains(u"item.released"_s)); // handed over
    for (const auto &[id, item] : server.items()) {
        if (item[u"captureId"_s].toString() == u"INC4"_s)
            QCOMPARE(item[u"queue"_s].toString(), u"group-2"_s);
    }
}

void TestDemoPlay::aSecondRunPlaysAgainAndKeepsTheFirst()
{
    FakeIwd server;
    {
        Player player(incidents(), optionsFor(server));
        QVERIFY(await(player.play()).ok());
    }
    Player player(incidents(), optionsFor(server));
    const auto outcome = await(player.play());
    QVERIFY(outcome.ok());
    QCOMPARE(outcome->run, 2);
    QCOMPARE(outcome->errors, 0);
    QCOMPARE(outcome->leftOver, 0);
    QCOMPARE(countOf(server, u"completed"_s), 10);
    QVERIFY(!server.eventTypes(u"INC1-r2"_s).isEmpty());
}

void TestDemoPlay::theSetupIsWrittenOnce()
{
    FakeIwd server;
    {
        Player player(incidents(), optionsFor(server));
        QVERIFY(await(player.play()).ok());
    }
    const auto puts = [&server] {
        return std::count_if(server.requests().begin(), server.requests().end(),
            [](const auto &request) { return request.method == "PUT" && !request.target.endsWith("/state"); });
    };
    const auto before = puts();
    QVERIFY(before > 10);
    Player player(incidents(), optionsFor(server));
    QVERIFY(await(player.play()).ok());
    QCOMPARE(puts(), before);
}

void TestDemoPlay::onceMeansOnce()
{
    FakeIwd server;
    {
        Player player(incidents(), optionsFor(server));
        QVERIFY(await(player.play()).ok());
    }
    const int before = server.writes();
    PlayOptions options = optionsFor(server);
    options.once = true;
    Player player(incidents(), options);
    const auto outcome = await(player.play());
    QVERIFY(outcome.ok() && outcome->alreadyPlayed);
    QCOMPARE(server.writes(), before);
}

void TestDemoPlay::whatAnInterruptedRunLeftIsFinishedByTheNext()
{
    FakeIwd server;
    {
        Player player(incidents(), optionsFor(server, 10s));
        QTimer interrupter;
        // As soon as something is held and something assigned, the person has seen enough.
        connect(&interrupter, &QTimer::timeout, this, [&] {
            if (countOf(server, u"held"_s) > 0 && countOf(server, u"assigned"_s) > 0)
                player.interrupt();
        });
        interrupter.start(5);
        const auto outcome = await(player.play());
        QVERIFY(outcome.ok() && outcome->interrupted);
        QVERIFY(outcome->stillOpen > 0);
    }
    const auto open = static_cast<int>(server.items().size()) - countOf(server, u"completed"_s);
    QVERIFY(open > 0);
    Player player(incidents(), optionsFor(server));
    const auto outcome = await(player.play());
    QVERIFY(outcome.ok());
    QCOMPARE(outcome->leftOver, open);
    QCOMPARE(outcome->errors, 0);
    QCOMPARE(outcome->stillOpen, 0);
    QCOMPARE(countOf(server, u"completed"_s), static_cast<int>(server.items().size()));
}

void TestDemoPlay::anErrorIsCountedAndTold()
{
    FakeIwd server;
    server.breakPath("/resume");
    PlayOptions options = optionsFor(server);
    QStringList told;
    options.complain = [&told](const QString &sentence) { told.append(sentence); };
    Player player(incidents(), options);
    const auto outcome = await(player.play());
    QVERIFY(outcome.ok());
    QCOMPARE(outcome->errors, 1);
    QCOMPARE(told.size(), 1);
    QVERIFY2(told.constFirst().contains(u"in trouble"_s), qPrintable(told.constFirst()));
    QCOMPARE(countOf(server, u"completed"_s), 4);
}

void TestDemoPlay::nobodyThereIsAnError()
{
    PlayOptions options;
    {
        FakeIwd server;
        options = optionsFor(server);
    }
    Player player(incidents(), options);
    QTimer::singleShot(50, this, [&player] { player.interrupt(); });
    const auto outcome = await(player.play());
    QVERIFY(!outcome.ok());
    QCOMPARE(outcome.error().code, ErrorCode::Unreachable);
}

QTEST_GUILESS_MAIN(TestDemoPlay)
#include "tst_demoplay.moc"

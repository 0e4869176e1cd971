// SPDX-License-Identifier: Apache-2.0
#include <iwdctl/demo/demosetup.h>
#include <iwdctl/demo/figures.h>
#include <iwdctl/demo/report.h>
#include <iwdctl/demo/screen.h>

#include <QFile>
#include <QTest>

using namespace iwd;
using namespace iwd::demo;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

const QByteArray Head = "number,updatedAt,state,reopenCount,group,assignedTo,priority,openedAt,resolvedBy\n";

Instant at(const char *text)
{
    return *instantFromIso(QString::fromLatin1(text));
}

std::vector<Incident> shipped()
{
    QFile file(u":/demo/incidents.csv"_s);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    auto incidents = readIncidents(file.readAll());
    return incidents ? *incidents : std::vector<Incident>();
}

TimeWarp warpOf(const std::vector<Incident> &incidents, milliseconds duration)
{
    std::vector<Instant> moments;
    for (const auto &incident : incidents) {
        for (const auto &update : incident.updates)
            moments.push_back(update.at);
    }
    return TimeWarp(moments, duration);
}

Scene busyScene()
{
    FiguresReader reader;
    QJsonArray queues;
    for (int number = 0; number < 70; ++number) {
        queues.append(QJsonObject { { u"queue"_s, u"q%1"_s.arg(number) }, { u"name"_s, u"A group with a rather long name %1"_s.arg(number) },
            { u"queued"_s, number }, { u"assigned"_s, 3 }, { u"held"_s, 1 }, { u"arrivedToday"_s, 1000 - number }, { u"completedToday"_s, 10 },
            { u"slaMetToday"_s, 7 }, { u"slaMissedToday"_s, 3 }, { u"oldestCreatedDateTime"_s, u"2026-01-01T00:00:00.000Z"_s } });
    }
    reader.take({ { u"asOf"_s, u"2026-01-01T00:01:00.000Z"_s }, { u"data"_s, queues } },
        { { u"items"_s, QJsonObject { { u"queued"_s, 2415 }, { u"assigned"_s, 210 }, { u"held"_s, 70 }, { u"completed"_s, 700 } } } });
    Scene scene;
    scene.server = u"http://127.0.0.1:4024"_s;
    scene.incidentTime = at("2016-03-01T10:42:00Z");
    scene.progress = 0.41;
    scene.left = 53s;
    scene.figures = reader.figures();
    for (int number = 0; number < 30; ++number)
        scene.news.push_back(u"10:42  INC%1 reopened"_s.arg(number));
    scene.hint = u"Ctrl+C stops the demo"_s;
    return scene;
}

QString plain(const std::vector<StyledLine> &lines, int width)
{
    QStringList text;
    for (const auto &line : lines)
        text.append(line.toText({}, width));
    return text.join(u'\n');
}

} // namespace

class TestDemo : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theShippedIncidentsAreReadable();
    void emptyFieldsAreTheOnesOfTheRowBefore();
    void badFilesNameTheLine_data();
    void badFilesNameTheLine();
    void aRecordBecomesSteps_data();
    void aRecordBecomesSteps();
    void everyShippedIncidentEndsResolved();
    void timeIsMonotoneAndEndsWithThePlay();
    void nightsAreShortAndBusyHoursKeepTheirRhythm();
    void everyGroupHasAQueueACategoryAndAnAgent();
    void referencesExistBeforeTheyAreUsed();
    void sameDataSameSetup();
    void whatIsThereIsNotWrittenAgain();
    void everyRunHasKeysOfItsOwn();
    void ratesComeFromTheServersFigures();
    void theFeedCountsWhatHappenedToTheRun();
    void theScreenFitsEveryTerminal_data();
    void theScreenFitsEveryTerminal();
    void theScreenShowsTheBusiestQueuesAndSumsTheRest();
    void theReportCountsServiceLevelsByPriority();
    void theReportNeverShowsTheKey();
    void countersAreSummedOverTheirLabels();
};

void TestDemo::theShippedIncidentsAreReadable()
{
    const auto incidents = shipped();
    QCOMPARE(incidents.size(), size_t(890));
    QCOMPARE(incidents.front().number, u"INC0000045"_s);
    QCOMPARE(incidents.front().priority, u"3 - Moderate"_s);
    QCOMPARE(incidents.front().updates.front().group, u"Group 56"_s);
    QVERIFY(std::is_sorted(incidents.begin(), incidents.end(), [](const auto &a, const auto &b) { return a.opened < b.opened; }));
}

void TestDemo::emptyFieldsAreTheOnesOfTheRowBefore()
{
    const auto incidents = readIncidents(Head
        + "INC1,2016-02-29T08:05:00Z,New,0,Group 1,?,3 - Moderate,2016-02-29T08:00:00Z,R\n"
          "INC1,2016-02-29T08:06:00Z,Active,,,Anna,,,\n"
          "INC2,2016-02-29T09:05:00Z,New,0,?,?,4 - Low,2016-02-29T09:00:00Z,R\n");
    QVERIFY(incidents.ok());
    QCOMPARE(incidents->size(), size_t(2));
    const auto &first = incidents->at(0);
    QCOMPARE(first.updates.at(1).group, u"Group 1"_s);
    QCOMPARE(first.updates.at(0).assignedTo, QString());
    QCOMPARE(first.updates.at(1).assignedTo, u"Anna"_s);
    QCOMPARE(incidents->at(1).updates.at(0).group, QString());
}

void TestDemo::badFilesNameTheLine_data()
{
    QTest::addColumn<QByteArray>("csv");
    QTest::addColumn<QString>("says");
    QTest::newRow("empty") << QByteArray() << u"Line 1"_s;
    QTest::newRow("no incidents") << Head << u"no incident"_s;
    QTest::newRow("other columns") << QByteArray("a,b\n1,2\n") << u"number"_s;
    QTest::newRow("too few fields") << Head + "INC1,2016-02-29T08:05:00Z\n" << u"Line 2"_s;
    QTest::newRow("bad date") << Head + "INC1,yesterday,New,0,G,?,3 - Moderate,2016-02-29T08:00:00Z,R\n" << u"dates"_s;
}

void TestDemo::badFilesNameTheLine()
{
    QFETCH(QByteArray, csv);
    QFETCH(QString, says);
    const auto incidents = readIncidents(csv);
    QVERIFY(!incidents.ok());
    QVERIFY2(incidents.error().text.contains(says), qPrintable(incidents.error().text));
}

void TestDemo::aRecordBecomesSteps_data()
{
    QTest::addColumn<QByteArray>("states"); // state/group/person/reopened, one a row
    QTest::addColumn<QByteArray>("steps");
    QTest::newRow("plain") << QByteArray("New/A/?/0 Resolved/A/?/0 Closed/A/?/0") << QByteArray("resolve");
    QTest::newRow("held") << QByteArray("New/A/?/0 AwaitingUser/A/?/0 Active/A/?/0 Resolved/A/?/0") << QByteArray("hold resume resolve");
    QTest::newRow("held at once, resolved while held") << QByteArray("AwaitingUser/A/?/0 Resolved/A/?/0") << QByteArray("hold resume resolve");
    QTest::newRow("moved") << QByteArray("New/A/?/0 New/B/?/0 Resolved/B/?/0") << QByteArray("reassign resolve");
    QTest::newRow("group unknown for a while") << QByteArray("New/A/?/0 New/?/?/0 New/A/?/0 Resolved/A/?/0") << QByteArray("resolve");
    QTest::newRow("moved while held") << QByteArray("AwaitingUser/A/?/0 AwaitingUser/B/?/0 Closed/B/?/0") << QByteArray("hold reassign resume resolve");
    QTest::newRow("handed over") << QByteArray("Active/A/x/0 Active/A/y/0 Resolved/A/y/0") << QByteArray("handover resolve");
    QTest::newRow("reopened") << QByteArray("New/A/?/0 Resolved/A/?/0 Active/A/?/1 Resolved/A/?/1") << QByteArray("resolve reopen resolve");
    QTest::newRow("record ends early") << QByteArray("New/A/?/0 AwaitingUser/A/?/0") << QByteArray("hold resume resolve");
}

void TestDemo::aRecordBecomesSteps()
{
    QFETCH(QByteArray, states);
    QFETCH(QByteArray, steps);
    QByteArray csv = Head;
    int minute = 10;
    for (const QByteArray &row : states.split(' ')) {
        const auto parts = row.split('/');
        csv += "INC1,2016-02-29T08:" + QByteArray::number(minute++) + ":00Z," + QByteArray(parts.at(0)).replace("AwaitingUser", "Awaiting User Info") + ','
            + parts.at(3) + ',' + parts.at(1) + ',' + parts.at(2) + ",3 - Moderate,2016-02-29T08:00:00Z,R\n";
    }
    const auto incidents = readIncidents(csv);
    QVERIFY(incidents.ok());
    static const std::map<StepKind, QByteArray> names { { StepKind::Hold, "hold" }, { StepKind::Resume, "resume" }, { StepKind::Reassign, "reassign" },
        { StepKind::HandOver, "handover" }, { StepKind::Resolve, "resolve" }, { StepKind::Reopen, "reopen" } };
    QByteArrayList got;
    for (const auto &step : stepsOf(incidents->front()))
        got.append(names.at(step.kind));
    QCOMPARE(got.join(' '), steps);
}

void TestDemo::everyShippedIncidentEndsResolved()
{
    for (const auto &incident : shipped()) {
        const auto steps = stepsOf(incident);
        QVERIFY(!steps.empty());
        QCOMPARE(steps.back().kind, StepKind::Resolve);
        QVERIFY(std::is_sorted(steps.begin(), steps.end(), [](const auto &a, const auto &b) { return a.at < b.at; }));
        QVERIFY(steps.front().at >= incident.opened);
    }
}

void TestDemo::timeIsMonotoneAndEndsWithThePlay()
{
    const TimeWarp warp = warpOf(shipped(), 90s);
    QCOMPARE(warp.playTime(warp.first()), 0ms);
    QCOMPARE(warp.playTime(warp.last()), milliseconds(90s));
    milliseconds before { 0 };
    for (Instant moment = warp.first(); moment < warp.last(); moment += 37min) {
        const auto time = warp.playTime(moment);
        QVERIFY(time >= before);
        before = time;
    }
    for (milliseconds time = 0ms; time <= 90s; time += 777ms) {
        const auto back = warp.playTime(warp.moment(time));
        QVERIFY(std::chrono::abs(back - time) <= 2ms);
    }
}

void TestDemo::nightsAreShortAndBusyHoursKeepTheirRhythm()
{
    const TimeWarp warp = warpOf(shipped(), 90s);
    const auto length = [&warp](const char *from, const char *to) { return warp.playTime(at(to)) - warp.playTime(at(from)); };
    const auto morning = length("2016-03-01T09:00:00Z", "2016-03-01T10:00:00Z");
    const auto noon = length("2016-03-02T13:00:00Z", "2016-03-02T14:00:00Z");
    const auto night = length("2016-03-01T01:00:00Z", "2016-03-01T07:00:00Z");
    QVERIFY(std::chrono::abs(morning - noon) <= 2ms);
    QVERIFY(night < morning);
    QVERIFY(length("2016-05-01T00:00:00Z", "2017-03-01T00:00:00Z") < 20s);
}

void TestDemo::everyGroupHasAQueueACategoryAndAnAgent()
{
    const auto incidents = shipped();
    const auto agents = agentsOf(incidents, 48);
    QCOMPARE(agents.size(), size_t(48));
    const auto setup = setupOf(incidents, agents, warpOf(incidents, 90s));
    std::map<QString, std::set<QString>> ids;
    std::set<QString> served;
    for (const auto &object : setup) {
        QVERIFY2(ids[object.collection].insert(object.id).second, qPrintable(object.id));
        if (object.collection == u"agents"_s) {
            for (const auto &queue : object.body[u"queues"_s].toArray())
                served.insert(queue.toString());
        }
    }
    for (const auto &incident : incidents) {
        for (const auto &update : incident.updates) {
            const QString id = update.group.isEmpty() ? DispatchQueue : slug(update.group);
            QVERIFY(ids[u"queues"_s].contains(id));
            QVERIFY2(served.contains(id), qPrintable(id));
            if (!update.group.isEmpty())
                QVERIFY(ids[u"categories"_s].contains(CapturePoint + u'-' + id));
        }
    }
}

void TestDemo::referencesExistBeforeTheyAreUsed()
{
    const auto incidents = shipped();
    std::map<QString, std::set<QString>> known;
    for (const auto &object : setupOf(incidents, agentsOf(incidents, 48), warpOf(incidents, 90s))) {
        const auto expect = [&](const char *field, const QString &collection) {
            const QString id = object.body[QLatin1StringView(field)].toString();
            QVERIFY2(id.isEmpty() || known[collection].contains(id), qPrintable(object.id + u' ' + id));
        };
        if (object.collection == u"categories"_s) {
            expect("parent", u"categories"_s);
            expect("queue", u"queues"_s);
            expect("schema", u"schemas"_s);
        }
        const QString skills = object.collection == u"queues"_s ? u"requiredSkills"_s : u"skills"_s;
        for (const QString &skill : object.body[skills].toObject().keys())
            QVERIFY2(known[u"skills"_s].contains(skill), qPrintable(skill));
        known[object.collection].insert(object.id);
    }
}

void TestDemo::sameDataSameSetup()
{
    const auto incidents = shipped();
    const auto warp = warpOf(incidents, 90s);
    const auto one = setupOf(incidents, agentsOf(incidents, 48), warp);
    const auto two = setupOf(incidents, agentsOf(incidents, 48), warp);
    QCOMPARE(one.size(), two.size());
    for (size_t index = 0; index < one.size(); ++index)
        QCOMPARE(one[index].body, two[index].body);
}

void TestDemo::whatIsThereIsNotWrittenAgain()
{
    const QJsonObject wanted { { u"name"_s, u"A"_s }, { u"parent"_s, QJsonValue::Null } };
    QVERIFY(alreadySays({ { u"id"_s, u"a"_s }, { u"name"_s, u"A"_s }, { u"version"_s, 4 } }, wanted));
    QVERIFY(!alreadySays({ { u"id"_s, u"a"_s }, { u"name"_s, u"B"_s } }, wanted));
    QVERIFY(!alreadySays({ { u"name"_s, u"A"_s }, { u"parent"_s, u"root"_s } }, wanted));
}

void TestDemo::everyRunHasKeysOfItsOwn()
{
    QCOMPARE(captureIdOf(u"INC1"_s, 1), u"INC1"_s);
    QCOMPARE(captureIdOf(u"INC1"_s, 2), u"INC1-r2"_s);
    const auto incidents = shipped();
    const QJsonObject item = itemOf(incidents.front(), u"INC0000045-r2"_s, 2, at("2026-01-01T00:00:00Z"));
    QCOMPARE(item[u"captureId"_s].toString(), u"INC0000045-r2"_s);
    QCOMPARE(item[u"custom"_s][u"assignmentGroup"_s].toString(), u"Group 56"_s);
    QCOMPARE(item[u"custom"_s][u"run"_s].toInt(), 2);
    QCOMPARE(item[u"dueDateTime"_s].toString(), u"2026-01-01T00:00:00.000Z"_s);
    QCOMPARE(item[u"labels"_s].toArray(), QJsonArray { u"run 2"_s });
}

void TestDemo::ratesComeFromTheServersFigures()
{
    FiguresReader reader;
    const auto answer = [&reader](const QString &asOf, int arrived, int completed) {
        const QJsonObject counts { { u"queued"_s, arrived - completed }, { u"completed"_s, completed } };
        reader.take({ { u"asOf"_s, asOf }, { u"data"_s, QJsonArray { QJsonObject { { u"queue"_s, u"a"_s } } } } }, { { u"items"_s, counts } });
    };
    answer(u"2026-01-01T00:00:00.000Z"_s, 100, 10);
    QCOMPARE(reader.figures().total.arrived, 100);
    QCOMPARE(reader.figures().total.queued, 90);
    QCOMPARE(reader.figures().arrivedPerSecond, 0.0);
    answer(u"2026-01-01T00:00:02.000Z"_s, 140, 16);
    QCOMPARE(reader.figures().arrivedPerSecond, 20.0);
    QCOMPARE(reader.figures().completedPerSecond, 3.0);
    answer(u"2026-01-01T00:01:00.000Z"_s, 140, 16);
    answer(u"2026-01-01T00:01:09.000Z"_s, 140, 16);
    QCOMPARE(reader.figures().arrivedPerSecond, 0.0);
}

void TestDemo::theFeedCountsWhatHappenedToTheRun()
{
    Feed feed({ u"INC1"_s });
    const auto take = [&feed](const QString &type, const QString &time, const QJsonObject &before, const QString &captureId) {
        feed.take({ { u"type"_s, type }, { u"time"_s, time }, { u"item"_s, u"wi-1"_s }, { u"captureId"_s, captureId }, { u"before"_s, before } });
    };
    take(u"item.created"_s, u"2026-01-01T00:00:00.000Z"_s, {}, u"INC1"_s);
    take(u"item.queued"_s, u"2026-01-01T00:00:00.000Z"_s, {}, u"INC1"_s);
    take(u"item.assigned"_s, u"2026-01-01T00:00:02.500Z"_s, {}, u"INC1"_s);
    take(u"item.completed"_s, u"2026-01-01T00:00:03.000Z"_s, {}, u"INC1"_s);
    take(u"item.restarted"_s, u"2026-01-01T00:00:04.000Z"_s, { { u"status"_s, u"completed"_s } }, u"INC1"_s);
    take(u"item.created"_s, u"2026-01-01T00:00:05.000Z"_s, {}, u"SOMEBODY-ELSE"_s);
    QCOMPARE(feed.counts().arrived, 1);
    QCOMPARE(feed.counts().taken, 1);
    QCOMPARE(feed.counts().completed, 1);
    QCOMPARE(feed.counts().reopened, 1);
    QCOMPARE(feed.counts().moved, 0);
    QCOMPARE(feed.waits(), std::vector<double>({ 2.5 }));
    QCOMPARE(feed.takeNews()->sentence, u"INC1 reopened"_s);
    QVERIFY(!feed.takeNews());
    QCOMPARE(quantileOf({ 1, 2, 3, 4 }, 0.5), 2.0);
    QCOMPARE(quantileOf({ 1, 2, 3, 4 }, 0.95), 4.0);
    QCOMPARE(quantileOf({}, 0.5), 0.0);
}

void TestDemo::theScreenFitsEveryTerminal_data()
{
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("height");
    for (const auto &[width, height] : { std::pair(80, 24), { 120, 40 }, { 200, 50 }, { 60, 15 }, { 300, 100 } })
        QTest::addRow("%dx%d", width, height) << width << height;
}

void TestDemo::theScreenFitsEveryTerminal()
{
    QFETCH(int, width);
    QFETCH(int, height);
    const auto lines = drawn(busyScene(), width, height);
    QCOMPARE(static_cast<int>(lines.size()), height);
    for (const auto &line : lines)
        QVERIFY2(line.width() <= std::max(width, 72), qPrintable(line.toText({}, 1000)));
    const QString text = plain(lines, width);
    QVERIFY(text.contains(u"Tue 1 Mar 2016 10:42"_s));
    QCOMPARE(text.contains(u"41 %"_s), width >= 72);
}

void TestDemo::theScreenShowsTheBusiestQueuesAndSumsTheRest()
{
    const QString text = plain(drawn(busyScene(), 80, 24), 80);
    QVERIFY(text.contains(u"2,415"_s)); // 0 + 1 + … + 69 wait
    QVERIFY(text.contains(u"62 more"_s));
    QVERIFY(text.contains(u"60 s"_s));
    QVERIFY(text.contains(u"70 %"_s));
    QVERIFY(text.contains(u"INC29 reopened"_s));
    QVERIFY(text.contains(u"0:53"_s));
    QVERIFY(inOneLine(busyScene()).contains(u"waiting 2,415 (oldest 60 s)"_s));
}

void TestDemo::theReportCountsServiceLevelsByPriority()
{
    const auto item = [](const char *priority, const char *status, const char *done, const char *sla) {
        return QJsonObject { { u"custom"_s, QJsonObject { { u"priority"_s, QString::fromLatin1(priority) } } }, { u"status"_s, QString::fromLatin1(status) },
            { u"completedDateTime"_s, QString::fromLatin1(done) }, { u"slaDateTime"_s, QString::fromLatin1(sla) } };
    };
    const auto priorities = byPriority({ item("2 - High", "completed", "2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.000Z"),
        item("2 - High", "completed", "2026-01-01T00:00:00.001Z", "2026-01-01T00:00:00.000Z"), item("4 - Low", "held", "", "2026-01-01T00:00:00.000Z") });
    QCOMPARE(priorities.at(u"2 - High"_s).completed, 2);
    QCOMPARE(priorities.at(u"2 - High"_s).slaMet, 1);
    QCOMPARE(priorities.at(u"4 - Low"_s).completed, 0);
    Outcome outcome;
    outcome.seconds = 90;
    outcome.serverRequests = 9000;
    outcome.errors = 1;
    outcome.lastErrors = { u"hold: no"_s };
    const QString text = reportText(outcome, priorities, u"29 Feb – 2 Mar 2016"_s);
    QVERIFY(text.contains(u"50 %"_s));
    QVERIFY(text.contains(u"9,000 requests, 100 a second"_s));
    QVERIFY(text.contains(u"hold: no"_s));
}

void TestDemo::theReportNeverShowsTheKey()
{
    const QString text = nextSteps(QUrl(u"http://127.0.0.1:4024"_s), u"INC1"_s, u"/tmp/my files/bootstrap.json"_s, u"iwdctl"_s);
    QVERIFY(text.contains(u"'/tmp/my files/bootstrap.json'"_s));
    QVERIFY(text.contains(u"/iwd/v3/items/INC1/history"_s));
}

void TestDemo::countersAreSummedOverTheirLabels()
{
    const QByteArray metrics = "# HELP iwd_api_request_total x\niwd_api_request_total{method=\"GET /a}\"} 3\niwd_api_request_total{method=\"b\"} 4.5\n"
                               "iwd_api_request_total_created 99\niwd_other 7\niwd_plain 12 1700000000\n";
    QCOMPARE(counterSum(metrics, "iwd_api_request_total"), 7.5);
    QCOMPARE(counterSum(metrics, "iwd_plain"), 12.0);
    QCOMPARE(counterSum(metrics, "iwd_missing"), 0.0);
}

QTEST_GUILESS_MAIN(TestDemo)
#include "tst_demo.moc"

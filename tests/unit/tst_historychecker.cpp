// SPDX-License-Identifier: Apache-2.0
#include <support/historychecker.h>

#include <QJsonArray>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QTest>

using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

QByteArray bytes(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

QJsonObject json(const QByteArray &text)
{
    return QJsonDocument::fromJson(text).object();
}

/// A short life of a server that did everything right: two items captured, one updated, taken and completed, the other taken, given back when its lease ended, offered, accepted and released.
struct Story
{
    std::vector<Operation> operations;
    Observation observation;
    qint64 clock = 0;

    Story()
    {
        write(R"({"captureId":"m1"})", { { Effect::Marked, u"item.created"_s, u"m1"_s, u"wi-1"_s } }, R"({"id":"wi-1"})");
        event(R"({"type":"item.created","item":"wi-1","captureId":"m1","before":null,"after":{"status":"new","captureId":"m1"}})");
        event(R"({"type":"item.queued","item":"wi-1","captureId":"m1","before":{"status":"new","queue":null},"after":{"status":"queued","queue":"general"}})");

        write(R"([{"captureId":"m2"},{"captureId":"m3"}])", { { Effect::Marked, u"item.created"_s, u"m2"_s, {} }, { Effect::Marked, u"item.created"_s, u"m3"_s, {} } }, {}, 0);
        event(R"({"type":"item.created","item":"wi-2","captureId":"m2","before":null,"after":{"status":"queued","captureId":"m2","queue":"general"}})");
        event(R"({"type":"item.created","item":"wi-3","captureId":"m3","before":null,"after":{"status":"queued","captureId":"m3","queue":"general"}})");

        write(R"({"custom":{"mark":"m4"}})", { { Effect::Marked, u"item.updated"_s, u"m4"_s, u"wi-1"_s } }, R"({"id":"wi-1"})");
        event(R"({"type":"item.updated","item":"wi-1","before":{"custom":{}},"after":{"custom":{"mark":"m4"}}})");

        write({}, { { Effect::Taken, u"item.assigned"_s, u"wi-1 anna 2026-03-01T08:00:05.000Z"_s, u"wi-1"_s } },
            R"({"item":{"id":"wi-1"},"assignment":{"token":1,"agent":"anna","takenDateTime":"2026-03-01T08:00:05.000Z","leaseUntilDateTime":"2026-03-01T08:00:15.000Z"}})");
        event(R"({"type":"item.assigned","item":"wi-1","before":{"status":"queued"},"after":{"status":"assigned","assignedToUser":"anna","assignedDateTime":"2026-03-01T08:00:05.000Z"}})");

        write({}, { { Effect::Taken, u"item.assigned"_s, u"wi-2 ben 2026-03-01T08:00:06.000Z"_s, u"wi-2"_s } },
            R"({"item":{"id":"wi-2"},"assignment":{"token":2,"agent":"ben","takenDateTime":"2026-03-01T08:00:06.000Z","leaseUntilDateTime":"2026-03-01T08:00:16.000Z"}})");
        event(R"({"type":"item.assigned","item":"wi-2","before":{"status":"queued"},"after":{"status":"assigned","assignedToUser":"ben","assignedDateTime":"2026-03-01T08:00:06.000Z"}})");

        write(R"({"resultCode":"m5"})", { { Effect::Marked, u"item.completed"_s, u"m5"_s, u"wi-1"_s } }, R"({"id":"wi-1","status":"completed"})");
        operations.back().key = "key";
        operations.back().token = 1;
        operations.back().agent = u"anna"_s;
        operations.back().attempts.push_back(operations.back().attempts.front());
        operations.back().attempts.back().replayed = true;
        event(R"({"type":"item.completed","item":"wi-1","before":{"status":"assigned"},"after":{"status":"completed","resultCode":"m5","completedDateTime":"2026-03-01T08:00:08.000Z"}})");

        event(R"({"type":"item.lease_expired","item":"wi-2","before":{"status":"assigned","assignedToUser":"ben","assignedDateTime":"2026-03-01T08:00:06.000Z"},"after":{"status":"queued","assignedToUser":null,"assignedDateTime":null}})",
            u"2026-03-01T08:00:16.100Z"_s);

        write(R"({"reason":"m6"})", { { Effect::Marked, u"item.held"_s, u"m6"_s, u"wi-3"_s } }, R"({"id":"wi-3"})");
        event(R"({"type":"item.held","item":"wi-3","before":{"status":"queued","heldDateTime":null},"after":{"status":"held","heldDateTime":"2026-03-01T08:00:20.000Z"},"reason":"m6"})");
        write({}, { { Effect::Counted, u"item.resumed"_s, u"wi-3"_s, u"wi-3"_s } }, R"({"id":"wi-3"})");
        event(R"({"type":"item.resumed","item":"wi-3","before":{"status":"held","heldDateTime":"2026-03-01T08:00:20.000Z"},"after":{"status":"queued","heldDateTime":null}})");

        write({}, { { Effect::Marked, u"item.canceled"_s, u"m7"_s, u"wi-1"_s } }, {}, 409);
        write({}, { { Effect::Taken, u"item.offered"_s, u"wi-2 anna 2026-03-01T08:00:30.000Z"_s, u"wi-2"_s } },
            R"({"item":{"id":"wi-2"},"assignment":{"token":3,"agent":"anna","offered":true,"takenDateTime":"2026-03-01T08:00:30.000Z","leaseUntilDateTime":"2026-03-01T08:00:40.000Z"}})");
        event(R"({"type":"item.offered","item":"wi-2","before":{"status":"queued","assignedToUser":null},"after":{"status":"distributed","assignedToUser":"anna"}})", u"2026-03-01T08:00:30.000Z"_s);
        write({}, { { Effect::Taken, u"item.assigned"_s, u"wi-2 anna 2026-03-01T08:00:33.000Z"_s, u"wi-2"_s } },
            R"({"item":{"id":"wi-2"},"assignment":{"token":3,"agent":"anna","offered":false,"takenDateTime":"2026-03-01T08:00:30.000Z","leaseUntilDateTime":"2026-03-01T08:00:43.000Z"}})");
        event(R"({"type":"item.assigned","item":"wi-2","before":{"status":"distributed","assignedDateTime":null},"after":{"status":"assigned","assignedDateTime":"2026-03-01T08:00:33.000Z"}})");
        write(R"({"reason":"m9"})", { { Effect::Marked, u"item.released"_s, u"m9"_s, u"wi-2"_s } }, R"({"id":"wi-2"})");
        operations.back().token = 3;
        operations.back().agent = u"anna"_s;
        event(R"({"type":"item.released","item":"wi-2","before":{"status":"assigned","assignedToUser":"anna","assignedDateTime":"2026-03-01T08:00:33.000Z"},"after":{"status":"queued","assignedToUser":null,"assignedDateTime":null},"reason":"m9"})");

        write(R"({"description":"m8"})", { { Effect::Marked, u"config.updated"_s, u"m8"_s, {} } }, "{}");
        event(R"({"type":"config.updated","item":null,"before":{"description":""},"after":{"kind":"queue","id":"general","description":"m8"}})");

        observation.items = { json(R"({"id":"wi-1","status":"completed","captureId":"m1","queue":"general","custom":{"mark":"m4"},"resultCode":"m5","assignedToUser":"anna",
                                   "assignedDateTime":"2026-03-01T08:00:05.000Z","completedDateTime":"2026-03-01T08:00:08.000Z"})"),
            json(R"({"id":"wi-2","status":"queued","captureId":"m2","queue":"general","custom":{},"assignedToUser":null})"),
            json(R"({"id":"wi-3","status":"queued","captureId":"m3","queue":"general","custom":{}})") };
        observation.assignments = { { u"anna"_s, {} }, { u"ben"_s, {} } };
        observation.objects[u"queue/general"_s] = json(R"({"id":"general","description":"m8","version":2})");
        observation.queueFigures
            = json(R"({"asOf":"2026-03-01T09:00:00.000Z","data":[{"queue":"general","queued":2,"assigned":0,"held":0,"arrivedToday":3,"completedToday":1,"canceledToday":0}]})");
        figuresFit();
        observation.readings[u"follower"_s] = observation.feed;
        observation.readings[u"follower"_s].pop_back();
    }

    void figuresFit()
    {
        observation.serverFigures = json(R"({"items":{"queued":2,"completed":1}})");
        observation.serverFigures.insert(u"lastEvent"_s, json(observation.feed.back()).value(u"id"_s));
    }

    void write(const QByteArray &body, std::vector<Effect> effects, const QByteArray &answer, int status = 200)
    {
        Operation operation;
        operation.number = static_cast<qint64>(operations.size()) + 1;
        operation.method = "POST";
        operation.target = "/iwd/v3/items";
        operation.body = body;
        operation.effects = std::move(effects);
        operation.attempts = { { 0, clock + 1, clock + 2, status, answer, false } };
        clock += 10;
        operations.push_back(std::move(operation));
    }

    void event(const QByteArray &text, const QString &time = u"2026-03-01T08:00:00.000Z"_s)
    {
        QJsonObject event = json(text);
        Q_ASSERT(!event.isEmpty());
        event.insert(u"id"_s, static_cast<qint64>(observation.feed.size()) + 1);
        event.insert(u"time"_s, time);
        observation.feed.push_back(bytes(event));
    }

    [[nodiscard]] size_t find(const QString &type, const QString &item, int occurrence = 0) const
    {
        for (size_t i = 0; i < observation.feed.size(); ++i) {
            const QJsonObject event = json(observation.feed[i]);
            if (event.value(u"type"_s) == type && event.value(u"item"_s) == item && occurrence-- == 0)
                return i;
        }
        qFatal("no such event");
    }

    void change(size_t index, const std::function<void(QJsonObject &)> &how)
    {
        QJsonObject event = json(observation.feed[index]);
        how(event);
        observation.feed[index] = bytes(event);
    }

    /// The events get new ids, so that what was taken out leaves no gap.
    void renumber()
    {
        for (size_t i = 0; i < observation.feed.size(); ++i)
            change(i, [i](QJsonObject &event) { event.insert(u"id"_s, static_cast<qint64>(i) + 1); });
        figuresFit();
        observation.readings.clear();
    }

    void takeOut(size_t index)
    {
        observation.feed.erase(observation.feed.begin() + static_cast<std::ptrdiff_t>(index));
        renumber();
    }
};

using Fault = std::function<void(Story &)>;

} // namespace

Q_DECLARE_METATYPE(Fault)

/// The judge of histories has to be above suspicion: it accepts what is sound, and finds every fault that is planted.
class TestHistoryChecker : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aSoundHistoryIsAccepted();
    void aPlantedFaultIsFound_data();
    void aPlantedFaultIsFound();
    void whatNobodyWasToldMayBeThereOrNot();
    void theLeaseOfAnAcceptedOfferMayBeShorterThanTheOffer();
    void gapsAreAllowedWhereTheRulesSaySo();
    void theOutcomeIsWhatTheClientMayBelieve_data();
    void theOutcomeIsWhatTheClientMayBelieve();
    void theHistoryIsWrittenDown();
};

void TestHistoryChecker::aSoundHistoryIsAccepted()
{
    const Story story;
    QCOMPARE(checkHistory(story.operations, story.observation), QStringList());
}

void TestHistoryChecker::aPlantedFaultIsFound_data()
{
    QTest::addColumn<Fault>("plant");
    QTest::addColumn<QString>("complaint");
    const auto row = [](const char *name, Fault plant, const QString &complaint) { QTest::newRow(name) << plant << complaint; };

    row("an acknowledged update is lost", [](Story &story) { story.takeOut(story.find(u"item.updated"_s, u"wi-1"_s)); }, u"lost: operation 3"_s);
    row("an acknowledged item is lost with all its events",
        [](Story &story) {
            story.operations[1].attempts.front().status = 200;
            story.takeOut(story.find(u"item.created"_s, u"wi-2"_s));
        },
        u"lost: operation 2"_s);
    row("an acknowledged resume is lost",
        [](Story &story) {
            story.takeOut(story.find(u"item.resumed"_s, u"wi-3"_s));
        },
        u"lost: item.resumed wi-3"_s);
    row("an acknowledged taking is lost",
        [](Story &story) {
            story.takeOut(story.find(u"item.assigned"_s, u"wi-2"_s));
        },
        u"lost: item.assigned wi-2 ben"_s);
    row("a change of the configuration is lost", [](Story &story) { story.takeOut(story.observation.feed.size() - 1); }, u"lost: operation 13"_s);
    row("a write is there twice",
        [](Story &story) { story.event(R"({"type":"item.created","item":"wi-4","captureId":"m1","before":null,"after":{"status":"queued"}})"); }, u"doubled: operation 1"_s);
    row("a resume is there twice", [](Story &story) { story.event(R"({"type":"item.resumed","item":"wi-3","before":{},"after":{}})"); }, u"doubled: item.resumed wi-3"_s);
    row("what was refused is there",
        [](Story &story) { story.event(R"({"type":"item.canceled","item":"wi-1","before":{"status":"completed"},"after":{"status":"canceled"},"reason":"m7"})"); },
        u"done though refused: operation 9"_s);
    row("half of an array is there", [](Story &story) { story.takeOut(story.find(u"item.created"_s, u"wi-3"_s)); }, u"half done: operation 2"_s);
    row("the bad part of an array is there",
        [](Story &story) { story.operations[1].never.push_back({ Effect::Marked, u"item.created"_s, u"m3"_s, {} }); }, u"a part of operation 2"_s);
    row("a write hit another item", [](Story &story) { story.operations[2].effects.front().item = u"wi-3"_s; }, u"elsewhere: operation 3"_s);
    row("the state has changed without an event",
        [](Story &story) { story.observation.items[1].insert(u"status"_s, u"held"_s); }, u"items: wi-2: status"_s);
    row("a custom attribute differs", [](Story &story) { story.observation.items[0].insert(u"custom"_s, QJsonObject()); }, u"items: wi-1: its custom"_s);
    row("an item is missing", [](Story &story) { story.observation.items.pop_back(); }, u"events tell of 3 items, 2"_s);
    row("an item has no events", [](Story &story) { story.observation.items.push_back({ { u"id"_s, u"wi-9"_s } }); }, u"wi-9 is there, but no event"_s);
    row("an item is assigned, but to nobody",
        [](Story &story) {
            story.observation.items[1].insert(u"status"_s, u"assigned"_s);
            story.observation.items[1].insert(u"assignedToUser"_s, u"ben"_s);
        },
        u"assignments: wi-2"_s);
    row("an assignment is left of an item that waits",
        [](Story &story) { story.observation.assignments[u"ben"_s].push_back(json(R"({"item":{"id":"wi-2"},"assignment":{"token":2,"leaseUntilDateTime":"2026-03-01T09:30:00.000Z"}})")); },
        u"assignments: wi-2 is queued"_s);
    row("two agents hold one item",
        [](Story &story) {
            for (const auto &agent : { u"anna"_s, u"ben"_s })
                story.observation.assignments[agent].push_back(json(R"({"item":{"id":"wi-2"},"assignment":{"token":2,"leaseUntilDateTime":"2026-03-01T09:30:00.000Z"}})"));
        },
        u"wi-2 is in the hands of"_s);
    row("an item is taken from under its holder",
        [](Story &story) {
            story.change(story.find(u"item.lease_expired"_s, u"wi-2"_s), [](QJsonObject &event) { event.insert(u"type"_s, u"item.assigned"_s); });
            story.observation.readings.clear();
        },
        u"two holders"_s);
    row("a lease that has ended is left",
        [](Story &story) { story.observation.assignments[u"ben"_s].push_back(json(R"({"item":{"id":"wi-2"},"assignment":{"token":2,"leaseUntilDateTime":"2026-03-01T08:00:16.000Z"}})")); },
        u"leases: the lease of ben"_s);
    row("a lease ended before its time",
        [](Story &story) {
            story.change(story.find(u"item.lease_expired"_s, u"wi-2"_s), [](QJsonObject &event) { event.insert(u"time"_s, u"2026-03-01T08:00:10.000Z"_s); });
            story.observation.readings.clear();
        },
        u"leases: the lease of token 2"_s);
    row("a token is given twice",
        [](Story &story) { story.operations[4].attempts.front().answer.replace("\"token\":2", "\"token\":1"); }, u"tokens: token 1 was given"_s);
    row("tokens fall",
        [](Story &story) { story.operations[3].attempts.front().answer.replace("\"token\":1", "\"token\":7"); }, u"tokens: token 7 is of event"_s);
    row("an acknowledged acceptance says nothing that it can be found by",
        [](Story &story) {
            story.operations[10].token = 3;
            story.operations[10].effects.clear();
        },
        u"tokens: operation 11 of client 0 (POST /iwd/v3/items) was let act"_s);
    row("an agent completes what another one holds",
        [](Story &story) {
            story.operations[5].token = 2;
            story.operations[5].agent = u"ben"_s;
        },
        u"was let act with token 2"_s);
    row("an acknowledged acceptance is lost", [](Story &story) { story.takeOut(story.find(u"item.assigned"_s, u"wi-2"_s, 1)); }, u"lost: item.assigned wi-2 anna"_s);
    row("an offer that an agent saw is lost", [](Story &story) { story.takeOut(story.find(u"item.offered"_s, u"wi-2"_s)); }, u"lost: item.offered wi-2 anna"_s);
    row("an item is offered that somebody holds",
        [](Story &story) {
            story.change(story.find(u"item.lease_expired"_s, u"wi-2"_s), [](QJsonObject &event) { event.insert(u"type"_s, u"item.offered"_s); });
            story.observation.readings.clear();
        },
        u"two holders"_s);
    row("an item is offered to two agents",
        [](Story &story) {
            story.change(story.find(u"item.assigned"_s, u"wi-2"_s, 1), [](QJsonObject &event) { event.insert(u"type"_s, u"item.offered"_s); });
            story.observation.readings.clear();
        },
        u"two holders"_s);
    row("an offer ended before its time",
        [](Story &story) {
            story.change(story.find(u"item.assigned"_s, u"wi-2"_s, 1), [](QJsonObject &event) {
                event.insert(u"type"_s, u"item.offer_expired"_s);
                event.insert(u"time"_s, u"2026-03-01T08:00:35.000Z"_s);
            });
            story.observation.readings.clear();
        },
        u"leases: the offer of token 3"_s);
    row("an agent releases what another one accepted",
        [](Story &story) { story.operations[11].agent = u"ben"_s; }, u"was let act with token 3"_s);
    row("the token of an offer falls", [](Story &story) { story.operations[4].attempts.front().answer.replace("\"token\":2", "\"token\":9"); }, u"tokens: token 9 is of event"_s);
    row("an event is missing in the feed",
        [](Story &story) {
            story.observation.feed.erase(story.observation.feed.begin() + 2);
            story.observation.readings.clear();
        },
        u"gap after 2"_s);
    row("ids do not rise", [](Story &story) { story.change(3, [](QJsonObject &event) { event.insert(u"id"_s, 3); }); }, u"does not rise"_s);
    row("a reader missed an event", [](Story &story) { story.observation.readings[u"follower"_s].erase(story.observation.readings[u"follower"_s].begin() + 4); }, u"feed: reader follower saw as number 5"_s);
    row("a reader saw an event that was undone",
        [](Story &story) { story.observation.readings[u"follower"_s] = story.observation.feed; story.observation.readings[u"follower"_s].push_back("{}"); }, u"but there is nothing"_s);
    row("an event begins from another state",
        [](Story &story) {
            story.change(story.find(u"item.held"_s, u"wi-3"_s), [](QJsonObject &event) { event.insert(u"before"_s, QJsonObject { { u"status"_s, u"assigned"_s } }); });
            story.observation.readings.clear();
        },
        u"it begins with status"_s);
    row("an item is created twice",
        [](Story &story) { story.event(R"({"type":"item.created","item":"wi-3","captureId":"other","before":null,"after":{"status":"queued"}})"); }, u"exists already"_s);
    row("an item comes from nowhere", [](Story &story) { story.event(R"({"type":"item.held","item":"wi-8","before":{},"after":{}})"); }, u"was never created"_s);
    row("a figure is wrong", [](Story &story) {
            story.observation.queueFigures = json(R"({"asOf":"2026-03-01T09:00:00.000Z","data":[{"queue":"general","queued":3,"assigned":0,"held":0,"arrivedToday":3,"completedToday":1,"canceledToday":0}]})");
        }, u"figures: general queued is 3"_s);
    row("the server counts wrongly", [](Story &story) { story.observation.serverFigures.insert(u"items"_s, json(R"({"queued":2,"completed":2})")); }, u"figures: all items that are completed"_s);
    row("an object is not what its events say", [](Story &story) { story.observation.objects[u"queue/general"_s].insert(u"description"_s, u"other"_s); }, u"objects: queue/general: description"_s);
    row("a repeated key gets another answer", [](Story &story) { story.operations[5].attempts.back().answer = R"({"id":"wi-1","status":"queued"})"; }, u"got another answer than the stored one"_s);
    row("a repeated key is done again", [](Story &story) { story.operations[5].attempts.back().replayed = false; }, u"does not say it is a stored one"_s);
    row("a new key gets a stored answer", [](Story &story) { story.operations[5].attempts.front().replayed = true; }, u"asked for the first time"_s);
    row("a repeated capture makes another item",
        [](Story &story) { story.operations[0].attempts.push_back({ 0, 5, 6, 200, R"({"id":"wi-2"})", false }); }, u"answers about different items"_s);
    row("writes are in another order than they were acknowledged in",
        [](Story &story) {
            story.operations[2].attempts.front().beganUs = 1001;
            story.operations[2].attempts.front().endedUs = 1002;
        },
        u"order: "_s);
}

void TestHistoryChecker::aPlantedFaultIsFound()
{
    QFETCH(Fault, plant);
    QFETCH(QString, complaint);
    Story story;
    plant(story);
    const QStringList found = checkHistory(story.operations, story.observation);
    QVERIFY2(!found.filter(complaint).isEmpty(), qPrintable(u"Found only: "_s + found.join(u'\n')));
}

void TestHistoryChecker::whatNobodyWasToldMayBeThereOrNot()
{
    Story story;
    story.operations[2].attempts.front().status = 0; // the update, which is there
    QCOMPARE(checkHistory(story.operations, story.observation), QStringList());
    story.operations[8].attempts.front().status = 0; // the cancellation, which is not
    QCOMPARE(checkHistory(story.operations, story.observation), QStringList());
}

void TestHistoryChecker::theLeaseOfAnAcceptedOfferMayBeShorterThanTheOffer()
{
    Story story;
    story.operations[9].attempts.front().answer.replace("08:00:40.000Z", "08:00:58.000Z");
    story.operations[11].attempts.front().status = 0; // not released after all: the lease ended
    const size_t released = story.find(u"item.released"_s, u"wi-2"_s);
    const auto endsAt = [&story, released](const QString &time) {
        story.change(released, [&time](QJsonObject &event) {
            event.insert(u"type"_s, u"item.lease_expired"_s);
            event.insert(u"time"_s, time);
        });
        story.observation.readings.clear();
    };
    endsAt(u"2026-03-01T08:00:43.100Z"_s);
    QCOMPARE(checkHistory(story.operations, story.observation), QStringList());
    endsAt(u"2026-03-01T08:00:42.900Z"_s);
    QVERIFY(!checkHistory(story.operations, story.observation).filter(u"leases: the lease of token 3"_s).isEmpty());
}

void TestHistoryChecker::gapsAreAllowedWhereTheRulesSaySo()
{
    Story story;
    const qint64 last = json(story.observation.feed.back()).value(u"id"_s).toInteger() + 5;
    story.change(story.observation.feed.size() - 1, [last](QJsonObject &event) { event.insert(u"id"_s, last); });
    story.figuresFit();
    HistoryRules rules;
    QCOMPARE(checkHistory(story.operations, story.observation, rules).size(), 1);
    rules.gapsAllowed = true;
    QCOMPARE(checkHistory(story.operations, story.observation, rules), QStringList());
}

void TestHistoryChecker::theOutcomeIsWhatTheClientMayBelieve_data()
{
    using Outcome = Operation::Outcome;
    QTest::addColumn<QList<int>>("statuses");
    QTest::addColumn<bool>("hasKey");
    QTest::addColumn<int>("outcome");
    QTest::newRow("acknowledged") << QList<int> { 200 } << false << static_cast<int>(Outcome::Done);
    QTest::newRow("refused") << QList<int> { 409 } << false << static_cast<int>(Outcome::Undone);
    QTest::newRow("busy") << QList<int> { 503 } << false << static_cast<int>(Outcome::Undone);
    QTest::newRow("never answered") << QList<int> { 0 } << false << static_cast<int>(Outcome::Unknown);
    QTest::newRow("too late") << QList<int> { 504 } << false << static_cast<int>(Outcome::Unknown);
    QTest::newRow("never answered, then busy") << QList<int> { 0, 503 } << true << static_cast<int>(Outcome::Unknown);
    QTest::newRow("never answered, then acknowledged") << QList<int> { 0, 200 } << true << static_cast<int>(Outcome::Done);
    QTest::newRow("never answered, then refused by its key") << QList<int> { 0, 409 } << true << static_cast<int>(Outcome::Undone);
    QTest::newRow("never answered, then refused without a key") << QList<int> { 0, 409 } << false << static_cast<int>(Outcome::Unknown);
}

void TestHistoryChecker::theOutcomeIsWhatTheClientMayBelieve()
{
    QFETCH(QList<int>, statuses);
    QFETCH(bool, hasKey);
    QFETCH(int, outcome);
    Operation operation;
    operation.key = hasKey ? "key" : "";
    for (const int status : statuses)
        operation.attempts.push_back({ 0, 0, 0, status, {}, false });
    QCOMPARE(static_cast<int>(operation.outcome()), outcome);
}

void TestHistoryChecker::theHistoryIsWrittenDown()
{
    const QTemporaryDir folder;
    const Story story;
    QVERIFY(writeHistory(folder.filePath(u"history.jsonl"_s), story.operations, story.observation));
    QFile file(folder.filePath(u"history.jsonl"_s));
    QVERIFY(file.open(QIODevice::ReadOnly));
    int lines = 0;
    while (!file.atEnd()) {
        QVERIFY(!json(file.readLine()).isEmpty());
        ++lines;
    }
    QCOMPARE(lines, static_cast<int>(story.operations.size() + story.observation.feed.size() + story.observation.items.size()) + 1);
    QVERIFY(!writeHistory(folder.filePath(u"absent/history.jsonl"_s), story.operations, story.observation));
}

QTEST_GUILESS_MAIN(TestHistoryChecker)
#include "tst_historychecker.moc"

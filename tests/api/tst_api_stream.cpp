// SPDX-License-Identifier: Apache-2.0
#include "apifixture.h"

#include <apidocument/apidocument.h>
#include <contract/streamapi.h>

#include <QWebSocket>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

constexpr int patienceMs = 10'000;

/// A client of the live stream. Every message that it gets has to be as documented.
class Follower
{
public:
    explicit Follower(quint16 port, const QString &key)
        : m_validator(apiDocument())
    {
        QObject::connect(&m_socket, &QWebSocket::textMessageReceived, [this](const QString &text) { take(text); });
        QNetworkRequest request(QUrl(u"ws://127.0.0.1:%1/iwd/v3/stream"_s.arg(port)));
        request.setRawHeader("x-api-key", key.toLatin1());
        m_socket.open(request);
    }

    [[nodiscard]] bool isOpen() const { return m_socket.isValid(); }
    void close() { m_socket.close(); }
    [[nodiscard]] QString closeReason() const { return m_socket.closeReason(); }
    [[nodiscard]] QWebSocketProtocol::CloseCode closeCode() const { return m_socket.closeCode(); }

    void say(const QJsonObject &command) { m_socket.sendTextMessage(QString::fromUtf8(QJsonDocument(command).toJson(QJsonDocument::Compact))); }
    void sayText(const QString &text) { m_socket.sendTextMessage(text); }
    void sayBytes(const QByteArray &bytes) { m_socket.sendBinaryMessage(bytes); }

    /// The next message of a type, of a subscription; those before it that fit are over.
    QJsonObject next(const QString &type, const QString &subscription = {})
    {
        const auto fits = [&](const QJsonObject &message) {
            return message[u"type"] == type && (subscription.isEmpty() || message[u"subscription"] == subscription);
        };
        QJsonObject found;
        const bool came = QTest::qWaitFor(
            [&] {
                for (qsizetype i = 0; i < messages.size(); ++i) {
                    if (fits(messages[i])) {
                        found = messages.takeAt(i);
                        return true;
                    }
                }
                return false;
            },
            patienceMs);
        if (!came)
            qWarning() << "no" << type << "of" << subscription << "among" << messages << m_socket.closeReason();
        return found;
    }

    /// What has become of the items or rows, from all changes so far and to come, until @p done.
    bool follow(const QString &subscription, QMap<QString, QJsonObject> &rows, const QString &key, const std::function<bool()> &done)
    {
        return QTest::qWaitFor(
            [&] {
                for (qsizetype i = 0; i < messages.size();) {
                    const QJsonObject &message = messages[i];
                    if (message[u"subscription"] != subscription) {
                        ++i;
                        continue;
                    }
                    apply(messages.takeAt(i), rows, key);
                }
                return done();
            },
            patienceMs);
    }

    static void apply(const QJsonObject &message, QMap<QString, QJsonObject> &rows, const QString &key)
    {
        if (message[u"type"] == u"snapshot"_s)
            rows.clear();
        for (const QJsonValue entry : message[u"data"].toArray()) {
            const QJsonObject value = message[u"type"] == u"snapshot"_s ? entry.toObject() : entry[u"value"].toObject();
            if (entry[u"change"] == u"left"_s)
                rows.remove(entry[u"id"].toString());
            else
                rows.insert(value[key].toString(), value);
        }
    }

    QList<QJsonObject> messages;
    QStringList problems;

private:
    void take(const QString &text)
    {
        const QJsonObject message = QJsonDocument::fromJson(text.toUtf8()).object();
        problems += m_validator.schemaProblems({ { u"$ref"_s, u"#/components/schemas/StreamMessage"_s } }, message, OpenApiValidator::Writer::Server);
        messages.append(message);
    }

    const OpenApiValidator m_validator;
    QWebSocket m_socket;
};

QJsonObject subscribing(const QString &name, const QString &topic, const QJsonObject &more = {})
{
    QJsonObject command { { u"subscribe"_s, name }, { u"topic"_s, topic } };
    for (auto member = more.begin(); member != more.end(); ++member)
        command.insert(member.key(), *member);
    return command;
}

QJsonObject condition(const QString &attribute, const QString &op, const QJsonValue &value)
{
    return { { u"condition"_s, QJsonObject { { u"attribute"_s, attribute }, { u"operator"_s, op }, { u"value"_s, value } } } };
}

QStringList idsOf(const QJsonArray &data)
{
    QStringList ids;
    for (const QJsonValue item : data)
        ids.append(item[u"id"].toString());
    return ids;
}

} // namespace

/// The WebSocket over which clients follow what they choose.
class TestApiStream : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m = std::make_unique<ApiFixture>(); }
    void cleanup()
    {
        for (const auto &follower : m_followers)
            QCOMPARE(follower->problems, QStringList());
        m_followers.clear();
        m.reset();
    }

    // ---- Items

    void aSnapshotComesFirstAndThenWhatChanges()
    {
        const QString early = m->capture();
        Follower &follower = open();
        follower.say(subscribing(u"waiting"_s, u"items"_s, { { u"search"_s, condition(u"status"_s, u"equals"_s, u"queued"_s) } }));
        const QJsonObject first = follower.next(u"snapshot"_s);
        QCOMPARE(first[u"subscription"].toString(), u"waiting"_s);
        QCOMPARE(idsOf(first[u"data"].toArray()), QStringList { early });
        QVERIFY(first[u"reason"].isNull());
        QCOMPARE(first[u"more"].toBool(true), false);
        QCOMPARE(first[u"goesByTime"].toBool(true), false);

        const QString late = m->capture();
        const QJsonObject entered = follower.next(u"changes"_s);
        QVERIFY(entered[u"seq"].toInteger() > first[u"seq"].toInteger());
        QCOMPARE(entered[u"data"][0][u"change"].toString(), u"entered"_s);
        QCOMPARE(entered[u"data"][0][u"value"][u"id"].toString(), late);
        QVERIFY(entered[u"data"][0][u"value"][u"priority"].isDouble());

        m->patch(u"/items/"_s + early, { { u"customerId"_s, u"C1"_s } }, { { "If-Match", "*" } });
        const QJsonObject changed = follower.next(u"changes"_s);
        QCOMPARE(changed[u"data"][0][u"change"].toString(), u"changed"_s);
        QCOMPARE(changed[u"data"][0][u"value"][u"customerId"].toString(), u"C1"_s);

        m->post(u"/items/%1/hold"_s.arg(early));
        const QJsonObject left = follower.next(u"changes"_s);
        QCOMPARE(left[u"data"][0].toObject(), (QJsonObject { { u"change"_s, u"left"_s }, { u"id"_s, early } }));
    }

    void whatDoesNotConcernASubscriptionIsNotTold()
    {
        Follower &follower = open();
        follower.say(subscribing(u"held"_s, u"items"_s, { { u"search"_s, condition(u"status"_s, u"equals"_s, u"held"_s) } }));
        follower.say(subscribing(u"all"_s, u"items"_s));
        follower.next(u"snapshot"_s, u"held"_s);
        follower.next(u"snapshot"_s, u"all"_s);
        m->capture();
        follower.next(u"changes"_s, u"all"_s);
        const QString held = m->capture();
        m->post(u"/items/%1/hold"_s.arg(held));
        const QJsonObject entered = follower.next(u"changes"_s, u"held"_s);
        QCOMPARE(entered[u"data"].toArray().size(), 1);
        QCOMPARE(entered[u"data"][0][u"value"][u"id"].toString(), held);
    }

    void columnsSortLimitAndCountAreAboutTheSnapshot()
    {
        QStringList ids;
        for (int i = 0; i < 5; ++i)
            ids.append(m->capture({ { u"custom"_s, QJsonObject { { u"city"_s, u"Ulm"_s } } } }));
        Follower &follower = open();
        const QJsonObject search { { u"columns"_s, QJsonArray { u"status"_s, u"custom.city"_s } }, { u"limit"_s, 2 }, { u"count"_s, u"exact"_s },
            { u"sort"_s, QJsonArray { QJsonObject { { u"field"_s, u"createdDateTime"_s }, { u"direction"_s, u"desc"_s } } } } };
        follower.say(subscribing(u"s"_s, u"items"_s, { { u"search"_s, search } }));
        const QJsonObject first = follower.next(u"snapshot"_s);
        QCOMPARE(idsOf(first[u"data"].toArray()), (QStringList { ids[4], ids[3] }));
        QCOMPARE(first[u"more"].toBool(), true);
        QCOMPARE(first[u"count"][u"value"].toInt(), 5);
        m->post(u"/items/%1/hold"_s.arg(ids[0]));
        const QJsonObject change = follower.next(u"changes"_s);
        QCOMPARE(change[u"data"][0][u"value"].toObject(),
            (QJsonObject { { u"id"_s, ids[0] }, { u"status"_s, u"held"_s }, { u"custom"_s, QJsonObject { { u"city"_s, u"Ulm"_s } } } }));
    }

    void aSavedFilterIsFollowedByItsId()
    {
        const Reply filter = m->post(u"/filters"_s, { { u"name"_s, u"Held"_s }, { u"condition"_s, condition(u"status"_s, u"equals"_s, u"held"_s)[u"condition"] } });
        QCOMPARE(filter.status, 201);
        const QString id = m->capture();
        Follower &follower = open();
        follower.say(subscribing(u"f"_s, u"items"_s, { { u"search"_s, QJsonObject { { u"filter"_s, filter["id"] } } } }));
        QCOMPARE(follower.next(u"snapshot"_s)[u"data"].toArray().size(), 0);
        m->post(u"/items/%1/hold"_s.arg(id));
        QCOMPARE(follower.next(u"changes"_s)[u"data"][0][u"value"][u"id"].toString(), id);
    }

    void aConditionThatGoesByTimeIsNamed()
    {
        Follower &follower = open();
        follower.say(subscribing(u"young"_s, u"items"_s, { { u"search"_s, condition(u"createdDateTime"_s, u"greater"_s, u"now-2h"_s) } }));
        QCOMPARE(follower.next(u"snapshot"_s)[u"goesByTime"].toBool(), true);
    }

    void customAttributesThatComeAndGoMoveAnItemInAndOut()
    {
        const QString id = m->capture();
        Follower &follower = open();
        follower.say(subscribing(u"vip"_s, u"items"_s, { { u"search"_s, condition(u"custom.vip"_s, u"equals"_s, true) } }));
        follower.next(u"snapshot"_s);
        const auto set = [&](const QJsonValue &vip) {
            m->patch(u"/items/"_s + id, { { u"custom"_s, QJsonObject { { u"vip"_s, vip } } } }, { { "If-Match", "*" } });
            return follower.next(u"changes"_s)[u"data"][0][u"change"].toString();
        };
        QCOMPARE(set(true), u"entered"_s);
        QCOMPARE(set(QJsonValue()), u"left"_s);
        QCOMPARE(set(true), u"entered"_s);
        QCOMPARE(set(false), u"left"_s);
    }

    void nothingIsMissedAndNothingIsLeftOverWhileMuchHappens()
    {
        Follower &follower = open();
        follower.say(subscribing(u"waiting"_s, u"items"_s, { { u"search"_s, condition(u"status"_s, u"equals"_s, u"queued"_s) } }));
        QMap<QString, QJsonObject> rows;
        QStringList ids;
        for (int round = 0; round < 30; ++round) {
            for (int i = 0; i < 5; ++i)
                ids.append(m->capture());
            for (int i = 0; i < 3; ++i)
                m->post(u"/items/%1/%2"_s.arg(ids[(round * 7 + i * 11) % ids.size()], round % 2 ? u"hold"_s : u"resume"_s));
            m->patch(u"/items/"_s + ids[(round * 13) % ids.size()], { { u"customerId"_s, QString::number(round) } }, { { "If-Match", "*" } });
        }
        const QJsonArray truth = m->post(u"/items/search"_s, { { u"condition"_s, condition(u"status"_s, u"equals"_s, u"queued"_s)[u"condition"] }, { u"limit"_s, 1000 } }).data();
        QMap<QString, QJsonObject> expected;
        for (const QJsonValue item : truth)
            expected.insert(item[u"id"].toString(), item.toObject());
        QVERIFY(follower.follow(u"waiting"_s, rows, u"id"_s, [&] { return rows == expected; }));
    }

    void moreThanCanBeToldOneByOneIsANewSnapshot()
    {
        Follower &follower = open();
        follower.say(subscribing(u"all"_s, u"items"_s, { { u"search"_s, QJsonObject { { u"limit"_s, 10 }, { u"count"_s, u"exact"_s } } } }));
        follower.next(u"snapshot"_s);
        QJsonArray items;
        for (int i = 0; i < 700; ++i)
            items.append(QJsonObject());
        QCOMPARE(m->postArray(u"/items"_s, items).status, 200);
        const QJsonObject again = follower.next(u"snapshot"_s);
        QVERIFY2(again[u"reason"].toString().contains(u"one by one"), qPrintable(again[u"reason"].toString()));
        QCOMPARE(again[u"count"][u"value"].toInt(), 700);
        const QString id = m->capture();
        QCOMPARE(follower.next(u"changes"_s)[u"data"][0][u"value"][u"id"].toString(), id);
    }

    // ---- Going on

    void whoConnectsAgainGoesOnWithoutAGap()
    {
        const QJsonObject search { { u"search"_s, condition(u"status"_s, u"equals"_s, u"queued"_s) } };
        const QString known = m->capture();
        qint64 seq = 0;
        {
            Follower &follower = open();
            follower.say(subscribing(u"w"_s, u"items"_s, search));
            seq = follower.next(u"snapshot"_s)[u"seq"].toInteger();
            follower.close();
        }
        const QString missed = m->capture();
        m->post(u"/items/%1/hold"_s.arg(known));
        Follower &follower = open();
        QJsonObject resuming = search;
        resuming.insert(u"after"_s, seq);
        follower.say(subscribing(u"w"_s, u"items"_s, resuming));
        QCOMPARE(follower.next(u"resumed"_s)[u"seq"].toInteger(), seq);
        const QJsonArray data = follower.next(u"changes"_s)[u"data"].toArray();
        QCOMPARE(data.size(), 2);
        QCOMPARE(data[0][u"value"][u"id"].toString(), missed);
        QCOMPARE(data[1].toObject(), (QJsonObject { { u"change"_s, u"left"_s }, { u"id"_s, known } }));
        const QString late = m->capture();
        QCOMPARE(follower.next(u"changes"_s)[u"data"][0][u"value"][u"id"].toString(), late);
    }

    void whoIsUpToDateGoesOnAndIsToldNothing()
    {
        Follower &one = open();
        one.say(subscribing(u"w"_s, u"items"_s));
        const qint64 seq = one.next(u"snapshot"_s)[u"seq"].toInteger();
        Follower &other = open();
        other.say(subscribing(u"w"_s, u"items"_s, { { u"after"_s, seq } }));
        other.next(u"resumed"_s);
        const QString id = m->capture();
        QCOMPARE(other.next(u"changes"_s)[u"data"][0][u"value"][u"id"].toString(), id);
        QVERIFY(other.messages.isEmpty());
    }

    void whoCannotGoOnIsToldWhyAndBeginsAnew()
    {
        m->capture();
        const QString kept = m->capture();
        const QJsonArray events = m->get(u"/events?limit=1000"_s).data();
        const qint64 last = events.last()[u"id"].toInteger();
        m->forgetEventsUpTo(last - 1);
        Follower &follower = open();
        follower.say(subscribing(u"old"_s, u"items"_s, { { u"after"_s, last - 3 } }));
        const QJsonObject forgotten = follower.next(u"snapshot"_s, u"old"_s);
        QVERIFY2(forgotten[u"reason"].toString().contains(u"no longer kept"), qPrintable(forgotten[u"reason"].toString()));
        QVERIFY(idsOf(forgotten[u"data"].toArray()).contains(kept));
        follower.say(subscribing(u"future"_s, u"items"_s, { { u"after"_s, last + 1'000 } }));
        QVERIFY(follower.next(u"snapshot"_s, u"future"_s)[u"reason"].toString().contains(u"not in the log"));
    }

    // ---- One item

    void oneItemIsFollowedWithItsEvents()
    {
        const QString id = m->capture();
        const QString other = m->capture();
        Follower &follower = open();
        follower.say(subscribing(u"i"_s, u"item"_s, { { u"id"_s, id } }));
        QCOMPARE(follower.next(u"snapshot"_s)[u"data"][0][u"id"].toString(), id);
        m->post(u"/items/%1/hold"_s.arg(other));
        m->post(u"/items/%1/hold"_s.arg(id), { { u"reason"_s, u"waits"_s } });
        const QJsonObject change = follower.next(u"changes"_s);
        QCOMPARE(change[u"data"].toArray().size(), 1);
        QCOMPARE(change[u"data"][0][u"value"][u"status"].toString(), u"held"_s);
        QCOMPARE(change[u"data"][0][u"events"][0][u"type"].toString(), u"item.held"_s);
        QCOMPARE(change[u"data"][0][u"events"][0][u"reason"].toString(), u"waits"_s);
    }

    void anItemThatIsNotThereIsAnError()
    {
        Follower &follower = open();
        follower.say(subscribing(u"i"_s, u"item"_s, { { u"id"_s, u"wi-999"_s } }));
        QCOMPARE(follower.next(u"error"_s, u"i"_s)[u"problem"][u"code"].toString(), u"item.not_found"_s);
    }

    // ---- Figures, agents, jobs

    void figuresOfQueuesFollowTheWork()
    {
        Follower &follower = open();
        follower.say(subscribing(u"q"_s, u"queues"_s));
        const QJsonObject first = follower.next(u"snapshot"_s);
        QCOMPARE(first[u"data"][0][u"queue"].toString(), u"general"_s);
        QCOMPARE(first[u"data"][0][u"queued"].toInt(), 0);
        QMap<QString, QJsonObject> rows;
        m->capture();
        m->capture();
        QVERIFY(follower.follow(u"q"_s, rows, u"queue"_s, [&] { return rows[u"general"_s][u"queued"].toInt() == 2; }));
        QCOMPARE(rows[u"general"_s], [&] {
            QJsonObject figures = m->get(u"/stats/queues"_s).data().first().toObject();
            return figures;
        }());
    }

    void onlyTheNamedQueuesAreTold()
    {
        m->post(u"/queues"_s, { { u"id"_s, u"other"_s }, { u"name"_s, u"Other"_s } });
        Follower &follower = open();
        follower.say(subscribing(u"q"_s, u"queues"_s, { { u"queues"_s, QJsonArray { u"other"_s } } }));
        const QJsonObject first = follower.next(u"snapshot"_s);
        QCOMPARE(first[u"data"].toArray().size(), 1);
        QCOMPARE(first[u"data"][0][u"queue"].toString(), u"other"_s);
        m->capture();
        QCOMPARE(m->remove(u"/queues/other"_s, { { "If-Match", "*" } }).status, 204);
        const QJsonObject change = follower.next(u"changes"_s);
        QCOMPARE(change[u"data"].toArray(), (QJsonArray { QJsonObject { { u"change"_s, u"left"_s }, { u"id"_s, u"other"_s } } }));
    }

    void agentsAreFollowedWithTheirStatesAndWork()
    {
        Follower &follower = open();
        follower.say(subscribing(u"a"_s, u"agents"_s));
        QMap<QString, QJsonObject> rows;
        m->readyAgent(u"ann"_s);
        QVERIFY(follower.follow(u"a"_s, rows, u"agent"_s, [&] { return rows[u"ann"_s][u"state"].toString() == u"ready"_s; }));
        m->capture();
        m->post(u"/agents/ann/next"_s);
        QVERIFY(follower.follow(u"a"_s, rows, u"agent"_s, [&] { return rows[u"ann"_s][u"assigned"].toInt() == 1 && rows[u"ann"_s][u"connected"].toBool(); }));
    }

    void jobsAreFollowedToTheirEnd()
    {
        for (int i = 0; i < 20; ++i)
            m->capture();
        Follower &follower = open();
        follower.say(subscribing(u"j"_s, u"jobs"_s));
        QCOMPARE(follower.next(u"snapshot"_s)[u"data"].toArray().size(), 0);
        QJsonObject bulk { { u"action"_s, u"hold"_s }, { u"search"_s, condition(u"status"_s, u"equals"_s, u"queued"_s) } };
        bulk.insert(u"confirmationToken"_s, m->post(u"/items/bulk"_s, bulk)["confirmationToken"]);
        const Reply job = m->post(u"/items/bulk"_s, bulk);
        QCOMPARE(job.status, 202);
        QMap<QString, QJsonObject> rows;
        const QString id = job["id"].toString();
        QVERIFY(follower.follow(u"j"_s, rows, u"id"_s, [&] { return rows[id][u"state"].toString() == u"finished"_s; }));
        QCOMPARE(rows[id], m->get(u"/jobs/"_s + id).json());
    }

    // ---- Commands

    void badCommandsAreRefusedInWordsAndHarmNothing_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("code");
        QTest::addColumn<QString>("field");
        QTest::newRow("no JSON") << u"subscribe!"_s << u"request.malformed_json"_s << QString();
        QTest::newRow("an array") << u"[]"_s << u"request.invalid_field"_s << QString();
        QTest::newRow("no name") << u"{\"topic\":\"jobs\"}"_s << u"request.missing_field"_s << u"subscribe"_s;
        QTest::newRow("no topic") << u"{\"subscribe\":\"bad\"}"_s << u"request.missing_field"_s << u"topic"_s;
        QTest::newRow("another topic") << u"{\"subscribe\":\"bad\",\"topic\":\"queue\"}"_s << u"request.invalid_field"_s << u"topic"_s;
        QTest::newRow("a misspelt member") << u"{\"subscribe\":\"bad\",\"topic\":\"items\",\"serach\":{}}"_s << u"request.invalid_field"_s << u"serach"_s;
        QTest::newRow("a member of another topic") << u"{\"subscribe\":\"bad\",\"topic\":\"jobs\",\"after\":1}"_s << u"request.invalid_field"_s << u"after"_s;
        QTest::newRow("a bad condition") << u"{\"subscribe\":\"bad\",\"topic\":\"items\",\"search\":{\"condition\":{\"attribute\":\"status\",\"operator\":\"is\",\"value\":1}}}"_s
                                         << u"request.invalid_field"_s << u"search.condition.operator"_s;
        QTest::newRow("words") << u"{\"subscribe\":\"bad\",\"topic\":\"items\",\"search\":{\"text\":\"printer\"}}"_s << u"request.invalid_field"_s << u"search.text"_s;
        QTest::newRow("a cursor") << u"{\"subscribe\":\"bad\",\"topic\":\"items\",\"search\":{\"cursor\":\"x\"}}"_s << u"request.invalid_field"_s << u"search.cursor"_s;
        QTest::newRow("a filter that is not there") << u"{\"subscribe\":\"bad\",\"topic\":\"items\",\"search\":{\"filter\":\"f-99\"}}"_s << u"object.invalid_reference"_s << u"search.filter"_s;
        QTest::newRow("a negative place") << u"{\"subscribe\":\"bad\",\"topic\":\"items\",\"after\":-1}"_s << u"request.invalid_field"_s << u"after"_s;
        QTest::newRow("a fraction of a place") << u"{\"subscribe\":\"bad\",\"topic\":\"items\",\"after\":1.5}"_s << u"request.invalid_field"_s << u"after"_s;
        QTest::newRow("no item") << u"{\"subscribe\":\"bad\",\"topic\":\"item\"}"_s << u"request.missing_field"_s << u"id"_s;
        QTest::newRow("a key instead of an id") << u"{\"subscribe\":\"bad\",\"topic\":\"item\",\"id\":\"INC1\"}"_s << u"request.invalid_field"_s << u"id"_s;
        QTest::newRow("a long name") << u"{\"subscribe\":\"%1\",\"topic\":\"jobs\"}"_s.arg(QString(101, u'x')) << u"request.invalid_field"_s << u"subscribe"_s;
        QTest::newRow("both") << u"{\"subscribe\":\"bad\",\"unsubscribe\":\"bad\",\"topic\":\"jobs\"}"_s << u"request.invalid_field"_s << u"subscribe"_s;
    }

    void badCommandsAreRefusedInWordsAndHarmNothing()
    {
        QFETCH(QString, text);
        QFETCH(QString, code);
        QFETCH(QString, field);
        Follower &follower = open();
        follower.say(subscribing(u"good"_s, u"items"_s));
        follower.next(u"snapshot"_s, u"good"_s);
        follower.sayText(text);
        const QJsonObject error = follower.next(u"error"_s);
        QCOMPARE(error[u"problem"][u"code"].toString(), code);
        QCOMPARE(error[u"problem"][u"field"].toString(), field);
        QCOMPARE(error[u"subscription"], text.contains(u"\"bad\"") ? QJsonValue(u"bad"_s) : QJsonValue());
        const QString id = m->capture();
        QCOMPARE(follower.next(u"changes"_s, u"good"_s)[u"data"][0][u"value"][u"id"].toString(), id);
    }

    void aSubscriptionEndsAndIsReplaced()
    {
        Follower &follower = open();
        follower.say(subscribing(u"s"_s, u"items"_s));
        follower.next(u"snapshot"_s);
        follower.say({ { u"unsubscribe"_s, u"s"_s } });
        QCOMPARE(follower.next(u"unsubscribed"_s)[u"subscription"].toString(), u"s"_s);
        follower.say(subscribing(u"other"_s, u"items"_s));
        follower.next(u"snapshot"_s, u"other"_s);
        follower.say(subscribing(u"other"_s, u"items"_s, { { u"search"_s, condition(u"status"_s, u"equals"_s, u"held"_s) } }));
        follower.next(u"snapshot"_s, u"other"_s);
        const QString id = m->capture();
        m->post(u"/items/%1/hold"_s.arg(id));
        const QJsonObject change = follower.next(u"changes"_s);
        QCOMPARE(change[u"subscription"].toString(), u"other"_s);
        QCOMPARE(change[u"data"][0][u"value"][u"status"].toString(), u"held"_s);
    }

    void commandsInBinaryMessagesAreCommands()
    {
        Follower &follower = open();
        follower.sayBytes(R"({"subscribe": "q", "topic": "queues"})");
        QCOMPARE(follower.next(u"snapshot"_s)[u"subscription"].toString(), u"q"_s);
        follower.sayBytes("\xff\xfe{");
        QCOMPARE(follower.next(u"error"_s)[u"problem"][u"status"].toInt(), 400);
    }

    void aConnectionFollowsFiftyThingsAtMost()
    {
        Follower &follower = open();
        for (int i = 0; i <= MaxSubscriptions; ++i)
            follower.say(subscribing(u"s%1"_s.arg(i), u"queues"_s));
        const QJsonObject error = follower.next(u"error"_s);
        QCOMPARE(error[u"subscription"].toString(), u"s%1"_s.arg(MaxSubscriptions));
        QCOMPARE(error[u"problem"][u"args"][u"limit"].toInt(), MaxSubscriptions);
    }

    void aFloodOfCommandsEndsTheStream()
    {
        Follower &follower = open();
        for (int i = 0; i < 5'000; ++i)
            follower.say({ { u"unsubscribe"_s, u"s"_s } });
        QTRY_VERIFY_WITH_TIMEOUT(!follower.isOpen(), patienceMs);
        QVERIFY2(follower.closeReason().contains(u"messages at once"), qPrintable(follower.closeReason()));
        QCOMPARE(m->get(u"/me"_s).status, 200);
    }

    void anEndlessMessageEndsTheStream()
    {
        Follower &follower = open();
        follower.sayText(QString(MaxCommandBytes + 1, u'x'));
        QTRY_VERIFY_WITH_TIMEOUT(!follower.isOpen(), patienceMs);
        QCOMPARE(m->get(u"/me"_s).status, 200);
    }

    // ---- Who may

    void eachTopicAsksForItsPrivilege_data()
    {
        QTest::addColumn<QString>("scope");
        QTest::addColumn<QStringList>("topics");
        QTest::newRow("work") << u"Workitems.View"_s << QStringList { u"items"_s, u"item"_s };
        QTest::newRow("figures") << u"Dashboard.View"_s << QStringList { u"queues"_s, u"agents"_s };
        QTest::newRow("jobs") << u"Workitems.Bulk"_s << QStringList { u"jobs"_s };
    }

    void eachTopicAsksForItsPrivilege()
    {
        QFETCH(QString, scope);
        QFETCH(QStringList, topics);
        const QString id = m->capture();
        Follower follower(m->port, m->newKey({ scope }, m->tenant));
        QTRY_VERIFY(follower.isOpen());
        for (const QString &topic : { u"items"_s, u"item"_s, u"queues"_s, u"agents"_s, u"jobs"_s }) {
            follower.say(subscribing(topic, topic, topic == u"item"_s ? QJsonObject { { u"id"_s, id } } : QJsonObject()));
            if (topics.contains(topic))
                QCOMPARE(follower.next(u"snapshot"_s)[u"subscription"].toString(), topic);
            else
                QCOMPARE(follower.next(u"error"_s, topic)[u"problem"][u"code"].toString(), u"auth.not_allowed"_s);
        }
        QCOMPARE(follower.problems, QStringList());
    }

    void aStreamEndsWithItsKey()
    {
        const Reply created = m->post(u"/api-keys"_s, { { u"name"_s, u"Wall"_s }, { u"scopes"_s, QJsonArray { u"Workitems.View"_s } } });
        Follower follower(m->port, created["key"].toString());
        QTRY_VERIFY(follower.isOpen());
        follower.say(subscribing(u"all"_s, u"items"_s));
        follower.next(u"snapshot"_s);
        QCOMPARE(m->remove(u"/api-keys/"_s + created["id"].toString()).status, 204);
        m->capture();
        QTRY_VERIFY_WITH_TIMEOUT(!follower.isOpen(), patienceMs);
        QCOMPARE(follower.closeCode(), QWebSocketProtocol::CloseCodePolicyViolated);
        QVERIFY(follower.messages.isEmpty());
    }

    void anotherTenantsWorkIsNotThere()
    {
        const QString own = m->capture();
        Follower follower(m->port, m->otherKey);
        QTRY_VERIFY(follower.isOpen());
        follower.say(subscribing(u"all"_s, u"items"_s));
        QCOMPARE(follower.next(u"snapshot"_s)[u"data"].toArray().size(), 0);
        follower.say(subscribing(u"one"_s, u"item"_s, { { u"id"_s, own } }));
        QCOMPARE(follower.next(u"error"_s)[u"problem"][u"code"].toString(), u"item.not_found"_s);
        m->capture();
        m->key = m->otherKey;
        const QString theirs = m->capture();
        QCOMPARE(follower.next(u"changes"_s)[u"data"][0][u"value"][u"id"].toString(), theirs);
        QVERIFY(follower.messages.isEmpty());
        QCOMPARE(follower.problems, QStringList());
    }

    void whoSeesSomeCategoriesFollowsThoseOnly()
    {
        category(u"claims"_s);
        category(u"sales"_s);
        const Reply key = m->post(u"/api-keys"_s, { { u"name"_s, u"Claims"_s }, { u"scopes"_s, QJsonArray { u"admin"_s } }, { u"categories"_s, QJsonArray { u"claims"_s } } });
        QCOMPARE(key.status, 201);
        const QString claim = m->capture({ { u"productType"_s, u"claims"_s } });
        const QString sale = m->capture({ { u"productType"_s, u"sales"_s } });
        Follower follower(m->port, key["key"].toString());
        QTRY_VERIFY(follower.isOpen());
        follower.say(subscribing(u"items"_s, u"items"_s));
        QCOMPARE(idsOf(follower.next(u"snapshot"_s, u"items"_s)[u"data"].toArray()), QStringList { claim });
        follower.say(subscribing(u"sale"_s, u"item"_s, { { u"id"_s, sale } }));
        QCOMPARE(follower.next(u"error"_s, u"sale"_s)[u"problem"][u"code"].toString(), u"item.not_found"_s);
        follower.say(subscribing(u"queues"_s, u"queues"_s));
        QCOMPARE(follower.next(u"snapshot"_s, u"queues"_s)[u"data"][0][u"queued"].toInt(), 1);
        follower.say(subscribing(u"agents"_s, u"agents"_s));
        QCOMPARE(follower.next(u"error"_s, u"agents"_s)[u"problem"][u"code"].toString(), u"auth.not_allowed"_s);

        // What others do to others' work is not told, twice in a row neither: not even by its id.
        m->post(u"/items/%1/hold"_s.arg(sale));
        m->post(u"/items/%1/resume"_s.arg(sale));
        m->capture({ { u"productType"_s, u"sales"_s } });
        m->post(u"/items/%1/hold"_s.arg(claim));
        const QJsonObject change = follower.next(u"changes"_s, u"items"_s);
        QCOMPARE(change[u"data"].toArray().size(), 1);
        QCOMPARE(change[u"data"][0][u"value"][u"id"].toString(), claim);

        // An item that moves out of sight has left.
        QCOMPARE(m->patch(u"/items/"_s + claim, { { u"productType"_s, u"sales"_s } }, { { "If-Match", "*" } }).status, 200);
        QCOMPARE(m->post(u"/items/%1/restart"_s.arg(claim)).status, 200);
        QMap<QString, QJsonObject> rows { { claim, {} } };
        QVERIFY(follower.follow(u"items"_s, rows, u"id"_s, [&] { return rows.isEmpty(); }));
        for (const QJsonObject &message : follower.messages)
            QVERIFY(!QJsonDocument(message).toJson().contains(QByteArray('"' + sale.toLatin1() + '"')));
        QCOMPARE(follower.problems, QStringList());
    }

    void jobsOfOthersAreNotThereForWhoSeesSomeCategories()
    {
        category(u"claims"_s);
        const Reply key = m->post(u"/api-keys"_s, { { u"name"_s, u"Claims"_s }, { u"scopes"_s, QJsonArray { u"admin"_s } }, { u"categories"_s, QJsonArray { u"claims"_s } } });
        m->capture({ { u"productType"_s, u"claims"_s } });
        const auto hold = [&] {
            QJsonObject bulk { { u"action"_s, u"hold"_s }, { u"search"_s, QJsonObject() } };
            bulk.insert(u"confirmationToken"_s, m->post(u"/items/bulk"_s, bulk)["confirmationToken"]);
            return m->post(u"/items/bulk"_s, bulk)["id"].toString();
        };
        QVERIFY(!hold().isEmpty());
        Follower follower(m->port, key["key"].toString());
        QTRY_VERIFY(follower.isOpen());
        follower.say(subscribing(u"jobs"_s, u"jobs"_s));
        QCOMPARE(follower.next(u"snapshot"_s)[u"data"].toArray().size(), 0);
        m->key = key["key"].toString();
        const QString own = hold();
        QVERIFY(!own.isEmpty());
        QCOMPARE(follower.next(u"changes"_s)[u"data"][0][u"value"][u"id"].toString(), own);
    }

    void aStreamOpensForCallersOnly()
    {
        const auto handshake = [](const QByteArray &target, const QString &key) -> QByteArray {
            return "GET " + target + " HTTP/1.1\r\nHost: iwd\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + (key.isEmpty() ? QByteArray() : QByteArray("x-api-key: " + key.toLatin1() + "\r\n")) + "\r\n";
        };
        QCOMPARE(m->firstLineOf(handshake("/iwd/v3/stream", {})), QByteArray("HTTP/1.1 401 Unauthorized"));
        QCOMPARE(m->firstLineOf(handshake("/iwd/v3/stream", u"unknown"_s)), QByteArray("HTTP/1.1 401 Unauthorized"));
        QCOMPARE(m->firstLineOf(handshake("/iwd/v3/stream?after=1", m->key)), QByteArray("HTTP/1.1 400 Bad Request"));
        QCOMPARE(m->firstLineOf(handshake("/iwd/v3/stream", m->sourceKey)), QByteArray("HTTP/1.1 101 Switching Protocols"));
        QCOMPARE(m->get(u"/stream"_s).status, 426);
    }

    void aStreamEndsWhenTheServerStops()
    {
        Follower &follower = open();
        follower.say(subscribing(u"q"_s, u"queues"_s));
        follower.next(u"snapshot"_s);
        m->pipeline->stop();
        QTRY_VERIFY_WITH_TIMEOUT(!follower.isOpen(), patienceMs);
        QCOMPARE(follower.closeCode(), QWebSocketProtocol::CloseCodeGoingAway);
    }

private:
    void category(const QString &id)
    {
        const Reply made = m->post(u"/categories"_s,
            { { u"id"_s, id }, { u"name"_s, id }, { u"queue"_s, u"general"_s }, { u"schema"_s, u"standard"_s }, { u"order"_s, -1 },
                { u"rule"_s, condition(u"productType"_s, u"equals"_s, id)[u"condition"] } });
        QVERIFY2(made.status == 201, made.body.constData());
    }

    Follower &open()
    {
        m_followers.push_back(std::make_unique<Follower>(m->port, m->key));
        Follower &follower = *m_followers.back();
        if (!QTest::qWaitFor([&] { return follower.isOpen(); }, patienceMs))
            qWarning("the stream did not open");
        return follower;
    }

    std::unique_ptr<ApiFixture> m;
    std::vector<std::unique_ptr<Follower>> m_followers;
};

QTEST_GUILESS_MAIN(TestApiStream)
#include "tst_api_stream.moc"

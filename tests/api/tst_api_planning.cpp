// SPDX-License-Identifier: Apache-2.0
#include "apifixture.h"

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

QStringList codesOf(const Reply &reply)
{
    QStringList codes;
    for (const auto &finding : reply.data())
        codes.append(finding[u"code"].toString());
    return codes;
}

} // namespace

/// What is wrong, what would be, and what is to be expected: over HTTP.
class TestApiPlanning : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m = std::make_unique<ApiFixture>(); }
    void cleanup() { m.reset(); }

    void findingsAreToldWithTheirObjects();
    void findingsCanBeNarrowedBySeverity();
    void aChangeIsTriedWithoutBeingMade();
    void mistakesInAProposalAreNamed_data();
    void mistakesInAProposalAreNamed();
    void theForecastSaysWhenItKnowsTooLittle();
    void theNextDayIsForecastFromTheDaysBefore();
    void theForecastIsPagedByQueue();

private:
    std::unique_ptr<ApiFixture> m;
};

void TestApiPlanning::findingsAreToldWithTheirObjects()
{
    m->readyAgent(u"ann"_s);
    QCOMPARE(codesOf(m->get(u"/lint"_s)), QStringList());
    QCOMPARE(m->put(u"/skills/radio"_s, { { u"name"_s, u"Radio"_s } }).status, 201);
    const QString id = m->capture({ { u"requestedSkill"_s, u"tv"_s } });
    const Reply reply = m->get(u"/lint"_s);
    QCOMPARE(reply.status, 200);
    QCOMPARE(codesOf(reply), (QStringList { u"items.undistributable"_s, u"skill.unused"_s }));
    QCOMPARE(reply["errors"].toInt(), 1);
    QCOMPARE(reply["warnings"].toInt(), 0);
    QCOMPARE(reply["hints"].toInt(), 1);
    const QJsonObject stuck = reply.data()[0].toObject();
    QCOMPARE(stuck[u"object"], (QJsonObject { { u"kind"_s, u"queue"_s }, { u"id"_s, u"general"_s } }));
    QCOMPARE(stuck[u"items"], (QJsonObject { { u"count"_s, 1 }, { u"exact"_s, true }, { u"sample"_s, QJsonArray { id } } }));
    QCOMPARE(reply.data()[1].toObject()[u"items"], QJsonValue());

    m->key = m->otherKey; // another tenant's work is nobody else's
    QCOMPARE(codesOf(m->get(u"/lint"_s)), QStringList { u"agents.none"_s });
}

void TestApiPlanning::findingsCanBeNarrowedBySeverity()
{
    m->readyAgent(u"ann"_s);
    QCOMPARE(m->put(u"/skills/radio"_s, { { u"name"_s, u"Radio"_s } }).status, 201);
    QCOMPARE(codesOf(m->get(u"/lint?severity=hint"_s)), QStringList { u"skill.unused"_s });
    const Reply errors = m->get(u"/lint?severity=error"_s);
    QCOMPARE(codesOf(errors), QStringList());
    QCOMPARE(errors["hints"].toInt(), 1);
    const Reply wrong = m->get(u"/lint?severity=fatal"_s);
    QCOMPARE(wrong.status, 400);
    QCOMPARE(wrong.field(), u"severity"_s);
    QCOMPARE(m->get(u"/lint?level=error"_s).status, 400);
}

void TestApiPlanning::aChangeIsTriedWithoutBeingMade()
{
    m->readyAgent(u"ann"_s);
    const QString first = m->capture();
    m->advance(std::chrono::hours(1));
    const QString second = m->capture();
    QJsonObject schema = m->get(u"/schemas/standard"_s).json(); // what was read may be sent back as it is
    QJsonObject curve = schema[u"curve"].toObject();
    curve.insert(u"points"_s, QJsonArray { QJsonObject { { u"age"_s, 0 }, { u"priority"_s, 100 } }, QJsonObject { { u"age"_s, 10 }, { u"priority"_s, 0 } } });
    schema.insert(u"curve"_s, curve);
    const Reply reply = m->post(u"/simulations"_s,
        { { u"schemas"_s, QJsonArray { schema } }, { u"first"_s, 1 }, { u"horizonHours"_s, 2 }, { u"staffBasis"_s, u"present"_s }, { u"staff"_s, QJsonArray { QJsonObject { { u"agents"_s, 3 }, { u"queues"_s, QJsonArray { u"general"_s } } } } } });
    QCOMPARE(reply.status, 200);
    QCOMPARE(reply["waiting"].toInt(), 2);
    QCOMPARE(reply["placeChanged"].toInt(), 2);
    QCOMPARE(reply["exact"].toBool(), true);
    const QJsonObject queue = reply["queues"][0].toObject();
    QCOMPARE(queue[u"next"], (QJsonArray { QJsonObject { { u"id"_s, first }, { u"place"_s, 1 }, { u"priority"_s, 15 }, { u"proposed"_s, QJsonObject { { u"queue"_s, u"general"_s }, { u"place"_s, 2 }, { u"priority"_s, 90 } } } } }));
    QCOMPARE(queue[u"proposedNext"][0][u"id"].toString(), second);
    QCOMPARE(reply["forecast"][u"now"][u"agents"].toInt(), 1);
    QCOMPARE(reply["forecast"][u"proposed"][u"agents"].toInt(), 3);
    QCOMPARE(m->get(u"/schemas/standard"_s)["version"].toInt(), 1);

    QCOMPARE(m->post(u"/simulations"_s, { { u"horizonHours"_s, 0 } })["forecast"], QJsonValue());
    m->key = m->reportingKey;
    QCOMPARE(m->post(u"/simulations"_s, {}).status, 200);
    m->key = m->agentKey;
    QCOMPARE(m->post(u"/simulations"_s, {}).status, 403);
}

void TestApiPlanning::mistakesInAProposalAreNamed_data()
{
    QTest::addColumn<QJsonObject>("body");
    QTest::addColumn<QString>("field");
    const auto row = [](const char *field, const QJsonObject &body) { QTest::newRow(field) << body << QString::fromLatin1(field); };
    const QJsonObject queue { { u"id"_s, u"a"_s }, { u"name"_s, u"A"_s } };
    const auto with = [](QJsonObject object, const QString &name, const QJsonValue &value) {
        object.insert(name, value);
        return object;
    };
    row("curves", { { u"curves"_s, QJsonArray() } });
    row("queues", { { u"queues"_s, queue } });
    row("queues[0]", { { u"queues"_s, QJsonArray { 7 } } });
    row("queues[0].nmae", { { u"queues"_s, QJsonArray { with(queue, u"nmae"_s, 1) } } });
    row("queues[1].id", { { u"queues"_s, QJsonArray { queue, queue } } });
    row("queues[0].calendar", { { u"queues"_s, QJsonArray { with(queue, u"calendar"_s, u"never"_s) } } });
    row("categories[0].queue", { { u"categories"_s, QJsonArray { QJsonObject { { u"name"_s, u"A"_s }, { u"queue"_s, u"nowhere"_s }, { u"schema"_s, u"standard"_s } } } } });
    row("staff", { { u"staff"_s, 5 } });
    row("staff[0].agents", { { u"staff"_s, QJsonArray { QJsonObject() } } });
    row("staff[1].agents", { { u"staff"_s, QJsonArray { QJsonObject { { u"agents"_s, 4'000 } }, QJsonObject { { u"agents"_s, 1'001 } } } } });
    row("staff[0].skills.radio", { { u"staff"_s, QJsonArray { QJsonObject { { u"agents"_s, 1 }, { u"skills"_s, QJsonObject { { u"radio"_s, 10 } } } } } } });
    row("staff[0].queues[0]", { { u"staff"_s, QJsonArray { QJsonObject { { u"agents"_s, 1 }, { u"queues"_s, QJsonArray { u"nowhere"_s } } } } } });
    row("staffBasis", { { u"staffBasis"_s, u"some"_s } });
    row("first", { { u"first"_s, 51 } });
    row("horizonHours", { { u"horizonHours"_s, 169 } });
}

void TestApiPlanning::mistakesInAProposalAreNamed()
{
    QFETCH(QJsonObject, body);
    QFETCH(QString, field);
    const Reply reply = m->post(u"/simulations"_s, body);
    QCOMPARE(reply.status, 422);
    QCOMPARE(reply.field(), field);
}

void TestApiPlanning::theForecastSaysWhenItKnowsTooLittle()
{
    const Reply nothing = m->get(u"/forecast"_s);
    QCOMPARE(nothing.status, 200);
    QCOMPARE(nothing["history"][u"since"], QJsonValue());
    QVERIFY(nothing["history"][u"caution"].toString().contains(u"no forecast is made"_s));
    QCOMPARE(nothing.data()[0][u"hours"].toArray().size(), 0);
    QCOMPARE(nothing.data()[0][u"accuracy"], QJsonValue());
    (void)m->capture();
    m->advance(std::chrono::hours(23));
    QVERIFY(m->get(u"/forecast"_s).data()[0][u"hours"].toArray().isEmpty());
    m->advance(std::chrono::hours(2));
    const Reply little = m->get(u"/forecast"_s);
    QCOMPARE(little.data()[0][u"hours"].toArray().size(), 24);
    QVERIFY(little["history"][u"caution"].toString().contains(u"days of the week"_s));
}

void TestApiPlanning::theNextDayIsForecastFromTheDaysBefore()
{
    // Ten days: six items an hour by day, none at night, and nobody who takes any.
    QJsonArray items;
    for (int hour = 0; hour < 240; ++hour) {
        if (hour % 24 < 10) {
            for (int i = 0; i < 6; ++i)
                items.append(QJsonObject { { u"captureId"_s, u"%1-%2"_s.arg(hour).arg(i) } });
            QCOMPARE(m->postArray(u"/items"_s, items).status, 200);
            items = {};
        }
        m->advance(std::chrono::hours(1));
    }
    const Reply reply = m->get(u"/forecast?queue=general&days=3"_s);
    QCOMPARE(reply.status, 200);
    QCOMPARE(reply["history"][u"caution"], QJsonValue());
    QCOMPARE(reply["history"][u"hours"].toInt(), 240);
    QCOMPARE(reply["history"][u"complete"].toBool(), true);
    QCOMPARE(reply.data().size(), 1);
    const QJsonObject queue = reply.data()[0].toObject();
    QCOMPARE(queue[u"waiting"].toInt(), 600);
    double arrivals = 0;
    const QJsonArray hours = queue[u"hours"].toArray();
    for (const auto &hour : hours)
        arrivals += hour[u"arrivals"][u"mean"].toDouble();
    QVERIFY2(std::abs(arrivals - 60) < 6, qPrintable(QString::number(arrivals)));
    QCOMPARE(hours[15][u"arrivals"][u"high"].toDouble(), 0.0); // at night
    const double last = hours.last()[u"waitingAtEnd"][u"mean"].toDouble();
    QVERIFY2(last > 640 && last < 680, qPrintable(QString::number(last)));
    QCOMPARE(queue[u"accuracy"][u"hours"].toInt(), 72);
    QVERIFY2(queue[u"accuracy"][u"waitingError"].toDouble() < 0.1, qPrintable(QString::number(queue[u"accuracy"][u"waitingError"].toDouble())));
    QVERIFY(queue[u"accuracy"][u"arrivalsWithin"].toDouble() > 0.9);
    QCOMPARE(m->get(u"/forecast?days=0"_s).data()[0][u"accuracy"], QJsonValue());
}

void TestApiPlanning::theForecastIsPagedByQueue()
{
    for (const QString &id : { u"a"_s, u"b"_s })
        QCOMPARE(m->put(u"/queues/"_s + id, { { u"name"_s, id } }).status, 201);
    QStringList seen;
    QString cursor;
    do {
        const Reply page = m->get(u"/forecast?limit=1"_s + (cursor.isEmpty() ? QString() : u"&cursor="_s + cursor));
        QCOMPARE(page.status, 200);
        QCOMPARE(page.data().size(), 1);
        seen.append(page.data()[0][u"queue"].toString());
        cursor = page["nextCursor"].toString();
    } while (!cursor.isEmpty());
    QCOMPARE(seen, (QStringList { u"a"_s, u"b"_s, u"general"_s }));
    QCOMPARE(m->get(u"/forecast?queue=nowhere"_s).status, 404);
    QCOMPARE(m->get(u"/forecast?days=29"_s).field(), u"days"_s);
    QCOMPARE(m->get(u"/forecast?limit=51"_s).field(), u"limit"_s);
    QCOMPARE(m->get(u"/forecast?cursor=x"_s).field(), u"cursor"_s);
    m->key = m->sourceKey;
    QCOMPARE(m->get(u"/forecast"_s).status, 403);
}

QTEST_GUILESS_MAIN(TestApiPlanning)
#include "tst_api_planning.moc"

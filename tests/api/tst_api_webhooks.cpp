// SPDX-License-Identifier: Apache-2.0
#include "apifixture.h"

#include <support/fakehttpserver.h>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

/// Webhooks as those see them who look after them.
class TestApiWebhooks : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_status = 200;
        m = std::make_unique<ApiFixture>();
        m_receiver = std::make_unique<FakeHttpServer>([this](const FakeRequest &) { return FakeAnswer::json(m_status, {}); });
    }
    void cleanup()
    {
        m.reset();
        m_receiver.reset();
    }

    void aWebhookIsAPartOfItsCapturePoint();
    void whatMakesNoSenseIsRefused_data();
    void whatMakesNoSenseIsRefused();
    void aSecretIsShownOnce();
    void aTestTellsWhatCameOfIt();
    void theStateTellsHowItDoes();
    void whatWasCutFromTheLogIsSaid();
    void deadLettersAreListedReplayedAndDiscarded();
    void badChoicesAreRefused_data();
    void badChoicesAreRefused();
    void whoSeesSomeCategoriesOnlyIsRefused();
    void anotherTenantSeesNothing();

private:
    Reply configure(QJsonObject webhook = {})
    {
        if (!webhook.contains(u"url"_s))
            webhook.insert(u"url"_s, m_receiver->url().toString());
        return m->put(u"/capture-points/default"_s, { { u"name"_s, u"Default"_s }, { u"webhook"_s, webhook } }, { { "If-Match", "*" } });
    }
    QString secret() { return m->post(u"/capture-points/default/webhook/secret"_s)["secret"].toString(); }
    Reply state() { return m->get(u"/capture-points/default/webhook"_s); }

    std::unique_ptr<ApiFixture> m;
    std::unique_ptr<FakeHttpServer> m_receiver;
    int m_status = 200;
};

void TestApiWebhooks::aWebhookIsAPartOfItsCapturePoint()
{
    QVERIFY(!m->get(u"/capture-points/default"_s).json().contains(u"webhook"_s));
    QCOMPARE(state().status, 404);
    const Reply put = configure({ { u"url"_s, u"https://desk.example/in?a=b"_s }, { u"events"_s, QJsonArray { u"item.completed"_s, u"item.created"_s, u"item.completed"_s } } });
    QCOMPARE(put.status, 200);
    const QJsonObject expected { { u"url"_s, u"https://desk.example/in?a=b"_s }, { u"events"_s, QJsonArray { u"item.created"_s, u"item.completed"_s } }, { u"enabled"_s, true } };
    QCOMPARE(put["webhook"].toObject(), expected);
    const Reply got = m->get(u"/capture-points/default"_s);
    QCOMPARE(got["webhook"].toObject(), expected);
    QCOMPARE(got.etag(), put.etag());
    // What was read may be sent back; the document of the whole configuration and the audit have it, and none of them has a secret.
    QVERIFY(!secret().isEmpty());
    QCOMPARE(m->put(u"/capture-points/default"_s, got.json(), { { "If-Match", got.etag() } }).status, 200);
    const Reply whole = m->get(u"/configuration"_s);
    QCOMPARE(whole["capturePoints"][u"default"_s][u"webhook"_s].toObject(), expected);
    const Reply audit = m->get(u"/audit?kind=capture-point&action=update"_s);
    QVERIFY(audit.body.contains("https://desk.example/in?a=b"));
    for (const Reply &reply : { whole, audit, m->get(u"/audit"_s), m->get(u"/events?limit=1000"_s), state() })
        QVERIFY(!reply.body.contains("whsec") && !reply.body.contains("seed"));
    const Reply plain = m->put(u"/capture-points/default"_s, { { u"name"_s, u"Default"_s }, { u"webhook"_s, QJsonValue() } }, { { "If-Match", "*" } });
    QVERIFY(!plain.json().contains(u"webhook"_s));
    QCOMPARE(state().status, 404);
    QCOMPARE(m->post(u"/capture-points/default/webhook/secret"_s).code(), u"object.not_found"_s);
    QCOMPARE(m->get(u"/capture-points/none/webhook"_s).status, 404);
}

void TestApiWebhooks::whatMakesNoSenseIsRefused_data()
{
    QTest::addColumn<QJsonValue>("webhook");
    QTest::addColumn<QString>("field");
    const auto row = [](const char *name, const QJsonValue &webhook, const QString &field) { QTest::newRow(name) << webhook << field; };
    const QString url = u"https://desk.example/"_s;
    row("a text", url, u"webhook"_s);
    row("no address", QJsonObject(), u"webhook.url"_s);
    row("empty address", QJsonObject { { u"url"_s, u""_s } }, u"webhook.url"_s);
    row("not http", QJsonObject { { u"url"_s, u"ftp://desk.example/"_s } }, u"webhook.url"_s);
    row("no host", QJsonObject { { u"url"_s, u"https:///in"_s } }, u"webhook.url"_s);
    row("with a password", QJsonObject { { u"url"_s, u"https://iwd:hush@desk.example/"_s } }, u"webhook.url"_s);
    row("with a fragment", QJsonObject { { u"url"_s, u"https://desk.example/#a"_s } }, u"webhook.url"_s);
    row("too long", QJsonObject { { u"url"_s, QString(url + QString(2'000, u'x')) } }, u"webhook.url"_s);
    row("a number", QJsonObject { { u"url"_s, 7 } }, u"webhook.url"_s);
    row("unknown type", QJsonObject { { u"url"_s, url }, { u"events"_s, QJsonArray { u"item.created"_s, u"item.compelted"_s } } }, u"webhook.events[1]"_s);
    row("of the configuration", QJsonObject { { u"url"_s, url }, { u"events"_s, QJsonArray { u"config.updated"_s } } }, u"webhook.events[0]"_s);
    row("no types", QJsonObject { { u"url"_s, url }, { u"events"_s, QJsonArray() } }, u"webhook.events"_s);
    row("types as text", QJsonObject { { u"url"_s, url }, { u"events"_s, u"item.created"_s } }, u"webhook.events"_s);
    row("enabled as text", QJsonObject { { u"url"_s, url }, { u"enabled"_s, u"yes"_s } }, u"webhook.enabled"_s);
    row("unknown member", QJsonObject { { u"url"_s, url }, { u"secret"_s, u"mine"_s } }, u"webhook.secret"_s);
}

void TestApiWebhooks::whatMakesNoSenseIsRefused()
{
    QFETCH(QJsonValue, webhook);
    QFETCH(QString, field);
    const Reply before = m->get(u"/capture-points/default"_s);
    const Reply reply = m->put(u"/capture-points/default"_s, { { u"name"_s, u"Default"_s }, { u"webhook"_s, webhook } }, { { "If-Match", "*" } });
    QCOMPARE(reply.status, 422);
    QCOMPARE(reply.field(), field);
    QVERIFY(!reply.body.contains("hush"));
    QCOMPARE(m->get(u"/capture-points/default"_s).body, before.body);
    QCOMPARE(state().status, 404);
}

void TestApiWebhooks::aSecretIsShownOnce()
{
    configure();
    QVERIFY(state()["secretSinceDateTime"].isNull());
    const HeaderFields key { { "Idempotency-Key", "once" } };
    const Reply first = m->post(u"/capture-points/default/webhook/secret"_s, {}, key);
    QCOMPARE(first.status, 200);
    QVERIFY(first["secret"].toString().startsWith(u"whsec_"_s));
    QVERIFY(first["oldSecretUntilDateTime"].isNull());
    const Reply again = m->post(u"/capture-points/default/webhook/secret"_s, {}, key);
    QCOMPARE(again.headers.value("idempotency-replayed"), "true");
    QVERIFY(again["secret"].isNull());
    const Reply second = m->post(u"/capture-points/default/webhook/secret"_s);
    QVERIFY(second["secret"].toString() != first["secret"].toString());
    QCOMPARE(second["oldSecretUntilDateTime"].toString(), toIso(m->clock->now() + std::chrono::hours(24)));
    QCOMPARE(state()["oldSecretUntilDateTime"], second["oldSecretUntilDateTime"]);
    m->advance(std::chrono::hours(24));
    QVERIFY(state()["oldSecretUntilDateTime"].isNull());
    const Reply audit = m->get(u"/audit?kind=webhook&action=rotate"_s);
    QCOMPARE(audit.data().size(), 2);
    QCOMPARE(audit.data()[0][u"object"_s].toString(), u"default"_s);
}

void TestApiWebhooks::aTestTellsWhatCameOfIt()
{
    const QString path = u"/capture-points/default/webhook/test"_s;
    QCOMPARE(m->post(path).status, 404);
    configure();
    const Reply unsigned_ = m->post(path);
    QCOMPARE(unsigned_.status, 404);
    QVERIFY(unsigned_["detail"].toString().contains(u"no secret"_s));
    QVERIFY(m_receiver->requests().isEmpty());
    secret();
    const Reply fine = m->post(path);
    QCOMPARE(fine.status, 200);
    QCOMPARE(fine["delivered"], QJsonValue(true));
    QCOMPARE(fine["status"], QJsonValue(200));
    QVERIFY(fine["failure"].isNull());
    QCOMPARE(m_receiver->requests().size(), 1);
    const FakeRequest request = m_receiver->requests().first();
    QCOMPARE(request.json()[u"type"_s].toString(), u"webhook.test"_s);
    QCOMPARE(QString::fromLatin1(request.headers.value("webhook-id")), fine["webhookId"].toString());
    QVERIFY(request.headers.value("webhook-signature").startsWith("v1,"));
    m_status = 401;
    const Reply refused = m->post(path);
    QCOMPARE(refused["delivered"], QJsonValue(false));
    QCOMPARE(refused["status"], QJsonValue(401));
    QCOMPARE(refused["failure"].toString(), u"The receiver answered 401."_s);
    configure({ { u"url"_s, u"https://169.254.169.254/latest/meta-data/"_s } });
    const Reply inside = m->post(path);
    QCOMPARE(inside["delivered"], QJsonValue(false));
    QVERIFY(inside["status"].isNull());
    QVERIFY2(inside["failure"].toString().contains(u"outgoing.allowedNetworks"_s), inside.body.constData());
    QVERIFY(!inside.body.contains("meta-data"));
}

void TestApiWebhooks::theStateTellsHowItDoes()
{
    configure({ { u"events"_s, QJsonArray { u"item.created"_s } } });
    secret();
    m->capture();
    QTRY_VERIFY(state()["lastSuccessDateTime"].isString());
    QTRY_COMPARE(state()["lagEvents"], QJsonValue(0));
    QCOMPARE(state()["lagSeconds"], QJsonValue(0));
    m_status = 503;
    m->capture();
    QTRY_COMPARE(state()["lastFailure"].toString(), u"The receiver answered 503."_s);
    m->advance(std::chrono::seconds(3));
    const Reply behind = state();
    QCOMPARE(behind["pending"], QJsonValue(1));
    QCOMPARE(behind["dead"], QJsonValue(0));
    QVERIFY(behind["lagEvents"].toInt() >= 1);
    QCOMPARE(behind["lagSeconds"], QJsonValue(3));
}

void TestApiWebhooks::whatWasCutFromTheLogIsSaid()
{
    configure({ { u"enabled"_s, false } });
    secret();
    for (int i = 0; i < 5; ++i)
        m->capture();
    const qint64 last = m->get(u"/events?limit=1000"_s).data().last()[u"id"_s].toInteger();
    m->forgetEventsUpTo(last - 2);
    configure();
    QTRY_VERIFY(state()["missedEvents"].toInt() > 0);
    QVERIFY(state()["missedDateTime"].isString());
    QTRY_COMPARE(state()["pending"], QJsonValue(0));
    QTRY_VERIFY(!m_receiver->requests().isEmpty());
    for (const FakeRequest &request : m_receiver->requests())
        QVERIFY(request.json()[u"data"_s][u"eventId"_s].toString().toLongLong() > last - 2);
}

void TestApiWebhooks::deadLettersAreListedReplayedAndDiscarded()
{
    configure({ { u"events"_s, QJsonArray { u"item.created"_s } } });
    secret();
    m_status = 410;
    QStringList items;
    for (int i = 0; i < 3; ++i) {
        items << m->capture();
        m->advance(std::chrono::minutes(2)); // whoever fails has to pause
        QTRY_COMPARE(state()["dead"], QJsonValue(i + 1));
    }
    const QString path = u"/webhooks/dead-letters"_s;
    const Reply first = m->get(path + u"?limit=2"_s);
    QCOMPARE(first.data().size(), 2);
    QCOMPARE(first.data()[0][u"item"_s].toString(), items[0]);
    QCOMPARE(first.data()[0][u"status"_s].toInt(), 410);
    const Reply second = m->get(path + u"?limit=2&cursor="_s + first["nextCursor"].toString());
    QCOMPARE(second.data().size(), 1);
    QVERIFY(second["nextCursor"].isNull());
    QCOMPARE(m->get(path + u"?capturePointId=other"_s).data().size(), 0);
    QCOMPARE(m->get(path + u"?capturePointId=default"_s).data().size(), 3);
    QCOMPARE(m->get(path + u"?cursor=nonsense"_s).status, 400);
    QCOMPARE(m->get(path + u"?item=1"_s).status, 400);

    const QString doomed = second.data()[0][u"id"_s].toString();
    const Reply discarded = m->post(path + u"/discard"_s, { { u"ids"_s, QJsonArray { doomed, u"999999"_s } } });
    QCOMPARE(discarded["count"], QJsonValue(1));
    m_status = 200;
    const qsizetype before = m_receiver->requests().size();
    const HeaderFields key { { "Idempotency-Key", "replay" } };
    const Reply replayed = m->post(path + u"/replay"_s, { { u"capturePointId"_s, u"default"_s } }, key);
    QCOMPARE(replayed["count"], QJsonValue(2));
    QCOMPARE(replayed["more"], QJsonValue(false));
    QCOMPARE(m->post(path + u"/replay"_s, { { u"capturePointId"_s, u"default"_s } }, key)["count"], QJsonValue(2));
    m->advance(std::chrono::minutes(2));
    QTRY_COMPARE(m_receiver->requests().size(), before + 2);
    QTRY_COMPARE(state()["pending"], QJsonValue(0));
    QCOMPARE(m->get(path).data().size(), 0);
    QCOMPARE(QString::fromLatin1(m_receiver->requests().last().headers.value("webhook-id")).isEmpty(), false);
    QCOMPARE(m->get(u"/audit?kind=webhook&action=discard"_s).data().size(), 1);
    QCOMPARE(m->get(u"/audit?kind=webhook&action=replay"_s).data().size(), 1);
}

void TestApiWebhooks::badChoicesAreRefused_data()
{
    QTest::addColumn<QJsonObject>("body");
    QTest::addColumn<QString>("field");
    QTest::newRow("nothing") << QJsonObject() << u"ids"_s;
    QTest::newRow("both") << QJsonObject { { u"ids"_s, QJsonArray { u"1"_s } }, { u"capturePointId"_s, u"default"_s } } << u"ids"_s;
    QTest::newRow("no ids") << QJsonObject { { u"ids"_s, QJsonArray() } } << u"ids"_s;
    QTest::newRow("a number") << QJsonObject { { u"ids"_s, QJsonArray { 1 } } } << u"ids[0]"_s;
    QTest::newRow("a word") << QJsonObject { { u"ids"_s, QJsonArray { u"1"_s, u"one"_s } } } << u"ids[1]"_s;
    QTest::newRow("negative") << QJsonObject { { u"ids"_s, QJsonArray { u"-1"_s } } } << u"ids[0]"_s;
    QTest::newRow("a text") << QJsonObject { { u"ids"_s, u"1"_s } } << u"ids"_s;
    QTest::newRow("null") << QJsonObject { { u"ids"_s, QJsonValue() } } << u"ids"_s;
    QTest::newRow("no id of an object") << QJsonObject { { u"capturePointId"_s, u"-"_s } } << u"capturePointId"_s;
    QTest::newRow("unknown member") << QJsonObject { { u"capturePointId"_s, u"default"_s }, { u"all"_s, true } } << u"all"_s;
    QJsonArray many;
    for (int i = 1; i <= 1'001; ++i)
        many.append(QString::number(i));
    QTest::newRow("too many") << QJsonObject { { u"ids"_s, many } } << u"ids"_s;
}

void TestApiWebhooks::badChoicesAreRefused()
{
    QFETCH(QJsonObject, body);
    QFETCH(QString, field);
    configure();
    for (const QString &action : { u"replay"_s, u"discard"_s }) {
        const Reply reply = m->post(u"/webhooks/dead-letters/"_s + action, body);
        QCOMPARE(reply.status, 422);
        QCOMPARE(reply.field(), field);
    }
}

void TestApiWebhooks::whoSeesSomeCategoriesOnlyIsRefused()
{
    configure();
    secret();
    const QString password = u"eleven quiet marble engines"_s;
    m->addUser(u"part"_s, password, { u"Administrator"_s }, { u"general"_s });
    m->key.clear();
    const QByteArray token = m->post(u"/sessions"_s, { { u"user"_s, u"part"_s }, { u"password"_s, password } })["token"].toString().toLatin1();
    const HeaderFields asPart { { "Authorization", "Bearer " + token } };
    for (const QString &path : { u"/capture-points/default/webhook"_s, u"/webhooks/dead-letters"_s })
        QCOMPARE(m->get(path, asPart).code(), u"auth.not_allowed"_s);
    for (const QString &path : { u"/capture-points/default/webhook/secret"_s, u"/capture-points/default/webhook/test"_s, u"/webhooks/dead-letters/replay"_s, u"/webhooks/dead-letters/discard"_s })
        QCOMPARE(m->post(path, {}, asPart).code(), u"auth.not_allowed"_s);
    // Nor may such a caller have all events of a capture point sent to himself.
    const HeaderFields overwriting = asPart + HeaderFields { { "If-Match", "*" } };
    QJsonObject capturePoint { { u"name"_s, u"Default"_s }, { u"webhook"_s, QJsonObject { { u"url"_s, u"https://mine.example/"_s } } } };
    QCOMPARE(m->put(u"/capture-points/default"_s, capturePoint, overwriting).code(), u"auth.not_allowed"_s);
    QCOMPARE(m->post(u"/capture-points"_s, { { u"name"_s, u"Mine"_s }, { u"webhook"_s, capturePoint[u"webhook"_s] } }, asPart).code(), u"auth.not_allowed"_s);
    const QJsonObject whole { { u"format"_s, 1 }, { u"capturePoints"_s, QJsonObject { { u"default"_s, capturePoint } } } };
    QCOMPARE(m->put(u"/configuration"_s, { { u"configuration"_s, whole } }, overwriting).code(), u"auth.not_allowed"_s);
    m->key = m->adminKey;
    QCOMPARE(state()["url"].toString(), m_receiver->url().toString());
    capturePoint = m->get(u"/capture-points/default"_s).json();
    capturePoint.insert(u"description"_s, u"Another"_s);
    m->key.clear();
    QCOMPARE(m->put(u"/capture-points/default"_s, capturePoint, overwriting).status, 200);
}

void TestApiWebhooks::anotherTenantSeesNothing()
{
    configure();
    secret();
    m_status = 410;
    const QString item = m->capture();
    QTRY_VERIFY(state()["dead"].toInt() > 0);
    const QJsonArray dead = m->get(u"/webhooks/dead-letters"_s).data();
    m->key = m->otherKey;
    QCOMPARE(m->get(u"/webhooks/dead-letters"_s).data().size(), 0);
    QCOMPARE(m->get(u"/capture-points/default/webhook"_s).status, 404);
    QCOMPARE(m->post(u"/webhooks/dead-letters/discard"_s, { { u"ids"_s, QJsonArray { dead[0][u"id"_s] } } })["count"], QJsonValue(0));
    m->key = m->adminKey;
    QVERIFY(m->get(u"/webhooks/dead-letters"_s).body.contains(item.toUtf8()));
}

QTEST_GUILESS_MAIN(TestApiWebhooks)
#include "tst_api_webhooks.moc"

// SPDX-License-Identifier: Apache-2.0
#include "apifixture.h"

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

/// What clients get wrong, and what they are told: the sentence has to be true and to help.
class TestApiMistakes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m = std::make_unique<ApiFixture>(); }
    void cleanup() { m.reset(); }

    void aBodyThatIsNoItemIsCalledWhatItIs_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<int>("status");
        QTest::addColumn<QString>("code");
        QTest::addColumn<QString>("detail");
        const auto row = [](const char *name, const char *body, int status, const char *code, const char *detail) {
            QTest::newRow(name) << QByteArray(body) << status << QString::fromLatin1(code) << QString::fromLatin1(detail);
        };
        const char *lone = "The body has to be a JSON text that is an object or an array of objects, not a lone value.";
        row("a number", "1", 422, "request.invalid_field", lone);
        row("a text", "\"x\"", 422, "request.invalid_field", lone);
        row("null", "null", 422, "request.invalid_field", lone);
        row("an empty array", "[]", 422, "request.invalid_field", "The array is empty. Send 1 to 1000 items at once.");
        row("nothing", "", 400, "request.malformed_json", "The body is empty. Send JSON.");
        row("only blanks", "  ", 400, "request.malformed_json", "The body is empty. Send JSON.");
        row("an object that does not end", "{", 400, "request.malformed_json",
            "The body is not sound JSON: unterminated object (at byte 1).");
        row("two values", "1,2", 400, "request.malformed_json", "The body is not sound JSON: illegal value (at byte 1).");
    }
    void aBodyThatIsNoItemIsCalledWhatItIs()
    {
        QFETCH(QByteArray, body);
        QFETCH(int, status);
        QFETCH(QString, code);
        QFETCH(QString, detail);
        const Reply reply = m->send("POST", u"/items"_s, body, { { "Content-Type", "application/json" } });
        QCOMPARE(reply.status, status);
        QCOMPARE(reply.code(), code);
        QCOMPARE(reply["detail"].toString(), detail);
    }

    void aFilterThatNoIdCanFulfillIsRefused_data()
    {
        QTest::addColumn<QString>("name");
        for (const char *name : { "queue", "category", "capturePointId", "assignedToUser" })
            QTest::newRow(name) << QString::fromLatin1(name);
    }
    void aFilterThatNoIdCanFulfillIsRefused()
    {
        QFETCH(QString, name);
        m->capture();
        const Reply refused = m->get(u"/items?"_s + name + u"=the%20general%20one"_s);
        QCOMPARE(refused.status, 400);
        QCOMPARE(refused.field(), name);
        QCOMPARE(m->get(u"/items?"_s + name + u"=of-nobody"_s).status, 200);
    }

    void theKindOfAnObjectIsWrittenAsWords()
    {
        const Reply missing = m->get(u"/capture-points/nowhere"_s);
        QCOMPARE(missing.status, 404);
        QCOMPARE(missing["detail"].toString(), u"There is no capture point \"nowhere\"."_s);
        QCOMPARE(missing["args"].toObject().value(u"kind"_s).toString(), u"capture-point"_s);
    }

    void aCategoryIsNotRestoredBelowADeletedOne()
    {
        const QJsonObject rule { { u"attribute"_s, u"channel"_s }, { u"operator"_s, u"equals"_s }, { u"value"_s, u"fax"_s } };
        QCOMPARE(m->put(u"/categories/upper"_s,
                      { { u"name"_s, u"Upper"_s }, { u"rule"_s, rule }, { u"queue"_s, u"general"_s }, { u"schema"_s, u"standard"_s } })
                     .status,
            201);
        QCOMPARE(
            m->put(u"/categories/lower"_s, { { u"name"_s, u"Lower"_s }, { u"rule"_s, rule }, { u"parent"_s, u"upper"_s } }).status, 201);
        QCOMPARE(m->remove(u"/categories/upper"_s).status, 204);
        const Reply refused = m->post(u"/categories/lower/restore"_s);
        QCOMPARE(refused.status, 422);
        QCOMPARE(refused.code(), u"object.invalid_reference"_s);
        QCOMPARE(refused["detail"].toString(), u"The parent, category \"upper\", is deleted. Restore it first."_s);
        QCOMPARE(m->post(u"/categories/upper/restore"_s).status, 200);
        QCOMPARE(m->get(u"/categories/lower"_s).status, 200);
    }

    void aTagThatNoVersionHadIsNotTakenForAnOldVersion()
    {
        const QString item = u"/items/"_s + m->capture();
        for (const QString &path : { item, u"/queues/general"_s }) {
            const bool isItem = path == item;
            const QJsonObject body = isItem ? QJsonObject() : QJsonObject { { u"name"_s, u"General"_s } };
            const Reply foreign = m->send(isItem ? "PATCH" : "PUT", path, body, { { "If-Match", "\"abc\"" } });
            QCOMPARE(foreign.status, 412);
            QVERIFY2(foreign["detail"].toString().endsWith(u" never had the ETag in If-Match. Read it again: it has version 1."_s),
                foreign.body.constData());
            const Reply old = m->send(isItem ? "PATCH" : "PUT", path, body, { { "If-Match", "\"7\"" } });
            QCOMPARE(old.status, 412);
            QVERIFY2(old["detail"].toString().contains(u" has changed since you read it (version 1, you have 7)."_s), old.body.constData());
        }
        QVERIFY(m->remove(u"/queues/general"_s, { { "If-Match", "\"abc\"" } })["detail"].toString().startsWith(
            u"The queue \"general\" never had"_s));
    }

private:
    std::unique_ptr<ApiFixture> m;
};

QTEST_GUILESS_MAIN(TestApiMistakes)
#include "tst_api_mistakes.moc"

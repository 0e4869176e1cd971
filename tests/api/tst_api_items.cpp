// SPDX-License-Identifier: Apache-2.0
#include "apifixture.h"

using namespace iwd;
using namespace iwd::test;

namespace {

QString itemPath(const QString &id, const char *action = "")
{
    return QStringLiteral("/items/") + id + QLatin1StringView(action);
}

QJsonObject one(const char *name, const QJsonValue &value)
{
    return { { QLatin1StringView(name), value } };
}

QJsonObject captured(const char *captureId)
{
    return one("captureId", QLatin1StringView(captureId));
}

QStringList idsOf(const QJsonArray &items)
{
    QStringList ids;
    for (const QJsonValue item : items)
        ids.append(item[u"id"].toString());
    return ids;
}

} // namespace

/// Work items from capture to completion, as a source system and a supervisor use them.
class TestApiItems : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m = std::make_unique<ApiFixture>(); }
    void cleanup() { m.reset(); }

    // ---- Capture

    void aCapturedItemComesBackQueuedWithItsOwnAttributes()
    {
        m->key = m->sourceKey;
        const Reply reply = m->post(QStringLiteral("/items"),
            { { QStringLiteral("captureId"), QStringLiteral("INC1") }, { QStringLiteral("channel"), QStringLiteral("email") },
                { QStringLiteral("impact"), 2 }, { QStringLiteral("custom"), one("region", QStringLiteral("EMEA")) },
                { QStringLiteral("labels"), QJsonArray { QStringLiteral("vip") } } });
        QCOMPARE(reply.status, 200);
        QCOMPARE(reply["status"].toString(), QStringLiteral("queued"));
        QCOMPARE(reply["duplicate"].toBool(true), false);
        QCOMPARE(reply["capturePointId"].toString(), QStringLiteral("default"));
        QCOMPARE(reply["category"].toString(), QStringLiteral("general"));
        QCOMPARE(reply["queue"].toString(), QStringLiteral("general"));
        QCOMPARE(reply["priority"].toInt(), 10);
        QCOMPARE(reply["custom"].toObject(),
            (QJsonObject { { QStringLiteral("impact"), 2 }, { QStringLiteral("region"), QStringLiteral("EMEA") } }));
        QCOMPARE(m->get(itemPath(QStringLiteral("INC1"))).json().value(QStringLiteral("id")), reply["id"]);
    }

    void aKnownCaptureIdIsNeverCapturedAgainNotEvenAfterCompletion()
    {
        const QString id = m->capture(captured("INC1"));
        QCOMPARE(m->post(itemPath(id, "/complete"), one("resultCode", QStringLiteral("solved"))).status, 200);
        const Reply again = m->post(QStringLiteral("/items"),
            { { QStringLiteral("captureId"), QStringLiteral("INC1") }, { QStringLiteral("channel"), QStringLiteral("phone") } });
        QCOMPARE(again.status, 200);
        QCOMPARE(again["duplicate"].toBool(), true);
        QCOMPARE(again["id"].toString(), id);
        QCOMPARE(again["status"].toString(), QStringLiteral("completed"));
        QVERIFY(again["channel"].isNull());
    }

    void aBadFieldIsNamedByItsPath_data()
    {
        QTest::addColumn<QJsonObject>("item");
        QTest::addColumn<QString>("field");
        QTest::addColumn<QString>("code");
        const QString invalid = QStringLiteral("request.invalid_field");
        QTest::newRow("date without offset") << one("dueDateTime", QStringLiteral("2026-01-01T00:00:00")) << QStringLiteral("dueDateTime")
                                             << invalid;
        QTest::newRow("number that is none") << one("priority", QStringLiteral("high")) << QStringLiteral("priority") << invalid;
        QTest::newRow("object as custom attribute") << one("custom", one("a", QJsonObject())) << QStringLiteral("custom.a") << invalid;
        QTest::newRow("array as custom attribute") << one("mine", QJsonArray()) << QStringLiteral("mine") << invalid;
        QTest::newRow("label that is empty") << one("labels", QJsonArray { QStringLiteral("a"), QString() }) << QStringLiteral("labels[1]")
                                             << invalid;
        QTest::newRow("what only the server writes") << one("status", QStringLiteral("queued")) << QStringLiteral("status") << invalid;
        QTest::newRow("captureId that is too long") << one("captureId", QString(201, u'x')) << QStringLiteral("captureId") << invalid;
        QTest::newRow("created in the future") << one("createdDateTime", QStringLiteral("2030-01-01T00:00:00Z"))
                                               << QStringLiteral("createdDateTime") << invalid;
        QTest::newRow("unknown capture point") << one("capturePointId", QStringLiteral("nowhere")) << QStringLiteral("capturePointId")
                                               << QStringLiteral("object.invalid_reference");
        QTest::newRow("unknown category") << one("category", QStringLiteral("nowhere")) << QStringLiteral("category")
                                          << QStringLiteral("object.invalid_reference");
    }
    void aBadFieldIsNamedByItsPath()
    {
        QFETCH(QJsonObject, item);
        QFETCH(QString, field);
        QFETCH(QString, code);
        const Reply reply = m->post(QStringLiteral("/items"), item);
        QCOMPARE(reply.status, 422);
        QCOMPARE(reply.code(), code);
        QCOMPARE(reply.field(), field);
        QCOMPARE(m->get(QStringLiteral("/items")).data().size(), 0);
    }

    void inAnArrayABadItemFailsAloneAndInItsPlace()
    {
        m->capture(captured("known"));
        const Reply reply = m->postArray(QStringLiteral("/items"),
            { captured("a"), one("dueDateTime", 7), captured("known"), QStringLiteral("text"), captured("b"),
                one("capturePointId", QStringLiteral("nowhere")), captured("a") });
        QCOMPARE(reply.status, 200);
        QCOMPARE(reply["accepted"].toInt(), 2);
        QCOMPARE(reply["duplicates"].toInt(), 2);
        QCOMPARE(reply["failed"].toInt(), 3);
        const QJsonArray results = reply["results"].toArray();
        QCOMPARE(results.size(), 7);
        for (int i = 0; i < results.size(); ++i)
            QCOMPARE(results[i][u"index"].toInt(-1), i);
        QCOMPARE(results[0][u"itemStatus"].toString(), QStringLiteral("queued"));
        QCOMPARE(results[1][u"status"].toInt(), 422);
        QCOMPARE(results[1][u"problem"][u"field"].toString(), QStringLiteral("dueDateTime"));
        QCOMPARE(results[2][u"duplicate"].toBool(), true);
        QCOMPARE(results[3][u"status"].toInt(), 422);
        QCOMPARE(results[5][u"problem"][u"code"].toString(), QStringLiteral("object.invalid_reference"));
        QCOMPARE(results[6][u"id"], results[0][u"id"]);
        QCOMPARE(m->get(QStringLiteral("/items")).data().size(), 3);
    }

    void oneToAThousandItemsMayBeSentAtOnce()
    {
        QCOMPARE(m->postArray(QStringLiteral("/items"), {}).status, 422);
        QJsonArray many;
        for (int i = 0; i < 1000; ++i)
            many.append(QJsonObject());
        QCOMPARE(m->postArray(QStringLiteral("/items"), many)["accepted"].toInt(), 1000);
        many.append(QJsonObject());
        const Reply tooMany = m->postArray(QStringLiteral("/items"), many);
        QCOMPARE(tooMany.status, 422);
        QCOMPARE(tooMany.code(), QStringLiteral("request.too_many_items"));
        QCOMPARE(tooMany["args"][u"limit"].toInt(), 1000);
    }

    void anArrayOfMoreThanFourMebibytesIsTooLarge()
    {
        const QByteArray item = "{\"custom\":{\"text\":\"" + QByteArray(9'000, 'x') + "\"}},";
        QByteArray body = "[" + item.repeated(480);
        body.back() = ']';
        QVERIFY(body.size() > 4 * 1024 * 1024);
        QCOMPARE(m->firstLineOf("POST /iwd/v3/items HTTP/1.1\r\nHost: iwd\r\nContent-Type: application/json\r\nx-api-key: "
                     + m->adminKey.toLatin1() + "\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body),
            QByteArray("HTTP/1.1 413 Payload Too Large"));
        body = "[" + item.repeated(400);
        body.back() = ']';
        QCOMPARE(m->send("POST", QStringLiteral("/items"), body)["accepted"].toInt(), 400);
    }

    void aSwitchedOffCapturePointTakesNothing()
    {
        QCOMPARE(m->put(QStringLiteral("/capture-points/door"),
                      { { QStringLiteral("name"), QStringLiteral("Door") }, { QStringLiteral("enabled"), false } })
                     .status,
            201);
        QCOMPARE(
            m->post(QStringLiteral("/items"), one("capturePointId", QStringLiteral("door"))).field(), QStringLiteral("capturePointId"));
    }

    void aCaptureIdOfSeveralCapturePointsHasToBeToldApart()
    {
        QCOMPARE(m->put(QStringLiteral("/capture-points/door"), one("name", QStringLiteral("Door"))).status, 201);
        m->capture(captured("same"));
        const QString second = m->capture(
            { { QStringLiteral("captureId"), QStringLiteral("same") }, { QStringLiteral("capturePointId"), QStringLiteral("door") } });
        const Reply ambiguous = m->get(itemPath(QStringLiteral("same")));
        QCOMPARE(ambiguous.status, 409);
        QCOMPARE(ambiguous.code(), QStringLiteral("item.ambiguous"));
        QCOMPARE(m->get(itemPath(QStringLiteral("same"), "?capturePointId=door"))["id"].toString(), second);
        QCOMPARE(m->post(itemPath(QStringLiteral("same"), "/hold?capturePointId=door"))["id"].toString(), second);
    }

    void aCaptureIdThatLooksLikeOurIdsIsStillFound()
    {
        const QString id = m->capture(captured("wi-999"));
        QCOMPARE(m->get(itemPath(QStringLiteral("wi-999")))["id"].toString(), id);
    }

    // ---- Changes

    void relativeNumbersMoveAndAbsoluteOnesSet()
    {
        const QString id = m->capture({ { QStringLiteral("priority"), QStringLiteral("+5") }, { QStringLiteral("businessValue"), 100 } });
        const auto patched = [&](const QJsonObject &change) { return m->patch(itemPath(id), change); };
        QCOMPARE(m->get(itemPath(id))["priority"].toInt(), 15);
        QCOMPARE(patched(one("priority", QStringLiteral("+10")))["priority"].toInt(), 25);
        QCOMPARE(patched(one("priority", QStringLiteral("-5")))["priorityShift"].toInt(), 10);
        QCOMPARE(patched(one("priority", 70))["priority"].toInt(), 70);
        QCOMPARE(patched(one("businessValue", QStringLiteral("+25")))["businessValue"].toInt(), 125);
        QCOMPARE(patched(one("businessValue", QStringLiteral("-200")))["businessValue"].toInt(), -75);
        QCOMPARE(patched(one("businessValue", 3))["businessValue"].toInt(), 3);
    }

    void aPatchMergesCustomAttributesAndNullRemoves()
    {
        const QString id = m->capture(
            { { QStringLiteral("a"), 1 }, { QStringLiteral("b"), 2 }, { QStringLiteral("customerId"), QStringLiteral("C1") } });
        const Reply reply = m->patch(itemPath(id),
            { { QStringLiteral("custom"), QJsonObject { { QStringLiteral("a"), QJsonValue() }, { QStringLiteral("c"), true } } },
                { QStringLiteral("b"), 3 }, { QStringLiteral("customerId"), QJsonValue() } });
        QCOMPARE(reply.status, 200);
        QCOMPARE(reply["custom"].toObject(), (QJsonObject { { QStringLiteral("b"), 3 }, { QStringLiteral("c"), true } }));
        QVERIFY(reply["customerId"].isNull());
    }

    void whatIsFixedCannotBePatched_data()
    {
        QTest::addColumn<QString>("field");
        for (const char *field : { "captureId", "capturePointId", "createdDateTime", "category", "queue", "id", "version", "resultCode" })
            QTest::newRow(field) << QString::fromLatin1(field);
    }
    void whatIsFixedCannotBePatched()
    {
        QFETCH(QString, field);
        const QString id = m->capture();
        const Reply reply = m->patch(itemPath(id), { { field, QStringLiteral("x") } });
        QCOMPARE(reply.status, 422);
        QCOMPARE(reply.field(), field);
    }

    void aVersionGuardsAgainstOverwritingOthers()
    {
        const QString id = m->capture();
        const Reply read = m->get(itemPath(id));
        QCOMPARE(read.etag(), QByteArray("\"1\""));
        QCOMPARE(m->get(itemPath(id), { { "If-None-Match", read.etag() } }).status, 304);
        const Reply first = m->patch(itemPath(id), one("channel", QStringLiteral("email")), { { "If-Match", read.etag() } });
        QCOMPARE(first.status, 200);
        QCOMPARE(first.etag(), QByteArray("\"2\""));
        QCOMPARE(m->get(itemPath(id), { { "If-None-Match", read.etag() } }).status, 200);
        const Reply late = m->patch(itemPath(id), one("channel", QStringLiteral("phone")), { { "If-Match", read.etag() } });
        QCOMPARE(late.status, 412);
        QCOMPARE(late.code(), QStringLiteral("version.mismatch"));
        QCOMPARE(m->post(itemPath(id, "/hold"), {}, { { "If-Match", "\"1\"" } }).status, 412);
        QCOMPARE(m->post(itemPath(id, "/hold"), {}, { { "If-Match", "\"of another kind\"" } }).status, 412);
        QCOMPARE(m->post(itemPath(id, "/hold"), {}, { { "If-Match", "*" } }).status, 200);
    }

    void everyOperationIsRefusedInTheStatusesThatDoNotAllowIt_data()
    {
        QTest::addColumn<QString>("status");
        QTest::addColumn<QString>("operation");
        QTest::addColumn<bool>("allowed");
        const QMap<QString, QStringList> possible {
            { QStringLiteral("captured"),
                { QStringLiteral("hold"), QStringLiteral("complete"), QStringLiteral("cancel"), QStringLiteral("restart"),
                    QStringLiteral("activate"), QStringLiteral("assign") } },
            { QStringLiteral("queued"),
                { QStringLiteral("hold"), QStringLiteral("complete"), QStringLiteral("cancel"), QStringLiteral("restart"),
                    QStringLiteral("assign"), QStringLiteral("requeue") } },
            { QStringLiteral("assigned"),
                { QStringLiteral("hold"), QStringLiteral("complete"), QStringLiteral("cancel"), QStringLiteral("restart"),
                    QStringLiteral("assign"), QStringLiteral("requeue") } },
            { QStringLiteral("held"),
                { QStringLiteral("resume"), QStringLiteral("complete"), QStringLiteral("cancel"), QStringLiteral("restart"),
                    QStringLiteral("assign") } },
            { QStringLiteral("errorheld"),
                { QStringLiteral("resume"), QStringLiteral("complete"), QStringLiteral("cancel"), QStringLiteral("restart") } },
            { QStringLiteral("completed"), { QStringLiteral("restart") } },
            { QStringLiteral("canceled"), { QStringLiteral("restart") } },
            { QStringLiteral("rejected"), { QStringLiteral("restart") } },
        };
        for (auto status = possible.begin(); status != possible.end(); ++status) {
            for (const char *operation : { "hold", "resume", "complete", "cancel", "restart", "activate", "assign", "requeue" })
                QTest::addRow("%s, %s", qPrintable(status.key()), operation)
                    << status.key() << QString::fromLatin1(operation) << status->contains(QLatin1StringView(operation));
        }
    }
    void everyOperationIsRefusedInTheStatusesThatDoNotAllowIt()
    {
        QFETCH(QString, status);
        QFETCH(QString, operation);
        QFETCH(bool, allowed);
        m->readyAgent(QStringLiteral("ann"));
        const QString id = itemIn(status);
        const Reply before = m->get(itemPath(id));
        QCOMPARE(before["status"].toString(), status);
        const QJsonObject body = operation == QLatin1StringView("assign") ? one("agent", QStringLiteral("ann")) : QJsonObject();
        const Reply reply = m->post(itemPath(id) + u'/' + operation, body);
        QCOMPARE(reply.status, allowed ? 200 : 409);
        if (!allowed) {
            QCOMPARE(reply.code(), QStringLiteral("item.not_allowed_in_status"));
            QCOMPARE(reply["args"][u"status"].toString(), status);
            QCOMPARE(m->get(itemPath(id)).body, before.body);
        }
    }

    void anItemWithoutABodyInTheRequestIsHeldAndResumed()
    {
        const QString id = m->capture();
        const Reply held = m->send("POST", itemPath(id, "/hold"), QByteArray());
        QCOMPARE(held.status, 200);
        QVERIFY(held["heldDateTime"].isString());
        QCOMPARE(m->send("POST", itemPath(id, "/resume"), QByteArray())["status"].toString(), QStringLiteral("queued"));
    }

    void aTransferNeedsAQueueThatExists()
    {
        const QString id = m->capture();
        const Reply wrong = m->post(itemPath(id, "/requeue"), one("queue", QStringLiteral("nowhere")));
        QCOMPARE(wrong.status, 422);
        QCOMPARE(wrong.field(), QStringLiteral("queue"));
        QCOMPARE(m->put(QStringLiteral("/queues/other"), one("name", QStringLiteral("Other"))).status, 201);
        QCOMPARE(m->post(itemPath(id, "/requeue"), one("queue", QStringLiteral("other")))["queue"].toString(), QStringLiteral("other"));
    }

    void anAssignmentByHandNamesTheAgentAndHasAToken()
    {
        m->readyAgent(QStringLiteral("ann"));
        const QString id = m->capture();
        QCOMPARE(m->post(itemPath(id, "/assign")).field(), QStringLiteral("agent"));
        QCOMPARE(m->post(itemPath(id, "/assign"), one("agent", QStringLiteral("nobody"))).status, 422);
        const Reply reply = m->post(itemPath(id, "/assign"), one("agent", QStringLiteral("ann")));
        QCOMPARE(reply.status, 200);
        QVERIFY(reply["assignment"][u"token"].toInt() > 0);
        QCOMPARE(reply["item"][u"assignedToUser"].toString(), QStringLiteral("ann"));
    }

    void callersThatAreOnlyAgentsActOnWhatTheyHoldOnly()
    {
        m->readyAgent(QStringLiteral("ann"));
        const QString id = m->capture();
        const int token = m->post(itemPath(id, "/assign"), one("agent", QStringLiteral("ann")))["assignment"][u"token"].toInt();
        m->key = m->agentKey;
        const Reply without = m->post(itemPath(id, "/hold"));
        QCOMPARE(without.status, 422);
        QCOMPARE(without.field(), QStringLiteral("token"));
        const Reply stale = m->post(itemPath(id, "/hold"), one("token", token + 1));
        QCOMPARE(stale.status, 409);
        QCOMPARE(stale.code(), QStringLiteral("assignment.stale_token"));
        QCOMPARE(m->post(itemPath(id, "/hold"), one("token", token))["status"].toString(), QStringLiteral("held"));
    }

    // ---- Repetition

    void aRepeatedRequestGetsTheStoredAnswer()
    {
        const HeaderFields key { { "Idempotency-Key", "k1" } };
        const Reply first = m->post(QStringLiteral("/items"), one("channel", QStringLiteral("email")), key);
        const Reply second = m->post(QStringLiteral("/items"), one("channel", QStringLiteral("email")), key);
        QCOMPARE(first.status, 200);
        QVERIFY(!first.headers.contains("idempotency-replayed"));
        QCOMPARE(second.headers.value("idempotency-replayed"), QByteArray("true"));
        QCOMPARE(second.body, first.body);
        QCOMPARE(m->get(QStringLiteral("/items")).data().size(), 1);
    }

    void aKeyThatWasUsedForAnotherRequestIsRefused()
    {
        const HeaderFields key { { "Idempotency-Key", "k1" } };
        const QString id = m->post(QStringLiteral("/items"), QJsonObject(), key)["id"].toString();
        const Reply otherBody = m->post(QStringLiteral("/items"), one("channel", QStringLiteral("email")), key);
        QCOMPARE(otherBody.status, 409);
        QCOMPARE(otherBody.code(), QStringLiteral("idempotency.key_reused"));
        QCOMPARE(m->post(itemPath(id, "/hold"), QJsonObject(), key).status, 409);
        // The key is the caller's own: another caller's is a different one.
        m->key = m->sourceKey;
        QVERIFY(m->post(QStringLiteral("/items"), QJsonObject(), key)["id"].toString() != id);
    }

    void anArrayIsRepeatedAsAWhole()
    {
        const HeaderFields key { { "Idempotency-Key", "k1" } };
        const QJsonArray items { QJsonObject(), one("priority", QStringLiteral("high")), QJsonObject() };
        const Reply first = m->postArray(QStringLiteral("/items"), items, key);
        const Reply second = m->postArray(QStringLiteral("/items"), items, key);
        QCOMPARE(second.headers.value("idempotency-replayed"), QByteArray("true"));
        QCOMPARE(second.body, first.body);
        QCOMPARE(m->get(QStringLiteral("/items")).data().size(), 2);
    }

    void aRefusedRequestIsNotKept()
    {
        const QString id = m->capture();
        const HeaderFields key { { "Idempotency-Key", "k1" } };
        QCOMPARE(m->post(itemPath(id, "/resume"), {}, key).status, 409);
        QCOMPARE(m->post(itemPath(id, "/hold")).status, 200);
        QCOMPARE(m->post(itemPath(id, "/resume"), {}, key).status, 200);
        const Reply replayed = m->post(itemPath(id, "/resume"), {}, key);
        QCOMPARE(replayed.status, 200);
        QCOMPARE(replayed.etag(), QByteArray("\"3\""));
    }

    // ---- Lists

    void pagesOfAListFollowEachOtherWithoutGaps()
    {
        QStringList all;
        for (int i = 0; i < 7; ++i)
            all.prepend(m->capture(one("channel", i % 2 ? QStringLiteral("email") : QStringLiteral("phone"))));
        QCOMPARE(idsOf(m->get(QStringLiteral("/items")).data()), all);
        QStringList paged;
        QString cursor;
        do {
            const Reply page
                = m->get(QStringLiteral("/items?limit=3") + (cursor.isEmpty() ? QString() : QString(QStringLiteral("&cursor=") + cursor)));
            QCOMPARE(page.status, 200);
            paged += idsOf(page.data());
            cursor = page["nextCursor"].toString();
        } while (!cursor.isEmpty());
        QCOMPARE(paged, all);
        std::reverse(all.begin(), all.end());
        QCOMPARE(idsOf(m->get(QStringLiteral("/items?sort=id")).data()), all);
    }

    void aCursorBelongsToItsList()
    {
        for (int i = 0; i < 3; ++i)
            m->capture();
        const QString cursor = m->get(QStringLiteral("/items?limit=1"))["nextCursor"].toString();
        QCOMPARE(m->get(QStringLiteral("/items?limit=2&cursor=") + cursor).status, 200);
        for (const char *other :
            { "/items?status=queued&cursor=", "/items?sort=id&cursor=", "/queues?cursor=", "/items?sort=priority&cursor=" }) {
            const Reply reply = m->get(QLatin1StringView(other) + cursor);
            QCOMPARE(reply.status, 400);
            QCOMPARE(reply.field(), QStringLiteral("cursor"));
        }
    }

    void filtersNarrowTheList()
    {
        const QString held = m->capture(
            { { QStringLiteral("captureId"), QStringLiteral("A") }, { QStringLiteral("labels"), QJsonArray { QStringLiteral("vip") } } });
        const QString queued = m->capture(captured("B"));
        QCOMPARE(m->post(itemPath(held, "/hold")).status, 200);
        const auto found
            = [&](const char *filter) { return idsOf(m->get(QLatin1StringView("/items?") + QLatin1StringView(filter)).data()); };
        QCOMPARE(found("status=held"), QStringList(held));
        QCOMPARE(found("status=held,queued").size(), 2);
        QCOMPARE(found("captureId=B"), QStringList(queued));
        QCOMPARE(found("label=vip"), QStringList(held));
        QCOMPARE(found("queue=general").size(), 2);
        QCOMPARE(found("queue=other"), QStringList());
        QCOMPARE(found("category=general&status=queued"), QStringList(queued));
        QCOMPARE(found("assignedToUser=ann"), QStringList());
        QCOMPARE(found("capturePointId=default").size(), 2);
    }

    void theUniversalQueueIsListedInStrictOrderAndStandsStillWhileItIsPaged()
    {
        const QString low = m->capture();
        const QString high = m->capture(one("priority", QStringLiteral("+50")));
        const QString middle = m->capture(one("priority", QStringLiteral("+20")));
        const QString asLow = m->capture();
        QCOMPARE(idsOf(m->get(QStringLiteral("/items?sort=priority")).data()), (QStringList { high, middle, low, asLow }));
        const Reply first = m->get(QStringLiteral("/items?sort=priority&limit=2"));
        m->advance(std::chrono::hours(1));
        const Reply rest = m->get(QStringLiteral("/items?sort=priority&limit=2&cursor=") + first["nextCursor"].toString());
        QCOMPARE(idsOf(rest.data()), (QStringList { low, asLow }));
        QVERIFY(rest["nextCursor"].isNull());
        QCOMPARE(m->get(QStringLiteral("/items?sort=priority&queue=other&status=queued")).data().size(), 0);
    }

    void theHistoryOfAnItemIsPagedOldestFirst()
    {
        const QString id = m->capture();
        m->capture();
        m->post(itemPath(id, "/hold"), one("reason", QStringLiteral("waits for the user")));
        m->post(itemPath(id, "/resume"));
        QStringList types;
        QString cursor;
        do {
            const Reply page
                = m->get(itemPath(id, "/history?limit=2") + (cursor.isEmpty() ? QString() : QString(QStringLiteral("&cursor=") + cursor)));
            QCOMPARE(page.status, 200);
            for (const QJsonValue event : page.data()) {
                QCOMPARE(event[u"item"].toString(), id);
                types.append(event[u"type"].toString());
            }
            cursor = page["nextCursor"].toString();
        } while (!cursor.isEmpty());
        QCOMPARE(types,
            (QStringList { QStringLiteral("item.created"), QStringLiteral("item.captured"), QStringLiteral("item.queued"),
                QStringLiteral("item.held"), QStringLiteral("item.resumed") }));
    }

    // ---- Time

    void anItemSleepsUntilItsActivationAndExpiresInTime()
    {
        const QString asleep = m->capture(one("activationDateTime", toIso(m->clock->now() + std::chrono::hours(1))));
        const QString shortLived = m->capture(one("expirationDateTime", toIso(m->clock->now() + std::chrono::hours(2))));
        QCOMPARE(m->get(itemPath(asleep))["status"].toString(), QStringLiteral("captured"));
        m->advance(std::chrono::hours(1));
        QTRY_COMPARE(m->get(itemPath(asleep))["status"].toString(), QStringLiteral("queued"));
        m->advance(std::chrono::hours(1));
        QTRY_COMPARE(m->get(itemPath(shortLived))["status"].toString(), QStringLiteral("canceled"));
        QVERIFY(m->get(itemPath(shortLived))["error"].toString().contains(QStringLiteral("expired")));
    }

    // ---- Tenants

    void anotherTenantSeesNothing()
    {
        const QString id = m->capture(captured("INC1"));
        m->key = m->otherKey;
        QCOMPARE(m->get(itemPath(id)).status, 404);
        QCOMPARE(m->get(itemPath(QStringLiteral("INC1"))).status, 404);
        QCOMPARE(m->get(itemPath(id, "/history")).status, 404);
        QCOMPARE(m->patch(itemPath(id), one("channel", QStringLiteral("email"))).status, 404);
        for (const char *action : { "/hold", "/resume", "/complete", "/cancel", "/restart", "/activate", "/requeue" })
            QCOMPARE(m->post(itemPath(id, action)).status, 404);
        QCOMPARE(m->get(QStringLiteral("/items")).data().size(), 0);
        QCOMPARE(m->get(QStringLiteral("/items?captureId=INC1")).data().size(), 0);
        QCOMPARE(m->post(QStringLiteral("/items"), captured("INC1"))["duplicate"].toBool(true), false);
    }

private:
    QString itemIn(const QString &status)
    {
        const QString future = toIso(m->clock->now() + std::chrono::hours(1));
        const QString past = toIso(m->clock->now() - std::chrono::hours(1));
        if (status == QLatin1StringView("captured"))
            return m->capture(one("activationDateTime", future));
        if (status == QLatin1StringView("rejected"))
            return m->capture(one("expirationDateTime", past));
        if (status == QLatin1StringView("errorheld")) {
            m->remove(QStringLiteral("/categories/general"));
            return m->capture();
        }
        const QString id = m->capture();
        if (status == QLatin1StringView("assigned"))
            m->post(itemPath(id, "/assign"), one("agent", QStringLiteral("ann")));
        else if (status == QLatin1StringView("held"))
            m->post(itemPath(id, "/hold"));
        else if (status == QLatin1StringView("completed"))
            m->post(itemPath(id, "/complete"));
        else if (status == QLatin1StringView("canceled"))
            m->post(itemPath(id, "/cancel"));
        return id;
    }

    std::unique_ptr<ApiFixture> m;
};

QTEST_GUILESS_MAIN(TestApiItems)
#include "tst_api_items.moc"

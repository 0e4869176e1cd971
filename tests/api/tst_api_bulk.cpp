// SPDX-License-Identifier: Apache-2.0
#include "apifixture.h"

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

QJsonObject comparison(const QString &attribute, const QString &op, const QJsonValue &value)
{
    return { { u"attribute"_s, attribute }, { u"operator"_s, op }, { u"value"_s, value } };
}

QJsonObject matching(const QString &attribute, const QString &op, const QJsonValue &value)
{
    return { { u"condition"_s, comparison(attribute, op, value) } };
}

/// JSON that is easy to read here: with ' for ".
QByteArray quoted(QByteArray text)
{
    return text.replace('\'', '"');
}

QString path(const Reply &job)
{
    return u"/jobs/"_s + job["id"].toString();
}

} // namespace

/// POST /items/bulk and /jobs, as supervisors use them.
class TestApiBulk : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m = std::make_unique<ApiFixture>();
        m->key = m->adminKey;
    }
    void cleanup() { m.reset(); }

    void aPreviewShowsHowManyAndChangesNothing()
    {
        QStringList ids;
        for (int i = 0; i < 12; ++i)
            ids.append(m->capture({ { u"customerSegment"_s, u"gold"_s } }));
        m->capture({ { u"customerSegment"_s, u"silver"_s } });
        m->post(u"/items/"_s + ids[0] + u"/hold"_s);
        const Reply preview = m->post(u"/items/bulk"_s, hold(matching(u"customerSegment"_s, u"equals"_s, u"gold"_s), { ids[11] }));
        QCOMPARE(preview.status, 200);
        QCOMPARE(preview["count"].toObject(), (QJsonObject { { u"value"_s, 11 }, { u"exact"_s, true } }));
        QCOMPARE(preview["checked"].toObject(), (QJsonObject { { u"items"_s, 11 }, { u"notAllowed"_s, 1 } }));
        QCOMPARE(preview["sample"].toArray().size(), 10);
        QCOMPARE(preview["sample"].toArray().first(), QJsonValue(m->get(u"/items/"_s + ids[10]).json()));
        QVERIFY(m->get(u"/jobs"_s).data().isEmpty());
        QCOMPARE(statusOf(ids[5]), u"queued"_s);
    }

    void aConfirmedActionIsCarriedOutOnWhatMatchedThen()
    {
        QStringList ids;
        for (int i = 0; i < 30; ++i)
            ids.append(m->capture({ { u"customerSegment"_s, u"gold"_s } }));
        const QString other = m->capture();
        m->post(u"/items/"_s + ids[3] + u"/complete"_s);
        QJsonObject request = hold(matching(u"customerSegment"_s, u"equals"_s, u"gold"_s), { ids[7] }, u"Network outage"_s);
        const Reply preview = m->post(u"/items/bulk"_s, request);
        const QString late = m->capture({ { u"customerSegment"_s, u"gold"_s } });
        request.insert(u"confirmationToken"_s, preview["confirmationToken"]);
        const Reply job = m->post(u"/items/bulk"_s, request);
        QCOMPARE(job.status, 202);
        QCOMPARE(job.headers.value("location"), "/iwd/v3/jobs/" + job["id"].toString().toUtf8());
        const Reply ended = end(job);
        QCOMPARE(ended["state"].toString(), u"finished"_s);
        QCOMPARE(ended["total"].toInt(), 29);
        QCOMPARE(ended["done"].toInt(), 28);
        QCOMPARE(ended["skipped"].toInt(), 1);
        QCOMPARE(ended["failed"].toInt(), 0);
        QVERIFY(ended["startedDateTime"].isString() && ended["endedDateTime"].isString() && ended["estimatedEndDateTime"].isNull());
        for (int i = 0; i < 30; ++i)
            QCOMPARE(statusOf(ids[i]), i == 3 ? u"completed"_s : i == 7 ? u"queued"_s : u"held"_s);
        for (const QString &untouched : { other, late })
            QCOMPARE(statusOf(untouched), u"queued"_s);
        // As by a request of its own: in the name of who confirmed, with the reason.
        const QJsonObject event = m->get(u"/items/%1/history"_s.arg(ids[0])).data().last().toObject();
        QCOMPARE(event.value(u"type"_s).toString(), u"item.held"_s);
        QCOMPARE(event.value(u"reason"_s).toString(), u"Network outage"_s);
        QCOMPARE(event.value(u"actor"_s), m->get(path(job))["actor"]);
        QCOMPARE(event.value(u"actor"_s).toObject().value(u"name"_s).toString(), u"admin"_s);
    }

    void whatBecameOfEachItemIsListed()
    {
        QStringList ids;
        for (int i = 0; i < 5; ++i)
            ids.append(m->capture());
        m->post(u"/items/"_s + ids[1] + u"/cancel"_s);
        const Reply job = run({ { u"action"_s, u"hold"_s }, { u"items"_s, QJsonArray { ids[4], ids[0], ids[1], ids[0], u"wi-999"_s } } });
        QCOMPARE(end(job)["total"].toInt(), 4);
        const QJsonArray all = m->get(path(job) + u"/results"_s).data();
        QCOMPARE(all.size(), 4);
        QCOMPARE(all[0], QJsonValue(QJsonObject { { u"item"_s, ids[0] }, { u"outcome"_s, u"ok"_s }, { u"code"_s, QJsonValue() }, { u"detail"_s, QJsonValue() } }));
        QCOMPARE(all[1][u"outcome"].toString(), u"skipped"_s);
        QCOMPARE(all[1][u"code"].toString(), u"item.not_allowed_in_status"_s);
        QCOMPARE(all[2][u"item"].toString(), ids[4]);
        QCOMPARE(all[3][u"outcome"].toString(), u"failed"_s);
        QCOMPARE(all[3][u"code"].toString(), u"item.not_found"_s);
        QCOMPARE(m->get(path(job) + u"/results?outcome=failed"_s).data(), QJsonArray { all[3] });
        QCOMPARE(m->get(path(job) + u"/results?outcome=skipped"_s).data(), QJsonArray { all[1] });
        const Reply first = m->get(path(job) + u"/results?outcome=ok&limit=1"_s);
        QCOMPARE(first.data(), QJsonArray { all[0] });
        const Reply second = m->get(path(job) + u"/results?outcome=ok&limit=1&cursor="_s + first["nextCursor"].toString());
        QCOMPARE(second.data(), QJsonArray { all[2] });
        QVERIFY(second["nextCursor"].isNull());
    }

    void everyActionOnOneItemIsThereForMany_data()
    {
        QTest::addColumn<QString>("action");
        QTest::addColumn<QJsonObject>("parameters");
        QTest::addColumn<QString>("before");
        QTest::addColumn<QString>("status");
        QTest::newRow("hold") << u"hold"_s << QJsonObject { { u"reason"_s, u"r"_s } } << u""_s << u"held"_s;
        QTest::newRow("resume") << u"resume"_s << QJsonObject {} << u"hold"_s << u"queued"_s;
        QTest::newRow("complete") << u"complete"_s << QJsonObject { { u"resultCode"_s, u"spam"_s } } << u""_s << u"completed"_s;
        QTest::newRow("cancel") << u"cancel"_s << QJsonObject { { u"reason"_s, u"r"_s } } << u""_s << u"canceled"_s;
        QTest::newRow("restart") << u"restart"_s << QJsonObject {} << u"complete"_s << u"queued"_s;
        QTest::newRow("requeue") << u"requeue"_s << QJsonObject { { u"queue"_s, u"general"_s } } << u""_s << u"queued"_s;
        QTest::newRow("assign") << u"assign"_s << QJsonObject { { u"agent"_s, u"ann"_s } } << u""_s << u"assigned"_s;
        QTest::newRow("update") << u"update"_s << QJsonObject { { u"customerSegment"_s, u"vip"_s } } << u""_s << u"queued"_s;
    }
    void everyActionOnOneItemIsThereForMany()
    {
        QFETCH(QString, action);
        QFETCH(QJsonObject, parameters);
        QFETCH(QString, before);
        QFETCH(QString, status);
        if (action == u"assign"_s)
            m->put(u"/agents/ann"_s, { { u"name"_s, u"ann"_s } });
        QJsonArray ids;
        for (int i = 0; i < 3; ++i) {
            ids.append(m->capture());
            if (!before.isEmpty())
                m->post(u"/items/%1/%2"_s.arg(ids[i].toString(), before));
        }
        const Reply ended = end(run({ { u"action"_s, action }, { u"parameters"_s, parameters }, { u"items"_s, ids } }));
        QCOMPARE(ended["done"].toInt(), 3);
        for (const QJsonValue id : ids)
            QCOMPARE(statusOf(id.toString()), status);
    }

    void sleepersAreWokenTogether()
    {
        const QString id = m->capture({ { u"activationDateTime"_s, u"2100-01-01T00:00:00Z"_s } });
        QCOMPARE(statusOf(id), u"captured"_s);
        QCOMPARE(end(run({ { u"action"_s, u"activate"_s }, { u"search"_s, QJsonObject() } }))["done"].toInt(), 1);
        QCOMPARE(statusOf(id), u"queued"_s);
    }

    void aConfirmationIsForOneRequestOfOneCallerOnceAndForAWhile()
    {
        const QString id = m->capture();
        const QJsonObject request { { u"action"_s, u"hold"_s }, { u"items"_s, QJsonArray { id } } };
        const QJsonValue token = m->post(u"/items/bulk"_s, request)["confirmationToken"];
        const auto confirm = [&](QJsonObject what, const QJsonValue &with) {
            what.insert(u"confirmationToken"_s, with);
            return m->post(u"/items/bulk"_s, what);
        };
        const auto refusedBecause = [](const Reply &reply) { return reply.status == 409 && reply.code() == u"confirmation.invalid"_s ? reply["args"][u"reason"].toString() : QString::fromUtf8(reply.body); };
        QJsonObject another = request;
        another.insert(u"action"_s, u"cancel"_s);
        QCOMPARE(refusedBecause(confirm(another, token)), u"other"_s);
        another = request;
        another.insert(u"parameters"_s, QJsonObject { { u"reason"_s, u"x"_s } });
        QCOMPARE(refusedBecause(confirm(another, token)), u"other"_s);
        for (const QString &nonsense : { u"x"_s, u"%%%"_s, QString(900, u'a'), QString(token.toString()).replace(5, 1, token.toString()[5] == u'A' ? u'B' : u'A') })
            QCOMPARE(refusedBecause(confirm(request, nonsense)), u"other"_s);
        m->key = m->newKey({ u"admin"_s }, m->tenant);
        QCOMPARE(refusedBecause(confirm(request, token)), u"other"_s);
        m->key = m->otherKey;
        QCOMPARE(refusedBecause(confirm(request, token)), u"other"_s);
        m->key = m->adminKey;
        QCOMPARE(statusOf(id), u"queued"_s);

        const Reply job = confirm(request, token);
        QCOMPARE(job.status, 202);
        const Reply again = confirm(request, token);
        QCOMPARE(refusedBecause(again), u"used"_s);
        QCOMPARE(again["args"][u"job"], job["id"]);

        const QJsonValue old = m->post(u"/items/bulk"_s, request)["confirmationToken"];
        m->advance(std::chrono::minutes(10) + milliseconds(1));
        QCOMPARE(refusedBecause(confirm(request, old)), u"expired"_s);
        QCOMPARE(m->get(u"/jobs"_s).data().size(), 1);
    }

    void aRepeatedConfirmationIsAnsweredWithTheSameJob()
    {
        const QString id = m->capture();
        QJsonObject request { { u"action"_s, u"hold"_s }, { u"items"_s, QJsonArray { id } } };
        request.insert(u"confirmationToken"_s, m->post(u"/items/bulk"_s, request, { { "Idempotency-Key", "k1" } })["confirmationToken"]);
        const Reply job = m->post(u"/items/bulk"_s, request, { { "Idempotency-Key", "k1" } });
        QCOMPARE(job.status, 202);
        m->advance(std::chrono::hours(1));
        const Reply again = m->post(u"/items/bulk"_s, request, { { "Idempotency-Key", "k1" } });
        QCOMPARE(again.status, 202);
        QCOMPARE(again["id"], job["id"]);
        QCOMPARE(again.headers.value("location"), job.headers.value("location"));
        QCOMPARE(again.headers.value("idempotency-replayed"), QByteArray("true"));
    }

    void badRequestsAreRefusedWithThePathOfWhatIsWrong_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("field");
        QTest::addColumn<QString>("code");
        const QString invalid = u"request.invalid_field"_s;
        const QString missing = u"request.missing_field"_s;
        QTest::newRow("nothing") << quoted("{}") << u"action"_s << missing;
        QTest::newRow("an unknown action") << quoted("{'action':'explode','items':['wi-1']}") << u"action"_s << invalid;
        QTest::newRow("no selection") << quoted("{'action':'hold'}") << u"items"_s << missing;
        QTest::newRow("two selections") << quoted("{'action':'hold','items':['wi-1'],'search':{}}") << u"items"_s << missing;
        QTest::newRow("an empty list") << quoted("{'action':'hold','items':[]}") << u"items"_s << invalid;
        QTest::newRow("a list that is none") << quoted("{'action':'hold','items':'wi-1'}") << u"items"_s << invalid;
        QTest::newRow("a key of a source") << quoted("{'action':'hold','items':['wi-1','INC1']}") << u"items[1]"_s << invalid;
        QTest::newRow("a number as id") << quoted("{'action':'hold','items':[1]}") << u"items[0]"_s << invalid;
        QTest::newRow("an unsound exclusion") << quoted("{'action':'hold','search':{},'exclude':['wi-1','wi-0x']}") << u"exclude[1]"_s << invalid;
        QTest::newRow("a broken condition") << quoted("{'action':'hold','search':{'condition':{'all':[{'attribute':'status','operator':'like','value':1}]}}}")
                                            << u"search.condition.all[0].operator"_s << invalid;
        QTest::newRow("an unknown member of the search") << quoted("{'action':'hold','search':{'sort':'priority'}}") << u"search.sort"_s << invalid;
        QTest::newRow("too many words") << quoted("{'action':'hold','search':{'text':'*'}}") << u"search.text"_s << invalid;
        QTest::newRow("an unknown parameter") << quoted("{'action':'hold','parameters':{'resultCode':'x'},'items':['wi-1']}") << u"parameters.resultCode"_s << invalid;
        QTest::newRow("a token of an assignment") << quoted("{'action':'hold','parameters':{'token':1},'items':['wi-1']}") << u"parameters.token"_s << invalid;
        QTest::newRow("no agent") << quoted("{'action':'assign','items':['wi-1']}") << u"parameters.agent"_s << missing;
        QTest::newRow("no change") << quoted("{'action':'update','items':['wi-1']}") << u"parameters"_s << missing;
        QTest::newRow("a change that cannot be") << quoted("{'action':'update','parameters':{'captureId':'x'},'items':['wi-1']}") << u"parameters.captureId"_s << invalid;
        QTest::newRow("a nested custom value") << quoted("{'action':'update','parameters':{'custom':{'a':[1]}},'items':['wi-1']}") << u"parameters.custom.a"_s << invalid;
        QTest::newRow("a queue that is not there") << quoted("{'action':'requeue','parameters':{'queue':'nowhere'},'items':['wi-1']}") << u"parameters.queue"_s
                                                   << u"object.invalid_reference"_s;
        QTest::newRow("an agent who is not there") << quoted("{'action':'assign','parameters':{'agent':'nobody'},'items':['wi-1']}") << u"parameters.agent"_s
                                                   << u"object.invalid_reference"_s;
        QTest::newRow("a category that is not there") << quoted("{'action':'restart','parameters':{'category':'none'},'items':['wi-1']}") << u"parameters.category"_s
                                                      << u"object.invalid_reference"_s;
        QTest::newRow("an unknown member") << quoted("{'action':'hold','item':['wi-1']}") << u"item"_s << invalid;
        QTest::newRow("a token that is a number") << quoted("{'action':'hold','items':['wi-1'],'confirmationToken':1}") << u"confirmationToken"_s << invalid;
        QTest::newRow("a token without end") << quoted("{'action':'hold','items':['wi-1'],'confirmationToken':'" + QByteArray(1001, 'a') + "'}") << u"confirmationToken"_s << invalid;
        QByteArray many = "{'action':'hold','items':[";
        for (int i = 1; i <= 10'001; ++i)
            many += (i > 1 ? ",'wi-" : "'wi-") + QByteArray::number(i) + '\'';
        QTest::newRow("too many ids") << quoted(many + "]}") << u"items"_s << u"request.too_many_items"_s;
    }
    void badRequestsAreRefusedWithThePathOfWhatIsWrong()
    {
        QFETCH(QByteArray, body);
        QFETCH(QString, field);
        QFETCH(QString, code);
        const Reply refused = m->send("POST", u"/items/bulk"_s, body);
        QCOMPARE(refused.status, 422);
        QCOMPARE(refused.code(), code);
        QCOMPARE(refused.field(), field);
        QVERIFY(refused["detail"].toString().size() > 20);
        QVERIFY(m->get(u"/jobs"_s).data().isEmpty());
    }

    void badParametersAndUnknownJobsAreRefused()
    {
        QCOMPARE(m->get(u"/jobs?state=running"_s).status, 400);
        QCOMPARE(m->get(u"/jobs?limit=0"_s).status, 400);
        for (const QString &none : { u"job-1"_s, u"job-0"_s, u"job-x"_s, u"1"_s, u"job-99999999999999999999"_s }) {
            QCOMPARE(m->get(u"/jobs/"_s + none).status, 404);
            QCOMPARE(m->get(u"/jobs/%1/results"_s.arg(none)).status, 404);
            for (const char *command : { "pause", "resume", "cancel", "undo" })
                QCOMPARE(m->post(u"/jobs/%1/%2"_s.arg(none, QLatin1StringView(command))).code(), u"object.not_found"_s);
        }
        const Reply job = run({ { u"action"_s, u"hold"_s }, { u"items"_s, QJsonArray { m->capture() } } });
        QCOMPARE(m->get(path(job) + u"/results?outcome=done"_s).field(), u"outcome"_s);
        // Of another tenant, it is not there.
        m->key = m->otherKey;
        QCOMPARE(m->get(path(job)).status, 404);
        QCOMPARE(m->post(path(job) + u"/cancel"_s).status, 404);
        QVERIFY(m->get(u"/jobs"_s).data().isEmpty());
    }

    void whoMayChangeOneItemMayNotChangeManyBecauseOfThat()
    {
        const QString id = m->capture();
        // Keys of sources may hold an item, but not many; agents act on what they hold.
        for (const QString &key : { m->sourceKey, m->agentKey, m->reportingKey }) {
            m->key = key;
            QCOMPARE(m->post(u"/items/bulk"_s, { { u"action"_s, u"hold"_s }, { u"items"_s, QJsonArray { id } } }).status, 403);
            QCOMPARE(m->get(u"/jobs"_s).status, 403);
        }
    }

    void aJobIsPausedResumedAndCanceled()
    {
        const Reply job = pausedJob(40);
        QCOMPARE(job["state"].toString(), u"paused"_s);
        QCOMPARE(m->post(path(job) + u"/pause"_s)["state"].toString(), u"paused"_s);
        QCOMPARE(m->post(path(job) + u"/undo"_s).code(), u"job.not_allowed_in_state"_s);
        const Reply resumed = m->post(path(job) + u"/resume"_s);
        QVERIFY(resumed["state"] == u"queued"_s || resumed["state"] == u"running"_s);
        QCOMPARE(end(job)["done"].toInt(), 40);
        for (const char *command : { "pause", "resume", "cancel" }) {
            const Reply refused = m->post(path(job) + u'/' + QLatin1StringView(command));
            QCOMPARE(refused.status, 409);
            QCOMPARE(refused.code(), u"job.not_allowed_in_state"_s);
            QCOMPARE(refused["args"][u"state"].toString(), u"finished"_s);
        }
        const Reply other = pausedJob(10);
        const Reply canceled = m->post(path(other) + u"/cancel"_s);
        QCOMPARE(canceled["state"].toString(), u"canceled"_s);
        QVERIFY(canceled["endedDateTime"].isString());
        QCOMPARE(m->post(path(other) + u"/cancel"_s)["state"].toString(), u"canceled"_s);
        QCOMPARE(m->post(path(other) + u"/resume"_s).code(), u"job.not_allowed_in_state"_s);
        // The newest first.
        const Reply page = m->get(u"/jobs?limit=1"_s);
        QCOMPARE(page.data()[0][u"id"], other["id"]);
        QCOMPARE(m->get(u"/jobs?limit=1&cursor="_s + page["nextCursor"].toString()).data()[0][u"id"], job["id"]);
    }

    void holdingIsUndoneByResumingWhatNobodyHasTouched()
    {
        QJsonArray ids;
        for (int i = 0; i < 6; ++i)
            ids.append(m->capture());
        m->post(u"/items/%1/hold"_s.arg(ids[5].toString())); // before the job, and so not its doing
        const Reply job = run({ { u"action"_s, u"hold"_s }, { u"items"_s, ids } });
        QCOMPARE(end(job)["undoable"].toBool(), true);
        m->patch(u"/items/"_s + ids[1].toString(), { { u"productType"_s, u"changed"_s } });
        m->post(u"/items/%1/cancel"_s.arg(ids[2].toString()));
        const Reply undo = m->post(path(job) + u"/undo"_s);
        QCOMPARE(undo.status, 202);
        QCOMPARE(undo["action"].toString(), u"resume"_s);
        QCOMPARE(undo["undoOf"], job["id"]);
        const Reply ended = end(undo);
        QCOMPARE(ended["total"].toInt(), 5);
        QCOMPARE(ended["done"].toInt(), 3);
        QCOMPARE(ended["skipped"].toInt(), 2);
        QCOMPARE(m->get(path(undo) + u"/results?outcome=skipped"_s).data()[0][u"code"].toString(), u"version.mismatch"_s);
        QStringList statuses;
        for (const QJsonValue id : ids)
            statuses.append(statusOf(id.toString()));
        QCOMPARE(statuses, (QStringList { u"queued"_s, u"held"_s, u"canceled"_s, u"queued"_s, u"queued"_s, u"held"_s }));
        // Once is enough; and it can be taken back like any other.
        const Reply twice = m->post(path(job) + u"/undo"_s);
        QCOMPARE(twice.code(), u"job.not_undoable"_s);
        QCOMPARE(twice["args"][u"undoneBy"], undo["id"]);
        const Reply redo = end(m->post(path(undo) + u"/undo"_s));
        QCOMPARE(redo["done"].toInt(), 3);
        QCOMPARE(statusOf(ids[0].toString()), u"held"_s);
    }

    void anUpdateIsUndoneFieldByField()
    {
        const QString changed = m->capture({ { u"customerSegment"_s, u"gold"_s }, { u"businessValue"_s, 7 }, { u"labels"_s, QJsonArray { u"a"_s } }, { u"dueDateTime"_s, u"2030-01-01T00:00:00Z"_s },
            { u"custom"_s, QJsonObject { { u"region"_s, u"EMEA"_s }, { u"size"_s, 3 } } } });
        const QString same = m->capture({ { u"customerSegment"_s, u"vip"_s }, { u"businessValue"_s, 107 }, { u"labels"_s, QJsonArray { u"b"_s } } });
        const QString touched = m->capture();
        const QJsonObject before = m->get(u"/items/"_s + changed).json();
        const QJsonObject parameters { { u"customerSegment"_s, u"vip"_s }, { u"businessValue"_s, u"+100"_s }, { u"priority"_s, 1'000'000 }, { u"labels"_s, QJsonArray { u"b"_s } },
            { u"dueDateTime"_s, QJsonValue() }, { u"custom"_s, QJsonObject { { u"region"_s, QJsonValue() }, { u"size"_s, 4 }, { u"new"_s, true } } } };
        const Reply job = run({ { u"action"_s, u"update"_s }, { u"parameters"_s, parameters }, { u"items"_s, QJsonArray { changed, same, touched } } });
        QCOMPARE(end(job)["done"].toInt(), 3);
        QVERIFY(m->get(u"/items/"_s + changed).json() != before);
        m->patch(u"/items/"_s + touched, { { u"productType"_s, u"x"_s } });
        const Reply undo = end(m->post(path(job) + u"/undo"_s));
        QCOMPARE(undo["done"].toInt(), 2);
        QCOMPARE(undo["skipped"].toInt(), 1);
        QJsonObject after = m->get(u"/items/"_s + changed).json();
        QCOMPARE(after.take(u"version"_s).toInt(), 3);
        QJsonObject expected = before;
        expected.remove(u"version"_s);
        QCOMPARE(after, expected);
        QCOMPARE(m->get(u"/items/"_s + same)["businessValue"].toInt(), 107);
        QCOMPARE(m->get(u"/items/"_s + touched)["customerSegment"].toString(), u"vip"_s);
    }

    void whatHasNoOppositeIsNotUndone()
    {
        const Reply job = run({ { u"action"_s, u"cancel"_s }, { u"items"_s, QJsonArray { m->capture() } } });
        QCOMPARE(end(job)["undoable"].toBool(), false);
        const Reply refused = m->post(path(job) + u"/undo"_s);
        QCOMPARE(refused.status, 409);
        QCOMPARE(refused.code(), u"job.not_undoable"_s);
    }

    void anItemThatIsRefusedSpoilsNoOther()
    {
        QJsonArray ids;
        for (int i = 0; i < 5; ++i)
            ids.append(m->capture({ { u"businessValue"_s, i == 2 ? 2'147'483'000 : 1 } }));
        const Reply job = run({ { u"action"_s, u"update"_s }, { u"parameters"_s, QJsonObject { { u"businessValue"_s, u"+1000000"_s } } }, { u"items"_s, ids } });
        const Reply ended = end(job);
        QCOMPARE(ended["done"].toInt(), 4);
        QCOMPARE(ended["failed"].toInt(), 1);
        QCOMPARE(m->get(path(job) + u"/results?outcome=failed"_s).data()[0][u"code"].toString(), u"request.invalid_field"_s);
        QCOMPARE(m->get(u"/items/"_s + ids[2].toString())["version"].toInt(), 1);
        QCOMPARE(m->get(u"/items/"_s + ids[3].toString())["version"].toInt(), 2);
    }

    void jobsAreForgottenAWeekAfterTheirEnd()
    {
        const Reply job = run({ { u"action"_s, u"hold"_s }, { u"items"_s, QJsonArray { m->capture(), m->capture() } } });
        end(job);
        m->advance(std::chrono::hours(24 * 7) - std::chrono::minutes(1));
        const Reply young = run({ { u"action"_s, u"resume"_s }, { u"search"_s, QJsonObject() } });
        end(young);
        QCOMPARE(m->get(path(job)).status, 200);
        m->advance(std::chrono::minutes(2));
        QTRY_COMPARE_WITH_TIMEOUT(m->get(path(job)).status, 404, 20'000);
        QCOMPARE(m->get(path(young)).status, 200);
    }

    void noMoreJobsAreTakenThanCanBeLookedAfter()
    {
        const QString id = m->capture();
        stopRunner();
        const QJsonObject request { { u"action"_s, u"hold"_s }, { u"items"_s, QJsonArray { id } } };
        for (int i = 0; i < 100; ++i)
            QCOMPARE(run(request).status, 202);
        const Reply refused = run(request);
        QCOMPARE(refused.status, 409);
        QCOMPARE(refused.code(), u"job.too_many"_s);
        const Reply newest = m->get(u"/jobs?limit=1"_s);
        QCOMPARE(m->post(u"/jobs/%1/cancel"_s.arg(newest.data()[0][u"id"].toString())).status, 200);
        const Reply job = run(request);
        QCOMPARE(job.status, 202);
        startRunner();
        QCOMPARE(end(job)["skipped"].toInt(), 1);
    }

private:
    static QJsonObject hold(const QJsonObject &search, const QStringList &exclude = {}, const QString &reason = {})
    {
        QJsonObject request { { u"action"_s, u"hold"_s }, { u"search"_s, search } };
        if (!exclude.isEmpty())
            request.insert(u"exclude"_s, QJsonArray::fromStringList(exclude));
        if (!reason.isEmpty())
            request.insert(u"parameters"_s, QJsonObject { { u"reason"_s, reason } });
        return request;
    }

    /// Previews and confirms.
    Reply run(QJsonObject request)
    {
        const Reply preview = m->post(u"/items/bulk"_s, request);
        if (preview.status != 200)
            return preview;
        request.insert(u"confirmationToken"_s, preview["confirmationToken"]);
        return m->post(u"/items/bulk"_s, request);
    }

    /// A job that has something left to do.
    Reply pausedJob(int items)
    {
        QJsonArray ids;
        for (int i = 0; i < items; ++i)
            ids.append(m->capture());
        stopRunner();
        const Reply job = run({ { u"action"_s, u"hold"_s }, { u"items"_s, ids } });
        const Reply paused = m->post(path(job) + u"/pause"_s);
        startRunner();
        return paused;
    }

    void stopRunner() { QCoro::waitFor(m->bulkRunner->settle()); }
    void startRunner()
    {
        m->bulkRunner = std::make_unique<BulkRunner>(*m->pipeline, BulkRunnerOptions { .interval = milliseconds(20) });
        m->bulkRunner->watch(m->tenant);
    }

    Reply end(const Reply &job)
    {
        if (job.status != 200 && job.status != 202)
            QTest::qFail(job.body.constData(), __FILE__, __LINE__);
        Reply now = m->get(path(job));
        const bool ended = QTest::qWaitFor(
            [&] {
                now = m->get(path(job));
                return now["endedDateTime"].isString();
            },
            20'000);
        if (!ended)
            QTest::qFail(qPrintable(QString::fromUtf8(now.body + job.body)), __FILE__, __LINE__);
        return now;
    }

    QString statusOf(const QString &id) { return m->get(u"/items/"_s + id)["status"].toString(); }

    std::unique_ptr<ApiFixture> m;
};

QTEST_GUILESS_MAIN(TestApiBulk)
#include "tst_api_bulk.moc"

// SPDX-License-Identifier: Apache-2.0
#include "bulkwork.h"

#include <storage/sqlitedatabase.h>

#include <QElapsedTimer>
#include <QTest>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

QJsonObject comparison(const QString &attribute, const QString &op, const QJsonValue &value)
{
    return { { u"attribute"_s, attribute }, { u"operator"_s, op }, { u"value"_s, value } };
}

} // namespace

/// Jobs, as whoever runs servers sees them: through restarts, with several servers, and beside other work.
class TestBulk : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aJobGoesOnAfterARestartAndDoesNothingTwice();
    void jobsTakeTurns();
    void aSearchThatIsTooBroadIsWalkedThrough();
    void whatIsChangedMeanwhileIsLeftAlone();
    void anItemThatCannotBeChangedAtAllDoesNotKeepTheJob();
    void aJobOfANewerServerFailsWithWords();
    void othersAreServedMeanwhile();
};

void TestBulk::aJobGoesOnAfterARestartAndDoesNothingTwice()
{
    PipelineFixture fixture;
    capture(fixture, 600);
    const qint64 id = start(fixture, holdAll());
    int restarts = 0;
    while (!hasEnded(job(fixture, id).state)) {
        const qint64 before = job(fixture, id).processed();
        {
            const Running running(fixture, { .stepTime = milliseconds(5), .mostItems = 50 });
            QTRY_VERIFY_WITH_TIMEOUT(job(fixture, id).processed() > before, patience);
        }
        fixture.restart();
        ++restarts;
        QVERIFY(restarts < 1'000);
    }
    QVERIFY(restarts > 1);
    checkHeldOnce(fixture, id, 600);
}

void TestBulk::jobsTakeTurns()
{
    PipelineFixture fixture;
    capture(fixture, 3'000);
    const qint64 large = start(fixture, holdAll());
    const qint64 small = start(fixture, request({ { u"action"_s, u"update"_s }, { u"parameters"_s, QJsonObject { { u"customerSegment"_s, u"vip"_s } } }, { u"items"_s, QJsonArray { u"wi-1"_s, u"wi-3000"_s } } }));
    const Running running(fixture, { .stepTime = milliseconds(1), .turnTime = milliseconds(1), .mostItems = 10 });
    QTRY_VERIFY_WITH_TIMEOUT(hasEnded(job(fixture, small).state), patience);
    const JobRecord meanwhile = job(fixture, large);
    QVERIFY(!hasEnded(meanwhile.state));
    QCOMPARE(job(fixture, small).done, 2);
    QVERIFY(meanwhile.processed() > 0);
    // A job that is at work says when it will end; it is a guess, and not before now.
    QVERIFY(estimatedEnd(meanwhile) && *estimatedEnd(meanwhile) >= meanwhile.updated);
}

void TestBulk::aSearchThatIsTooBroadIsWalkedThrough()
{
    SqliteOptions limits;
    limits.searchLimit = milliseconds(60);
    PipelineFixture fixture(limits);
    capture(fixture, 2'000);
    capture(fixture, 3, { { u"customerSegment"_s, u"gold"_s } });
    // The rare ones are far away, and hundreds of comparisons look into every document in between.
    QJsonArray parts { comparison(u"customerSegment"_s, u"equals"_s, u"gold"_s) };
    for (int i = 0; i < 100; ++i)
        parts.append(comparison(u"custom.%1"_s.arg(i), u"contains"_s, u"nothing like this"_s));
    const BulkRequest wanted = holdAll({ { u"condition"_s, QJsonObject { { u"any"_s, parts } } } });
    const BulkConfirmation confirmation { "one", { 3, true }, fixture.clock.now(), { 2'003 } };
    const auto started = fixture.run<JobRecord>([&](Transaction &transaction) { return startJob(transaction, wanted, confirmation, fixture.actor); });
    PipelineFixture::must(started);
    // The search as a whole is too much for the time that there is; what is tried at once becomes less until it is not.
    const Running running(fixture);
    QTRY_VERIFY_WITH_TIMEOUT(hasEnded(job(fixture, started->id).state), patience);
    const JobRecord ended = job(fixture, started->id);
    QVERIFY2(ended.state == JobState::Finished, qPrintable(ended.error));
    QCOMPARE(ended.done, 3);
    QCOMPARE(ended.total, 3);
}

void TestBulk::whatIsChangedMeanwhileIsLeftAlone()
{
    PipelineFixture fixture;
    capture(fixture, 40, { { u"customerSegment"_s, u"gold"_s } });
    const qint64 id = start(fixture, holdAll({ { u"condition"_s, comparison(u"customerSegment"_s, u"equals"_s, u"gold"_s) } }));
    const BulkPlan plan = *decodeBulkPlan(*fixture.look<QByteArray>([id](Snapshot &snapshot) -> Result<QByteArray> { return snapshot.jobPlan(id); }));
    // Found, and changed before its turn.
    PipelineFixture::must(fixture.patch(u"wi-2"_s, { { u"customerSegment"_s, u"silver"_s } }));
    const std::vector<BulkItem> items { { { 1 }, {}, {} }, { { 2 }, {}, {} } };
    const BulkStep step { id, { 0 }, { 2 }, items, false };
    BulkStepOutcome outcome;
    PipelineFixture::must(fixture.run<bool>([&](Transaction &transaction) { return doBulkStep(transaction, plan, step, outcome); }));
    QVERIFY(outcome.done);
    QCOMPARE(outcome.job.done, 1);
    QCOMPARE(outcome.job.skipped, 1);
    QCOMPARE(fixture.item(u"wi-2"_s).item.status, ItemStatus::Queued);
    const auto results = *fixture.look<std::vector<JobResult>>([id](Snapshot &snapshot) -> Result<std::vector<JobResult>> { return snapshot.jobResults(id, {}, JobOutcome::Skipped, 10); });
    QCOMPARE(results.at(0).code, u"noLongerMatches"_s);
    // The same step once more is not done: the job has moved on.
    PipelineFixture::must(fixture.run<bool>([&](Transaction &transaction) { return doBulkStep(transaction, plan, step, outcome); }));
    QVERIFY(!outcome.done);
    QCOMPARE(job(fixture, id).processed(), 2);
    const Running running(fixture);
    QTRY_VERIFY_WITH_TIMEOUT(hasEnded(job(fixture, id).state), patience);
    QCOMPARE(job(fixture, id).done, 39);
    QCOMPARE(job(fixture, id).skipped, 1);
}

void TestBulk::anItemThatCannotBeChangedAtAllDoesNotKeepTheJob()
{
    PipelineFixture fixture;
    capture(fixture, 30);
    // A database that takes no change of one of the items, as when its row is damaged.
    if (testedStore() == StoreKind::Sqlite) {
        const auto database = SqliteDatabase::open(fixture.folder.filePath(u"iwd.db"_s), {});
        QVERIFY(database && (*database)->execute(u"create trigger damaged before update on item when new.id = 11 begin select raise(abort, 'damaged'); end"_s));
    } else {
        PrivatePostgres::shared().run(fixture.databaseOfTenant(), u"create function damaged() returns trigger language plpgsql as $$ begin raise exception 'damaged'; end $$"_s);
        PrivatePostgres::shared().run(fixture.databaseOfTenant(), u"create trigger damaged before update on item for each row when (new.id = 11) execute function damaged()"_s);
    }
    const qint64 id = start(fixture, holdAll());
    const Running running(fixture);
    QTRY_VERIFY_WITH_TIMEOUT(hasEnded(job(fixture, id).state), patience);
    const JobRecord ended = job(fixture, id);
    QCOMPARE(ended.state, JobState::Finished);
    QCOMPARE(ended.done, 29);
    QCOMPARE(ended.failed, 1);
    QCOMPARE(fixture.item(u"wi-11"_s).item.status, ItemStatus::Queued);
    QCOMPARE(fixture.item(u"wi-12"_s).item.status, ItemStatus::Held);
}

void TestBulk::aJobOfANewerServerFailsWithWords()
{
    PipelineFixture fixture;
    capture(fixture, 3);
    JobRecord record;
    record.action = u"hold"_s;
    record.actor = fixture.actor;
    record.created = record.updated = fixture.clock.now();
    record.total = 3;
    PipelineFixture::must(fixture.run<bool>([&record](Transaction &transaction) -> Result<bool> {
        transaction.insertJob(record, R"({"request":{"action":"hold","everyone":true}})");
        return true;
    }));
    const Running running(fixture);
    QTRY_VERIFY_WITH_TIMEOUT(hasEnded(job(fixture, record.id).state), patience);
    const JobRecord ended = job(fixture, record.id);
    QCOMPARE(ended.state, JobState::Failed);
    QVERIFY2(ended.error.contains(u"everyone"_s), qPrintable(ended.error));
    QCOMPARE(fixture.item(u"wi-1"_s).item.status, ItemStatus::Queued);
}

void TestBulk::othersAreServedMeanwhile()
{
    PipelineFixture fixture;
    const int items = qEnvironmentVariable("IWD_BULK_ITEMS", u"3000"_s).toInt();
    capture(fixture, items);
    QElapsedTimer alone;
    const qint64 first = start(fixture, holdAll());
    alone.start();
    {
        const Running running(fixture);
        QTRY_VERIFY_WITH_TIMEOUT(hasEnded(job(fixture, first).state), 10 * patience);
    }
    qInfo("%d items in %lld ms", items, static_cast<long long>(alone.elapsed()));
    const qint64 id = start(fixture, request({ { u"action"_s, u"resume"_s }, { u"search"_s, QJsonObject() } }));
    QElapsedTimer whole;
    whole.start();
    std::vector<qint64> waited;
    {
        const Running running(fixture);
        while (!hasEnded(job(fixture, id).state)) {
            QElapsedTimer one;
            one.start();
            PipelineFixture::must(fixture.capture({}));
            waited.push_back(one.elapsed());
        }
    }
    const qint64 took = whole.elapsed();
    std::sort(waited.begin(), waited.end());
    qInfo("%d items in %lld ms; %zu captures beside it took %lld ms in the middle, %lld ms at most", items, static_cast<long long>(took), waited.size(), static_cast<long long>(waited[waited.size() / 2]),
        static_cast<long long>(waited.back()));
    // Far from what it takes to do them all, on whatever machine this runs.
    QVERIFY(waited.size() >= 5);
    QVERIFY(waited[waited.size() / 2] * 5 < took);
    // What came meanwhile is not touched.
    QCOMPARE(job(fixture, id).done, items);
    QCOMPARE(fixture.item(u"wi-%1"_s.arg(items + 1)).item.status, ItemStatus::Queued);
}

QTEST_GUILESS_MAIN(TestBulk)
#include "tst_bulk.moc"

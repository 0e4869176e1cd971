// SPDX-License-Identifier: Apache-2.0
#include "bulkwork.h"

#include <QTest>

using namespace iwd;
using namespace iwd::test;

/// Jobs of several servers, which share a database in PostgreSQL only.
class TestBulkServers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void ofSeveralServersOneWorks();
    void anotherServerTakesOverWhenOneEnds();
};

void TestBulkServers::ofSeveralServersOneWorks()
{
    PipelineFixture fixture({}, StoreKind::Postgresql);
    PipelineFixture::Server other = fixture.anotherServer();
    capture(fixture, 1'200);
    const qint64 id = start(fixture, holdAll());
    {
        const Running one(fixture, { .mostItems = 50 });
        const Running two(*other.pipeline, fixture.tenant, { .mostItems = 50 });
        QTRY_VERIFY_WITH_TIMEOUT(hasEnded(job(fixture, id).state), patience);
    }
    checkHeldOnce(fixture, id, 1'200);
    other.pipeline.reset();
}

void TestBulkServers::anotherServerTakesOverWhenOneEnds()
{
    PipelineFixture fixture({}, StoreKind::Postgresql);
    PipelineFixture::Server other = fixture.anotherServer();
    capture(fixture, 1'000);
    const qint64 id = start(fixture, holdAll());
    {
        const Running one(fixture, { .stepTime = milliseconds(1), .mostItems = 20 });
        QTRY_VERIFY_WITH_TIMEOUT(job(fixture, id).processed() > 0, patience);
    }
    QVERIFY(!hasEnded(job(fixture, id).state));
    {
        const Running two(*other.pipeline, fixture.tenant);
        QTRY_VERIFY_WITH_TIMEOUT(hasEnded(job(fixture, id).state), patience);
    }
    checkHeldOnce(fixture, id, 1'000);
    other.pipeline.reset();
}

QTEST_GUILESS_MAIN(TestBulkServers)
#include "tst_bulkservers.moc"

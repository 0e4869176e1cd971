// SPDX-License-Identifier: Apache-2.0
#include "webhooksite.h"

using namespace iwd;
using namespace iwd::test;

/// Webhooks of several servers, which share a database in PostgreSQL only.
class TestWebhookServers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void ofSeveralServersOneDelivers();
    void anotherServerTakesOverWhenOneEnds();
};

void TestWebhookServers::ofSeveralServersOneDelivers()
{
    PipelineFixture fixture({}, StoreKind::Postgresql);
    PipelineFixture::Server other = fixture.anotherServer();
    Receiver receiver;
    configureWithSecret(fixture, receiver.url());
    {
        Delivering one(*fixture.pipeline, fixture.tenant);
        Delivering two(*other.pipeline, fixture.tenant);
        life(fixture, 30);
        QTRY_COMPARE_WITH_TIMEOUT(byItem(receiver.taken()), logged(fixture), patience);
        QTRY_COMPARE_WITH_TIMEOUT(counts(fixture).pending, 0, patience);
        QVERIFY(one.runner->figures().delivered == 0 || two.runner->figures().delivered == 0);
    }
    QCOMPARE(receiver.arrivals().size(), receiver.taken().size()); // each once
    other.pipeline.reset();
}

void TestWebhookServers::anotherServerTakesOverWhenOneEnds()
{
    PipelineFixture fixture({}, StoreKind::Postgresql);
    PipelineFixture::Server other = fixture.anotherServer();
    Receiver receiver;
    configureWithSecret(fixture, receiver.url());
    {
        Delivering one(*fixture.pipeline, fixture.tenant);
        life(fixture, 20);
        QTRY_VERIFY_WITH_TIMEOUT(receiver.arrivals().size() > 5, patience);
    }
    {
        Delivering two(*other.pipeline, fixture.tenant);
        QTRY_COMPARE_WITH_TIMEOUT(byItem(receiver.taken()), logged(fixture), patience);
    }
    other.pipeline.reset();
}

QTEST_GUILESS_MAIN(TestWebhookServers)
#include "tst_webhookservers.moc"

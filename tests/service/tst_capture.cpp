// SPDX-License-Identifier: Apache-2.0
#include <support/pipelinefixture.h>

#include <QTest>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

/// Capture, classification and what may be done to an item, each in the words of somebody who uses it.
class TestCapture : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anItemIsClassifiedAndQueuedInOneTransaction();
    void everyStepOfItIsInTheLog();
    void theSameCaptureIdIsStoredOnceForEver();
    void twoCapturePointsMayUseTheSameKey();
    void anItemForAnUnknownCapturePointIsRefused();
    void aSwitchedOffCapturePointTakesNothing();
    void anItemThatMatchesNothingIsHeldWithTheReasonAndCanBeRetried();
    void aRuleChangeLeavesNonMatchingItemsUntouched();
    void aChildMatchesOnlyAfterItsParent();
    void theFirstMatchingSiblingWins();
    void aPreclassifiedItemSkipsTheRules();
    void anItemWithAFutureActivationSleepsUntilThen();
    void anItemActivatedByHandDoesNotFallAsleepAgain();
    void anExpiredItemIsCanceledWithTheReason();
    void anItemThatHadExpiredBeforeItCameIsRejectedButKept();
    void anItemIsCompletedWhenItsManagedPeriodEnds();
    void holdTimeCountsAsAgeUnlessTheSchemaExcludesIt_data();
    void holdTimeCountsAsAgeUnlessTheSchemaExcludesIt();
    void aDueDateOfTheSourceWins();
    void anAbsolutePriorityIsReachedNowAndAgesOn();
    void completingAndCancelingAreDifferentThings();
    void aRestartedItemKeepsItsAgeAndIsClassifiedAnew();
    void aRequeuedItemGoesToTheNamedQueueAtItsOldAge();
    void anOldVersionChangesNothing();
    void whatTheStatusForbidsChangesNothing();
    void aDeletedCategoryStillNamesItsItemsAndComesBackWhole();
    void whatIsInUseCannotBeDeleted();
    void newBandsMoveWhatWaits();
    void aChangedCurveWritesNoItem();
    void figuresFollowTheEventsAndSurviveARestart();
    void holdTimeThatEndsWithTheItemIsExcludedToo();
};

void TestCapture::anItemIsClassifiedAndQueuedInOneTransaction()
{
    PipelineFixture fixture;
    const auto captured = fixture.capture({ { u"captureId"_s, u"INC1"_s }, { u"region"_s, u"south"_s } });
    QVERIFY(captured.ok());
    const WorkItem &item = captured->record.item;
    QCOMPARE(item.status, ItemStatus::Queued);
    QCOMPARE(item.categoryId, u"general"_s);
    QCOMPARE(item.queueId, u"general"_s);
    QCOMPARE(item.custom.value(u"region"_s).toString(), u"south"_s);
    QCOMPARE(captured->view.priority, 10);
    QCOMPARE(*captured->view.slaDue, fixture.clock.now() + std::chrono::hours(8));
    QCOMPARE(fixture.item(u"INC1"_s).item.id, item.id);
}

void TestCapture::everyStepOfItIsInTheLog()
{
    PipelineFixture fixture;
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"INC1"_s }, { u"businessValue"_s, 7 } }));
    QCOMPARE(fixture.eventTypes(u"INC1"_s), QStringList({ u"item.created"_s, u"item.captured"_s, u"item.queued"_s }));
    const auto history = fixture.history(u"INC1"_s);
    QCOMPARE(history[0].value(u"after"_s)[u"status"_s].toString(), u"new"_s);
    QVERIFY(history[0].value(u"before"_s).isNull());
    QCOMPARE(history[2].value(u"before"_s)[u"status"_s].toString(), u"captured"_s);
    QCOMPARE(history[2].value(u"after"_s)[u"status"_s].toString(), u"queued"_s);
    QCOMPARE(history[2].value(u"class"_s)[u"queue"_s].toString(), u"general"_s);
    QCOMPARE(history[2].value(u"class"_s)[u"businessValue"_s].toInt(), 7);
    QCOMPARE(history[2].value(u"actor"_s)[u"name"_s].toString(), u"Test"_s);
    QCOMPARE(history[2].value(u"times"_s)[u"sla"_s].toString(), u"2026-03-01T16:00:00.000Z"_s);
}

void TestCapture::theSameCaptureIdIsStoredOnceForEver()
{
    PipelineFixture fixture;
    const auto first = fixture.capture({ { u"captureId"_s, u"INC1"_s }, { u"customerId"_s, u"c1"_s } });
    const auto again = fixture.capture({ { u"captureId"_s, u"INC1"_s }, { u"customerId"_s, u"c2"_s } });
    QVERIFY(again->duplicate);
    QCOMPARE(again->record.item.id, first->record.item.id);
    QCOMPARE(again->record.item.customerId, u"c1"_s);
    QCOMPARE(again->record.item.version, first->record.item.version);

    PipelineFixture::must(fixture.change(ItemOperation::Complete, u"INC1"_s));
    const auto afterEnd = fixture.capture({ { u"captureId"_s, u"INC1"_s } });
    QVERIFY(afterEnd->duplicate);
    QCOMPARE(afterEnd->record.item.status, ItemStatus::Completed);
    QCOMPARE(fixture.eventTypes(u"INC1"_s).size(), 4);
}

void TestCapture::twoCapturePointsMayUseTheSameKey()
{
    PipelineFixture fixture;
    CapturePoint mail;
    mail.id = mail.name = u"mail"_s;
    mail.defaultChannel = u"email"_s;
    PipelineFixture::must(fixture.put(ConfigKind::CapturePoint, encodeCapturePoint(mail)));
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s } }));
    const auto second = fixture.capture({ { u"captureId"_s, u"1"_s }, { u"capturePointId"_s, u"mail"_s } });
    QVERIFY(!second->duplicate);
    QCOMPARE(second->record.item.channel, u"email"_s);

    const auto ambiguous = fixture.look<ItemRecord>([](Snapshot &snapshot) { return findItem(snapshot, { u"1"_s, {} }); });
    QVERIFY(!ambiguous);
    QCOMPARE(ambiguous.error().code, ErrorCode::ItemAmbiguous);
    const auto named = fixture.look<ItemRecord>([](Snapshot &snapshot) { return findItem(snapshot, { u"1"_s, u"mail"_s }); });
    QCOMPARE(named->item.id, second->record.item.id);
}

void TestCapture::anItemForAnUnknownCapturePointIsRefused()
{
    PipelineFixture fixture;
    const auto refused = fixture.capture({ { u"capturePointId"_s, u"nowhere"_s } });
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::InvalidReference);
    QCOMPARE(refused.error().field, u"capturePointId"_s);
}

void TestCapture::aSwitchedOffCapturePointTakesNothing()
{
    PipelineFixture fixture;
    CapturePoint point;
    point.id = point.name = u"default"_s;
    point.enabled = false;
    PipelineFixture::must(fixture.put(ConfigKind::CapturePoint, encodeCapturePoint(point)));
    QCOMPARE(fixture.capture({}).error().code, ErrorCode::InvalidReference);
}

void TestCapture::anItemThatMatchesNothingIsHeldWithTheReasonAndCanBeRetried()
{
    PipelineFixture fixture;
    fixture.addCategory(u"general"_s, { { u"attribute"_s, u"channel"_s }, { u"operator"_s, u"equals"_s }, { u"value"_s, u"email"_s } }, u"general"_s);
    const auto captured = fixture.capture({ { u"captureId"_s, u"1"_s }, { u"channel"_s, u"fax"_s } });
    QCOMPARE(captured->record.item.status, ItemStatus::ErrorHeld);
    QVERIFY(captured->record.item.error.contains(u"No category"_s));
    QCOMPARE(fixture.eventTypes(u"1"_s), QStringList({ u"item.created"_s, u"item.errorheld"_s }));

    fixture.addCategory(u"fax"_s, { { u"attribute"_s, u"channel"_s }, { u"operator"_s, u"equals"_s }, { u"value"_s, u"fax"_s } }, u"general"_s);
    const auto retried = fixture.run<RetryOutcome>([&](Transaction &transaction) -> Result<RetryOutcome> { return retryClassification(transaction, {}, {}, 100, fixture.actor); });
    QCOMPARE(retried->tried, 1);
    QCOMPARE(retried->classified, 1);
    QCOMPARE(fixture.item(u"1"_s).item.status, ItemStatus::Queued);
    QCOMPARE(fixture.item(u"1"_s).item.categoryId, u"fax"_s);
    QVERIFY(fixture.item(u"1"_s).item.error.isEmpty());
}

void TestCapture::aRuleChangeLeavesNonMatchingItemsUntouched()
{
    PipelineFixture fixture;
    fixture.addCategory(u"general"_s, { { u"attribute"_s, u"channel"_s }, { u"operator"_s, u"equals"_s }, { u"value"_s, u"email"_s } }, u"general"_s);
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s }, { u"channel"_s, u"fax"_s } }));
    const auto retried = fixture.run<RetryOutcome>([&](Transaction &transaction) -> Result<RetryOutcome> { return retryClassification(transaction, {}, {}, 100, fixture.actor); });
    QCOMPARE(retried->tried, 1);
    QCOMPARE(retried->classified, 0);
    QCOMPARE(fixture.eventTypes(u"1"_s).size(), 2);
    // By hand it says so, too.
    QCOMPARE(fixture.change(ItemOperation::Resume, u"1"_s)->record.item.status, ItemStatus::ErrorHeld);
}

void TestCapture::aChildMatchesOnlyAfterItsParent()
{
    PipelineFixture fixture;
    fixture.addQueue(u"network"_s);
    const QJsonObject isEmail { { u"attribute"_s, u"channel"_s }, { u"operator"_s, u"equals"_s }, { u"value"_s, u"email"_s } };
    const QJsonObject isVip { { u"attribute"_s, u"customerSegment"_s }, { u"operator"_s, u"equals"_s }, { u"value"_s, u"vip"_s } };
    fixture.addCategory(u"mail"_s, isEmail, u"general"_s, 1);
    fixture.addCategory(u"mail-vip"_s, isVip, u"network"_s, 1, u"mail"_s);
    const auto both = fixture.capture({ { u"channel"_s, u"email"_s }, { u"customerSegment"_s, u"vip"_s } });
    QCOMPARE(both->record.item.categoryId, u"mail-vip"_s);
    QCOMPARE(both->record.item.queueId, u"network"_s);
    QCOMPARE(both->view.categoryPath, QStringList({ u"mail"_s, u"mail-vip"_s }));
    QCOMPARE(fixture.capture({ { u"channel"_s, u"fax"_s }, { u"customerSegment"_s, u"vip"_s } })->record.item.categoryId, u"general"_s);
    QCOMPARE(fixture.capture({ { u"channel"_s, u"email"_s } })->record.item.categoryId, u"mail"_s);
}

void TestCapture::theFirstMatchingSiblingWins()
{
    PipelineFixture fixture;
    fixture.addCategory(u"second"_s, {}, u"general"_s, 5);
    fixture.addCategory(u"first"_s, {}, u"general"_s, 4);
    QCOMPARE(fixture.capture({})->record.item.categoryId, u"first"_s);
}

void TestCapture::aPreclassifiedItemSkipsTheRules()
{
    PipelineFixture fixture;
    fixture.addCategory(u"never"_s, { { u"attribute"_s, u"channel"_s }, { u"operator"_s, u"equals"_s }, { u"value"_s, u"x"_s } }, u"general"_s);
    QCOMPARE(fixture.capture({ { u"category"_s, u"never"_s } })->record.item.categoryId, u"never"_s);
    const auto unknown = fixture.capture({ { u"category"_s, u"gone"_s } });
    QCOMPARE(unknown.error().field, u"category"_s);
}

void TestCapture::anItemWithAFutureActivationSleepsUntilThen()
{
    PipelineFixture fixture;
    fixture.addAgent(u"anna"_s);
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s }, { u"activationDateTime"_s, toIso(fixture.clock.now() + std::chrono::hours(2)) } }));
    QCOMPARE(fixture.item(u"1"_s).item.status, ItemStatus::Captured);
    fixture.advance(std::chrono::minutes(119));
    QVERIFY(!fixture.next(u"anna"_s)->item);
    fixture.advance(std::chrono::minutes(1));
    QCOMPARE(fixture.item(u"1"_s).item.status, ItemStatus::Queued);
    QCOMPARE(fixture.eventTypes(u"1"_s).last(), u"item.activated"_s);
    QVERIFY(fixture.next(u"anna"_s)->item.has_value());
}

void TestCapture::anItemActivatedByHandDoesNotFallAsleepAgain()
{
    PipelineFixture fixture;
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s }, { u"activationDateTime"_s, toIso(fixture.clock.now() + std::chrono::hours(2)) } }));
    PipelineFixture::must(fixture.change(ItemOperation::Activate, u"1"_s));
    PipelineFixture::must(fixture.change(ItemOperation::Hold, u"1"_s));
    QCOMPARE(fixture.change(ItemOperation::Resume, u"1"_s)->record.item.status, ItemStatus::Queued);
}

void TestCapture::anExpiredItemIsCanceledWithTheReason()
{
    PipelineFixture fixture;
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s }, { u"expirationDateTime"_s, toIso(fixture.clock.now() + std::chrono::minutes(10)) } }));
    fixture.advance(std::chrono::minutes(9));
    QCOMPARE(fixture.item(u"1"_s).item.status, ItemStatus::Queued);
    fixture.advance(std::chrono::minutes(1));
    QCOMPARE(fixture.item(u"1"_s).item.status, ItemStatus::Canceled);
    QVERIFY(fixture.item(u"1"_s).item.error.contains(u"expired"_s));
    QCOMPARE(fixture.eventTypes(u"1"_s).last(), u"item.expired"_s);
}

void TestCapture::anItemThatHadExpiredBeforeItCameIsRejectedButKept()
{
    PipelineFixture fixture;
    const auto captured = fixture.capture({ { u"captureId"_s, u"1"_s }, { u"expirationDateTime"_s, toIso(fixture.clock.now() - std::chrono::minutes(10)) } });
    QCOMPARE(captured->record.item.status, ItemStatus::Rejected);
    QCOMPARE(fixture.eventTypes(u"1"_s), QStringList({ u"item.created"_s, u"item.rejected"_s }));
    QVERIFY(fixture.capture({ { u"captureId"_s, u"1"_s } })->duplicate);
}

void TestCapture::anItemIsCompletedWhenItsManagedPeriodEnds()
{
    PipelineFixture fixture;
    auto schema = *fixture.look<PrioritizationSchema>([](Snapshot &snapshot) -> Result<PrioritizationSchema> { return *snapshot.configuration()->schema(u"standard"_s); });
    schema.autoComplete = true;
    fixture.addSchema(schema);
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s } }));
    fixture.advance(std::chrono::hours(12));
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"2"_s } }));
    fixture.advance(std::chrono::hours(12));
    QCOMPARE(fixture.item(u"1"_s).item.status, ItemStatus::Completed);
    QCOMPARE(fixture.item(u"1"_s).item.resultCode, u"managedPeriodEnded"_s);
    QCOMPARE(fixture.item(u"1"_s).slaMet, false);
    QCOMPARE(fixture.item(u"2"_s).item.status, ItemStatus::Queued);
}

void TestCapture::holdTimeCountsAsAgeUnlessTheSchemaExcludesIt_data()
{
    QTest::addColumn<bool>("exclude");
    QTest::addColumn<int>("priority"); // 10 at age 0, 50 at 8 hours: five an hour
    QTest::addRow("counted") << false << 25;
    QTest::addRow("excluded") << true << 15;
}

void TestCapture::holdTimeCountsAsAgeUnlessTheSchemaExcludesIt()
{
    QFETCH(bool, exclude);
    QFETCH(int, priority);
    PipelineFixture fixture;
    auto schema = *fixture.look<PrioritizationSchema>([](Snapshot &snapshot) -> Result<PrioritizationSchema> { return *snapshot.configuration()->schema(u"standard"_s); });
    schema.excludeHoldTime = exclude;
    fixture.addSchema(schema);
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s } }));
    fixture.advance(std::chrono::hours(1));
    PipelineFixture::must(fixture.change(ItemOperation::Hold, u"1"_s, [](ItemCommand &command) { command.reason = u"waiting for the caller"_s; }));
    fixture.advance(std::chrono::hours(2));
    QCOMPARE(*fixture.change(ItemOperation::Resume, u"1"_s)->view.priority, priority);
    QCOMPARE(fixture.history(u"1"_s)[3].value(u"reason"_s).toString(), u"waiting for the caller"_s);
    // What was taken out stays out when the item is placed anew.
    QCOMPARE(*fixture.patch(u"1"_s, { { u"priority"_s, u"+3"_s } })->view.priority, priority + 3);
}

void TestCapture::aDueDateOfTheSourceWins()
{
    PipelineFixture fixture;
    const Instant due = fixture.clock.now() + std::chrono::hours(4);
    const auto captured = fixture.capture({ { u"captureId"_s, u"1"_s }, { u"dueDateTime"_s, toIso(due) } });
    QCOMPARE(*captured->view.slaDue, due);
    QCOMPARE(*captured->view.priority, 30); // as old as one that has four of its eight hours left
}

void TestCapture::anAbsolutePriorityIsReachedNowAndAgesOn()
{
    PipelineFixture fixture;
    const auto captured = fixture.capture({ { u"captureId"_s, u"1"_s }, { u"priority"_s, 500 } });
    QCOMPARE(*captured->view.priority, 500);
    fixture.clock.advance(std::chrono::hours(1));
    QCOMPARE(*fixture.patch(u"1"_s, { { u"customerId"_s, u"c"_s } })->view.priority, 505);
    QCOMPARE(*fixture.patch(u"1"_s, { { u"priority"_s, -7 } })->view.priority, -7);
}

void TestCapture::completingAndCancelingAreDifferentThings()
{
    PipelineFixture fixture;
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s } }));
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"2"_s } }));
    const auto completed = fixture.change(ItemOperation::Complete, u"1"_s, [](ItemCommand &command) { command.resultCode = u"solved"_s; });
    QCOMPARE(completed->record.item.status, ItemStatus::Completed);
    QCOMPARE(completed->record.item.resultCode, u"solved"_s);
    QCOMPARE(completed->record.slaMet, true);
    const auto canceled = fixture.change(ItemOperation::Cancel, u"2"_s, [](ItemCommand &command) { command.reason = u"sent twice"_s; });
    QCOMPARE(canceled->record.item.status, ItemStatus::Canceled);
    QVERIFY(!canceled->record.slaMet);
    QCOMPARE(fixture.eventTypes(u"2"_s).last(), u"item.canceled"_s);
}

void TestCapture::aRestartedItemKeepsItsAgeAndIsClassifiedAnew()
{
    PipelineFixture fixture;
    fixture.addQueue(u"network"_s);
    fixture.addCategory(u"net"_s, { { u"attribute"_s, u"custom.group"_s }, { u"operator"_s, u"equals"_s }, { u"value"_s, u"net"_s } }, u"network"_s);
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s } }));
    fixture.advance(std::chrono::hours(2));
    PipelineFixture::must(fixture.change(ItemOperation::Complete, u"1"_s, [](ItemCommand &command) { command.resultCode = u"solved"_s; }));
    PipelineFixture::must(fixture.patch(u"1"_s, { { u"group"_s, u"net"_s } }));
    const auto restarted = fixture.change(ItemOperation::Restart, u"1"_s);
    QCOMPARE(restarted->record.item.status, ItemStatus::Queued);
    QCOMPARE(restarted->record.item.queueId, u"network"_s);
    QVERIFY(restarted->record.item.resultCode.isEmpty());
    QVERIFY(!restarted->record.item.completed);
    QCOMPARE(*restarted->view.priority, 20);
    QCOMPARE(fixture.eventTypes(u"1"_s).mid(5), QStringList({ u"item.restarted"_s, u"item.captured"_s, u"item.queued"_s }));
}

void TestCapture::aRequeuedItemGoesToTheNamedQueueAtItsOldAge()
{
    PipelineFixture fixture;
    fixture.addQueue(u"network"_s);
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s } }));
    fixture.advance(std::chrono::hours(2));
    const auto moved = fixture.change(ItemOperation::Requeue, u"1"_s, [](ItemCommand &command) { command.queueId = u"network"_s; });
    QCOMPARE(moved->record.item.queueId, u"network"_s);
    QCOMPARE(*moved->view.priority, 20);
    const auto nowhere = fixture.change(ItemOperation::Requeue, u"1"_s, [](ItemCommand &command) { command.queueId = u"nowhere"_s; });
    QCOMPARE(nowhere.error().field, u"queue"_s);
}

void TestCapture::anOldVersionChangesNothing()
{
    PipelineFixture fixture;
    const auto captured = fixture.capture({ { u"captureId"_s, u"1"_s } });
    const qint64 version = captured->record.item.version;
    PipelineFixture::must(fixture.patch(u"1"_s, { { u"customerId"_s, u"a"_s } }));
    const auto late = fixture.change(ItemOperation::Hold, u"1"_s, [version](ItemCommand &command) { command.ifVersion = version; });
    QCOMPARE(late.error().code, ErrorCode::VersionMismatch);
    QCOMPARE(fixture.item(u"1"_s).item.status, ItemStatus::Queued);
    QVERIFY(fixture.change(ItemOperation::Hold, u"1"_s, [version](ItemCommand &command) { command.ifVersion = version + 1; }).ok());
}

void TestCapture::whatTheStatusForbidsChangesNothing()
{
    PipelineFixture fixture;
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s } }));
    const qsizetype events = fixture.eventTypes(u"1"_s).size();
    const auto refused = fixture.change(ItemOperation::Resume, u"1"_s);
    QCOMPARE(refused.error().code, ErrorCode::NotAllowedInStatus);
    QVERIFY(refused.error().text.contains(u"queued"_s));
    QCOMPARE(fixture.eventTypes(u"1"_s).size(), events);
}

void TestCapture::aDeletedCategoryStillNamesItsItemsAndComesBackWhole()
{
    PipelineFixture fixture;
    fixture.addCategory(u"mail"_s, {}, u"general"_s, 1);
    fixture.addCategory(u"vip"_s, {}, u"general"_s, 1, u"mail"_s);
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s } }));
    QCOMPARE(fixture.item(u"1"_s).item.categoryId, u"vip"_s);

    PipelineFixture::must(fixture.run<bool>([&](Transaction &transaction) -> Result<bool> {
        const auto deleted = deleteObject(transaction, { ConfigKind::Category, u"mail"_s, std::nullopt, fixture.actor });
        return deleted ? Result<bool>(true) : deleted.error();
    }));
    QCOMPARE(fixture.item(u"1"_s).item.categoryId, u"vip"_s);
    QCOMPARE(fixture.patch(u"1"_s, { { u"customerId"_s, u"x"_s } })->view.categoryPath, QStringList({ u"mail"_s, u"vip"_s }));
    QCOMPARE(fixture.capture({})->record.item.categoryId, u"general"_s);

    PipelineFixture::must(fixture.run<ConfigRecord>([&](Transaction &transaction) { return restoreCategory(transaction, u"mail"_s, fixture.actor); }));
    QCOMPARE(fixture.capture({})->record.item.categoryId, u"vip"_s);
}

void TestCapture::whatIsInUseCannotBeDeleted()
{
    PipelineFixture fixture;
    fixture.addQueue(u"network"_s);
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s } }));
    PipelineFixture::must(fixture.change(ItemOperation::Requeue, u"1"_s, [](ItemCommand &command) { command.queueId = u"network"_s; }));
    const auto remove = [&] {
        return fixture.run<bool>([&](Transaction &transaction) -> Result<bool> {
            const auto deleted = deleteObject(transaction, { ConfigKind::Queue, u"network"_s, std::nullopt, fixture.actor });
            return deleted ? Result<bool>(true) : deleted.error();
        });
    };
    QCOMPARE(remove().error().code, ErrorCode::ObjectInUse);
    PipelineFixture::must(fixture.change(ItemOperation::Hold, u"1"_s));
    QCOMPARE(remove().error().code, ErrorCode::ObjectInUse);
    PipelineFixture::must(fixture.change(ItemOperation::Cancel, u"1"_s));
    QVERIFY(remove().ok());
}

void TestCapture::newBandsMoveWhatWaits()
{
    PipelineFixture fixture;
    fixture.addAgent(u"anna"_s, {}, { { QString(), 10 } });
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"small"_s }, { u"businessValue"_s, 5 } }));
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"large"_s }, { u"businessValue"_s, 500 } }));
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"held"_s }, { u"businessValue"_s, 900 } }));
    PipelineFixture::must(fixture.change(ItemOperation::Hold, u"held"_s));
    auto schema = *fixture.look<PrioritizationSchema>([](Snapshot &snapshot) -> Result<PrioritizationSchema> { return *snapshot.configuration()->schema(u"standard"_s); });
    schema.bands = { { 100, 20 }, { 800, 50 } };
    fixture.addSchema(schema);
    QCOMPARE(*fixture.change(ItemOperation::Resume, u"held"_s)->view.priority, 60);
    QCOMPARE(fixture.next(u"anna"_s)->item->record.item.captureId, u"held"_s);
    const auto second = fixture.next(u"anna"_s);
    QCOMPARE(second->item->record.item.captureId, u"large"_s);
    QCOMPARE(*second->item->view.priority, 30);
    schema.bands = {};
    fixture.addSchema(schema);
    QCOMPARE(*fixture.next(u"anna"_s)->item->view.priority, 10);
}

void TestCapture::aChangedCurveWritesNoItem()
{
    PipelineFixture fixture;
    for (int i = 0; i < 20; ++i)
        PipelineFixture::must(fixture.capture({ { u"captureId"_s, QString::number(i) } }));
    const qint64 before = *fixture.look<qint64>([](Snapshot &snapshot) -> Result<qint64> { return snapshot.lastEvent(); });
    auto schema = *fixture.look<PrioritizationSchema>([](Snapshot &snapshot) -> Result<PrioritizationSchema> { return *snapshot.configuration()->schema(u"standard"_s); });
    schema.curve = *PriorityCurve::create(Interpolation::Step, { { milliseconds(0), 77 } });
    const int changes = *fixture.run<int>([&](Transaction &transaction) -> Result<int> {
        const auto put = putObject(transaction, { ConfigKind::Schema, schema.id, encodePrioritizationSchema(schema), PutMode::Replace, std::nullopt, true, fixture.actor });
        return put ? Result<int>(transaction.changeCount()) : put.error();
    });
    QCOMPARE(changes, 3); // the object, its event, and the entry of the audit
    QCOMPARE(*fixture.look<qint64>([](Snapshot &snapshot) -> Result<qint64> { return snapshot.lastEvent(); }), before + 1);
    QCOMPARE(*fixture.patch(u"3"_s, { { u"customerId"_s, u"x"_s } })->view.priority, 77);
}

void TestCapture::figuresFollowTheEventsAndSurviveARestart()
{
    PipelineFixture fixture;
    fixture.addAgent(u"anna"_s, {}, { { QString(), 10 } });
    for (int i = 0; i < 5; ++i)
        PipelineFixture::must(fixture.capture({ { u"captureId"_s, QString::number(i) } }));
    PipelineFixture::must(fixture.change(ItemOperation::Hold, u"1"_s));
    PipelineFixture::must(fixture.change(ItemOperation::Cancel, u"2"_s));
    const auto taken = fixture.next(u"anna"_s);
    PipelineFixture::must(fixture.act(AgentAction::Complete, u"anna"_s, taken->item->record.item.id.toString(), taken->item->assignment->token));
    PipelineFixture::must(fixture.next(u"anna"_s));

    const auto check = [&] {
        const auto figures = fixture.pipeline->figures().figures(fixture.tenant, fixture.clock.now());
        const auto queue = figures.queues.at(u"general"_s);
        const auto count = [&](ItemStatus status) { return queue.byStatus[static_cast<size_t>(status)]; };
        QCOMPARE(count(ItemStatus::Queued), 1);
        QCOMPARE(count(ItemStatus::Held), 1);
        QCOMPARE(count(ItemStatus::Assigned), 1);
        QCOMPARE(count(ItemStatus::Completed), 1);
        QCOMPARE(count(ItemStatus::Canceled), 1);
        QCOMPARE(queue.arrivedToday, 5);
        QCOMPARE(queue.completedToday, 1);
        QCOMPARE(queue.slaMetToday, 1);
        QCOMPARE(queue.canceledToday, 1);
    };
    check();
    fixture.restart();
    check();
    fixture.clock.advance(std::chrono::hours(24));
    QCOMPARE(fixture.pipeline->figures().figures(fixture.tenant, fixture.clock.now()).queues.at(u"general"_s).arrivedToday, 0);
}

void TestCapture::holdTimeThatEndsWithTheItemIsExcludedToo()
{
    PipelineFixture fixture;
    PrioritizationSchema schema;
    schema.id = schema.name = u"pausing"_s;
    schema.sla = std::chrono::hours(8);
    schema.managedPeriod = std::chrono::hours(24);
    schema.excludeHoldTime = true;
    fixture.addSchema(schema);
    fixture.addCategory(u"pausing"_s, {}, u"general"_s, 0, {}, u"pausing"_s);
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s } }));
    fixture.clock.advance(std::chrono::hours(1));
    PipelineFixture::must(fixture.change(ItemOperation::Hold, u"1"_s));
    fixture.clock.advance(std::chrono::hours(20));
    const auto completed = fixture.change(ItemOperation::Complete, u"1"_s);
    QCOMPARE(completed->record.slaMet, std::optional(true));
    QCOMPARE(toIso(*completed->view.slaDue), toIso(completed->record.item.created + std::chrono::hours(28)));
}

QTEST_GUILESS_MAIN(TestCapture)
#include "tst_capture.moc"

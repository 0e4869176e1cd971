// SPDX-License-Identifier: Apache-2.0
#include <support/pipelinefixture.h>

#include <QTest>

#include <latch>
#include <thread>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

QString idOf(const Result<NextOutcome> &outcome)
{
    return outcome && outcome->item ? outcome->item->record.item.captureId : QString();
}

/// A wish that waits in the background.
struct Wish
{
    std::shared_ptr<std::optional<Result<Answer>>> answer = std::make_shared<std::optional<Result<Answer>>>();
    std::shared_ptr<NextOutcome> outcome = std::make_shared<NextOutcome>();

    bool answered() const { return answer->has_value(); }
    QString item() const { return outcome->item ? outcome->item->record.item.captureId : QString(); }
};

QCoro::Task<> wishFor(PipelineFixture &fixture, QString agent, milliseconds wait, Wish wish, std::optional<IdempotencyKey> key = std::nullopt)
{
    // Named, because GCC 12 destroys braced temporaries of an awaited expression twice.
    const WriteContext context { fixture.tenant, fixture.actor, Deadline::never(), key };
    const std::function<Answer(const NextOutcome &)> encode = [outcome = wish.outcome](const NextOutcome &next) {
        *outcome = next;
        return Answer { 200, {}, {}, next.item ? next.item->record.item.captureId.toUtf8() : QByteArray("nothing"), false };
    };
    auto answer = co_await fixture.pipeline->next(context, agent, wait, encode);
    wish.answer->emplace(std::move(answer));
}

Wish wish(PipelineFixture &fixture, const QString &agent, milliseconds wait = std::chrono::minutes(10), const std::optional<IdempotencyKey> &key = std::nullopt)
{
    Wish made;
    wishFor(fixture, agent, wait, made, key);
    // Its unit has gone through once a later one has.
    PipelineFixture::must(fixture.run<bool>([](Transaction &) -> Result<bool> { return true; }));
    return made;
}

} // namespace

/// Who gets what, and that nothing is ever in two hands or in none.
class TestDistribution : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theMostUrgentItemComesFirst();
    void anAgentWhoIsNotReadyGetsNothing();
    void anAgentWithoutTheSkillOrLevelIsPassedOver();
    void aRequestedSkillCountsToo();
    void capacityIsCountedByChannel();
    void anAgentBoundToQueuesServesOnlyThose();
    void nothingIsTakenFromAPausedQueue();
    void completingNeedsTheCurrentToken();
    void anotherAgentsTokenIsRefused();
    void aReleasedItemGoesBackAtItsOldAge();
    void aSilentAgentLosesTheItemWithTheLease();
    void anExtendedLeaseHolds();
    void aHeldItemLeavesTheAgentsHands();
    void anAssignedItemIsInThatAgentsHandsOnly();
    void twoAgentsNeverGetTheSameItem();
    void aWaitingAgentGetsWorkInTheVeryTransactionThatBringsIt();
    void waitingAgentsAreServedInTheOrderTheyCame();
    void aWaitingAgentGetsWhatAnotherGivesBack();
    void freedCapacityIsFilledAtOnce();
    void aNewSkillMatchesWaitingWorkAtOnce();
    void aWaitingAgentWhoGoesOnABreakIsTold();
    void waitingEndsWithNothingWhenTheTimeIsUp();
    void stoppingAnswersEverybodyWhoWaits();
    void anAgentMadeAnewIsLoggedOut();
    void theAnswerToATakingIsRepeatedForItsKey();
    void aRepeatedWishForTheSameKeyTakesOneItem();
    void aWishThatCannotBeEndedInTimeIsEndedLater();
    void aPipelineMayGoWhileItsStoreStillWorks();
    void aSleepingItemThatComesBackGoesOnSleeping();
};

void TestDistribution::theMostUrgentItemComesFirst()
{
    PipelineFixture fixture;
    fixture.addAgent(u"anna"_s, {}, { { QString(), 9 } });
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"young"_s } }));
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"old"_s }, { u"createdDateTime"_s, toIso(fixture.clock.now() - std::chrono::hours(3)) } }));
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"raised"_s }, { u"priority"_s, u"+100"_s } }));
    QCOMPARE(idOf(fixture.next(u"anna"_s)), u"raised"_s);
    QCOMPARE(idOf(fixture.next(u"anna"_s)), u"old"_s);
    QCOMPARE(idOf(fixture.next(u"anna"_s)), u"young"_s);
    const auto nothing = fixture.next(u"anna"_s);
    QVERIFY(nothing.ok() && !nothing->item);
    QCOMPARE(nothing->nothing, NothingBecause::NoWork);
}

void TestDistribution::anAgentWhoIsNotReadyGetsNothing()
{
    PipelineFixture fixture;
    fixture.addAgent(u"anna"_s, {}, {}, false);
    PipelineFixture::must(fixture.capture({}));
    QCOMPARE(fixture.next(u"anna"_s).error().code, ErrorCode::AgentNotReady);
    fixture.setState(u"anna"_s, AgentState::NotReady);
    QCOMPARE(fixture.next(u"anna"_s).error().args.value(u"state"_s).toString(), u"notReady"_s);
    QCOMPARE(fixture.next(u"nobody"_s).error().code, ErrorCode::ObjectNotFound);
}

void TestDistribution::anAgentWithoutTheSkillOrLevelIsPassedOver()
{
    PipelineFixture fixture;
    fixture.addSkill(u"network"_s);
    fixture.addQueue(u"net"_s, { { u"network"_s, 3 } });
    fixture.addCategory(u"all"_s, {}, u"net"_s);
    fixture.addAgent(u"none"_s);
    fixture.addAgent(u"low"_s, { { u"network"_s, 2 } });
    fixture.addAgent(u"able"_s, { { u"network"_s, 3 } });
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s } }));
    QVERIFY(idOf(fixture.next(u"none"_s)).isEmpty());
    QVERIFY(idOf(fixture.next(u"low"_s)).isEmpty());
    QCOMPARE(idOf(fixture.next(u"able"_s)), u"1"_s);
}

void TestDistribution::aRequestedSkillCountsToo()
{
    PipelineFixture fixture;
    fixture.addSkill(u"french"_s);
    fixture.addAgent(u"anna"_s);
    fixture.addAgent(u"jean"_s, { { u"french"_s, 1 } });
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s }, { u"requestedSkill"_s, u"french"_s } }));
    QVERIFY(idOf(fixture.next(u"anna"_s)).isEmpty());
    QCOMPARE(idOf(fixture.next(u"jean"_s)), u"1"_s);
}

void TestDistribution::capacityIsCountedByChannel()
{
    PipelineFixture fixture;
    fixture.addAgent(u"anna"_s, {}, { { u"email"_s, 2 }, { QString(), 1 } });
    for (const auto &id : { u"e1"_s, u"e2"_s, u"e3"_s })
        PipelineFixture::must(fixture.capture({ { u"captureId"_s, id }, { u"channel"_s, u"email"_s } }));
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"fax"_s }, { u"channel"_s, u"fax"_s } }));
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"web"_s }, { u"channel"_s, u"web"_s } }));
    QCOMPARE(idOf(fixture.next(u"anna"_s)), u"e1"_s);
    QCOMPARE(idOf(fixture.next(u"anna"_s)), u"e2"_s);
    QCOMPARE(idOf(fixture.next(u"anna"_s)), u"fax"_s); // the third mail waits; fax and web share one place
    const auto full = fixture.next(u"anna"_s);
    QVERIFY(!full->item);
    QCOMPARE(full->nothing, NothingBecause::AtCapacity);
}

void TestDistribution::anAgentBoundToQueuesServesOnlyThose()
{
    PipelineFixture fixture;
    fixture.addQueue(u"other"_s);
    Agent agent;
    agent.id = agent.name = u"anna"_s;
    agent.queueIds = { u"other"_s };
    PipelineFixture::must(fixture.put(ConfigKind::Agent, encodeAgent(agent)));
    fixture.setState(u"anna"_s, AgentState::Ready);
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s } }));
    QVERIFY(idOf(fixture.next(u"anna"_s)).isEmpty());
    PipelineFixture::must(fixture.change(ItemOperation::Requeue, u"1"_s, [](ItemCommand &command) { command.queueId = u"other"_s; }));
    QCOMPARE(idOf(fixture.next(u"anna"_s)), u"1"_s);
}

void TestDistribution::nothingIsTakenFromAPausedQueue()
{
    PipelineFixture fixture;
    fixture.addAgent(u"anna"_s);
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s } }));
    Queue queue;
    queue.id = queue.name = u"general"_s;
    queue.state = QueueState::Paused;
    PipelineFixture::must(fixture.put(ConfigKind::Queue, encodeQueue(queue)));
    QVERIFY(idOf(fixture.next(u"anna"_s)).isEmpty());
    queue.state = QueueState::Open;
    PipelineFixture::must(fixture.put(ConfigKind::Queue, encodeQueue(queue)));
    QCOMPARE(idOf(fixture.next(u"anna"_s)), u"1"_s);
}

void TestDistribution::completingNeedsTheCurrentToken()
{
    PipelineFixture fixture;
    fixture.addAgent(u"anna"_s);
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s } }));
    const qint64 first = fixture.next(u"anna"_s)->item->assignment->token;
    PipelineFixture::must(fixture.act(AgentAction::Release, u"anna"_s, u"1"_s, first));
    const qint64 second = fixture.next(u"anna"_s)->item->assignment->token;
    QVERIFY(second > first);
    const qint64 version = fixture.item(u"1"_s).item.version;
    const auto late = fixture.act(AgentAction::Complete, u"anna"_s, u"1"_s, first);
    QCOMPARE(late.error().code, ErrorCode::StaleToken);
    QCOMPARE(fixture.item(u"1"_s).item.version, version);
    QCOMPARE(fixture.act(AgentAction::Complete, u"anna"_s, u"1"_s, second)->record.item.status, ItemStatus::Completed);
    QCOMPARE(fixture.act(AgentAction::Complete, u"anna"_s, u"1"_s, second).error().code, ErrorCode::StaleToken);
    QCOMPARE(fixture.item(u"1"_s).item.assignedToUser, u"anna"_s); // who did it stays known
}

void TestDistribution::anotherAgentsTokenIsRefused()
{
    PipelineFixture fixture;
    fixture.addAgent(u"anna"_s);
    fixture.addAgent(u"ben"_s);
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s } }));
    const qint64 token = fixture.next(u"anna"_s)->item->assignment->token;
    const auto stolen = fixture.act(AgentAction::Complete, u"ben"_s, u"1"_s, token);
    QCOMPARE(stolen.error().code, ErrorCode::StaleToken);
    QVERIFY(stolen.error().text.contains(QStringLiteral("token %1 ").arg(token)));
    QCOMPARE(fixture.item(u"1"_s).item.status, ItemStatus::Assigned);
}

void TestDistribution::aReleasedItemGoesBackAtItsOldAge()
{
    PipelineFixture fixture;
    fixture.addAgent(u"anna"_s);
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s } }));
    fixture.clock.advance(std::chrono::hours(2));
    const qint64 token = fixture.next(u"anna"_s)->item->assignment->token;
    const auto released = fixture.act(AgentAction::Release, u"anna"_s, u"1"_s, token);
    QCOMPARE(released->record.item.status, ItemStatus::Queued);
    QCOMPARE(*released->view.priority, 20);
    QVERIFY(released->record.item.assignedToUser.isEmpty());
    QCOMPARE(fixture.eventTypes(u"1"_s).last(), u"item.released"_s);
}

void TestDistribution::aSilentAgentLosesTheItemWithTheLease()
{
    PipelineFixture fixture;
    fixture.addQueue(u"general"_s, {}, std::chrono::minutes(2));
    fixture.addAgent(u"anna"_s);
    fixture.addAgent(u"ben"_s);
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s } }));
    const qint64 token = fixture.next(u"anna"_s)->item->assignment->token;
    fixture.advance(std::chrono::minutes(1));
    QCOMPARE(fixture.item(u"1"_s).item.status, ItemStatus::Assigned);
    fixture.advance(std::chrono::minutes(1));
    QCOMPARE(fixture.item(u"1"_s).item.status, ItemStatus::Queued);
    QCOMPARE(fixture.eventTypes(u"1"_s).last(), u"item.lease_expired"_s);
    QCOMPARE(fixture.act(AgentAction::Complete, u"anna"_s, u"1"_s, token).error().code, ErrorCode::StaleToken);
    QCOMPARE(idOf(fixture.next(u"ben"_s)), u"1"_s);
}

void TestDistribution::anExtendedLeaseHolds()
{
    PipelineFixture fixture;
    fixture.addAgent(u"anna"_s);
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s } }));
    const qint64 token = fixture.next(u"anna"_s)->item->assignment->token;
    for (int i = 0; i < 3; ++i) {
        fixture.advance(std::chrono::minutes(4));
        QCOMPARE(fixture.act(AgentAction::Extend, u"anna"_s, u"1"_s, token)->assignment->leaseUntil, fixture.clock.now() + std::chrono::minutes(5));
    }
    QCOMPARE(fixture.item(u"1"_s).item.status, ItemStatus::Assigned);
}

void TestDistribution::aHeldItemLeavesTheAgentsHands()
{
    PipelineFixture fixture;
    fixture.addAgent(u"anna"_s);
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s } }));
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"2"_s } }));
    const qint64 token = fixture.next(u"anna"_s)->item->assignment->token;
    PipelineFixture::must(fixture.change(ItemOperation::Hold, u"1"_s, [token](ItemCommand &command) { command.token = token; }));
    QCOMPARE(idOf(fixture.next(u"anna"_s)), u"2"_s);
    fixture.advance(std::chrono::hours(1));
    QCOMPARE(fixture.item(u"1"_s).item.status, ItemStatus::Held);
    QCOMPARE(fixture.change(ItemOperation::Resume, u"1"_s, [token](ItemCommand &command) { command.token = token; }).error().code, ErrorCode::StaleToken);
}

void TestDistribution::anAssignedItemIsInThatAgentsHandsOnly()
{
    PipelineFixture fixture;
    fixture.addAgent(u"anna"_s);
    fixture.addAgent(u"ben"_s);
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s } }));
    const qint64 token = fixture.next(u"anna"_s)->item->assignment->token;
    const auto moved = fixture.change(ItemOperation::Assign, u"1"_s, [](ItemCommand &command) { command.agentId = u"ben"_s; });
    QCOMPARE(moved->record.item.assignedToUser, u"ben"_s);
    QVERIFY(moved->assignment->token > token);
    QCOMPARE(fixture.act(AgentAction::Complete, u"anna"_s, u"1"_s, token).error().code, ErrorCode::StaleToken);
    QVERIFY(fixture.act(AgentAction::Complete, u"ben"_s, u"1"_s, moved->assignment->token).ok());
    QCOMPARE(fixture.change(ItemOperation::Assign, u"1"_s, [](ItemCommand &command) { command.agentId = u"ben"_s; }).error().code, ErrorCode::NotAllowedInStatus);
}

void TestDistribution::twoAgentsNeverGetTheSameItem()
{
    PipelineFixture fixture;
    constexpr int Agents = 40;
    for (int i = 0; i < Agents; ++i)
        fixture.addAgent(QStringLiteral("agent%1").arg(i));
    for (int i = 0; i < Agents / 2; ++i)
        PipelineFixture::must(fixture.capture({ { u"captureId"_s, QString::number(i) } }));
    QList<Wish> wishes;
    for (int i = 0; i < Agents; ++i) {
        wishes.append(Wish());
        wishFor(fixture, QStringLiteral("agent%1").arg(i), milliseconds(0), wishes.last());
    }
    QSet<QString> taken;
    int nothing = 0;
    for (const Wish &wish : wishes) {
        QTRY_VERIFY(wish.answered());
        if (wish.item().isEmpty())
            ++nothing;
        else
            taken.insert(wish.item());
    }
    QCOMPARE(taken.size(), Agents / 2);
    QCOMPARE(nothing, Agents / 2);
}

void TestDistribution::aWaitingAgentGetsWorkInTheVeryTransactionThatBringsIt()
{
    PipelineFixture fixture;
    fixture.addAgent(u"anna"_s);
    const Wish anna = wish(fixture, u"anna"_s);
    QVERIFY(!anna.answered());
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s } }));
    QTRY_VERIFY(anna.answered());
    QCOMPARE(anna.item(), u"1"_s);
    const auto history = fixture.history(u"1"_s);
    QCOMPARE(history.last().value(u"type"_s).toString(), u"item.assigned"_s);
    QCOMPARE(history.last().value(u"time"_s), history.first().value(u"time"_s));
}

void TestDistribution::waitingAgentsAreServedInTheOrderTheyCame()
{
    PipelineFixture fixture;
    fixture.addAgent(u"anna"_s);
    fixture.addAgent(u"ben"_s);
    const Wish ben = wish(fixture, u"ben"_s);
    const Wish anna = wish(fixture, u"anna"_s);
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s } }));
    QTRY_VERIFY(ben.answered());
    QVERIFY(!anna.answered());
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"2"_s } }));
    QTRY_COMPARE(anna.item(), u"2"_s);
}

void TestDistribution::aWaitingAgentGetsWhatAnotherGivesBack()
{
    PipelineFixture fixture;
    fixture.addAgent(u"anna"_s);
    fixture.addAgent(u"ben"_s);
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s } }));
    const qint64 token = fixture.next(u"anna"_s)->item->assignment->token;
    const Wish ben = wish(fixture, u"ben"_s);
    PipelineFixture::must(fixture.act(AgentAction::Release, u"anna"_s, u"1"_s, token));
    QTRY_COMPARE(ben.item(), u"1"_s);
}

void TestDistribution::freedCapacityIsFilledAtOnce()
{
    PipelineFixture fixture;
    fixture.addAgent(u"anna"_s);
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s } }));
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"2"_s } }));
    const qint64 token = fixture.next(u"anna"_s)->item->assignment->token;
    const Wish second = wish(fixture, u"anna"_s);
    QVERIFY(!second.answered());
    PipelineFixture::must(fixture.act(AgentAction::Complete, u"anna"_s, u"1"_s, token));
    QTRY_COMPARE(second.item(), u"2"_s);
}

void TestDistribution::aNewSkillMatchesWaitingWorkAtOnce()
{
    PipelineFixture fixture;
    fixture.addSkill(u"network"_s);
    fixture.addQueue(u"general"_s, { { u"network"_s, 1 } });
    fixture.addAgent(u"anna"_s);
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s } }));
    const Wish anna = wish(fixture, u"anna"_s);
    QVERIFY(!anna.answered());
    fixture.addAgent(u"anna"_s, { { u"network"_s, 5 } }, {}, false);
    QTRY_COMPARE(anna.item(), u"1"_s);
}

void TestDistribution::aWaitingAgentWhoGoesOnABreakIsTold()
{
    PipelineFixture fixture;
    fixture.addAgent(u"anna"_s);
    const Wish anna = wish(fixture, u"anna"_s);
    fixture.setState(u"anna"_s, AgentState::NotReady);
    QTRY_VERIFY(anna.answered());
    QCOMPARE((*anna.answer)->error().code, ErrorCode::AgentNotReady);
}

void TestDistribution::waitingEndsWithNothingWhenTheTimeIsUp()
{
    PipelineFixture fixture;
    fixture.addAgent(u"anna"_s);
    const Wish anna = wish(fixture, u"anna"_s, milliseconds(20));
    QTRY_VERIFY(anna.answered());
    QVERIFY((*anna.answer)->ok());
    QVERIFY(anna.item().isEmpty());
    // Nobody is waiting any more: the item stays where it is.
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s } }));
    QCOMPARE(fixture.item(u"1"_s).item.status, ItemStatus::Queued);
}

void TestDistribution::stoppingAnswersEverybodyWhoWaits()
{
    PipelineFixture fixture;
    fixture.addAgent(u"anna"_s);
    const Wish anna = wish(fixture, u"anna"_s);
    fixture.pipeline->stop();
    QTRY_VERIFY(anna.answered());
    const Wish late = wish(fixture, u"anna"_s);
    QTRY_VERIFY(late.answered());
}

void TestDistribution::anAgentMadeAnewIsLoggedOut()
{
    PipelineFixture fixture;
    fixture.addAgent(u"anna"_s);
    PipelineFixture::must(fixture.run<bool>([&](Transaction &transaction) -> Result<bool> {
        const auto deleted = deleteObject(transaction, { ConfigKind::Agent, u"anna"_s, std::nullopt, fixture.actor });
        return deleted ? Result<bool>(true) : deleted.error();
    }));
    QCOMPARE(fixture.next(u"anna"_s).error().code, ErrorCode::ObjectNotFound);
    fixture.addAgent(u"anna"_s, {}, {}, false);
    QCOMPARE(fixture.next(u"anna"_s).error().code, ErrorCode::AgentNotReady);
}

void TestDistribution::theAnswerToATakingIsRepeatedForItsKey()
{
    PipelineFixture fixture;
    fixture.addAgent(u"anna"_s, {}, { { QString(), 5 } });
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s } }));
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"2"_s } }));
    const auto take = [&](const QByteArray &fingerprint) {
        const WriteContext context { fixture.tenant, fixture.actor, Deadline::never(), IdempotencyKey { u"key-1"_s, u"take-1"_s, fingerprint } };
        return await(fixture.pipeline->next(context, u"anna"_s, milliseconds(0), [](const NextOutcome &outcome) {
            return Answer { 200, {}, {}, outcome.item ? outcome.item->record.item.captureId.toUtf8() : QByteArray("nothing"), false };
        }));
    };
    const auto first = take("same");
    const auto again = take("same");
    QCOMPARE(first->body, QByteArray("1"));
    QCOMPARE(again->body, QByteArray("1"));
    QVERIFY(again->replayed);
    QCOMPARE(fixture.item(u"2"_s).item.status, ItemStatus::Queued);
    QCOMPARE(take("other").error().code, ErrorCode::IdempotencyKeyReused);
}

void TestDistribution::aRepeatedWishForTheSameKeyTakesOneItem()
{
    // A client that lost patience asks again with the same key while its first wish is still parked.
    PipelineFixture fixture;
    fixture.addAgent(u"anna"_s, {}, { { QString(), 5 } });
    const auto key = [](const QByteArray &fingerprint) { return IdempotencyKey { u"key-1"_s, u"take-1"_s, fingerprint }; };
    const Wish first = wish(fixture, u"anna"_s, std::chrono::minutes(10), key("same"));
    const Wish again = wish(fixture, u"anna"_s, std::chrono::minutes(10), key("same"));
    const Wish different = wish(fixture, u"anna"_s, std::chrono::minutes(10), key("other"));
    QVERIFY(!first.answered() && !again.answered() && !different.answered());
    const auto captured = fixture.run<bool>([&](Transaction &transaction) -> Result<bool> {
        for (const auto &id : { u"1"_s, u"2"_s, u"3"_s })
            (void)captureItem(transaction, *decodeItemInput({ { u"captureId"_s, id } }, InputMode::Create), fixture.actor);
        return true;
    });
    QVERIFY2(captured.ok(), "a wish must not spoil the work of those who bring items");
    QTRY_VERIFY(first.answered() && again.answered() && different.answered());
    QCOMPARE((*first.answer)->value().body, QByteArray("1"));
    QCOMPARE((*again.answer)->value().body, QByteArray("1"));
    QVERIFY((*again.answer)->value().replayed);
    QCOMPARE((*different.answer)->error().code, ErrorCode::IdempotencyKeyReused);
    QCOMPARE(fixture.item(u"2"_s).item.status, ItemStatus::Queued);
    QCOMPARE(fixture.item(u"3"_s).item.status, ItemStatus::Queued);
}

void TestDistribution::aWishThatCannotBeEndedInTimeIsEndedLater()
{
    PipelineFixture fixture({ .path = {}, .queueLimit = 2 });
    fixture.addAgent(u"anna"_s);
    const Wish anna = wish(fixture, u"anna"_s, milliseconds(200));
    // When the patience ends the writer is busy and its queue is full.
    std::mutex gate;
    gate.lock();
    std::atomic<bool> busy = false;
    fixture.store->write({ fixture.tenant,
        [&](Transaction &) {
            busy = true;
            const std::lock_guard wait(gate);
        },
        [](const auto &) {} });
    while (!busy)
        std::this_thread::yield();
    while (fixture.store->write({ fixture.tenant, [](Transaction &) {}, [](const auto &) {} })) { }
    QTimer longer;
    longer.setSingleShot(true);
    longer.start(400);
    QTRY_VERIFY(!longer.isActive());
    gate.unlock();
    QTRY_VERIFY(anna.answered());
    QVERIFY((*anna.answer)->ok());
}

void TestDistribution::aPipelineMayGoWhileItsStoreStillWorks()
{
    PipelineFixture fixture;
    fixture.addAgent(u"anna"_s);
    const Wish anna = wish(fixture, u"anna"_s);
    // Work that the store has taken but not done when the pipeline goes.
    std::latch gate(1);
    std::atomic<int> done = 0;
    for (int i = 0; i < 20; ++i) {
        fixture.store->write({ fixture.tenant,
            [&](Transaction &transaction) {
                gate.wait();
                (void)captureItem(transaction, *decodeItemInput({}, InputMode::Create), fixture.actor);
            },
            [&done](const std::optional<Error> &) { ++done; } });
    }
    fixture.pipeline->stop();
    std::thread opener([&gate] { gate.count_down(); });
    fixture.pipeline.reset();
    opener.join();
    QCOMPARE(done.load(), 20);
    // The store serves on without it.
    std::atomic<bool> served = false;
    QVERIFY(fixture.store->write({ fixture.tenant, [](Transaction &transaction) { transaction.forgetSessionsBefore(transaction.now()); }, [&](const auto &) { served = true; } }));
    QTRY_VERIFY(served);
    QTRY_VERIFY(anna.answered());
}

void TestDistribution::aSleepingItemThatComesBackGoesOnSleeping()
{
    PipelineFixture fixture;
    fixture.addAgent(u"anna"_s, {}, { { QString(), 5 } });
    const Instant morning = fixture.clock.now() + std::chrono::hours(20);
    for (const auto &id : { u"lease"_s, u"released"_s, u"requeued"_s })
        PipelineFixture::must(fixture.capture({ { u"captureId"_s, id }, { u"activationDateTime"_s, toIso(morning) } }));
    const auto assign = [&](const QString &id) { return fixture.change(ItemOperation::Assign, id, [](ItemCommand &command) { command.agentId = u"anna"_s; }); };
    PipelineFixture::must(assign(u"lease"_s));
    const auto released = assign(u"released"_s);
    PipelineFixture::must(assign(u"requeued"_s));
    PipelineFixture::must(fixture.act(AgentAction::Release, u"anna"_s, u"released"_s, released->assignment->token));
    PipelineFixture::must(fixture.change(ItemOperation::Requeue, u"requeued"_s));
    fixture.advance(std::chrono::minutes(6));
    for (const auto &id : { u"lease"_s, u"released"_s, u"requeued"_s })
        QCOMPARE(statusName(fixture.item(id).item.status), u"captured"_s);
    QVERIFY(idOf(fixture.next(u"anna"_s)).isEmpty());
    fixture.advance(std::chrono::hours(20));
    for (const auto &id : { u"lease"_s, u"released"_s, u"requeued"_s })
        QCOMPARE(statusName(fixture.item(id).item.status), u"queued"_s);
}

QTEST_GUILESS_MAIN(TestDistribution)
#include "tst_distribution.moc"

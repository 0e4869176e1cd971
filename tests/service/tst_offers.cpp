// SPDX-License-Identifier: Apache-2.0
#include <support/pipelinefixture.h>

#include <QTest>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

/// A queue that offers its work, and everything that arrives goes there.
class PushFixture : public PipelineFixture
{
public:
    PushFixture()
    {
        queue.id = queue.name = u"desk"_s;
        queue.mode = DistributionMode::Push;
        store();
        addCategory(u"all"_s, {}, u"desk"_s);
    }

    void store() { must(put(ConfigKind::Queue, encodeQueue(queue))); }
    void store(const std::function<void(Queue &)> &adjust)
    {
        adjust(queue);
        store();
    }

    QString bring(const QString &captureId, QJsonObject fields = {})
    {
        fields.insert(u"captureId"_s, captureId);
        must(capture(fields));
        return captureId;
    }

    AgentDesk desk(const QString &agentId)
    {
        return *look<AgentDesk>([agentId](Snapshot &snapshot) -> Result<AgentDesk> {
            const auto &desks = snapshot.desks();
            const auto found = desks.find(agentId);
            return found == desks.end() ? AgentDesk() : found->second;
        });
    }

    /// captureIds of what is offered to the agent, earliest first.
    QStringList offers(const QString &agentId)
    {
        QStringList ids;
        for (const Assignment &assignment : desk(agentId).inHand) {
            if (assignment.offered)
                ids.append(item(assignment.item.toString()).item.captureId);
        }
        return ids;
    }

    qint64 token(const QString &captureId)
    {
        const ItemId id = item(captureId).item.id;
        const auto found = look<qint64>([id](Snapshot &snapshot) -> Result<qint64> {
            const auto assignment = snapshot.assignment(id);
            return assignment ? assignment->token : 0;
        });
        return *found;
    }

    Result<ItemAnswer> doTo(AgentAction action, const QString &agentId, const QString &captureId) { return act(action, agentId, captureId, token(captureId)); }

    void setChannel(const QString &agentId, const QString &channel, AgentState state)
    {
        must(run<AgentStatus>([=, this](Transaction &transaction) { return setAgentState(transaction, { agentId, channel, state, {}, actor }); }));
    }

    Result<ItemAnswer> transfer(const QString &agentId, const QString &captureId, const QString &toQueue, const QString &toAgent)
    {
        const AgentCommand command { AgentAction::Transfer, agentId, { captureId, {} }, token(captureId), {}, u"not mine"_s, actor, toQueue, toAgent };
        return run<ItemAnswer>([command](Transaction &transaction) { return actOnAssignment(transaction, command); });
    }

    void addAgentOf(const QString &id, const std::function<void(Agent &)> &adjust)
    {
        Agent agent;
        agent.id = agent.name = id;
        adjust(agent);
        must(put(ConfigKind::Agent, encodeAgent(agent)));
        setState(id, AgentState::Ready);
    }

    Queue queue;
};

const std::map<QString, int> manyAtOnce { { QString(), 100 } };

} // namespace

/// Work that is offered: to whom, for how long, and what becomes of it.
class TestOffers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aReadyAgentIsOfferedWorkAsItArrives();
    void anAcceptedOfferIsInHandUnderTheSameToken();
    void whatIsOnlyOfferedCannotBeCompletedYet();
    void aDeclinedItemGoesToTheNextEligibleAgentAndKeepsItsAge();
    void whoDeclinesIsOfferedOtherWork();
    void aDeclinedItemIsOfferedAgainAfterThePause();
    void anOfferThatPassesGoesToTheNextAgent();
    void anOfferIsWithdrawnFromWhoGoesOnABreak();
    void aChannelHasAStateOfItsOwn();
    void theLongestIdleAgentIsChosen();
    void theBestMatchIsChosen();
    void weightsCountAgainstCapacity();
    void noMoreOffersAreOpenThanTheLimit();
    void theOldestEligibleItemIsOfferedWhenAnAgentBecomesReady();
    void aNewSkillIsMatchedAtOnce();
    void theRequestedAgentComesFirstThenTheGroupThenAnyone();
    void aRequestForSomebodyUnknownKeepsNobodyWaiting();
    void skillsAreRelaxedWithAge();
    void aRequestedSkillIsDroppedWithAge();
    void oldItemsOverflow();
    void aBacklogOverflowsByItsYoungest();
    void aDrainedQueueSendsNewWorkOnAndHandsOutTheRest();
    void overflowMustNotLeadBack();
    void segmentsGetTheirShares();
    void aSegmentThatWasEmptySavesUpNothing();
    void aNewDivisionAppliesToWhatWaits();
    void workIsTransferredToAQueue();
    void workIsTransferredToAnAgentAsAnOffer();
    void aTransferToSomebodyWhoIsNotFreeChangesNothing();
    void offersAndStatesSurviveARestart();
    void anAgentMayAskInAQueueThatPushes();
};

void TestOffers::aReadyAgentIsOfferedWorkAsItArrives()
{
    PushFixture fixture;
    fixture.addAgent(u"anna"_s);
    fixture.bring(u"1"_s);
    QCOMPARE(fixture.offers(u"anna"_s), QStringList { u"1"_s });
    const WorkItem item = fixture.item(u"1"_s).item;
    QCOMPARE(item.status, ItemStatus::Distributed);
    QCOMPARE(item.assignedToUser, u"anna"_s);
    QVERIFY(!item.assigned);
    QCOMPARE(fixture.eventTypes(u"1"_s).last(), u"item.offered"_s);
    fixture.bring(u"2"_s);
    QCOMPARE(fixture.offers(u"anna"_s), QStringList { u"1"_s }); // an offer takes capacity
}

void TestOffers::anAcceptedOfferIsInHandUnderTheSameToken()
{
    PushFixture fixture;
    fixture.addAgent(u"anna"_s);
    fixture.bring(u"1"_s);
    const qint64 token = fixture.token(u"1"_s);
    const auto accepted = fixture.act(AgentAction::Accept, u"anna"_s, u"1"_s, token);
    QVERIFY(accepted.ok());
    QCOMPARE(accepted->assignment->token, token);
    QVERIFY(!accepted->assignment->offered);
    QCOMPARE(accepted->assignment->leaseUntil, fixture.clock.now() + fixture.queue.lease);
    QCOMPARE(accepted->record.item.status, ItemStatus::Assigned);
    const auto again = fixture.act(AgentAction::Accept, u"anna"_s, u"1"_s, token);
    QVERIFY(again.ok());
    QCOMPARE(fixture.eventTypes(u"1"_s).count(u"item.assigned"_s), 1);
    QCOMPARE(fixture.act(AgentAction::Decline, u"anna"_s, u"1"_s, token).error().code, ErrorCode::NotAllowedInStatus);
    QVERIFY(fixture.act(AgentAction::Complete, u"anna"_s, u"1"_s, token).ok());
    QCOMPARE(fixture.act(AgentAction::Accept, u"anna"_s, u"1"_s, token).error().code, ErrorCode::StaleToken);
}

void TestOffers::whatIsOnlyOfferedCannotBeCompletedYet()
{
    PushFixture fixture;
    fixture.addAgent(u"anna"_s);
    fixture.addAgent(u"ben"_s);
    fixture.bring(u"1"_s);
    const QString holder = fixture.item(u"1"_s).item.assignedToUser;
    for (const auto action : { AgentAction::Complete, AgentAction::Release, AgentAction::Extend })
        QCOMPARE(fixture.doTo(action, holder, u"1"_s).error().code, ErrorCode::NotAllowedInStatus);
    const QString other = holder == u"anna"_s ? u"ben"_s : u"anna"_s;
    QCOMPARE(fixture.doTo(AgentAction::Accept, other, u"1"_s).error().code, ErrorCode::StaleToken);
    QCOMPARE(fixture.offers(holder), QStringList { u"1"_s });
}

void TestOffers::aDeclinedItemGoesToTheNextEligibleAgentAndKeepsItsAge()
{
    PushFixture fixture;
    fixture.addAgent(u"anna"_s);
    fixture.bring(u"1"_s);
    const ItemRecord before = fixture.item(u"1"_s);
    fixture.clock.advance(seconds(5));
    fixture.addAgent(u"ben"_s);
    QVERIFY(fixture.doTo(AgentAction::Decline, u"anna"_s, u"1"_s).ok());
    QCOMPARE(fixture.offers(u"ben"_s), QStringList { u"1"_s });
    QVERIFY(fixture.offers(u"anna"_s).isEmpty());
    const ItemRecord after = fixture.item(u"1"_s);
    QCOMPARE(after.anchor, before.anchor);
    QCOMPARE(fixture.eventTypes(u"1"_s).mid(3), (QStringList { u"item.offered"_s, u"item.offer_declined"_s, u"item.offered"_s }));
}

void TestOffers::whoDeclinesIsOfferedOtherWork()
{
    PushFixture fixture;
    fixture.addAgent(u"anna"_s);
    fixture.bring(u"1"_s);
    fixture.bring(u"2"_s);
    QVERIFY(fixture.doTo(AgentAction::Decline, u"anna"_s, u"1"_s).ok());
    QCOMPARE(fixture.offers(u"anna"_s), QStringList { u"2"_s });
    QCOMPARE(fixture.item(u"1"_s).item.status, ItemStatus::Queued);
    QCOMPARE(fixture.desk(u"anna"_s).status.state, AgentState::Ready);
}

void TestOffers::aDeclinedItemIsOfferedAgainAfterThePause()
{
    PushFixture fixture;
    fixture.addAgent(u"anna"_s);
    fixture.bring(u"1"_s);
    QVERIFY(fixture.doTo(AgentAction::Decline, u"anna"_s, u"1"_s).ok());
    fixture.advance(fixture.queue.refusalPause - seconds(1));
    QVERIFY(fixture.offers(u"anna"_s).isEmpty());
    fixture.advance(seconds(1));
    QCOMPARE(fixture.offers(u"anna"_s), QStringList { u"1"_s });
}

void TestOffers::anOfferThatPassesGoesToTheNextAgent()
{
    PushFixture fixture;
    fixture.addAgent(u"anna"_s);
    fixture.bring(u"1"_s);
    fixture.clock.advance(seconds(1));
    fixture.addAgent(u"ben"_s);
    fixture.advance(fixture.queue.offerTime - seconds(1));
    QVERIFY(fixture.offers(u"anna"_s).isEmpty());
    QCOMPARE(fixture.offers(u"ben"_s), QStringList { u"1"_s });
    QVERIFY(fixture.eventTypes(u"1"_s).contains(u"item.offer_expired"_s));
    QCOMPARE(fixture.desk(u"anna"_s).status.state, AgentState::Ready);
    fixture.bring(u"2"_s);
    QCOMPARE(fixture.offers(u"anna"_s), QStringList { u"2"_s }); // she is still known
}

void TestOffers::anOfferIsWithdrawnFromWhoGoesOnABreak()
{
    PushFixture fixture;
    fixture.addAgent(u"anna"_s);
    fixture.bring(u"1"_s);
    fixture.setState(u"anna"_s, AgentState::NotReady);
    QCOMPARE(fixture.item(u"1"_s).item.status, ItemStatus::Queued);
    QVERIFY(fixture.item(u"1"_s).item.assignedToUser.isEmpty());
    QCOMPARE(fixture.eventTypes(u"1"_s).last(), u"item.offer_withdrawn"_s);
    fixture.setState(u"anna"_s, AgentState::Ready);
    QCOMPARE(fixture.offers(u"anna"_s), QStringList { u"1"_s }); // withdrawing is no refusal
}

void TestOffers::aChannelHasAStateOfItsOwn()
{
    PushFixture fixture;
    fixture.addAgent(u"anna"_s, {}, manyAtOnce);
    fixture.bring(u"mail"_s, { { u"channel"_s, u"email"_s } });
    fixture.setChannel(u"anna"_s, u"email"_s, AgentState::NotReady);
    QVERIFY(fixture.offers(u"anna"_s).isEmpty());
    fixture.bring(u"chat"_s, { { u"channel"_s, u"chat"_s } });
    QCOMPARE(fixture.offers(u"anna"_s), QStringList { u"chat"_s });
    QVERIFY(!fixture.next(u"anna"_s)->item); // asking does not help either
    fixture.setChannel(u"anna"_s, u"email"_s, AgentState::Ready);
    QCOMPARE(fixture.offers(u"anna"_s), (QStringList { u"chat"_s, u"mail"_s }));
}

void TestOffers::theLongestIdleAgentIsChosen()
{
    PushFixture fixture;
    for (const auto &id : { u"anna"_s, u"ben"_s, u"cora"_s }) {
        fixture.addAgent(id);
        fixture.clock.advance(minutes(1));
    }
    fixture.bring(u"1"_s);
    QCOMPARE(fixture.offers(u"anna"_s), QStringList { u"1"_s });
    QVERIFY(fixture.doTo(AgentAction::Accept, u"anna"_s, u"1"_s).ok());
    QVERIFY(fixture.doTo(AgentAction::Complete, u"anna"_s, u"1"_s).ok());
    fixture.bring(u"2"_s);
    QCOMPARE(fixture.offers(u"ben"_s), QStringList { u"2"_s });
    fixture.bring(u"3"_s);
    QCOMPARE(fixture.offers(u"cora"_s), QStringList { u"3"_s });
    fixture.bring(u"4"_s);
    QCOMPARE(fixture.offers(u"anna"_s), QStringList { u"4"_s });
}

void TestOffers::theBestMatchIsChosen()
{
    PushFixture fixture;
    fixture.addSkill(u"billing"_s);
    fixture.store([](Queue &queue) {
        queue.choice = AgentChoice::BestMatch;
        queue.requiredSkills = { { u"billing"_s, 2 } };
    });
    fixture.addAgent(u"enough"_s, { { u"billing"_s, 2 } }, manyAtOnce);
    fixture.addAgent(u"expert"_s, { { u"billing"_s, 9 } }, { { QString(), 2 } });
    fixture.addAgent(u"peer"_s, { { u"billing"_s, 9 } }, manyAtOnce);
    fixture.bring(u"1"_s);
    QCOMPARE(fixture.offers(u"expert"_s), QStringList { u"1"_s }); // as good as the peer, idle as long, first by id
    fixture.bring(u"2"_s);
    QCOMPARE(fixture.offers(u"peer"_s), QStringList { u"2"_s }); // as good, less load
    fixture.setState(u"peer"_s, AgentState::NotReady);
    QCOMPARE(fixture.offers(u"expert"_s), (QStringList { u"1"_s, u"2"_s }));
    fixture.bring(u"3"_s);
    QCOMPARE(fixture.offers(u"enough"_s), QStringList { u"3"_s });
}

void TestOffers::weightsCountAgainstCapacity()
{
    PushFixture fixture;
    fixture.store([](Queue &queue) { queue.weight = 2; });
    fixture.addAgent(u"anna"_s, {}, { { QString(), 5 } });
    for (const auto &id : { u"1"_s, u"2"_s, u"3"_s })
        fixture.bring(id);
    QCOMPARE(fixture.offers(u"anna"_s), (QStringList { u"1"_s, u"2"_s })); // 1 of 5 is left, an item takes 2
    fixture.addAgent(u"small"_s, {}, { { QString(), 1 } });
    QVERIFY(fixture.offers(u"small"_s).isEmpty());
    QCOMPARE(fixture.next(u"small"_s)->nothing, NothingBecause::AtCapacity);
}

void TestOffers::noMoreOffersAreOpenThanTheLimit()
{
    PushFixture fixture;
    fixture.addAgent(u"anna"_s, {}, manyAtOnce, false);
    fixture.store([](Queue &queue) { queue.offerLimit = 2; });
    // Of several classes, so that each has a best item of its own when the limit is reached.
    for (const auto &id : { u"1"_s, u"2"_s, u"3"_s })
        fixture.bring(id, { { u"channel"_s, id } });
    fixture.setState(u"anna"_s, AgentState::Ready);
    QCOMPARE(fixture.offers(u"anna"_s), (QStringList { u"1"_s, u"2"_s }));
    QVERIFY(fixture.doTo(AgentAction::Accept, u"anna"_s, u"1"_s).ok());
    QCOMPARE(fixture.offers(u"anna"_s), (QStringList { u"2"_s, u"3"_s }));
}

void TestOffers::theOldestEligibleItemIsOfferedWhenAnAgentBecomesReady()
{
    PushFixture fixture;
    fixture.addAgent(u"anna"_s, {}, {}, false);
    fixture.bring(u"old"_s);
    fixture.clock.advance(minutes(1));
    fixture.bring(u"young"_s);
    fixture.setState(u"anna"_s, AgentState::Ready);
    QCOMPARE(fixture.offers(u"anna"_s), QStringList { u"old"_s });
}

void TestOffers::aNewSkillIsMatchedAtOnce()
{
    PushFixture fixture;
    fixture.addSkill(u"billing"_s);
    fixture.store([](Queue &queue) { queue.requiredSkills = { { u"billing"_s, 2 } }; });
    fixture.addAgent(u"anna"_s, { { u"billing"_s, 1 } });
    fixture.bring(u"1"_s);
    QVERIFY(fixture.offers(u"anna"_s).isEmpty());
    fixture.addAgent(u"anna"_s, { { u"billing"_s, 2 } });
    QCOMPARE(fixture.offers(u"anna"_s), QStringList { u"1"_s });
}

void TestOffers::theRequestedAgentComesFirstThenTheGroupThenAnyone()
{
    PushFixture fixture;
    fixture.addAgent(u"wanted"_s, {}, {}, false);
    fixture.addAgentOf(u"member"_s, [](Agent &agent) { agent.groups = { u"north"_s }; });
    fixture.addAgent(u"other"_s);
    fixture.setState(u"member"_s, AgentState::NotReady);
    fixture.bring(u"1"_s, { { u"requestedAgent"_s, u"wanted"_s }, { u"requestedAgentGroup"_s, u"north"_s } });
    QVERIFY(fixture.offers(u"other"_s).isEmpty());
    fixture.setState(u"member"_s, AgentState::Ready);
    QVERIFY(fixture.offers(u"member"_s).isEmpty());
    fixture.advance(fixture.queue.requestedAgentTime);
    QCOMPARE(fixture.offers(u"member"_s), QStringList { u"1"_s });
    QVERIFY(fixture.doTo(AgentAction::Decline, u"member"_s, u"1"_s).ok());
    fixture.advance(fixture.queue.requestedGroupTime - seconds(1));
    QVERIFY(fixture.offers(u"other"_s).isEmpty());
    fixture.advance(seconds(1));
    QCOMPARE(fixture.item(u"1"_s).item.status, ItemStatus::Distributed);
    // The agent who was asked for is asked first whenever it is there.
    fixture.setState(u"wanted"_s, AgentState::Ready);
    fixture.bring(u"2"_s, { { u"requestedAgent"_s, u"wanted"_s } });
    QCOMPARE(fixture.offers(u"wanted"_s), QStringList { u"2"_s });
}

void TestOffers::aRequestForSomebodyUnknownKeepsNobodyWaiting()
{
    PushFixture fixture;
    fixture.addAgent(u"anna"_s);
    fixture.bring(u"1"_s, { { u"requestedAgent"_s, u"nobody"_s }, { u"requestedAgentGroup"_s, u"nowhere"_s } });
    QCOMPARE(fixture.offers(u"anna"_s), QStringList { u"1"_s });
}

void TestOffers::skillsAreRelaxedWithAge()
{
    PushFixture fixture;
    fixture.addSkill(u"billing"_s);
    fixture.store([](Queue &queue) {
        queue.requiredSkills = { { u"billing"_s, 5 } };
        queue.relaxation = { { minutes(2), { { u"billing"_s, 3 } }, true }, { minutes(4), {}, true } };
    });
    fixture.addAgent(u"three"_s, { { u"billing"_s, 3 } });
    fixture.addAgent(u"none"_s);
    fixture.bring(u"1"_s);
    QVERIFY(!fixture.next(u"three"_s)->item);
    fixture.advance(minutes(2) - milliseconds(1));
    QVERIFY(fixture.offers(u"three"_s).isEmpty());
    fixture.advance(milliseconds(1));
    QCOMPARE(fixture.offers(u"three"_s), QStringList { u"1"_s });
    QVERIFY(fixture.doTo(AgentAction::Decline, u"three"_s, u"1"_s).ok());
    fixture.advance(minutes(2) - milliseconds(1));
    QVERIFY(fixture.offers(u"none"_s).isEmpty());
    fixture.advance(milliseconds(1));
    QCOMPARE(fixture.offers(u"none"_s), QStringList { u"1"_s });
    fixture.bring(u"2"_s); // a young one is not relaxed by an old one
    QCOMPARE(fixture.item(u"2"_s).item.status, ItemStatus::Queued);
}

void TestOffers::aRequestedSkillIsDroppedWithAge()
{
    PushFixture fixture;
    fixture.addSkill(u"french"_s);
    fixture.store([](Queue &queue) { queue.relaxation = { { minutes(2), {}, false } }; });
    fixture.addAgent(u"anna"_s);
    fixture.bring(u"1"_s, { { u"requestedSkill"_s, u"french"_s } });
    QVERIFY(fixture.offers(u"anna"_s).isEmpty());
    fixture.advance(minutes(2));
    QCOMPARE(fixture.offers(u"anna"_s), QStringList { u"1"_s });
}

void TestOffers::oldItemsOverflow()
{
    PushFixture fixture;
    fixture.addQueue(u"backup"_s);
    fixture.store([](Queue &queue) { queue.overflow = { { u"backup"_s, minutes(10), {}, false } }; });
    fixture.bring(u"1"_s);
    const ItemRecord before = fixture.item(u"1"_s);
    fixture.advance(minutes(9));
    fixture.bring(u"2"_s);
    QCOMPARE(fixture.item(u"1"_s).item.queueId, u"desk"_s);
    fixture.advance(minutes(1));
    const ItemRecord after = fixture.item(u"1"_s);
    QCOMPARE(after.item.queueId, u"backup"_s);
    QCOMPARE(after.anchor, before.anchor);
    QCOMPARE(after.item.status, ItemStatus::Queued);
    QCOMPARE(fixture.eventTypes(u"1"_s).last(), u"item.overflowed"_s);
    QVERIFY(fixture.history(u"1"_s).last().value(u"reason"_s).toString().contains(u"desk"_s));
    QCOMPARE(fixture.item(u"2"_s).item.queueId, u"desk"_s);
}

void TestOffers::aBacklogOverflowsByItsYoungest()
{
    PushFixture fixture;
    fixture.addQueue(u"backup"_s);
    fixture.store([](Queue &queue) { queue.overflow = { { u"backup"_s, {}, 2, false } }; });
    for (const auto &id : { u"1"_s, u"2"_s, u"3"_s, u"4"_s })
        fixture.bring(id, { { u"businessValue"_s, id.toInt() * 100 } });
    fixture.advance(seconds(1));
    QCOMPARE(fixture.item(u"1"_s).item.queueId, u"desk"_s);
    QCOMPARE(fixture.item(u"2"_s).item.queueId, u"desk"_s);
    QCOMPARE(fixture.item(u"3"_s).item.queueId, u"backup"_s);
    QCOMPARE(fixture.item(u"4"_s).item.queueId, u"backup"_s);
}

void TestOffers::aDrainedQueueSendsNewWorkOnAndHandsOutTheRest()
{
    PushFixture fixture;
    fixture.addQueue(u"backup"_s);
    fixture.bring(u"old"_s);
    fixture.store([](Queue &queue) {
        queue.overflow = { { u"backup"_s, std::chrono::hours(100), {}, false } };
        queue.state = QueueState::Draining;
    });
    fixture.bring(u"new"_s);
    QCOMPARE(fixture.item(u"new"_s).item.queueId, u"backup"_s);
    QVERIFY(fixture.patch(u"old"_s, { { u"customerId"_s, u"c"_s } }).ok());
    QCOMPARE(fixture.item(u"old"_s).item.queueId, u"desk"_s);
    fixture.addAgent(u"anna"_s);
    QCOMPARE(fixture.offers(u"anna"_s), QStringList { u"old"_s });
}

void TestOffers::overflowMustNotLeadBack()
{
    PushFixture fixture;
    fixture.addQueue(u"backup"_s);
    Queue self = fixture.queue;
    self.overflow = { { u"desk"_s, minutes(1), {}, false } };
    QCOMPARE(fixture.put(ConfigKind::Queue, encodeQueue(self)).error().field, u"overflow[0].queue"_s);
    fixture.store([](Queue &queue) { queue.overflow = { { u"backup"_s, minutes(1), {}, false } }; });
    Queue backup;
    backup.id = backup.name = u"backup"_s;
    backup.overflow = { { u"desk"_s, minutes(1), {}, false } };
    QCOMPARE(fixture.put(ConfigKind::Queue, encodeQueue(backup)).error().field, u"overflow[0].queue"_s);
    backup.overflow = { { u"missing"_s, minutes(1), {}, false } };
    QCOMPARE(fixture.put(ConfigKind::Queue, encodeQueue(backup)).error().code, ErrorCode::InvalidReference);
}

void TestOffers::segmentsGetTheirShares()
{
    PushFixture fixture;
    fixture.store([](Queue &queue) { queue.segmentation = { u"customerSegment"_s, { { u"gold"_s, 3 }, { u"silver"_s, 2 } }, 1 }; });
    for (int i = 0; i < 60; ++i) {
        fixture.bring(u"gold%1"_s.arg(i), { { u"customerSegment"_s, u"gold"_s }, { u"priority"_s, u"+1000"_s } });
        fixture.bring(u"silver%1"_s.arg(i), { { u"customerSegment"_s, u"silver"_s } });
        fixture.bring(u"plain%1"_s.arg(i), { { u"customerSegment"_s, i % 2 ? u"bronze"_s : QString() } });
    }
    // Asked or offered, the turns are the same: 30 by asking, then 30 by offers.
    std::map<QString, int> got;
    const auto count = [&](const WorkItem &item) { ++got[fixture.queue.segmentation.segmentOf(item.customerSegment)]; };
    fixture.store([](Queue &queue) { queue.mode = DistributionMode::Pull; });
    fixture.addAgent(u"anna"_s, {}, { { QString(), 60 } });
    for (int i = 0; i < 30; ++i)
        count(fixture.next(u"anna"_s)->item->record.item);
    QCOMPARE(got, (std::map<QString, int> { { u"gold"_s, 15 }, { u"silver"_s, 10 }, { QString(), 5 } }));
    fixture.store([](Queue &queue) { queue.mode = DistributionMode::Push; });
    const QStringList offered = fixture.offers(u"anna"_s);
    QCOMPARE(offered.size(), 30);
    for (const QString &id : offered)
        count(fixture.item(id).item);
    QCOMPARE(got, (std::map<QString, int> { { u"gold"_s, 30 }, { u"silver"_s, 20 }, { QString(), 10 } }));
}

void TestOffers::aSegmentThatWasEmptySavesUpNothing()
{
    PushFixture fixture;
    fixture.store([](Queue &queue) {
        queue.mode = DistributionMode::Pull;
        queue.segmentation = { u"customerSegment"_s, { { u"gold"_s, 1 }, { u"silver"_s, 1 } }, 1 };
    });
    fixture.addAgent(u"anna"_s, {}, manyAtOnce);
    for (int i = 0; i < 40; ++i)
        fixture.bring(u"gold%1"_s.arg(i), { { u"customerSegment"_s, u"gold"_s } });
    for (int i = 0; i < 20; ++i)
        QCOMPARE(fixture.next(u"anna"_s)->item->record.item.customerSegment, u"gold"_s);
    for (int i = 0; i < 20; ++i)
        fixture.bring(u"silver%1"_s.arg(i), { { u"customerSegment"_s, u"silver"_s } });
    int silver = 0;
    for (int i = 0; i < 10; ++i)
        silver += fixture.next(u"anna"_s)->item->record.item.customerSegment == u"silver"_s ? 1 : 0;
    QVERIFY2(silver >= 4 && silver <= 6, qPrintable(QString::number(silver)));
}

void TestOffers::aNewDivisionAppliesToWhatWaits()
{
    PushFixture fixture;
    fixture.store([](Queue &queue) { queue.mode = DistributionMode::Pull; });
    for (int i = 0; i < 6; ++i) {
        fixture.bring(u"gold%1"_s.arg(i), { { u"customerSegment"_s, u"gold"_s }, { u"priority"_s, u"+1000"_s } });
        fixture.bring(u"plain%1"_s.arg(i));
    }
    const ItemRecord before = fixture.item(u"gold0"_s);
    fixture.store([](Queue &queue) { queue.segmentation = { u"customerSegment"_s, { { u"gold"_s, 1 } }, 1 }; });
    fixture.advance(milliseconds(1));
    const ItemRecord after = fixture.item(u"gold0"_s);
    QVERIFY(after.classId != before.classId);
    QCOMPARE(after.item.version, before.item.version);
    fixture.addAgent(u"anna"_s, {}, manyAtOnce);
    int plain = 0;
    for (int i = 0; i < 6; ++i)
        plain += fixture.next(u"anna"_s)->item->record.item.captureId.startsWith(u"plain"_s) ? 1 : 0;
    QCOMPARE(plain, 3);
}

void TestOffers::workIsTransferredToAQueue()
{
    PushFixture fixture;
    fixture.addQueue(u"backup"_s);
    fixture.addAgent(u"anna"_s);
    fixture.bring(u"1"_s);
    QVERIFY(fixture.doTo(AgentAction::Accept, u"anna"_s, u"1"_s).ok());
    const auto moved = fixture.transfer(u"anna"_s, u"1"_s, u"backup"_s, {});
    QVERIFY(moved.ok());
    QCOMPARE(moved->record.item.queueId, u"backup"_s);
    QCOMPARE(moved->record.item.status, ItemStatus::Queued);
    QVERIFY(fixture.desk(u"anna"_s).inHand.empty());
    fixture.bring(u"2"_s);
    QVERIFY(fixture.doTo(AgentAction::Accept, u"anna"_s, u"2"_s).ok());
    QCOMPARE(fixture.transfer(u"anna"_s, u"2"_s, u"missing"_s, {}).error().code, ErrorCode::InvalidReference);
    QCOMPARE(fixture.desk(u"anna"_s).inHand.size(), size_t(1));
}

void TestOffers::workIsTransferredToAnAgentAsAnOffer()
{
    PushFixture fixture;
    fixture.addAgent(u"anna"_s);
    fixture.bring(u"1"_s);
    QVERIFY(fixture.doTo(AgentAction::Accept, u"anna"_s, u"1"_s).ok());
    fixture.addAgent(u"ben"_s);
    const qint64 old = fixture.token(u"1"_s);
    QVERIFY(fixture.transfer(u"anna"_s, u"1"_s, {}, u"ben"_s).ok());
    QCOMPARE(fixture.offers(u"ben"_s), QStringList { u"1"_s });
    QVERIFY(fixture.token(u"1"_s) > old);
    QCOMPARE(fixture.act(AgentAction::Complete, u"anna"_s, u"1"_s, old).error().code, ErrorCode::StaleToken);
    QVERIFY(fixture.doTo(AgentAction::Accept, u"ben"_s, u"1"_s).ok());
}

void TestOffers::aTransferToSomebodyWhoIsNotFreeChangesNothing()
{
    PushFixture fixture;
    fixture.addAgent(u"anna"_s);
    fixture.bring(u"1"_s);
    QVERIFY(fixture.doTo(AgentAction::Accept, u"anna"_s, u"1"_s).ok());
    fixture.addAgent(u"ben"_s, {}, {}, false);
    fixture.addAgent(u"full"_s, {}, { { QString(), 0 } });
    const QStringList events = fixture.eventTypes(u"1"_s);
    for (const auto &target : { u"ben"_s, u"full"_s, u"anna"_s })
        QCOMPARE(fixture.transfer(u"anna"_s, u"1"_s, {}, target).error().code, ErrorCode::AgentNotReady);
    QCOMPARE(fixture.transfer(u"anna"_s, u"1"_s, {}, u"nobody"_s).error().code, ErrorCode::InvalidReference);
    QCOMPARE(fixture.eventTypes(u"1"_s), events);
    QCOMPARE(fixture.item(u"1"_s).item.status, ItemStatus::Assigned);
}

void TestOffers::offersAndStatesSurviveARestart()
{
    PushFixture fixture;
    fixture.addAgent(u"anna"_s, {}, manyAtOnce);
    fixture.bring(u"1"_s);
    fixture.bring(u"2"_s, { { u"channel"_s, u"email"_s } });
    QVERIFY(fixture.doTo(AgentAction::Decline, u"anna"_s, u"1"_s).ok());
    fixture.setChannel(u"anna"_s, u"chat"_s, AgentState::NotReady);
    fixture.restart();
    QCOMPARE(fixture.offers(u"anna"_s), QStringList { u"2"_s });
    fixture.bring(u"3"_s, { { u"channel"_s, u"chat"_s } });
    fixture.bring(u"4"_s);
    QCOMPARE(fixture.offers(u"anna"_s), (QStringList { u"2"_s, u"4"_s })); // 1 was refused, chat is not ready
    QVERIFY(fixture.doTo(AgentAction::Accept, u"anna"_s, u"2"_s).ok());
    fixture.advance(fixture.queue.offerTime);
    QCOMPARE(fixture.item(u"4"_s).item.status, ItemStatus::Queued);
}

void TestOffers::anAgentMayAskInAQueueThatPushes()
{
    PushFixture fixture;
    fixture.addAgent(u"anna"_s, {}, { { QString(), 2 } });
    fixture.bring(u"1"_s);
    QVERIFY(fixture.doTo(AgentAction::Decline, u"anna"_s, u"1"_s).ok());
    const auto taken = fixture.next(u"anna"_s); // asking is a wish of its own
    QVERIFY(taken.ok() && taken->item);
    QCOMPARE(taken->item->record.item.captureId, u"1"_s);
    QVERIFY(!taken->item->assignment->offered);
}

QTEST_GUILESS_MAIN(TestOffers)
#include "tst_offers.moc"

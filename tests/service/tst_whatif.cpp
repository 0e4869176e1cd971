// SPDX-License-Identifier: Apache-2.0
#include <support/pipelinefixture.h>

#include <pipeline/prioritize/ordering.h>
#include <pipeline/whatif/servicesimulation.h>
#include <pipeline/whatif/whatif.h>

#include <QTest>

#include <random>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;
using std::chrono::hours;
using std::chrono::minutes;

namespace {

QJsonObject equals(const QString &attribute, const QJsonValue &value)
{
    return { { u"attribute"_s, attribute }, { u"operator"_s, u"equals"_s }, { u"value"_s, value } };
}

PrioritizationSchema schemaNamed(const QString &id, const std::vector<CurvePoint> &points, const std::vector<BusinessValueBand> &bands = {})
{
    PrioritizationSchema schema;
    schema.id = schema.name = id;
    schema.sla = hours(8);
    schema.managedPeriod = hours(24);
    schema.curve = *PriorityCurve::create(Interpolation::Linear, points);
    schema.bands = bands;
    return schema;
}

ProposedObject proposed(const PrioritizationSchema &schema)
{
    return { ConfigKind::Schema, schema.id, encodePrioritizationSchema(schema), u"schemas[0]"_s };
}

ProposedObject proposedCategory(const QString &id, const QJsonObject &rule, const QString &queueId, const QString &schemaId = u"standard"_s)
{
    Category category;
    category.id = category.name = id;
    category.rule = *Condition::parse(rule);
    category.queueId = queueId;
    category.schemaId = schemaId;
    return { ConfigKind::Category, id, encodeCategory(category), u"categories[0]"_s };
}

Result<WhatIfOutcome> tried(PipelineFixture &fixture, const Proposal &proposal, const WhatIfLimits &limits = {}, qint64 waiting = 0)
{
    return await(fixture.pipeline->search<WhatIfOutcome>(fixture.tenant, Deadline::never(), [&](Snapshot &snapshot) -> Result<WhatIfOutcome> {
        HourlyProfiles profiles;
        return whatIf(snapshot, proposal, proposal.horizon > hours(0) ? profiles.profile(snapshot) : HourlyProfile(), waiting, limits);
    }));
}

WhatIfOutcome outcomeOf(PipelineFixture &fixture, const Proposal &proposal, const WhatIfLimits &limits = {}, qint64 waiting = 0)
{
    const auto outcome = tried(fixture, proposal, limits, waiting);
    PipelineFixture::must(outcome);
    return *outcome;
}

/// id and priority of the items of a queue, in the order in which they are handed out.
QStringList order(PipelineFixture &fixture, const QString &queueId, int limit)
{
    const auto page = fixture.look<std::vector<Candidate>>([&](Snapshot &snapshot) -> Result<std::vector<Candidate>> {
        return waitingInOrder(snapshot, [&](const WorkClass &terms) { return terms.queueId == queueId; }, snapshot.now(), std::nullopt, limit);
    });
    QStringList list;
    for (const Candidate &candidate : *page)
        list.append(u"%1 %2"_s.arg(candidate.key.id.number).arg(candidate.key.priority));
    return list;
}

QStringList listed(const std::vector<NextItem> &items)
{
    QStringList list;
    for (const NextItem &item : items)
        list.append(u"%1 %2"_s.arg(item.id.number).arg(item.priority));
    return list;
}

Proposal orderOnly(std::vector<ProposedObject> objects)
{
    Proposal proposal;
    proposal.objects = std::move(objects);
    proposal.first = 50;
    proposal.horizon = hours(0);
    return proposal;
}

qint64 lastEvent(PipelineFixture &fixture)
{
    return *fixture.look<qint64>([](Snapshot &snapshot) -> Result<qint64> { return snapshot.lastEvent(); });
}

} // namespace

/// What would be, compared with what comes to be.
class TestWhatIf : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theProposedOrderIsTheOneThatComesToBe();
    void theProposedRulesMoveWhatWaitsAsARestartWould();
    void nothingIsWrittenAndNothingChangesWithoutAProposal();
    void whatWouldBeRefusedIsRefusedWithItsPlace();
    void aLargeBacklogIsLookedAtInPart();
    void agentsTakeTheFirstThatTheyMayHave();
    void whatIsNotServedMissesItsSla();
    void moreStaffMissesLess();
    void theSameQuestionHasTheSameAnswer();
    void theForecastFollowsWhatWasMeasured();
    void aSimulationThatTakesTooMuchIsBrokenOff();
};

void TestWhatIf::theProposedOrderIsTheOneThatComesToBe()
{
    std::mt19937 random(20261123);
    const auto pick = [&](int from, int to) { return std::uniform_int_distribution(from, to)(random); };
    for (int round = 0; round < 6; ++round) {
        PipelineFixture fixture;
        fixture.addSchema(schemaNamed(u"standard"_s, { { hours(0), pick(0, 50) }, { hours(4), pick(0, 50) }, { hours(10), pick(0, 90) } }, { { 10, pick(-20, 20) }, { 50, pick(-20, 20) } }));
        for (int i = 0; i < 60; ++i) {
            QJsonObject item { { u"businessValue"_s, pick(0, 80) }, { u"createdDateTime"_s, toIso(fixture.clock.now() - minutes(pick(0, 900))) } };
            if (pick(0, 4) == 0)
                item.insert(u"dueDateTime"_s, toIso(fixture.clock.now() + minutes(pick(-300, 600))));
            if (pick(0, 4) == 0)
                item.insert(u"channel"_s, u"email"_s);
            PipelineFixture::must(fixture.capture(item));
        }
        const auto after = schemaNamed(u"standard"_s, { { hours(0), pick(0, 50) }, { hours(3), pick(0, 50) }, { hours(9), pick(0, 90) } }, { { pick(5, 30), pick(-20, 20) } });
        const WhatIfOutcome outcome = outcomeOf(fixture, orderOnly({ proposed(after) }));
        QVERIFY(outcome.exact);
        QCOMPARE(outcome.waiting, 60);
        const auto &general = outcome.queues.at(u"general"_s);
        const QStringList before = order(fixture, u"general"_s, 50);
        QCOMPARE(listed(general.next), before);
        fixture.addSchema(after);
        const QStringList then = order(fixture, u"general"_s, 50);
        QCOMPARE(listed(general.proposedNext), then);
        // Each says where it stands in the other case.
        const QStringList all = order(fixture, u"general"_s, 60);
        int moved = 0;
        for (const NextItem &item : general.next) {
            QCOMPARE(all.value(static_cast<int>(item.otherPlace) - 1), u"%1 %2"_s.arg(item.id.number).arg(item.otherPriority));
            moved += item.place != item.otherPlace;
        }
        QVERIFY(general.placeChanged >= moved && general.placeChanged <= moved + 10);
        QCOMPARE(outcome.placeChanged, general.placeChanged);
    }
}

void TestWhatIf::theProposedRulesMoveWhatWaitsAsARestartWould()
{
    PipelineFixture fixture;
    fixture.addQueue(u"gold"_s);
    fixture.addSchema(schemaNamed(u"steep"_s, { { hours(0), 100 }, { hours(8), 900 } }));
    QStringList ids;
    for (int i = 0; i < 20; ++i) {
        const auto item = fixture.capture({ { u"customerSegment"_s, i % 4 == 0 ? u"gold"_s : u"none"_s }, { u"createdDateTime"_s, toIso(fixture.clock.now() - minutes(7 * i)) } });
        PipelineFixture::must(item);
        ids.append(item->record.item.id.toString());
    }
    const QJsonObject rule = equals(u"customerSegment"_s, u"gold"_s);
    const WhatIfOutcome outcome = outcomeOf(fixture, orderOnly({ proposedCategory(u"gold"_s, rule, u"gold"_s, u"steep"_s) }));
    QCOMPARE(outcome.queueChanged, 5);
    QCOMPARE(outcome.priorityChanged, 5);
    QCOMPARE(outcome.queues.at(u"general"_s).left, 5);
    QCOMPARE(outcome.queues.at(u"gold"_s).came, 5);
    QCOMPARE(outcome.queues.at(u"gold"_s).waiting, 0);
    QCOMPARE(outcome.queues.at(u"gold"_s).proposedWaiting, 5);
    fixture.addCategory(u"gold"_s, rule, u"gold"_s, 0, {}, u"steep"_s);
    for (const QString &id : ids)
        PipelineFixture::must(fixture.change(ItemOperation::Restart, id));
    QCOMPARE(listed(outcome.queues.at(u"gold"_s).proposedNext), order(fixture, u"gold"_s, 50));
    QCOMPARE(listed(outcome.queues.at(u"general"_s).proposedNext), order(fixture, u"general"_s, 50));

    // What no rule would take any more is told, and is in no queue.
    const WhatIfOutcome none = outcomeOf(fixture, orderOnly({ proposedCategory(u"general"_s, equals(u"channel"_s, u"never"_s), u"general"_s) }));
    QCOMPARE(none.unclassified, 15);
    QCOMPARE(none.queues.at(u"general"_s).proposedWaiting, 0);
    QVERIFY(none.queues.at(u"general"_s).next.front().otherQueueId.isEmpty());
}

void TestWhatIf::nothingIsWrittenAndNothingChangesWithoutAProposal()
{
    PipelineFixture fixture;
    fixture.addAgent(u"ann"_s, {}, {}, false);
    for (int i = 0; i < 5; ++i)
        PipelineFixture::must(fixture.capture({ { u"captureId"_s, QString::number(i) } }));
    const qint64 before = lastEvent(fixture);
    const WhatIfOutcome outcome = outcomeOf(fixture, {});
    QCOMPARE(outcome.queueChanged + outcome.placeChanged + outcome.priorityChanged + outcome.unclassified, 0);
    QCOMPARE(outcome.queues.at(u"general"_s).next.size(), size_t(5));
    QVERIFY(outcome.forecast);
    const QueueForecast &general = outcome.forecast->queues.at(u"general"_s);
    QCOMPARE(general.missed.mean, general.proposedMissed.mean);
    QCOMPARE(general.waitingAtEnd.mean, general.proposedWaitingAtEnd.mean);
    QVERIFY(outcome.forecast->allAgents); // nobody is logged in
    QCOMPARE(outcome.forecast->agents, 1);

    (void)outcomeOf(fixture, orderOnly({ proposed(schemaNamed(u"standard"_s, { { hours(0), 7 } })), proposedCategory(u"new"_s, {}, u"general"_s) }));
    QCOMPARE(lastEvent(fixture), before);
    QCOMPARE(order(fixture, u"general"_s, 1).front().section(u' ', 1), u"10"_s); // the curve is as it was
}

void TestWhatIf::whatWouldBeRefusedIsRefusedWithItsPlace()
{
    PipelineFixture fixture;
    const auto unknown = tried(fixture, orderOnly({ proposedCategory(u"a"_s, {}, u"nowhere"_s) }));
    QVERIFY(!unknown);
    QCOMPARE(unknown.error().code, ErrorCode::InvalidReference);
    QCOMPARE(unknown.error().field, u"categories[0].queue"_s);
    Queue queue;
    queue.id = queue.name = u"nowhere"_s;
    QVERIFY(tried(fixture, orderOnly({ proposedCategory(u"a"_s, {}, u"nowhere"_s), { ConfigKind::Queue, queue.id, encodeQueue(queue), u"queues[0]"_s } })));
}

void TestWhatIf::aLargeBacklogIsLookedAtInPart()
{
    PipelineFixture fixture;
    for (int i = 0; i < 60; ++i)
        PipelineFixture::must(fixture.capture({ { u"channel"_s, i < 50 ? u"email"_s : u"chat"_s }, { u"createdDateTime"_s, toIso(fixture.clock.now() - minutes(60 - i)) } }));
    WhatIfLimits limits;
    limits.items = 40;
    const WhatIfOutcome part = outcomeOf(fixture, orderOnly({}), limits, 60);
    QVERIFY(!part.exact);
    QCOMPARE(part.waiting, 60);
    QVERIFY2(part.lookedAt >= 35 && part.lookedAt <= 40, qPrintable(QString::number(part.lookedAt)));
    QCOMPARE(listed(part.queues.at(u"general"_s).next).mid(0, 20), order(fixture, u"general"_s, 20));
    limits.items = 100;
    QVERIFY(outcomeOf(fixture, orderOnly({}), limits, 60).exact);
    QCOMPARE(outcomeOf(fixture, orderOnly({}), limits, 60).lookedAt, 60);
}

void TestWhatIf::agentsTakeTheFirstThatTheyMayHave()
{
    PipelineFixture fixture;
    fixture.addSkill(u"radio"_s);
    fixture.addQueue(u"radio"_s, { { u"radio"_s, 10 } });
    const auto configuration = *fixture.look<std::shared_ptr<const ConfigurationSnapshot>>([](Snapshot &snapshot) -> Result<std::shared_ptr<const ConfigurationSnapshot>> { return snapshot.configuration(); });
    WorkClass general;
    general.queueId = u"general"_s;
    general.schemaId = u"standard"_s;
    WorkClass radio = general;
    radio.queueId = u"radio"_s;
    const std::vector<WorkClass> classes { general, radio };
    const Instant from = fixture.clock.now();
    Agent plain;
    plain.id = u"ann"_s;
    Agent skilled = plain;
    skilled.id = u"bob"_s;
    skilled.skills = { { u"radio"_s, 50 } };
    skilled.queueIds = { u"radio"_s };
    const auto play = [&](const std::vector<SimulatedItem> &items, const std::vector<SimulatedAgent> &agents) { return simulateService(*configuration, classes, items, agents, from, from + hours(2), 1'000'000); };

    // An hour each: of three that wait, one agent completes the two oldest within two hours … and the second only just.
    const auto one = play({ { from, from - hours(1), 0, 3'599 }, { from, from - hours(7) - minutes(30), 0, 3'599 }, { from, from - hours(6) - minutes(30), 0, 3'599 } }, { { plain, {} } });
    QCOMPARE(one.queues.at(u"general"_s).completed, 2);
    QCOMPARE(one.queues.at(u"general"_s).waiting, 0); // the third has just been begun
    // The oldest is due after 30 minutes, the next one after 90: both are late. The youngest is not due yet.
    QCOMPARE(one.queues.at(u"general"_s).missed, 2);
    // A second agent has the second one in time; it starts at once and is done before it is due.
    const auto two = play({ { from, from - hours(1), 0, 3'599 }, { from, from - hours(7) - minutes(30), 0, 3'599 }, { from, from - hours(6) - minutes(30), 0, 3'599 } }, { { plain, {} }, { plain, {} } });
    QCOMPARE(two.queues.at(u"general"_s).missed, 1);
    QCOMPARE(two.queues.at(u"general"_s).completed, 3);
    // Skills and queues decide who may have what.
    const std::vector<SimulatedItem> both { { from, from, 0, 60 }, { from, from, 1, 60 } };
    QCOMPARE(play(both, { { plain, {} } }).queues.at(u"radio"_s).waiting, 1);
    QCOMPARE(play(both, { { skilled, {} } }).queues.at(u"general"_s).waiting, 1);
    QCOMPARE(play(both, { { skilled, {} } }).queues.at(u"radio"_s).completed, 1);
    // Who is busy takes nothing before it is done.
    QCOMPARE(play(both, { { plain, hours(3) } }).queues.at(u"general"_s).completed, 0);
    QCOMPARE(play(both, { { plain, hours(1) } }).queues.at(u"general"_s).completed, 1);
    // Two at once, when there is room for them.
    Agent roomy = plain;
    roomy.capacity = { { QString(), 2 } };
    const std::vector<SimulatedItem> long2 { { from, from, 0, 7'000 }, { from, from, 0, 7'000 } };
    QCOMPARE(play(long2, { { plain, {} } }).queues.at(u"general"_s).completed, 1);
    QCOMPARE(play(long2, { { roomy, {} } }).queues.at(u"general"_s).completed, 2);
}

void TestWhatIf::whatIsNotServedMissesItsSla()
{
    PipelineFixture fixture;
    fixture.addAgent(u"ann"_s, {}, {}, false);
    for (int i = 0; i < 10; ++i) // due in 1 to 5.5 hours
        PipelineFixture::must(fixture.capture({ { u"createdDateTime"_s, toIso(fixture.clock.now() - hours(7) + minutes(30 * i)) } }));
    Proposal proposal;
    proposal.staff = { { 0, {}, {}, 1 } };
    proposal.horizon = hours(4);
    const auto forecast = *outcomeOf(fixture, proposal).forecast;
    QCOMPARE(forecast.proposedAgents, 0);
    QCOMPARE(forecast.queues.at(u"general"_s).proposedMissed.mean, 7.0);
    QCOMPARE(forecast.queues.at(u"general"_s).proposedWaitingAtEnd.mean, 10.0);
    QCOMPARE(forecast.queues.at(u"general"_s).missed.mean, 0.0); // five minutes each are assumed
    QCOMPARE(forecast.queues.at(u"general"_s).handlingMeasured, 0);
    QVERIFY(forecast.busy > 0.01 && forecast.busy < 0.5);
    QCOMPARE(forecast.proposedBusy, 0.0);
}

void TestWhatIf::moreStaffMissesLess()
{
    PipelineFixture fixture;
    fixture.addAgent(u"ann"_s);
    for (int i = 0; i < 150; ++i)
        PipelineFixture::must(fixture.capture({ { u"createdDateTime"_s, toIso(fixture.clock.now() - minutes(3 * i)) } }));
    double before = 1e9;
    for (const int agents : { 1, 2, 4, 20 }) {
        Proposal proposal;
        proposal.staff = { { agents, {}, {}, 1 } };
        const auto forecast = *outcomeOf(fixture, proposal).forecast;
        const auto &general = forecast.queues.at(u"general"_s);
        QVERIFY2(general.proposedMissed.mean < before || general.proposedMissed.mean == 0, qPrintable(QString::number(agents)));
        QVERIFY(static_cast<double>(general.proposedMissed.low) <= general.proposedMissed.mean && general.proposedMissed.mean <= static_cast<double>(general.proposedMissed.high));
        before = general.proposedMissed.mean;
    }
    QVERIFY(before < 1);
}

void TestWhatIf::theSameQuestionHasTheSameAnswer()
{
    PipelineFixture fixture;
    fixture.addAgent(u"ann"_s);
    for (int i = 0; i < 100; ++i)
        PipelineFixture::must(fixture.capture({ { u"createdDateTime"_s, toIso(fixture.clock.now() - minutes(4 * i)) } }));
    const auto one = outcomeOf(fixture, {}).forecast->queues.at(u"general"_s);
    const auto other = outcomeOf(fixture, {}).forecast->queues.at(u"general"_s);
    QCOMPARE(one.missed.mean, other.missed.mean);
    QCOMPARE(one.waitingAtEnd.high, other.waitingAtEnd.high);
    QVERIFY(one.missed.mean > 0);
}

void TestWhatIf::theForecastFollowsWhatWasMeasured()
{
    PipelineFixture fixture;
    fixture.addAgent(u"ann"_s);
    // Two days of ten items an hour, each of which takes two minutes.
    for (int hour = 0; hour < 48; ++hour) {
        for (int i = 0; i < 10; ++i) {
            PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"%1-%2"_s.arg(hour).arg(i) } }));
            const auto taken = fixture.next(u"ann"_s);
            PipelineFixture::must(taken);
            fixture.clock.advance(minutes(2));
            PipelineFixture::must(fixture.act(AgentAction::Complete, u"ann"_s, taken->item->record.item.id.toString(), taken->item->assignment->token));
        }
        fixture.clock.advance(minutes(40));
    }
    Proposal proposal;
    proposal.horizon = hours(8);
    const auto forecast = *outcomeOf(fixture, proposal).forecast;
    const auto &general = forecast.queues.at(u"general"_s);
    QCOMPARE(general.handlingSeconds, 120.0);
    QCOMPARE(general.handlingMeasured, 480);
    QVERIFY2(std::abs(general.arrivals - 80) < 0.01, qPrintable(QString::number(general.arrivals)));
    QVERIFY2(std::abs(forecast.busy - 1.0 / 3) < 0.05, qPrintable(QString::number(forecast.busy)));
    QCOMPARE(general.missed.mean, 0.0);
    QCOMPARE(forecast.runs, 10);
}

void TestWhatIf::aSimulationThatTakesTooMuchIsBrokenOff()
{
    PipelineFixture fixture;
    fixture.addAgent(u"ann"_s);
    for (int i = 0; i < 50; ++i)
        PipelineFixture::must(fixture.capture({ { u"captureId"_s, QString::number(i) } }));
    WhatIfLimits limits;
    limits.steps = 60;
    const auto forecast = *outcomeOf(fixture, {}, limits).forecast;
    QCOMPARE(forecast.runs, 1);
    QVERIFY(!forecast.finished);
    limits.steps = 700;
    const auto fewer = *outcomeOf(fixture, {}, limits).forecast;
    QVERIFY(fewer.finished);
    QVERIFY(fewer.runs >= 1 && fewer.runs < 10);
}

QTEST_GUILESS_MAIN(TestWhatIf)
#include "tst_whatif.moc"

// SPDX-License-Identifier: Apache-2.0
#include <support/pipelinefixture.h>

#include <pipeline/configure/configwarnings.h>
#include <pipeline/explanation.h>

#include <QTest>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;
using std::chrono::hours;
using std::chrono::minutes;

namespace {

Explanation explained(PipelineFixture &fixture, const QString &id)
{
    const ItemRecord record = fixture.item(id);
    return *fixture.look<Explanation>([record](Snapshot &snapshot) -> Result<Explanation> { return explain(snapshot, record); });
}

QStringList codes(const std::vector<Obstacle> &obstacles)
{
    QStringList all;
    for (const Obstacle &obstacle : obstacles)
        all.append(obstacle.code);
    return all;
}

QStringList kinds(const Explanation &explanation)
{
    QStringList all;
    for (const UpcomingStep &step : explanation.steps)
        all.append(step.kind);
    return all;
}

void bring(PipelineFixture &fixture, const QString &captureId, QJsonObject fields = {})
{
    fields.insert(u"captureId"_s, captureId);
    PipelineFixture::must(fixture.capture(fields));
}

} // namespace

/// Why an item stands where it stands, and what will change that.
class TestExplanation : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theTermsAddUpToThePriorityNowAndLater();
    void theNextChangeIsTheFirst();
    void whoIsAheadIsCountedAndShown();
    void everyStepIsKnownBeforeItHappens();
    void theReasonNobodyHasItIsNamed();
    void whatDoesNotWaitSaysWhy();
    void whoCouldTakeItNowComesFirst();
    void rulesThatTakeEverythingAreRecognized_data();
    void rulesThatTakeEverythingAreRecognized();
    void aCategoryThatCanNeverMatchIsWarnedAbout();
    void aQueueThatNobodyCanServeIsWarnedAbout();
};

void TestExplanation::theTermsAddUpToThePriorityNowAndLater()
{
    PipelineFixture fixture;
    PrioritizationSchema schema;
    schema.id = schema.name = u"steep"_s;
    schema.sla = hours(2);
    schema.managedPeriod = hours(48);
    schema.bands = { { 100, 7 } };
    schema.curve = *PriorityCurve::create(Interpolation::Linear, { { hours(0), 10 }, { hours(20), 210 } });
    fixture.addSchema(schema);
    Queue queue;
    queue.id = queue.name = u"desk"_s;
    queue.escalation = { { hours(3), 1000 } };
    PipelineFixture::must(fixture.put(ConfigKind::Queue, encodeQueue(queue)));
    fixture.addCategory(u"all"_s, {}, u"desk"_s, -1, {}, u"steep"_s);
    bring(fixture, u"1"_s, { { u"businessValue"_s, 500 }, { u"priority"_s, u"+5"_s } });
    for (int hour = 0; hour < 6; ++hour) {
        const Explanation explanation = explained(fixture, u"1"_s);
        QVERIFY(explanation.priority);
        int sum = 0;
        for (const PriorityTerm &term : explanation.priority->terms)
            sum += term.value;
        QCOMPARE(sum, 10 + 10 * hour + 7 + 5 + (hour >= 3 ? 1000 : 0));
        QCOMPARE(explanation.priority->priority, sum);
        QCOMPARE(explanation.priority->nextDay.size(), size_t(25));
        QCOMPARE(explanation.priority->nextDay.front().priority, sum);
        QCOMPARE(explanation.priority->nextDay[12].priority, std::min(10 + 10 * (hour + 12), 210) + 12 + 1000);
        fixture.clock.advance(hours(1));
    }
}

void TestExplanation::theNextChangeIsTheFirst()
{
    PipelineFixture fixture;
    PrioritizationSchema schema;
    schema.id = schema.name = u"steps"_s;
    schema.sla = hours(2);
    schema.managedPeriod = hours(48);
    schema.curve = *PriorityCurve::create(Interpolation::Step, { { hours(0), 10 }, { hours(4), 50 } });
    fixture.addSchema(schema);
    fixture.addCategory(u"all"_s, {}, u"general"_s, -1, {}, u"steps"_s);
    bring(fixture, u"1"_s);
    const Instant start = fixture.clock.now();
    const auto change = explained(fixture, u"1"_s).priority->nextChange;
    QVERIFY(change);
    QCOMPARE(change->at, start + hours(4));
    QCOMPARE(change->priority, 50);
    fixture.clock.advance(hours(4));
    QVERIFY(!explained(fixture, u"1"_s).priority->nextChange);
}

void TestExplanation::whoIsAheadIsCountedAndShown()
{
    PipelineFixture fixture;
    fixture.addQueue(u"other"_s);
    fixture.addCategory(u"elsewhere"_s, { { u"attribute"_s, u"channel"_s }, { u"operator"_s, u"equals"_s }, { u"value"_s, u"chat"_s } }, u"other"_s, -1);
    for (int i = 0; i < 8; ++i)
        bring(fixture, u"urgent%1"_s.arg(i), { { u"priority"_s, u"+%1"_s.arg(100 - i) }, { u"channel"_s, i % 2 ? u"chat"_s : u"email"_s } });
    bring(fixture, u"mine"_s);
    const Explanation explanation = explained(fixture, u"mine"_s);
    QCOMPARE(explanation.overall->ahead, 8);
    QCOMPARE(explanation.inQueue->ahead, 4);
    QVERIFY(explanation.overall->exact);
    QCOMPARE(explanation.overall->first.size(), size_t(5));
    QCOMPARE(explanation.overall->first.front().key.id, fixture.item(u"urgent0"_s).item.id);
    QCOMPARE(explained(fixture, u"urgent0"_s).overall->ahead, 0);
}

void TestExplanation::everyStepIsKnownBeforeItHappens()
{
    PipelineFixture fixture;
    fixture.addSkill(u"network"_s);
    fixture.addQueue(u"backup"_s);
    fixture.addAgent(u"wanted"_s);
    Queue queue;
    queue.id = queue.name = u"desk"_s;
    queue.requiredSkills = { { u"network"_s, 5 } };
    queue.relaxation = { { minutes(4), { { u"network"_s, 2 } }, true }, { minutes(8), {}, true } };
    queue.requestedAgentTime = minutes(2);
    queue.overflow = { { u"backup"_s, minutes(30), {}, false } };
    queue.escalation = { { minutes(20), 50 } };
    PipelineFixture::must(fixture.put(ConfigKind::Queue, encodeQueue(queue)));
    fixture.addCategory(u"all"_s, {}, u"desk"_s, -1);
    bring(fixture, u"1"_s, { { u"requestedAgent"_s, u"wanted"_s } });
    const Instant start = fixture.clock.now();
    Explanation explanation = explained(fixture, u"1"_s);
    QCOMPARE(kinds(explanation).mid(0, 5), (QStringList { u"anybody"_s, u"relaxation"_s, u"relaxation"_s, u"escalation"_s, u"overflow"_s }));
    QCOMPARE(explanation.steps[1].at, start + minutes(4));
    QCOMPARE(explanation.steps[1].text, u"widens to network level 2"_s);
    fixture.clock.advance(minutes(5));
    QCOMPARE(kinds(explained(fixture, u"1"_s)).mid(0, 3), (QStringList { u"relaxation"_s, u"escalation"_s, u"overflow"_s }));
}

void TestExplanation::theReasonNobodyHasItIsNamed()
{
    PipelineFixture fixture;
    fixture.addSkill(u"network"_s);
    Queue queue;
    queue.id = queue.name = u"desk"_s;
    queue.requiredSkills = { { u"network"_s, 5 } };
    const auto store = [&] { PipelineFixture::must(fixture.put(ConfigKind::Queue, encodeQueue(queue))); };
    store();
    fixture.addCategory(u"all"_s, {}, u"desk"_s, -1);
    bring(fixture, u"1"_s);
    QCOMPARE(codes(explained(fixture, u"1"_s).notAssigned), QStringList { u"nobodyAble"_s });
    fixture.addAgent(u"anna"_s, { { u"network"_s, 5 } }, {}, false);
    QCOMPARE(codes(explained(fixture, u"1"_s).notAssigned), QStringList { u"nobodyFree"_s });
    fixture.setState(u"anna"_s, AgentState::Ready);
    QCOMPARE(codes(explained(fixture, u"1"_s).notAssigned), QStringList { u"nobodyAsked"_s });
    queue.state = QueueState::Paused;
    store();
    QCOMPARE(codes(explained(fixture, u"1"_s).notAssigned), QStringList { u"queuePaused"_s });
    queue.state = QueueState::Open;
    queue.requiredSkills = { { u"network"_s, 9 } };
    queue.relaxation = { { minutes(10), { { u"network"_s, 5 } }, true } };
    store();
    const Explanation later = explained(fixture, u"1"_s);
    QCOMPARE(codes(later.notAssigned), QStringList { u"nobodyEligibleYet"_s });
    QVERIFY(later.notAssigned.front().text.contains(toIso(fixture.clock.now() + minutes(10))));
    QCOMPARE(later.prospects.front().eligibleFrom, std::optional(fixture.clock.now() + minutes(10)));
}

void TestExplanation::whatDoesNotWaitSaysWhy()
{
    PipelineFixture fixture;
    fixture.addAgent(u"anna"_s);
    bring(fixture, u"held"_s);
    PipelineFixture::must(fixture.change(ItemOperation::Hold, u"held"_s));
    QCOMPARE(codes(explained(fixture, u"held"_s).notAssigned), QStringList { u"held"_s });
    bring(fixture, u"asleep"_s, { { u"activationDateTime"_s, toIso(fixture.clock.now() + hours(1)) } });
    QCOMPARE(codes(explained(fixture, u"asleep"_s).notAssigned), QStringList { u"asleep"_s });
    QCOMPARE(kinds(explained(fixture, u"asleep"_s)), QStringList { u"activation"_s });
    bring(fixture, u"taken"_s);
    PipelineFixture::must(fixture.next(u"anna"_s));
    QVERIFY(explained(fixture, u"taken"_s).notAssigned.empty());
    QCOMPARE(kinds(explained(fixture, u"taken"_s)), QStringList { u"leaseEnd"_s });
    PipelineFixture::must(fixture.change(ItemOperation::Complete, u"taken"_s));
    const Explanation ended = explained(fixture, u"taken"_s);
    QVERIFY(ended.notAssigned.empty() && ended.steps.empty() && !ended.priority);
}

void TestExplanation::whoCouldTakeItNowComesFirst()
{
    PipelineFixture fixture;
    fixture.addAgent(u"absent"_s, {}, {}, false);
    fixture.addAgent(u"full"_s, {}, { { QString(), 0 } });
    fixture.addAgent(u"ready"_s);
    bring(fixture, u"1"_s);
    const Explanation explanation = explained(fixture, u"1"_s);
    QCOMPARE(explanation.prospectCount, 3);
    QCOMPARE(explanation.prospects.front().agentId, u"ready"_s);
    QVERIFY(explanation.prospects.front().couldTakeNow);
    for (const Prospect &prospect : explanation.prospects) {
        if (prospect.agentId == u"full"_s)
            QCOMPARE(codes(prospect.obstacles), QStringList { u"atCapacity"_s });
        if (prospect.agentId == u"absent"_s)
            QCOMPARE(codes(prospect.obstacles), QStringList { u"notReady"_s });
    }
}

void TestExplanation::rulesThatTakeEverythingAreRecognized_data()
{
    QTest::addColumn<QByteArray>("narrow");
    QTest::addColumn<QByteArray>("wide");
    QTest::addColumn<bool>("expected");
    const QByteArray mail = R"({"attribute":"channel","operator":"equals","value":"email"})";
    const QByteArray chat = R"({"attribute":"channel","operator":"equals","value":"chat"})";
    const QByteArray gold = R"({"attribute":"customerSegment","operator":"equals","value":"gold"})";
    const auto of = [](const char *kind, const QByteArray &one, const QByteArray &other) -> QByteArray { return QByteArray("{\"") + kind + "\":[" + one + "," + other + "]}"; };
    QTest::newRow("anything takes all") << mail << QByteArray("{}") << true;
    QTest::newRow("one does not take all") << QByteArray("{}") << mail << false;
    QTest::newRow("the same") << mail << mail << true;
    QTest::newRow("another value") << mail << chat << false;
    QTest::newRow("both takes less than one") << of("all", mail, gold) << mail << true;
    QTest::newRow("one takes more than both") << mail << of("all", mail, gold) << false;
    QTest::newRow("either takes more than one") << mail << of("any", mail, chat) << true;
    QTest::newRow("one takes less than either") << of("any", mail, chat) << mail << false;
    QTest::newRow("a value out of a list") << mail << QByteArray(R"({"attribute":"channel","operator":"in","value":["chat","email"]})") << true;
    QTest::newRow("a list out of a list") << QByteArray(R"({"attribute":"channel","operator":"in","value":["chat","sms"]})")
                                          << QByteArray(R"({"attribute":"channel","operator":"in","value":["chat","email"]})") << false;
    QTest::newRow("not is compared as a whole") << QByteArray("{\"not\":" + mail + "}") << QByteArray("{\"not\":" + mail + "}") << true;
    QTest::newRow("not is no more than that") << chat << QByteArray("{\"not\":" + mail + "}") << false;
}

void TestExplanation::rulesThatTakeEverythingAreRecognized()
{
    QFETCH(QByteArray, narrow);
    QFETCH(QByteArray, wide);
    QFETCH(bool, expected);
    const auto parsed = [](const QByteArray &json) { return *Condition::parse(QJsonDocument::fromJson(json).object()); };
    QCOMPARE(implies(parsed(narrow), parsed(wide)), expected);
}

void TestExplanation::aCategoryThatCanNeverMatchIsWarnedAbout()
{
    PipelineFixture fixture;
    const auto rule = [](const QString &value) { return QJsonObject { { u"attribute"_s, u"channel"_s }, { u"operator"_s, u"equals"_s }, { u"value"_s, value } }; };
    fixture.addCategory(u"mail"_s, rule(u"email"_s), u"general"_s, -3);
    fixture.addCategory(u"gold-mail"_s, { { u"all"_s, QJsonArray { rule(u"email"_s), rule(u"gold"_s) } } }, u"general"_s, -2);
    fixture.addCategory(u"chat"_s, rule(u"chat"_s), u"general"_s, -1);
    const auto warnings = [&](const QString &id) {
        return *fixture.look<QStringList>([id](Snapshot &snapshot) -> Result<QStringList> { return configurationWarnings(*snapshot.configuration(), ConfigKind::Category, id); });
    };
    QCOMPARE(warnings(u"gold-mail"_s).size(), 1);
    QVERIFY(warnings(u"gold-mail"_s).first().contains(u"can never match"_s));
    QVERIFY(warnings(u"mail"_s).first().contains(u"gold-mail"_s));
    QVERIFY(warnings(u"chat"_s).isEmpty());
    QVERIFY(warnings(u"general"_s).isEmpty()); // it takes everything, but comes last
}

void TestExplanation::aQueueThatNobodyCanServeIsWarnedAbout()
{
    PipelineFixture fixture;
    fixture.addSkill(u"network"_s);
    fixture.addQueue(u"net"_s, { { u"network"_s, 5 } });
    const auto warnings = [&](const QString &id) {
        return *fixture.look<QStringList>([id](Snapshot &snapshot) -> Result<QStringList> { return configurationWarnings(*snapshot.configuration(), ConfigKind::Queue, id); });
    };
    QVERIFY(warnings(u"net"_s).isEmpty());
    fixture.addAgent(u"anna"_s, { { u"network"_s, 4 } });
    QVERIFY(warnings(u"net"_s).first().contains(u"No agent can serve"_s));
    QVERIFY(warnings(u"general"_s).isEmpty());
    fixture.addAgent(u"ben"_s, { { u"network"_s, 5 } });
    QVERIFY(warnings(u"net"_s).isEmpty());
}

QTEST_GUILESS_MAIN(TestExplanation)
#include "tst_explanation.moc"

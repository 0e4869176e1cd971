// SPDX-License-Identifier: Apache-2.0
#include <support/pipelinefixture.h>

#include <pipeline/lint/lint.h>

#include <QTest>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;
using std::chrono::hours;
using std::chrono::minutes;

namespace {

constexpr auto day = hours(24);

std::vector<Finding> findings(PipelineFixture &fixture, LintLimits limits = {})
{
    const auto figures = fixture.pipeline->figures().figures(fixture.tenant, fixture.clock.now());
    const auto found = await(fixture.pipeline->search<std::vector<Finding>>(
        fixture.tenant, Deadline::never(), [&](Snapshot &snapshot) -> Result<std::vector<Finding>> { return lint(snapshot, figures, limits); }));
    PipelineFixture::must(found);
    return *found;
}

/// "code kind:id field", one for each finding.
QStringList found(PipelineFixture &fixture, LintLimits limits = {})
{
    QStringList all;
    for (const Finding &finding : findings(fixture, limits))
        all.append(u"%1 %2:%3 %4"_s.arg(QString(finding.code), finding.kind, finding.id, finding.field).trimmed());
    all.sort();
    return all;
}

std::optional<Finding> one(PipelineFixture &fixture, QLatin1StringView code, LintLimits limits = {})
{
    const auto all = findings(fixture, limits);
    const auto found = std::find_if(all.begin(), all.end(), [&](const Finding &finding) { return finding.code == code; });
    return found == all.end() ? std::nullopt : std::optional(*found);
}

QJsonObject equals(const QString &attribute, const QJsonValue &value)
{
    return { { u"attribute"_s, attribute }, { u"operator"_s, u"equals"_s }, { u"value"_s, value } };
}

QJsonObject all(const QJsonArray &of)
{
    return { { u"all"_s, of } };
}

Queue queueNamed(const QString &id)
{
    Queue queue;
    queue.id = queue.name = id;
    return queue;
}

void put(PipelineFixture &fixture, const Queue &queue)
{
    PipelineFixture::must(fixture.put(ConfigKind::Queue, encodeQueue(queue)));
}

void putAgent(PipelineFixture &fixture, const QString &id, const SkillLevels &skills, const QStringList &queues = {}, const std::map<QString, int> &capacity = {})
{
    Agent agent;
    agent.id = agent.name = id;
    agent.skills = skills;
    agent.queueIds = queues;
    agent.capacity = capacity;
    PipelineFixture::must(fixture.put(ConfigKind::Agent, encodeAgent(agent)));
}

/// @param open minutes of each day of the week
void putCalendar(PipelineFixture &fixture, const QString &id, const DayHours &open)
{
    Calendar calendar;
    calendar.id = calendar.name = id;
    calendar.timeZone = u"UTC"_s;
    calendar.week.fill(open);
    PipelineFixture::must(fixture.put(ConfigKind::Calendar, encodeCalendar(calendar)));
}

void putPoint(PipelineFixture &fixture, const QString &id)
{
    CapturePoint point;
    point.id = point.name = id;
    PipelineFixture::must(fixture.put(ConfigKind::CapturePoint, encodeCapturePoint(point)));
}

void captured(PipelineFixture &fixture, const QJsonObject &item = {})
{
    PipelineFixture::must(fixture.capture(item));
}

const QString inQueue = u"custom.to"_s;

} // namespace

/// What is found to be wrong, and what is not called wrong.
class TestLint : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m = std::make_unique<PipelineFixture>();
        m->addAgent(u"ann"_s);
    }
    void cleanup() { m.reset(); }

    void aNewTenantLacksAgentsAndNothingElse();
    void nothingIsWrongWithASoundConfiguration();
    void aRuleThatContradictsItselfIsFoundAndWhatIsBelowIt();
    void aRuleThatContradictsThoseAboveItIsFound();
    void aRuleThatEarlierOnesLeaveNothingToIsFound();
    void manySiblingsAreLookedThroughSoon();
    void whatIsBelowADeletedCategoryIsDeletedToo();
    void aQueueThatNobodyCanServeIsFoundWithTheReason();
    void aQueueThatIsServedAfterRelaxationIsOnlyWorthAHint();
    void aQueueWhoseWorkMovesOnIsNotCalledUnserved();
    void itemsThatNobodyCanHaveAreCountedWithSamples();
    void itemsThatWaitForACalendarThatNeverOpensAreFound();
    void aSegmentThatNobodyServesStarves();
    void overflowThatNeverFiresIsFound();
    void skillsThatNobodyHasOrNothingRequires();
    void schemasAndCalendarsOfNoUse();
    void anAgentWithoutAnyQueueIsFound();
    void aCapturePointThatHasFallenSilentIsFound();
    void aCapturePointFromWhichNothingEverCameIsFound();
    void itemsHeldWithAnErrorPileUp();
    void findingsComeInTheOrderOfTheirSeverity();
    void theCountIsBounded();

private:
    std::unique_ptr<PipelineFixture> m;
};

void TestLint::aNewTenantLacksAgentsAndNothingElse()
{
    PipelineFixture fixture;
    QCOMPARE(found(fixture), QStringList { u"agents.none :"_s });
    QCOMPARE(one(fixture, "agents.none"_L1)->severity, Severity::Hint);
    captured(fixture);
    QCOMPARE(one(fixture, "agents.none"_L1)->severity, Severity::Warning);
    QCOMPARE(one(fixture, "agents.none"_L1)->items, 1);
}

void TestLint::nothingIsWrongWithASoundConfiguration()
{
    QCOMPARE(found(*m), QStringList());
    m->addSkill(u"network"_s);
    m->addQueue(u"network"_s, { { u"network"_s, 50 } });
    m->addAgent(u"bob"_s, { { u"network"_s, 60 } });
    m->addCategory(u"network"_s, equals(u"channel"_s, u"email"_s), u"network"_s);
    m->addCategory(u"urgent"_s, equals(u"customerSegment"_s, u"gold"_s), u"network"_s, 0, u"network"_s);
    m->addCategory(u"rest"_s, {}, u"network"_s, 1, u"network"_s);
    putCalendar(*m, u"office"_s, { { 480, 1080 } });
    Queue queue = queueNamed(u"front"_s);
    queue.calendarId = u"office"_s;
    queue.overflow = { { u"network"_s, minutes(5), std::nullopt, false }, { u"network"_s, std::nullopt, 100, false }, { u"network"_s, std::nullopt, std::nullopt, true } };
    queue.segmentation = { u"customerSegment"_s, { { u"gold"_s, 3 } }, 1 };
    put(*m, queue);
    m->addCategory(u"chat"_s, equals(u"channel"_s, u"chat"_s), u"front"_s);
    for (const QString &channel : { u"email"_s, u"chat"_s, u"order"_s })
        captured(*m, { { u"channel"_s, channel }, { u"customerSegment"_s, u"gold"_s } });
    QCOMPARE(found(*m), QStringList());
}

void TestLint::aRuleThatContradictsItselfIsFoundAndWhatIsBelowIt()
{
    m->addCategory(u"both"_s, all({ equals(u"channel"_s, u"email"_s), equals(u"channel"_s, u"chat"_s) }), u"general"_s);
    m->addCategory(u"child"_s, equals(u"customerSegment"_s, u"gold"_s), u"general"_s, 0, u"both"_s);
    m->addCategory(u"sound"_s, all({ equals(u"channel"_s, u"email"_s), equals(u"labels"_s, u"a"_s), equals(u"labels"_s, u"b"_s) }), u"general"_s);
    QCOMPARE(found(*m), (QStringList { u"category.never_matches category:both rule"_s, u"category.unreachable category:child rule"_s }));
    QVERIFY(one(*m, "category.unreachable"_L1)->text.contains(u"\"both\""_s));
}

void TestLint::aRuleThatContradictsThoseAboveItIsFound()
{
    m->addCategory(u"email"_s, equals(u"channel"_s, u"email"_s), u"general"_s);
    m->addCategory(u"chat"_s, equals(u"channel"_s, u"Chat"_s), u"general"_s, 0, u"email"_s);
    m->addCategory(u"mail"_s, equals(u"channel"_s, u"EMAIL"_s), u"general"_s, 1, u"email"_s);
    QCOMPARE(found(*m), QStringList { u"category.never_matches category:chat rule"_s });
}

void TestLint::aRuleThatEarlierOnesLeaveNothingToIsFound()
{
    const QJsonObject above5 { { u"attribute"_s, u"businessValue"_s }, { u"operator"_s, u"greater"_s }, { u"value"_s, 5 } };
    const QJsonObject above3 { { u"attribute"_s, u"businessValue"_s }, { u"operator"_s, u"greater"_s }, { u"value"_s, 3 } };
    m->addCategory(u"a"_s, above5, u"general"_s, 1);
    m->addCategory(u"b"_s, above3, u"general"_s, 2);
    m->addCategory(u"email"_s, equals(u"channel"_s, u"email"_s), u"general"_s, 3);
    m->addCategory(u"chat"_s, equals(u"channel"_s, u"chat"_s), u"general"_s, 4);
    QCOMPARE(found(*m), QStringList());

    m->addCategory(u"b"_s, above3, u"general"_s, 0);
    QCOMPARE(found(*m), QStringList { u"category.shadowed category:a rule"_s });
    QVERIFY(one(*m, "category.shadowed"_L1)->text.contains(u"\"b\" is tried before it"_s));

    m->addCategory(u"b"_s, above3, u"general"_s, 2);
    m->addCategory(u"both"_s, { { u"attribute"_s, u"channel"_s }, { u"operator"_s, u"in"_s }, { u"value"_s, QJsonArray { u"chat"_s, u"EMAIL"_s } } }, u"general"_s, 5);
    QCOMPARE(found(*m), QStringList { u"category.shadowed category:both rule"_s });
    QVERIFY(one(*m, "category.shadowed"_L1)->text.contains(u"all together"_s));
}

void TestLint::manySiblingsAreLookedThroughSoon()
{
    for (int i = 0; i < 60; ++i)
        m->addCategory(u"c%1"_s.arg(i), all({ equals(u"custom.group"_s, i), equals(u"channel"_s, u"email"_s) }), u"general"_s, i);
    QElapsedTimer timer;
    timer.start();
    QCOMPARE(found(*m), QStringList());
    QVERIFY2(timer.elapsed() < 4'000, qPrintable(QString::number(timer.elapsed()))); // a transaction that does nothing for longer is broken off
    m->addCategory(u"last"_s, all({ equals(u"custom.group"_s, 7), equals(u"channel"_s, u"email"_s), equals(u"labels"_s, u"a"_s) }), u"general"_s, 1'000);
    QCOMPARE(found(*m), QStringList { u"category.shadowed category:last rule"_s });
}

void TestLint::whatIsBelowADeletedCategoryIsDeletedToo()
{
    m->addCategory(u"above"_s, equals(u"channel"_s, u"email"_s), u"general"_s);
    m->addCategory(u"below"_s, equals(u"customerSegment"_s, u"gold"_s), u"general"_s, 0, u"above"_s);
    PipelineFixture::must(m->run<bool>([this](Transaction &transaction) -> Result<bool> {
        const auto deleted = deleteObject(transaction, { ConfigKind::Category, u"above"_s, std::nullopt, m->actor });
        return deleted ? Result<bool>(true) : deleted.error();
    }));
    QCOMPARE(found(*m), QStringList());
    // What a damaged store or a restored child would be like.
    PipelineFixture::must(m->run<bool>([](Transaction &transaction) -> Result<bool> {
        auto record = transaction.configRecord(ConfigKind::Category, u"below"_s);
        record->deleted.reset();
        transaction.putConfig(*record);
        return true;
    }));
    QCOMPARE(found(*m), QStringList { u"category.unreachable category:below rule"_s });
}

void TestLint::aQueueThatNobodyCanServeIsFoundWithTheReason()
{
    const auto reason = [this] { return one(*m, "queue.unserved"_L1).value_or(Finding {}).text; };
    m->addSkill(u"radio"_s);
    m->addSkill(u"tv"_s);
    m->addQueue(u"special"_s, { { u"radio"_s, 50 }, { u"tv"_s, 10 } });
    QCOMPARE(one(*m, "queue.unserved"_L1)->id, u"special"_s);
    QCOMPARE(one(*m, "queue.unserved"_L1)->severity, Severity::Warning);
    QVERIFY2(reason().contains(u"the skill \"radio\" at level 50, \"tv\" at level 10"_s), qPrintable(reason()));
    putAgent(*m, u"bob"_s, { { u"radio"_s, 49 } });
    putAgent(*m, u"cem"_s, { { u"tv"_s, 10 } });
    QVERIFY2(reason().contains(u"\"radio\" at level 50."_s), qPrintable(reason()));
    putAgent(*m, u"bob"_s, { { u"radio"_s, 50 } });
    QVERIFY2(reason().contains(u"no agent has all of them"_s), qPrintable(reason()));
    putAgent(*m, u"cem"_s, { { u"tv"_s, 10 }, { u"radio"_s, 90 } }, { u"general"_s });
    QVERIFY2(reason().contains(u"\"tv\""_s), qPrintable(reason())); // who has both serves another queue
    putAgent(*m, u"cem"_s, { { u"tv"_s, 10 }, { u"radio"_s, 90 } });
    QCOMPARE(found(*m), QStringList());

    Queue heavy = queueNamed(u"heavy"_s);
    heavy.weight = 3;
    put(*m, heavy);
    QVERIFY2(reason().contains(u"weighs 3"_s), qPrintable(reason()));
    putAgent(*m, u"ann"_s, {}, {}, { { u"order"_s, 3 } });
    QCOMPARE(found(*m), QStringList());

    PipelineFixture fixture;
    putAgent(fixture, u"ann"_s, {}, { u"general"_s });
    fixture.addQueue(u"other"_s);
    QVERIFY(one(fixture, "queue.unserved"_L1)->text.contains(u"none names this one"_s));
    fixture.addCategory(u"other"_s, {}, u"other"_s);
    captured(fixture);
    const auto waits = one(fixture, "queue.unserved"_L1);
    QCOMPARE(waits->severity, Severity::Error);
    QCOMPARE(waits->items, 1);
}

void TestLint::aQueueThatIsServedAfterRelaxationIsOnlyWorthAHint()
{
    m->addSkill(u"radio"_s);
    putAgent(*m, u"bob"_s, { { u"radio"_s, 20 } });
    Queue queue = queueNamed(u"special"_s);
    queue.requiredSkills = { { u"radio"_s, 50 } };
    queue.relaxation = { { minutes(10), { { u"radio"_s, 10 } }, true } };
    put(*m, queue);
    QCOMPARE(found(*m), QStringList { u"queue.served_late queue:special requiredSkills"_s });
    putAgent(*m, u"bob"_s, { { u"radio"_s, 50 } });
    QCOMPARE(found(*m), QStringList());
}

void TestLint::aQueueWhoseWorkMovesOnIsNotCalledUnserved()
{
    m->addSkill(u"radio"_s);
    putAgent(*m, u"bob"_s, { { u"radio"_s, 20 } });
    Queue parked = queueNamed(u"parked"_s);
    parked.requiredSkills = { { u"radio"_s, 90 } };
    put(*m, parked);
    QCOMPARE(found(*m), QStringList { u"queue.unserved queue:parked"_s });
    parked.overflow = { { u"general"_s, minutes(5), std::nullopt, false } };
    put(*m, parked);
    m->addCategory(u"general"_s, {}, u"parked"_s);
    captured(*m);
    QCOMPARE(found(*m), QStringList());
}

void TestLint::itemsThatNobodyCanHaveAreCountedWithSamples()
{
    QStringList ids;
    for (int i = 0; i < 7; ++i) {
        const auto item = m->capture({ { u"requestedSkill"_s, u"radio"_s }, { u"channel"_s, i % 2 == 0 ? u"email"_s : u"chat"_s } });
        PipelineFixture::must(item);
        ids.append(item->record.item.id.toString());
    }
    captured(*m);
    const auto stuck = one(*m, "items.undistributable"_L1);
    QVERIFY(stuck);
    QCOMPARE(stuck->severity, Severity::Error);
    QCOMPARE(stuck->id, u"general"_s);
    QCOMPARE(stuck->items, 7);
    QVERIFY(stuck->itemsExact);
    QCOMPARE(stuck->sampleItems, QStringList(ids.mid(0, 5)));
    QVERIFY2(stuck->text.contains(u"7 items"_s) && stuck->text.contains(u"\"radio\""_s), qPrintable(stuck->text));
    QCOMPARE(found(*m), QStringList { u"items.undistributable queue:general"_s });

    m->addSkill(u"radio"_s);
    putAgent(*m, u"bob"_s, { { u"radio"_s, 1 } }, {}, { { u"chat"_s, 0 } });
    const auto channel = one(*m, "items.undistributable"_L1);
    QCOMPARE(channel->items, 3);
    QVERIFY2(channel->text.contains(u"\"chat\""_s), qPrintable(channel->text));
    putAgent(*m, u"bob"_s, { { u"radio"_s, 1 } });
    QCOMPARE(found(*m), QStringList());
    // Who is asked for does not exist, or will not be waited for for long.
    captured(*m, { { u"requestedAgent"_s, u"nobody"_s } });
    captured(*m, { { u"requestedAgent"_s, u"ann"_s }, { u"requestedAgentGroup"_s, u"none"_s } });
    QCOMPARE(found(*m), QStringList());
}

void TestLint::itemsThatWaitForACalendarThatNeverOpensAreFound()
{
    m->addSkill(u"radio"_s);
    putCalendar(*m, u"never"_s, {});
    Queue queue = queueNamed(u"special"_s);
    queue.requiredSkills = { { u"radio"_s, 50 } };
    queue.relaxation = { { minutes(10), {}, true } };
    put(*m, queue);
    PrioritizationSchema schema;
    schema.id = schema.name = u"office"_s;
    schema.sla = hours(1);
    schema.managedPeriod = hours(2);
    schema.calendarId = u"never"_s;
    schema.age = AgeKind::Business;
    m->addSchema(schema);
    m->addCategory(u"special"_s, {}, u"special"_s, 0, {}, u"office"_s);
    captured(*m, { { u"captureId"_s, u"a"_s } });
    const auto stuck = one(*m, "items.undistributable"_L1);
    QVERIFY(stuck && stuck->text.contains(u"which they never reach"_s));
    putCalendar(*m, u"never"_s, { { 0, 60 } });
    QVERIFY(!one(*m, "items.undistributable"_L1));
}

void TestLint::aSegmentThatNobodyServesStarves()
{
    m->addSkill(u"gold"_s);
    Queue queue = queueNamed(u"divided"_s);
    queue.segmentation = { u"customerSegment"_s, { { u"gold"_s, 3 }, { u"silver"_s, 2 } }, 1 };
    put(*m, queue);
    m->addCategory(u"general"_s, {}, u"divided"_s);
    captured(*m, { { u"customerSegment"_s, u"gold"_s }, { u"requestedSkill"_s, u"gold"_s } });
    captured(*m, { { u"customerSegment"_s, u"silver"_s } });
    QCOMPARE(found(*m), (QStringList { u"items.undistributable queue:divided"_s, u"segment.unserved queue:divided segmentation.shares.gold"_s }));
    QCOMPARE(one(*m, "segment.unserved"_L1)->items, 1);

    // Somebody could have it, but is not there; nothing is wrong before the SLA is over.
    putAgent(*m, u"bob"_s, { { u"gold"_s, 10 } });
    QCOMPARE(found(*m), QStringList());
    m->clock.advance(hours(9));
    QCOMPARE(found(*m), QStringList { u"segment.starves queue:divided segmentation.shares.gold"_s });
    QVERIFY(one(*m, "segment.starves"_L1)->text.contains(u"share of 3"_s));
    m->setState(u"bob"_s, AgentState::NotReady);
    QCOMPARE(found(*m), QStringList());
    // At night nobody is there for anything, and nothing starves in particular.
    m->setState(u"bob"_s, AgentState::LoggedOut);
    m->setState(u"ann"_s, AgentState::LoggedOut);
    QCOMPARE(found(*m), QStringList());
}

void TestLint::overflowThatNeverFiresIsFound()
{
    m->addQueue(u"other"_s);
    putCalendar(*m, u"always"_s, { { 0, 1440 } });
    putCalendar(*m, u"office"_s, { { 480, 1080 } });
    const auto rules = [this](const std::vector<OverflowRule> &overflow, const QString &calendar = {}) {
        Queue queue = queueNamed(u"front"_s);
        queue.overflow = overflow;
        queue.calendarId = calendar;
        put(*m, queue);
        QStringList fields;
        for (const Finding &finding : findings(*m)) {
            if (finding.code == "overflow.never_fires"_L1)
                fields.append(finding.field);
        }
        return fields;
    };
    const QString other = u"other"_s;
    const OverflowRule after5 { other, minutes(5), std::nullopt, false };
    const OverflowRule after9 { other, minutes(9), std::nullopt, false };
    const OverflowRule above5 { other, std::nullopt, 5, false };
    const OverflowRule above9 { other, std::nullopt, 9, false };
    const OverflowRule closed { other, std::nullopt, std::nullopt, true };
    QCOMPARE(rules({ after9, after5, above9, above5, closed }, u"office"_s), QStringList());
    QCOMPARE(rules({ after5, after9 }), QStringList { u"overflow[1]"_s });
    QCOMPARE(rules({ after5, above5, above9 }), QStringList { u"overflow[2]"_s });
    QCOMPARE(rules({ closed }), QStringList { u"overflow[0]"_s });
    QCOMPARE(rules({ closed }, u"always"_s), QStringList { u"overflow[0]"_s });
    QCOMPARE(rules({ closed, closed }, u"office"_s), QStringList { u"overflow[1]"_s });
}

void TestLint::skillsThatNobodyHasOrNothingRequires()
{
    for (const QString &id : { u"required"_s, u"relaxed"_s, u"had"_s, u"asked"_s, u"nothing"_s })
        m->addSkill(id);
    Queue queue = queueNamed(u"special"_s);
    queue.requiredSkills = { { u"required"_s, 20 }, { u"relaxed"_s, 20 } };
    queue.relaxation = { { minutes(1), { { u"relaxed"_s, 1 } }, true } };
    put(*m, queue);
    putAgent(*m, u"bob"_s, { { u"had"_s, 1 }, { u"relaxed"_s, 30 }, { u"asked"_s, 1 } });
    captured(*m, { { u"requestedSkill"_s, u"asked"_s } });
    QCOMPARE(found(*m),
        (QStringList { u"queue.served_late queue:special requiredSkills"_s, u"skill.missing skill:required"_s, u"skill.unused skill:had"_s, u"skill.unused skill:nothing"_s }));
    QCOMPARE(one(*m, "skill.missing"_L1)->severity, Severity::Warning);
    QCOMPARE(one(*m, "skill.unused"_L1)->severity, Severity::Hint);
}

void TestLint::schemasAndCalendarsOfNoUse()
{
    PrioritizationSchema schema;
    schema.id = schema.name = u"spare"_s;
    schema.sla = hours(1);
    schema.managedPeriod = hours(2);
    m->addSchema(schema);
    putCalendar(*m, u"spare"_s, { { 480, 1080 } });
    putCalendar(*m, u"never"_s, {});
    QCOMPARE(found(*m), (QStringList { u"calendar.never_open calendar:never"_s, u"calendar.unused calendar:never"_s, u"calendar.unused calendar:spare"_s, u"schema.unused schema:spare"_s }));
    QCOMPARE(one(*m, "calendar.never_open"_L1)->severity, Severity::Hint);

    schema.calendarId = u"spare"_s;
    m->addSchema(schema);
    m->addCategory(u"spare"_s, equals(u"channel"_s, u"email"_s), u"general"_s, 0, {}, u"spare"_s);
    captured(*m, { { u"businessCalendarId"_s, u"never"_s } });
    QCOMPARE(found(*m), QStringList { u"calendar.never_open calendar:never"_s });
    QCOMPARE(one(*m, "calendar.never_open"_L1)->severity, Severity::Error);
    QCOMPARE(one(*m, "calendar.never_open"_L1)->items, 1);
}

void TestLint::anAgentWithoutAnyQueueIsFound()
{
    m->addSkill(u"radio"_s);
    m->addQueue(u"special"_s, { { u"radio"_s, 50 } });
    putAgent(*m, u"bob"_s, { { u"radio"_s, 80 } }, { u"special"_s });
    putAgent(*m, u"cem"_s, { { u"radio"_s, 10 } }, { u"special"_s });
    putAgent(*m, u"dan"_s, {}, {}, { { u""_s, 0 } });
    QCOMPARE(found(*m), (QStringList { u"agent.without_work agent:cem skills"_s, u"agent.without_work agent:dan capacity"_s }));
}

void TestLint::aCapturePointThatHasFallenSilentIsFound()
{
    putPoint(*m, u"shop"_s);
    putPoint(*m, u"mail"_s);
    int number = 0;
    const auto come = [&](const QStringList &points, hours every, int times) {
        for (int i = 0; i < times; ++i) {
            for (const QString &point : points)
                captured(*m, { { u"captureId"_s, QString::number(++number) }, { u"capturePointId"_s, point } });
            m->clock.advance(every);
        }
    };
    come({ u"shop"_s, u"mail"_s }, hours(6), 80); // twenty days
    QCOMPARE(found(*m), QStringList());
    come({ u"mail"_s }, hours(6), 2);
    QCOMPARE(found(*m), QStringList()); // a day of silence is no alarm yet
    come({ u"mail"_s }, hours(6), 2);
    QCOMPARE(found(*m), QStringList { u"capture_point.silent capture-point:shop"_s });
    come({ u"shop"_s }, hours(1), 1);
    QCOMPARE(found(*m), QStringList());

    // Who comes now and then may stay away for as long again.
    putPoint(*m, u"rare"_s);
    come({ u"rare"_s, u"mail"_s, u"shop"_s }, hours(60), 22);
    come({ u"mail"_s, u"shop"_s }, hours(20), 5);
    QCOMPARE(found(*m), QStringList());
    come({ u"mail"_s, u"shop"_s }, hours(20), 5);
    QCOMPARE(found(*m), QStringList { u"capture_point.silent capture-point:rare"_s });
}

void TestLint::aCapturePointFromWhichNothingEverCameIsFound()
{
    captured(*m);
    m->clock.advance(day);
    putPoint(*m, u"shop"_s);
    m->clock.advance(6 * day);
    captured(*m);
    QCOMPARE(found(*m), QStringList());
    m->clock.advance(2 * day);
    captured(*m);
    QCOMPARE(found(*m), QStringList { u"capture_point.unused capture-point:shop"_s });
    CapturePoint off;
    off.id = off.name = u"shop"_s;
    off.enabled = false;
    PipelineFixture::must(m->put(ConfigKind::CapturePoint, encodeCapturePoint(off)));
    QCOMPARE(found(*m), QStringList());
}

void TestLint::itemsHeldWithAnErrorPileUp()
{
    PipelineFixture::must(m->run<bool>([this](Transaction &transaction) -> Result<bool> {
        const auto deleted = deleteObject(transaction, { ConfigKind::Category, u"general"_s, std::nullopt, m->actor });
        return deleted ? Result<bool>(true) : deleted.error();
    }));
    m->addCategory(u"email"_s, equals(u"channel"_s, u"email"_s), u"general"_s);
    captured(*m);
    QCOMPARE(found(*m), QStringList());
    for (int i = 0; i < 20; ++i)
        captured(*m);
    const auto many = one(*m, "items.error_held"_L1);
    QVERIFY(many);
    QCOMPARE(many->items, 21);
    QCOMPARE(many->sampleItems.size(), 5);
    QVERIFY2(many->text.contains(u"No category of the first level matches"_s), qPrintable(many->text));

    PipelineFixture fixture;
    fixture.addAgent(u"ann"_s);
    fixture.addCategory(u"general"_s, equals(u"channel"_s, u"email"_s), u"general"_s);
    captured(fixture);
    fixture.clock.advance(hours(23));
    QCOMPARE(found(fixture), QStringList());
    fixture.clock.advance(hours(2));
    QCOMPARE(found(fixture), QStringList { u"items.error_held :"_s });
}

void TestLint::findingsComeInTheOrderOfTheirSeverity()
{
    m->addSkill(u"nothing"_s);
    m->addQueue(u"a"_s, { { u"nothing"_s, 1 } });
    m->addSkill(u"more"_s);
    captured(*m, { { u"requestedSkill"_s, u"radio"_s } });
    const auto all = findings(*m);
    QCOMPARE(all.size(), size_t(4));
    QVERIFY(std::is_sorted(all.begin(), all.end(), [](const Finding &left, const Finding &right) { return left.severity > right.severity; }));
    QCOMPARE(all.front().code, "items.undistributable"_L1);
    QCOMPARE(all.back().code, "skill.unused"_L1);
}

void TestLint::theCountIsBounded()
{
    for (int i = 0; i < 60; ++i)
        captured(*m, { { u"requestedSkill"_s, u"radio"_s } });
    LintLimits limits;
    limits.waiting = 400; // for twenty classes at once
    const auto bounded = one(*m, "items.undistributable"_L1, limits);
    QCOMPARE(bounded->items, 20);
    QVERIFY(!bounded->itemsExact);
    QVERIFY2(bounded->text.contains(u"at least 20 items"_s), qPrintable(bounded->text));
}

QTEST_GUILESS_MAIN(TestLint)
#include "tst_lint.moc"

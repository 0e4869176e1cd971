// SPDX-License-Identifier: Apache-2.0
#include <support/pipelinefixture.h>

#include <pipeline/configure/wholeconfiguration.h>
#include <pipeline/distribute/taking.h>

#include <QRandomGenerator>
#include <QTest>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

ConfigurationContent contentOf(PipelineFixture &fixture)
{
    const auto content = fixture.look<ConfigurationContent>([](Snapshot &snapshot) -> Result<ConfigurationContent> { return configurationContent(snapshot); });
    PipelineFixture::must(content);
    return *content;
}

qint64 versionOf(PipelineFixture &fixture)
{
    const auto version = fixture.look<qint64>([](Snapshot &snapshot) -> Result<qint64> { return configurationVersion(snapshot); });
    PipelineFixture::must(version);
    return *version;
}

Result<ConfigurationContent> contentAt(PipelineFixture &fixture, qint64 version)
{
    return fixture.look<ConfigurationContent>([version](Snapshot &snapshot) { return configurationAt(snapshot, version); });
}

ConfigurationPlan planned(PipelineFixture &fixture, const ConfigurationContent &wanted, OtherObjects others = OtherObjects::Stay)
{
    const auto plan = fixture.look<ConfigurationPlan>([&](Snapshot &snapshot) -> Result<ConfigurationPlan> { return planConfiguration(snapshot, wanted, others); });
    PipelineFixture::must(plan);
    return *plan;
}

Result<ConfigurationPlan> applied(PipelineFixture &fixture, ApplyCommand command)
{
    command.actor = fixture.actor;
    return fixture.run<ConfigurationPlan>([command](Transaction &transaction) { return applyConfiguration(transaction, command); });
}

Result<ConfigurationPlan> applied(PipelineFixture &fixture, const ConfigurationContent &wanted, OtherObjects others = OtherObjects::Stay)
{
    ApplyCommand command;
    command.wanted = wanted;
    command.others = others;
    return applied(fixture, std::move(command));
}

/// A complete document of what is said in few words.
QJsonObject complete(ConfigKind kind, const QString &id, QJsonObject json)
{
    if (!json.contains(u"name"_s))
        json.insert(u"name"_s, id);
    const auto document = completeDocument(kind, json, id);
    PipelineFixture::must(document);
    return *document;
}

void add(ConfigurationContent &content, ConfigKind kind, const QString &id, const QJsonObject &json = {})
{
    content[kind].insert_or_assign(id, complete(kind, id, json));
}

QJsonArray overflowTo(const QString &queue)
{
    return { QJsonObject { { u"queue"_s, queue }, { u"backlogAbove"_s, 10 } } };
}

QStringList fieldsOf(const std::vector<Error> &problems)
{
    QStringList fields;
    for (const Error &problem : problems)
        fields.append(problem.field);
    return fields;
}

QStringList changesOf(const ConfigurationPlan &plan)
{
    QStringList changes;
    for (const ConfigurationChange &change : plan.changes)
        changes.append(u"%1 %2 %3"_s.arg(changeActionName(change.action), configKindName(change.kind), change.id));
    return changes;
}

} // namespace

/// The configuration as one document: planned, applied at once, found again as it was.
class TestWholeConfiguration : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m = std::make_unique<PipelineFixture>(); }
    void cleanup() { m.reset(); }

    void everyVersionIsFoundAgain();
    void aVersionThatIsNotThereYetIsToldSo();
    void changesMadeAtOnceAreOneVersion();
    void objectsMayReferToEachOtherInAnyOrder();
    void whatRefersIsTurnedRound();
    void aPlanIsWhatApplyingDoes();
    void theSameTwiceChangesNothing();
    void allProblemsAreToldAndNothingIsDone();
    void circlesAreRefused();
    void twoDefinitionsOfOneAttributeAreRefused();
    void namesOfAttributesMayBeExchanged();
    void whatIsUsedDoesNotGo();
    void aDeletedCategoryComesBack();
    void changedBandsMoveItems();
    void anotherVersionIsRefused();
    void kindsThatMayNotBeChangedStay();
    void defaultsAreLeftOut();

private:
    std::unique_ptr<PipelineFixture> m;
};

void TestWholeConfiguration::everyVersionIsFoundAgain()
{
    QRandomGenerator random(20261123);
    std::map<qint64, ConfigurationContent> known { { versionOf(*m), contentOf(*m) } };
    for (int step = 0; step < 60; ++step) {
        ConfigurationContent wanted = contentOf(*m);
        for (int change = 0; change <= random.bounded(3); ++change) {
            const QString id = u"q%1"_s.arg(random.bounded(6));
            if (random.bounded(3) == 0)
                wanted[ConfigKind::Queue].erase(id);
            else
                add(wanted, ConfigKind::Queue, id, { { u"weight"_s, 1 + random.bounded(5) } });
            const QString category = u"c%1"_s.arg(random.bounded(6));
            if (random.bounded(3) == 0)
                wanted[ConfigKind::Category].erase(category);
            else
                add(wanted, ConfigKind::Category, category, { { u"queue"_s, u"general"_s }, { u"schema"_s, u"standard"_s }, { u"order"_s, random.bounded(100) } });
        }
        if (random.bounded(4) == 0)
            wanted[ConfigKind::Settings][u"settings"_s].insert(u"keepAnswersHours"_s, 1 + random.bounded(100));
        m->clock.advance(milliseconds(1));
        PipelineFixture::must(applied(*m, wanted, OtherObjects::Go));
        QVERIFY(contentOf(*m) == wanted);
        known.insert_or_assign(versionOf(*m), wanted);
    }
    QVERIFY(known.size() > 50);
    m->restart();
    for (const auto &[version, content] : known) {
        const auto found = contentAt(*m, version);
        PipelineFixture::must(found);
        QVERIFY2(*found == content, qPrintable(QString::number(version)));
    }
    // Taking the configuration back is a change like any other: the one before it is found again as well.
    for (const qint64 version : { known.begin()->first, std::next(known.begin(), 20)->first, std::next(known.begin(), 40)->first }) {
        const qint64 before = versionOf(*m);
        const ConfigurationContent present = contentOf(*m);
        m->clock.advance(milliseconds(1));
        PipelineFixture::must(applied(*m, *contentAt(*m, version), OtherObjects::Go));
        QVERIFY(contentOf(*m) == known.at(version));
        QVERIFY(*contentAt(*m, before) == present);
    }
}

void TestWholeConfiguration::aVersionThatIsNotThereYetIsToldSo()
{
    const auto missing = contentAt(*m, versionOf(*m) + 1);
    QVERIFY(!missing);
    QCOMPARE(missing.error().code, ErrorCode::ObjectNotFound);
    QVERIFY(!contentAt(*m, -1));
    const auto empty = contentAt(*m, 0);
    PipelineFixture::must(empty);
    QVERIFY(empty->at(ConfigKind::Queue).empty()); // before the objects that a tenant begins with
}

void TestWholeConfiguration::changesMadeAtOnceAreOneVersion()
{
    const qint64 before = versionOf(*m);
    m->clock.advance(milliseconds(1));
    ConfigurationContent wanted;
    for (int i = 0; i < 25; ++i)
        add(wanted, ConfigKind::Skill, u"skill%1"_s.arg(i));
    PipelineFixture::must(applied(*m, wanted));
    m->clock.advance(milliseconds(1));
    wanted.clear();
    add(wanted, ConfigKind::Skill, u"skill7"_s, { { u"name"_s, u"Another"_s } });
    PipelineFixture::must(applied(*m, wanted));
    const auto versions = m->look<std::vector<ConfigurationVersion>>(
        [](Snapshot &snapshot) -> Result<std::vector<ConfigurationVersion>> { return configurationVersions(snapshot, std::numeric_limits<qint64>::max(), 2); });
    PipelineFixture::must(versions);
    QCOMPARE(versions->size(), size_t(2));
    QCOMPARE(versions->at(0).count, 1);
    QCOMPARE(versions->at(0).version, versionOf(*m));
    QCOMPARE(versions->at(0).changes.front().id, u"skill7"_s);
    QCOMPARE(versions->at(0).changes.front().action, ChangeAction::Update);
    QCOMPARE(versions->at(1).count, 25);
    QCOMPARE(versions->at(1).changes.size(), ConfigurationVersion::NamedChanges);
    QCOMPARE(versions->at(1).actor.id, m->actor.id);
    const auto older = m->look<std::vector<ConfigurationVersion>>(
        [first = versions->at(1).first](Snapshot &snapshot) -> Result<std::vector<ConfigurationVersion>> { return configurationVersions(snapshot, first, 1); });
    QCOMPARE(older->at(0).version, before);
}

void TestWholeConfiguration::objectsMayReferToEachOtherInAnyOrder()
{
    ConfigurationContent wanted;
    add(wanted, ConfigKind::Agent, u"ann"_s, { { u"skills"_s, QJsonObject { { u"french"_s, 30 } } }, { u"queues"_s, QJsonArray { u"a"_s } } });
    add(wanted, ConfigKind::Category, u"above"_s, { { u"queue"_s, u"a"_s }, { u"schema"_s, u"slow"_s } });
    add(wanted, ConfigKind::Category, u"a-below"_s, { { u"parent"_s, u"above"_s } });
    add(wanted, ConfigKind::Queue, u"a"_s, { { u"requiredSkills"_s, QJsonObject { { u"french"_s, 20 } } }, { u"overflow"_s, overflowTo(u"b"_s) }, { u"calendar"_s, u"office"_s } });
    add(wanted, ConfigKind::Queue, u"b"_s);
    add(wanted, ConfigKind::Skill, u"french"_s);
    const QJsonArray hours { QJsonObject { { u"from"_s, u"09:00"_s }, { u"to"_s, u"17:00"_s } } };
    add(wanted, ConfigKind::Calendar, u"office"_s, { { u"timeZone"_s, u"Europe/Berlin"_s }, { u"week"_s, QJsonObject { { u"monday"_s, hours } } } });
    QJsonObject slow = contentOf(*m)[ConfigKind::Schema][u"standard"_s];
    slow.insert(u"id"_s, u"slow"_s);
    slow.insert(u"calendar"_s, u"office"_s);
    add(wanted, ConfigKind::Schema, u"slow"_s, slow);
    const auto plan = applied(*m, wanted);
    PipelineFixture::must(plan);
    QCOMPARE(plan->changes.size(), size_t(8));
    const ConfigurationContent now = contentOf(*m);
    for (const auto &[kind, objects] : wanted) {
        for (const auto &[id, document] : objects)
            QCOMPARE(now.at(kind).at(id), document);
    }
}

void TestWholeConfiguration::whatRefersIsTurnedRound()
{
    ConfigurationContent wanted;
    add(wanted, ConfigKind::Queue, u"a"_s, { { u"overflow"_s, overflowTo(u"b"_s) } });
    add(wanted, ConfigKind::Queue, u"b"_s);
    add(wanted, ConfigKind::Category, u"one"_s, { { u"queue"_s, u"a"_s }, { u"schema"_s, u"standard"_s } });
    add(wanted, ConfigKind::Category, u"two"_s, { { u"parent"_s, u"one"_s } });
    PipelineFixture::must(applied(*m, wanted));
    // One object at a time, each of these would go in a circle for a moment.
    add(wanted, ConfigKind::Queue, u"a"_s);
    add(wanted, ConfigKind::Queue, u"b"_s, { { u"overflow"_s, overflowTo(u"a"_s) } });
    add(wanted, ConfigKind::Category, u"one"_s, { { u"parent"_s, u"two"_s } });
    add(wanted, ConfigKind::Category, u"two"_s, { { u"queue"_s, u"a"_s }, { u"schema"_s, u"standard"_s } });
    PipelineFixture::must(applied(*m, wanted));
    QCOMPARE(contentOf(*m)[ConfigKind::Category][u"one"_s][u"parent"_s].toString(), u"two"_s);
}

void TestWholeConfiguration::aPlanIsWhatApplyingDoes()
{
    ConfigurationContent wanted = contentOf(*m);
    add(wanted, ConfigKind::Queue, u"new"_s);
    add(wanted, ConfigKind::Category, u"general"_s, { { u"queue"_s, u"new"_s }, { u"schema"_s, u"standard"_s } });
    wanted[ConfigKind::Queue].erase(u"general"_s);
    const qint64 before = versionOf(*m);
    const ConfigurationPlan plan = planned(*m, wanted, OtherObjects::Go);
    QCOMPARE(changesOf(plan), (QStringList { u"create queue new"_s, u"delete queue general"_s, u"update category general"_s }));
    QCOMPARE(plan.version, before);
    QCOMPARE(versionOf(*m), before);
    const auto done = applied(*m, wanted, OtherObjects::Go);
    PipelineFixture::must(done);
    QCOMPARE(changesOf(*done), changesOf(plan));
    QCOMPARE(done->version, versionOf(*m));
    QVERIFY(done->version > before);
    QVERIFY(contentOf(*m) == wanted);
}

void TestWholeConfiguration::theSameTwiceChangesNothing()
{
    ConfigurationContent wanted;
    add(wanted, ConfigKind::Skill, u"french"_s);
    PipelineFixture::must(applied(*m, wanted));
    const qint64 version = versionOf(*m);
    const auto again = applied(*m, wanted);
    PipelineFixture::must(again);
    QVERIFY(again->changes.empty());
    QCOMPARE(again->unchanged, 1);
    QCOMPARE(versionOf(*m), version);
}

void TestWholeConfiguration::allProblemsAreToldAndNothingIsDone()
{
    ConfigurationContent wanted;
    add(wanted, ConfigKind::Skill, u"french"_s);
    add(wanted, ConfigKind::Queue, u"a"_s, { { u"requiredSkills"_s, QJsonObject { { u"greek"_s, 20 } } } });
    add(wanted, ConfigKind::Category, u"c"_s, { { u"parent"_s, u"nowhere"_s } });
    wanted[ConfigKind::Settings] = contentOf(*m)[ConfigKind::Settings];
    wanted[ConfigKind::Settings][u"settings"_s].insert(u"defaultCapturePoint"_s, u"missing"_s);
    const QStringList fields { u"queues.a.requiredSkills.greek"_s, u"categories.c.parent"_s, u"settings.defaultCapturePoint"_s };
    QCOMPARE(fieldsOf(planned(*m, wanted).problems), fields);
    const ConfigurationContent before = contentOf(*m);
    const qint64 version = versionOf(*m);
    const auto refused = applied(*m, wanted);
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::InvalidReference);
    QCOMPARE(refused.error().field, fields.first());
    QCOMPARE(refused.error().args[u"problems"_s].toArray().size(), 3);
    QVERIFY2(refused.error().text.contains(u"3 problems"_s), qPrintable(refused.error().text));
    QVERIFY(contentOf(*m) == before);
    QCOMPARE(versionOf(*m), version);
}

void TestWholeConfiguration::circlesAreRefused()
{
    ConfigurationContent wanted;
    add(wanted, ConfigKind::Queue, u"a"_s, { { u"overflow"_s, overflowTo(u"b"_s) } });
    add(wanted, ConfigKind::Queue, u"b"_s, { { u"overflow"_s, overflowTo(u"a"_s) } });
    QCOMPARE(fieldsOf(planned(*m, wanted).problems), (QStringList { u"queues.a.overflow[0].queue"_s, u"queues.b.overflow[0].queue"_s }));
    wanted.clear();
    add(wanted, ConfigKind::Category, u"one"_s, { { u"parent"_s, u"two"_s } });
    add(wanted, ConfigKind::Category, u"two"_s, { { u"parent"_s, u"one"_s } });
    QCOMPARE(fieldsOf(planned(*m, wanted).problems), (QStringList { u"categories.one.parent"_s, u"categories.two.parent"_s }));
    QVERIFY(!applied(*m, wanted));
}

void TestWholeConfiguration::twoDefinitionsOfOneAttributeAreRefused()
{
    ConfigurationContent wanted;
    const QJsonObject region { { u"attribute"_s, u"region"_s }, { u"type"_s, u"text"_s } };
    add(wanted, ConfigKind::Attribute, u"m"_s, region);
    PipelineFixture::must(applied(*m, wanted));
    for (const QString &other : { u"a"_s, u"z"_s }) {
        wanted.clear();
        add(wanted, ConfigKind::Attribute, other, region);
        QVERIFY2(!planned(*m, wanted).problems.empty(), qPrintable(other));
        QVERIFY(!applied(*m, wanted));
    }
}

void TestWholeConfiguration::namesOfAttributesMayBeExchanged()
{
    ConfigurationContent wanted;
    add(wanted, ConfigKind::Attribute, u"a"_s, { { u"attribute"_s, u"region"_s }, { u"type"_s, u"text"_s } });
    add(wanted, ConfigKind::Attribute, u"b"_s, { { u"attribute"_s, u"country"_s }, { u"type"_s, u"text"_s } });
    PipelineFixture::must(applied(*m, wanted));
    std::swap(wanted[ConfigKind::Attribute][u"a"_s], wanted[ConfigKind::Attribute][u"b"_s]);
    wanted[ConfigKind::Attribute][u"a"_s].insert(u"id"_s, u"a"_s);
    wanted[ConfigKind::Attribute][u"b"_s].insert(u"id"_s, u"b"_s);
    PipelineFixture::must(applied(*m, wanted));
    QCOMPARE(contentOf(*m)[ConfigKind::Attribute][u"a"_s][u"attribute"_s].toString(), u"country"_s);
}

void TestWholeConfiguration::whatIsUsedDoesNotGo()
{
    ConfigurationContent wanted = contentOf(*m);
    add(wanted, ConfigKind::Queue, u"busy"_s);
    add(wanted, ConfigKind::Category, u"busy"_s, { { u"queue"_s, u"busy"_s }, { u"schema"_s, u"standard"_s } });
    add(wanted, ConfigKind::Category, u"below"_s, { { u"parent"_s, u"busy"_s } });
    PipelineFixture::must(applied(*m, wanted));
    PipelineFixture::must(m->capture({ { u"captureId"_s, u"1"_s } }));
    const ConfigurationContent before = contentOf(*m);
    // By an open item, by a category that stays, by the settings.
    wanted[ConfigKind::Queue].erase(u"busy"_s);
    wanted[ConfigKind::CapturePoint].clear();
    wanted[ConfigKind::Category].erase(u"busy"_s);
    QCOMPARE(fieldsOf(planned(*m, wanted, OtherObjects::Go).problems), (QStringList { u"capturePoints.default"_s, u"queues.busy"_s, u"categories.busy"_s }));
    const auto refused = applied(*m, wanted, OtherObjects::Go);
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::ObjectInUse);
    QVERIFY(contentOf(*m) == before);
}

void TestWholeConfiguration::aDeletedCategoryComesBack()
{
    ConfigurationContent wanted = contentOf(*m);
    add(wanted, ConfigKind::Category, u"c"_s, { { u"queue"_s, u"general"_s }, { u"schema"_s, u"standard"_s } });
    PipelineFixture::must(applied(*m, wanted));
    const qint64 with = versionOf(*m);
    ConfigurationContent without = wanted;
    without[ConfigKind::Category].erase(u"c"_s);
    PipelineFixture::must(applied(*m, without, OtherObjects::Go));
    QVERIFY(!contentOf(*m)[ConfigKind::Category].contains(u"c"_s));
    const auto back = applied(*m, *contentAt(*m, with), OtherObjects::Go);
    PipelineFixture::must(back);
    QCOMPARE(changesOf(*back), QStringList { u"create category c"_s });
    QVERIFY(contentOf(*m) == wanted);
}

void TestWholeConfiguration::changedBandsMoveItems()
{
    m->addAgent(u"anna"_s);
    PipelineFixture::must(m->capture({ { u"captureId"_s, u"poor"_s }, { u"businessValue"_s, 10 } }));
    m->clock.advance(std::chrono::minutes(10));
    PipelineFixture::must(m->capture({ { u"captureId"_s, u"rich"_s }, { u"businessValue"_s, 500 } }));
    ConfigurationContent wanted;
    QJsonObject schema = contentOf(*m)[ConfigKind::Schema][u"standard"_s];
    schema.insert(u"businessValueBands"_s, QJsonArray { QJsonObject { { u"from"_s, 100 }, { u"shift"_s, 1000 } } });
    add(wanted, ConfigKind::Schema, u"standard"_s, schema);
    QVERIFY(wanted[ConfigKind::Schema][u"standard"_s] != contentOf(*m)[ConfigKind::Schema][u"standard"_s]);
    PipelineFixture::must(applied(*m, wanted));
    const auto taken = m->next(u"anna"_s);
    PipelineFixture::must(taken);
    QVERIFY(taken->item);
    QCOMPARE(taken->item->record.item.captureId, u"rich"_s);
}

void TestWholeConfiguration::anotherVersionIsRefused()
{
    ApplyCommand command;
    add(command.wanted, ConfigKind::Skill, u"french"_s);
    command.ifVersion = versionOf(*m) - 1;
    const auto refused = applied(*m, command);
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::VersionMismatch);
    command.ifVersion = versionOf(*m);
    PipelineFixture::must(applied(*m, command));
}

void TestWholeConfiguration::kindsThatMayNotBeChangedStay()
{
    ApplyCommand command;
    command.wanted = contentOf(*m);
    add(command.wanted, ConfigKind::Skill, u"french"_s);
    command.mayChange = [](const ConfigurationChange &change) { return change.kind == ConfigKind::Skill ? Result<void>() : Error { ErrorCode::NotAllowed, u"no"_s, {}, {} }; };
    PipelineFixture::must(applied(*m, command)); // the others are as they are
    add(command.wanted, ConfigKind::Queue, u"new"_s);
    add(command.wanted, ConfigKind::Skill, u"greek"_s);
    const auto refused = applied(*m, command);
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::NotAllowed);
    QVERIFY(!contentOf(*m)[ConfigKind::Skill].contains(u"greek"_s));
}

void TestWholeConfiguration::defaultsAreLeftOut()
{
    const QJsonObject queue = complete(ConfigKind::Queue, u"q"_s, { { u"weight"_s, 3 } });
    QVERIFY(queue.size() > 10);
    const QJsonObject brief = withoutDefaults(ConfigKind::Queue, u"q"_s, queue);
    QCOMPARE(brief, (QJsonObject { { u"name"_s, u"q"_s }, { u"weight"_s, 3 } }));
    for (const auto &[kind, objects] : contentOf(*m)) {
        for (const auto &[id, document] : objects) {
            const QString named = kind == ConfigKind::Settings ? QString() : id;
            const auto again = completeDocument(kind, withoutDefaults(kind, named, document), named);
            PipelineFixture::must(again);
            QCOMPARE(*again, document);
        }
    }
}

QTEST_GUILESS_MAIN(TestWholeConfiguration)
#include "tst_wholeconfiguration.moc"

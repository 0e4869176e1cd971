// SPDX-License-Identifier: Apache-2.0
#include <support/pipelinefixture.h>

#include <pipeline/report/hourlyprofile.h>

#include <QTest>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;
using std::chrono::hours;
using std::chrono::minutes;

namespace {

HourlyProfile profileOf(PipelineFixture &fixture, HourlyProfiles &profiles)
{
    const auto profile = await(fixture.pipeline->search<HourlyProfile>(fixture.tenant, Deadline::never(), [&](Snapshot &snapshot) -> Result<HourlyProfile> { return profiles.profile(snapshot); }));
    PipelineFixture::must(profile);
    return *profile;
}

qint64 hourOf(Instant instant)
{
    return std::chrono::floor<hours>(instant).time_since_epoch().count();
}

} // namespace

/// What happened hour by hour, as the database sums it up.
class TestHourlyProfile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyHourTellsWhatHappenedInIt();
    void whatHappensLaterIsSeenLater();
    void whatLiesTooFarBackIsLeftOut();
    void nothingIsKnownOfATenantWithoutItems();
};

void TestHourlyProfile::everyHourTellsWhatHappenedInIt()
{
    PipelineFixture fixture;
    fixture.addQueue(u"email"_s);
    fixture.addCategory(u"email"_s, { { u"attribute"_s, u"channel"_s }, { u"operator"_s, u"equals"_s }, { u"value"_s, u"email"_s } }, u"email"_s);
    fixture.addAgent(u"ann"_s);
    const Instant start = fixture.clock.now();
    const qint64 first = hourOf(start);
    const auto capture = [&](const QString &channel, Instant created) {
        const auto item = fixture.capture({ { u"channel"_s, channel }, { u"createdDateTime"_s, toIso(created) } });
        PipelineFixture::must(item);
        return item->record.item.id.toString();
    };
    const auto work = [&](milliseconds time) {
        const auto taken = fixture.next(u"ann"_s);
        PipelineFixture::must(taken);
        fixture.clock.advance(time);
        PipelineFixture::must(fixture.act(AgentAction::Complete, u"ann"_s, taken->item->record.item.id.toString(), taken->item->assignment->token));
    };
    (void)capture(u"order"_s, start - hours(20)); // its SLA is over
    work(minutes(2));
    (void)capture(u"email"_s, start);
    fixture.clock.advance(hours(1));
    work(minutes(3));
    (void)capture(u"email"_s, fixture.clock.now());
    const QString canceled = capture(u"email"_s, fixture.clock.now());
    (void)capture(u"email"_s, fixture.clock.now());
    fixture.clock.advance(hours(1));
    PipelineFixture::must(fixture.change(ItemOperation::Cancel, canceled));
    work(minutes(1));

    HourlyProfiles profiles;
    const HourlyProfile profile = profileOf(fixture, profiles);
    QVERIFY(profile.complete);
    QCOMPARE(profile.items, 5);
    QCOMPARE(profile.firstHour, first);
    const HourlyCount general = profile.queues.at(u"general"_s).at(first);
    QCOMPARE(std::tuple(general.arrived, general.left, general.completed, general.slaMissed), std::tuple(1, 1, 1, 1));
    QCOMPARE(std::tuple(general.handled, general.handlingSeconds, general.handlingSquares), std::tuple(1, 120, 120 * 120));
    const auto &email = profile.queues.at(u"email"_s);
    QCOMPARE(email.at(first).arrived, 1);
    QCOMPARE(email.at(first).left, 0);
    QCOMPARE(std::tuple(email.at(first + 1).arrived, email.at(first + 1).left, email.at(first + 1).completed, email.at(first + 1).slaMissed), std::tuple(3, 1, 1, 0));
    QCOMPARE(std::tuple(email.at(first + 2).arrived, email.at(first + 2).left, email.at(first + 2).completed, email.at(first + 2).handlingSeconds), std::tuple(0, 2, 1, 60));
}

void TestHourlyProfile::whatHappensLaterIsSeenLater()
{
    PipelineFixture fixture;
    fixture.addAgent(u"ann"_s);
    HourlyProfiles profiles;
    PipelineFixture::must(fixture.capture({}));
    const qint64 first = hourOf(fixture.clock.now());
    QCOMPARE(profileOf(fixture, profiles).queues.at(u"general"_s).at(first).arrived, 1);
    PipelineFixture::must(fixture.capture({}));
    QCOMPARE(profileOf(fixture, profiles).queues.at(u"general"_s).at(first).arrived, 2); // a new item is seen at once
    const auto taken = fixture.next(u"ann"_s);
    PipelineFixture::must(taken);
    QCOMPARE(profileOf(fixture, profiles).queues.at(u"general"_s).at(first).left, 0); // anything else within a minute
    fixture.clock.advance(minutes(1));
    QCOMPARE(profileOf(fixture, profiles).queues.at(u"general"_s).at(first).left, 1);
}

void TestHourlyProfile::whatLiesTooFarBackIsLeftOut()
{
    PipelineFixture fixture;
    HourlyProfiles profiles;
    PipelineFixture::must(fixture.capture({}));
    fixture.clock.advance(HourlyProfiles::Window + hours(5) + minutes(30));
    PipelineFixture::must(fixture.capture({}));
    const HourlyProfile profile = profileOf(fixture, profiles);
    QVERIFY(profile.complete);
    QCOMPARE(profile.firstHour, hourOf(fixture.clock.now() - HourlyProfiles::Window) + 1);
}

void TestHourlyProfile::nothingIsKnownOfATenantWithoutItems()
{
    PipelineFixture fixture;
    HourlyProfiles profiles;
    const HourlyProfile profile = profileOf(fixture, profiles);
    QVERIFY(!profile.firstHour);
    QVERIFY(profile.complete);
    QVERIFY(profile.queues.empty());
}

QTEST_GUILESS_MAIN(TestHourlyProfile)
#include "tst_hourlyprofile.moc"

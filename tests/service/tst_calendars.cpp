// SPDX-License-Identifier: Apache-2.0
#include <support/pipelinefixture.h>

#include <pipeline/prioritize/placement.h>

#include <QTest>

using namespace iwd;
using namespace iwd::test;
using namespace std::chrono_literals;

namespace {

Instant at(const char *iso)
{
    return *instantFromIso(QLatin1StringView(iso));
}

/// Weekdays from 9:00 to 17:00 UTC.
Calendar office(const QString &id, int from = 9, int to = 17)
{
    Calendar calendar;
    calendar.id = calendar.name = id;
    calendar.timeZone = QStringLiteral("UTC");
    for (size_t day = 0; day < 5; ++day)
        calendar.week[day] = { { from * 60, to * 60 } };
    return calendar;
}

/// An SLA of 4 hours; the priority is the age in whole hours, up to 100.
PrioritizationSchema hourly(const QString &calendarId, AgeKind age)
{
    PrioritizationSchema schema;
    schema.id = schema.name = QStringLiteral("hourly");
    schema.sla = 4h;
    schema.managedPeriod = 12h;
    schema.calendarId = calendarId;
    schema.age = age;
    schema.curve = *PriorityCurve::create(Interpolation::Linear, { { 0h, 0 }, { 100h, 100 } });
    return schema;
}

const QString created = QStringLiteral("createdDateTime");
const QString due = QStringLiteral("dueDateTime");
const QString calendarField = QStringLiteral("businessCalendarId");

} // namespace

/// SLA, due date, age and order of items that are counted by a calendar. The first instant is Friday, 9 January 2026, 15:00 UTC.
class TestCalendars : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m = std::make_unique<PipelineFixture>();
        m->clock.set(at("2026-01-09T15:00:00Z"));
        putCalendar(office(QStringLiteral("office")));
    }
    void cleanup() { m.reset(); }

    void theSlaEndsInOpenHours();
    void withoutACalendarEveryHourCounts();
    void theAgeStandsStillWhileClosedWhereTheSchemaSaysSo();
    void theAgeGoesOnWhileClosedWhereTheSchemaSaysNothing();
    void whatArrivesInClosedHoursSharesItsPriorityAndIsServedOldestFirst();
    void aDueDateBeginsTheAgeAnSlaOfOpenHoursBefore();
    void theItemsCalendarGoesBeforeItsCategorysAndThatBeforeTheSchemas();
    void aCalendarThatDoesNotExistIsWarnedOfAndTheNextOneHolds();
    void aChangedCalendarWritesNoItem();
    void aCalendarThatOpenItemsAreCountedByIsNotDeleted();
    void holdInClosedHoursExcludesNothing();
    void theManagedPeriodEndsInOpenHours();
    void anSlaThatNeverEndsIsNotMissed();
    void metInOpenHoursIsMet();
    void theQueueEscalatesByAge();
    void theSlaOutlivesAChangeOfClocks();
    void nothingIsHandedOutWhileTheQueueIsClosed();

private:
    void putCalendar(const Calendar &calendar) { PipelineFixture::must(m->put(ConfigKind::Calendar, encodeCalendar(calendar))); }
    void useSchema(const PrioritizationSchema &schema, const QString &categoryCalendar = {})
    {
        m->addSchema(schema);
        Category category;
        category.id = category.name = QStringLiteral("all");
        category.schemaId = schema.id;
        category.queueId = QStringLiteral("general");
        category.calendarId = categoryCalendar;
        PipelineFixture::must(m->put(ConfigKind::Category, encodeCategory(category)));
    }
    QString capture(const QJsonObject &json = {})
    {
        const auto captured = m->capture(json);
        PipelineFixture::must(captured);
        return captured->record.item.id.toString();
    }
    ItemView view(const QString &id)
    {
        const auto found = m->look<ItemView>([id](Snapshot &snapshot) -> Result<ItemView> {
            const auto record = findItem(snapshot, { id, {} });
            return record ? Result<ItemView>(viewOf(snapshot, *record)) : record.error();
        });
        PipelineFixture::must(found);
        return *found;
    }
    void goTo(const char *iso) { m->advance(at(iso) - m->clock.now()); }

    std::unique_ptr<PipelineFixture> m;
};

void TestCalendars::theSlaEndsInOpenHours()
{
    useSchema(hourly(QStringLiteral("office"), AgeKind::Elapsed));
    QCOMPARE(view(capture()).slaDue, at("2026-01-12T11:00:00Z")); // 2 hours on Friday, 2 on Monday
}

void TestCalendars::withoutACalendarEveryHourCounts()
{
    useSchema(hourly({}, AgeKind::Business));
    const QString id = capture();
    QCOMPARE(view(id).slaDue, at("2026-01-09T19:00:00Z"));
    goTo("2026-01-10T15:00:00Z");
    QCOMPARE(view(id).priority, 24);
}

void TestCalendars::theAgeStandsStillWhileClosedWhereTheSchemaSaysSo()
{
    useSchema(hourly(QStringLiteral("office"), AgeKind::Business));
    const QString id = capture();
    goTo("2026-01-09T17:00:00Z");
    QCOMPARE(view(id).priority, 2);
    goTo("2026-01-12T09:00:00Z");
    QCOMPARE(view(id).priority, 2);
    goTo("2026-01-12T10:00:00Z");
    QCOMPARE(view(id).priority, 3);
}

void TestCalendars::theAgeGoesOnWhileClosedWhereTheSchemaSaysNothing()
{
    useSchema(hourly(QStringLiteral("office"), AgeKind::Elapsed));
    const QString id = capture();
    goTo("2026-01-10T15:00:00Z");
    QCOMPARE(view(id).priority, 24);
}

void TestCalendars::whatArrivesInClosedHoursSharesItsPriorityAndIsServedOldestFirst()
{
    useSchema(hourly(QStringLiteral("office"), AgeKind::Business));
    m->addAgent(QStringLiteral("ann"), {}, { { QString(), 10 } });
    goTo("2026-01-11T12:00:00Z"); // Sunday
    const QString second = capture({ { created, QStringLiteral("2026-01-10T12:00:00Z") } });
    const QString first = capture({ { created, QStringLiteral("2026-01-09T22:00:00Z") } });
    const QString older = capture({ { created, QStringLiteral("2026-01-09T15:30:00Z") } });
    const QString third = capture();
    for (const QString &id : { first, second, third })
        QCOMPARE(view(id).priority, 0);
    QCOMPARE(view(older).priority, 1);
    for (const QString &expected : { older, first, second, third })
        QCOMPARE(m->next(QStringLiteral("ann"))->item->record.item.id.toString(), expected);
}

void TestCalendars::aDueDateBeginsTheAgeAnSlaOfOpenHoursBefore()
{
    useSchema(hourly(QStringLiteral("office"), AgeKind::Business));
    const QString id = capture({ { due, QStringLiteral("2026-01-12T11:00:00Z") } });
    const auto standing = m->look<Standing>([id](Snapshot &snapshot) -> Result<Standing> { return *standingOf(snapshot, *findItem(snapshot, { id, {} })); });
    QCOMPARE(standing->epoch, at("2026-01-09T15:00:00Z"));
    QCOMPARE(standing->slaDue, at("2026-01-12T11:00:00Z"));
    QCOMPARE(standing->priority, 0);
    goTo("2026-01-12T10:00:00Z");
    QCOMPARE(view(id).priority, 3);
}

void TestCalendars::theItemsCalendarGoesBeforeItsCategorysAndThatBeforeTheSchemas()
{
    putCalendar(office(QStringLiteral("early"), 8, 10));
    putCalendar(office(QStringLiteral("late"), 18, 20));
    useSchema(hourly(QStringLiteral("office"), AgeKind::Elapsed));
    const QString bySchema = capture();
    useSchema(hourly(QStringLiteral("office"), AgeKind::Elapsed), QStringLiteral("early"));
    const QString byCategory = capture();
    const QString byItem = capture({ { calendarField, QStringLiteral("late") } });
    QCOMPARE(view(bySchema).slaDue, at("2026-01-12T11:00:00Z"));
    QCOMPARE(view(byCategory).slaDue, at("2026-01-13T10:00:00Z"));
    QCOMPARE(view(byItem).slaDue, at("2026-01-12T20:00:00Z"));
    // The item may change its mind.
    PipelineFixture::must(m->patch(byItem, { { calendarField, QStringLiteral("office") } }));
    QCOMPARE(view(byItem).slaDue, at("2026-01-12T11:00:00Z"));
    PipelineFixture::must(m->patch(byItem, { { calendarField, QJsonValue() } }));
    QCOMPARE(view(byItem).slaDue, at("2026-01-13T10:00:00Z"));
    // An item's calendar holds where the schema has none, too.
    useSchema(hourly({}, AgeKind::Elapsed));
    QCOMPARE(view(capture({ { calendarField, QStringLiteral("late") } })).slaDue, at("2026-01-12T20:00:00Z"));
}

void TestCalendars::aCalendarThatDoesNotExistIsWarnedOfAndTheNextOneHolds()
{
    useSchema(hourly(QStringLiteral("office"), AgeKind::Elapsed));
    const QString id = capture({ { calendarField, QStringLiteral("moon") } });
    QCOMPARE(m->item(id).item.status, ItemStatus::Queued);
    QCOMPARE(view(id).slaDue, at("2026-01-12T11:00:00Z"));
    QCOMPARE(view(id).warnings.size(), 1);
    QVERIFY(view(id).warnings.first().contains(QStringLiteral("\"moon\"")));
    putCalendar(office(QStringLiteral("moon"), 0, 24));
    QVERIFY(view(id).warnings.isEmpty());
    PipelineFixture::must(m->change(ItemOperation::Restart, id));
    QCOMPARE(view(id).slaDue, at("2026-01-09T19:00:00Z"));
}

void TestCalendars::aChangedCalendarWritesNoItem()
{
    useSchema(hourly(QStringLiteral("office"), AgeKind::Business));
    const QString id = capture();
    goTo("2026-01-09T16:00:00Z");
    const qint64 version = m->item(id).item.version;
    const auto events = m->eventTypes(id);
    putCalendar(office(QStringLiteral("office"), 15, 16));
    QCOMPARE(m->item(id).item.version, version);
    QCOMPARE(m->eventTypes(id), events);
    QCOMPARE(view(id).slaDue, at("2026-01-14T16:00:00Z"));
    goTo("2026-01-12T12:00:00Z");
    QCOMPARE(view(id).priority, 1);
}

void TestCalendars::aCalendarThatOpenItemsAreCountedByIsNotDeleted()
{
    putCalendar(office(QStringLiteral("own")));
    useSchema(hourly({}, AgeKind::Elapsed));
    const QString id = capture({ { calendarField, QStringLiteral("own") } });
    const auto remove = [&] {
        return m->run<bool>([this](Transaction &transaction) -> Result<bool> {
            const auto removed = deleteObject(transaction, { ConfigKind::Calendar, QStringLiteral("own"), std::nullopt, m->actor });
            return removed ? Result<bool>(true) : removed.error();
        });
    };
    const auto refused = remove();
    QVERIFY(!refused.ok());
    QCOMPARE(refused.error().code, ErrorCode::ObjectInUse);
    PipelineFixture::must(m->change(ItemOperation::Complete, id));
    QVERIFY(remove().ok());
    QVERIFY(view(id).slaDue); // of an ended item: by the next calendar, here none
}

void TestCalendars::holdInClosedHoursExcludesNothing()
{
    PrioritizationSchema schema = hourly(QStringLiteral("office"), AgeKind::Business);
    schema.excludeHoldTime = true;
    useSchema(schema);
    const QString id = capture();
    goTo("2026-01-09T16:00:00Z");
    PipelineFixture::must(m->change(ItemOperation::Hold, id));
    goTo("2026-01-12T10:00:00Z");
    PipelineFixture::must(m->change(ItemOperation::Resume, id));
    // An hour on Friday and one on Monday are excluded, the weekend is nothing anyway.
    QCOMPARE(view(id).priority, 1);
    QCOMPARE(view(id).slaDue, at("2026-01-12T13:00:00Z"));
    // What is changed afterwards keeps it.
    PipelineFixture::must(m->patch(id, { { QStringLiteral("businessValue"), 7 } }));
    QCOMPARE(view(id).slaDue, at("2026-01-12T13:00:00Z"));
    goTo("2026-01-12T11:00:00Z");
    QCOMPARE(view(id).priority, 2);
}

void TestCalendars::theManagedPeriodEndsInOpenHours()
{
    PrioritizationSchema schema = hourly(QStringLiteral("office"), AgeKind::Elapsed);
    schema.autoComplete = true;
    useSchema(schema);
    const QString id = capture();
    const QString byDue = capture({ { due, QStringLiteral("2026-01-12T12:00:00Z") } });
    // 12 hours: 2 on Friday, 8 on Monday, 2 on Tuesday. The due one began an open hour later.
    goTo("2026-01-13T10:59:59.999Z");
    QCOMPARE(m->item(id).item.status, ItemStatus::Queued);
    goTo("2026-01-13T11:00:00Z");
    QCOMPARE(m->item(id).item.status, ItemStatus::Completed);
    QCOMPARE(m->item(byDue).item.status, ItemStatus::Queued);
    goTo("2026-01-13T12:00:00Z");
    QCOMPARE(m->item(byDue).item.status, ItemStatus::Completed);
}

void TestCalendars::anSlaThatNeverEndsIsNotMissed()
{
    Calendar never = office(QStringLiteral("office"));
    never.week.fill({});
    putCalendar(never);
    PrioritizationSchema schema = hourly(QStringLiteral("office"), AgeKind::Business);
    schema.autoComplete = true;
    useSchema(schema);
    const QString id = capture();
    const QString byDue = capture({ { due, QStringLiteral("2026-01-12T12:00:00Z") } });
    goTo("2027-01-01T00:00:00Z");
    QVERIFY(!view(id).slaDue);
    QCOMPARE(view(id).priority, 0);
    QCOMPARE(view(byDue).slaDue, at("2026-01-12T12:00:00Z"));
    QCOMPARE(m->item(id).item.status, ItemStatus::Queued);
    PipelineFixture::must(m->change(ItemOperation::Complete, id));
    QCOMPARE(m->item(id).slaMet, true);
}

void TestCalendars::metInOpenHoursIsMet()
{
    useSchema(hourly(QStringLiteral("office"), AgeKind::Business));
    const QString inTime = capture();
    const QString late = capture();
    goTo("2026-01-12T11:00:00Z");
    PipelineFixture::must(m->change(ItemOperation::Complete, inTime));
    QCOMPARE(m->item(inTime).slaMet, true);
    goTo("2026-01-12T11:00:00.001Z");
    PipelineFixture::must(m->change(ItemOperation::Complete, late));
    QCOMPARE(m->item(late).slaMet, false);
}

void TestCalendars::theQueueEscalatesByAge()
{
    useSchema(hourly(QStringLiteral("office"), AgeKind::Business));
    Queue queue;
    queue.id = queue.name = QStringLiteral("general");
    queue.escalation = { { 2h, 50 }, { 3h, 5 } };
    PipelineFixture::must(m->put(ConfigKind::Queue, encodeQueue(queue)));
    const QString id = capture();
    goTo("2026-01-09T16:59:00Z");
    QCOMPARE(view(id).priority, 1);
    goTo("2026-01-09T17:00:00Z");
    QCOMPARE(view(id).priority, 52);
    goTo("2026-01-12T10:00:00Z");
    QCOMPARE(view(id).priority, 58);
}

void TestCalendars::theSlaOutlivesAChangeOfClocks()
{
    Calendar nights;
    nights.id = nights.name = QStringLiteral("nights");
    nights.timeZone = QStringLiteral("Europe/Berlin");
    nights.week[6] = { { 0, 360 } }; // Sundays from 0:00 to 6:00; on 29 March 2026 that is five hours
    putCalendar(nights);
    useSchema(hourly(QStringLiteral("nights"), AgeKind::Business));
    goTo("2026-03-28T23:00:00Z");
    QCOMPARE(view(capture()).slaDue, at("2026-03-29T03:00:00Z"));
    goTo("2026-03-29T02:00:00Z");
    QCOMPARE(view(capture()).slaDue, at("2026-04-05T00:00:00Z")); // 2 hours until 6:00 there, then two more a week later
}

void TestCalendars::nothingIsHandedOutWhileTheQueueIsClosed()
{
    Queue queue;
    queue.id = queue.name = QStringLiteral("general");
    queue.calendarId = QStringLiteral("moon");
    QCOMPARE(m->put(ConfigKind::Queue, encodeQueue(queue)).error().field, QStringLiteral("calendar"));
    queue.calendarId = QStringLiteral("office");
    PipelineFixture::must(m->put(ConfigKind::Queue, encodeQueue(queue)));
    m->addAgent(QStringLiteral("ann"));
    const QString id = capture();
    goTo("2026-01-09T17:00:00Z");
    QVERIFY(!m->next(QStringLiteral("ann"))->item);
    goTo("2026-01-12T09:00:00Z");
    const auto taken = m->next(QStringLiteral("ann"));
    QVERIFY(taken.ok() && taken->item);
    QCOMPARE(taken->item->record.item.id.toString(), id);
}

QTEST_GUILESS_MAIN(TestCalendars)
#include "tst_calendars.moc"

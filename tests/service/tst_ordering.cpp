// SPDX-License-Identifier: Apache-2.0
#include <support/pipelinefixture.h>

#include <pipeline/prioritize/ordering.h>

#include <QRandomGenerator>
#include <QTest>

using namespace iwd;
using namespace iwd::test;

namespace {

/// What the oracle knows of a waiting item. It is told the facts, never what the server made of them.
struct ModelItem
{
    QString id;
    qint64 number = 0;
    QString schemaId;
    QString queueId;
    Instant created;
    std::optional<Instant> due;
    int businessValue = 0;
    int shift = 0;
    QString calendarId;
    Instant anchor; ///< creation or due date, moved on by time on hold that does not count
    std::optional<Instant> heldSince;
    bool waiting = true;
};

/// The order by its definition: the priority of every item at this instant, then a sort.
class Oracle
{
public:
    std::map<QString, PrioritizationSchema> schemas;
    std::map<QString, BusinessCalendar> calendars;
    std::map<QString, std::vector<CurveStep>> escalations; ///< by queue
    std::map<QString, QString> categoryCalendars; ///< by schema, which is one category's here
    std::vector<ModelItem> items;

    OrderKey keyOf(const ModelItem &item, Instant now) const
    {
        const PrioritizationSchema &schema = schemas.at(item.schemaId);
        const BusinessCalendar *calendar = calendarOf(item);
        Instant epoch = item.anchor;
        milliseconds rest { 0 };
        if (item.due && calendar && schema.sla > milliseconds(0)) {
            epoch = *calendar->subtract(schema.sla, item.anchor);
            rest = item.anchor - *calendar->add(schema.sla, epoch);
        } else if (item.due) {
            epoch = item.anchor - schema.sla;
        }
        const milliseconds age = calendar && schema.age == AgeKind::Business ? calendar->businessTimeBetween(epoch, now) : now - epoch;
        int priority = schema.curve.valueAt(age) + item.shift;
        for (const CurveStep &step : escalations.at(item.queueId))
            priority += age >= step.age ? step.shift : 0;
        int band = 0;
        int bandShift = 0;
        for (const BusinessValueBand &candidate : schema.bands) {
            if (item.businessValue >= candidate.from) {
                ++band;
                bandShift = candidate.shift;
            }
        }
        return { priority + bandShift, band, epoch, rest, { item.number } };
    }

    const BusinessCalendar *calendarOf(const ModelItem &item) const
    {
        for (const QString &id : { item.calendarId, categoryCalendars.at(item.schemaId), schemas.at(item.schemaId).calendarId }) {
            if (const auto found = calendars.find(id); found != calendars.end())
                return &found->second;
        }
        return nullptr;
    }

    /// The hold that ends does not count as age, so the age goes on from where it was.
    void excludeHold(ModelItem &item, Instant now) const
    {
        const BusinessCalendar *calendar = calendarOf(item);
        if (calendar && schemas.at(item.schemaId).age == AgeKind::Business)
            item.anchor = *calendar->add(calendar->businessTimeBetween(*item.heldSince, now), item.anchor);
        else
            item.anchor += now - *item.heldSince;
    }

    QStringList order(Instant now) const
    {
        std::vector<const ModelItem *> waiting;
        for (const ModelItem &item : items) {
            if (item.waiting)
                waiting.push_back(&item);
        }
        std::sort(waiting.begin(), waiting.end(), [&](const ModelItem *left, const ModelItem *right) {
            const OrderKey a = keyOf(*left, now);
            const OrderKey b = keyOf(*right, now);
            if (a.priority != b.priority)
                return a.priority > b.priority;
            if (a.band != b.band)
                return a.band > b.band;
            if (a.epoch != b.epoch)
                return a.epoch < b.epoch;
            if (a.rest != b.rest)
                return a.rest < b.rest;
            return a.id < b.id;
        });
        QStringList ids;
        for (const ModelItem *item : waiting)
            ids.append(item->id);
        return ids;
    }
};

class Random
{
public:
    explicit Random(quint32 seed)
        : m_generator(seed)
    {
    }
    int between(int least, int most) { return m_generator.bounded(least, most + 1); }
    bool chance(int percent) { return between(1, 100) <= percent; }
    milliseconds minutes(int least, int most) { return std::chrono::minutes(between(least, most)) + milliseconds(chance(30) ? between(0, 59'999) : 0); }

private:
    QRandomGenerator m_generator;
};

PriorityCurve randomCurve(Random &random)
{
    std::vector<CurvePoint> points;
    milliseconds age { 0 };
    const int style = random.between(0, 3); // rising, falling, flat, anything
    int priority = random.between(-50, 50);
    for (int i = random.between(1, 6); i > 0; --i) {
        points.push_back({ age, priority });
        age += random.minutes(1, 120);
        const int step = style == 2 ? 0 : random.between(0, 12);
        priority += style == 0 ? step : style == 1 ? -step : random.between(-12, 12) * (style == 2 ? 0 : 1);
    }
    return *PriorityCurve::create(random.chance(50) ? Interpolation::Step : Interpolation::Linear, points);
}

PrioritizationSchema randomSchema(Random &random, const QString &id)
{
    PrioritizationSchema schema;
    schema.id = schema.name = id;
    schema.unit = UrgencyUnit::Minutes;
    schema.sla = random.minutes(10, 200);
    schema.managedPeriod = schema.sla + random.minutes(1, 200);
    schema.curve = randomCurve(random);
    schema.excludeHoldTime = random.chance(50);
    if (random.chance(60))
        schema.calendarId = QStringLiteral("calendar%1").arg(random.between(0, 1));
    schema.age = random.chance(60) ? AgeKind::Business : AgeKind::Elapsed;
    for (int i = random.between(0, 3), from = random.between(-5, 5); i > 0; --i, from += random.between(1, 10))
        schema.bands.push_back({ from, random.between(-10, 10) });
    return schema;
}

/// Opens and closes often, so that a play of a day sees it; every calendar opens somewhen.
Calendar randomCalendar(Random &random, const QString &id)
{
    Calendar calendar;
    calendar.id = calendar.name = id;
    calendar.timeZone = QStringList { QStringLiteral("UTC"), QStringLiteral("Europe/Berlin"), QStringLiteral("Australia/Lord_Howe"), QStringLiteral("America/St_Johns") }[random.between(0, 3)];
    for (DayHours &hours : calendar.week) {
        for (int at = random.between(0, 200); at < 1'440 && hours.size() < 20; at += random.between(0, 250)) {
            const int to = std::min(1'440, at + random.between(1, 250));
            hours.push_back({ at, to });
            at = to;
        }
    }
    return calendar;
}

} // namespace

class TestOrdering : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// Random curves, calendars, escalations, items, holds, shifts, due dates and configuration changes. Each taking and each listed page is one comparison with a
    /// plain sort of everything that waits at that instant.
    void whatIsTakenIsAlwaysTheFirstOfAPlainSort_data();
    void whatIsTakenIsAlwaysTheFirstOfAPlainSort();
    void comparedManyTimes();

private:
    void play(quint32 seed);
    void populate(PipelineFixture &fixture, Oracle &oracle, Random &random, int count);
    void putCalendar(PipelineFixture &fixture, Oracle &oracle, Random &random, const QString &id);
    void putQueue(PipelineFixture &fixture, Oracle &oracle, Random &random, const QString &id);
    void disturb(PipelineFixture &fixture, Oracle &oracle, Random &random);
    void comparePages(PipelineFixture &fixture, const Oracle &oracle, Random &random);
    int m_comparisons = 0;
};

void TestOrdering::whatIsTakenIsAlwaysTheFirstOfAPlainSort_data()
{
    QTest::addColumn<quint32>("seed");
    // The rules are the same on every store; on PostgreSQL the statements are what is in question, and each costs more.
    const quint32 seeds = testedStore() == StoreKind::Postgresql ? 20 : 120;
    for (quint32 seed = 1; seed <= seeds; ++seed)
        QTest::addRow("seed %u", seed) << seed;
}

void TestOrdering::whatIsTakenIsAlwaysTheFirstOfAPlainSort()
{
    QFETCH(quint32, seed);
    play(seed);
}

void TestOrdering::comparedManyTimes()
{
    qInfo("%d comparisons", m_comparisons);
    QVERIFY(m_comparisons >= (testedStore() == StoreKind::Postgresql ? 1'000 : 10'000));
}

void TestOrdering::populate(PipelineFixture &fixture, Oracle &oracle, Random &random, int count)
{
    std::vector<ItemInput> inputs;
    std::vector<ModelItem> models;
    for (int i = 0; i < count; ++i) {
        ModelItem model;
        const int which = random.between(0, 2);
        model.schemaId = QStringLiteral("schema%1").arg(which);
        model.queueId = QStringLiteral("queue%1").arg(which);
        // Few distinct instants, so that ties are common.
        model.created = random.chance(40) ? fixture.clock.now() - std::chrono::minutes(10 * random.between(0, 40)) : fixture.clock.now() - random.minutes(0, 600);
        model.anchor = model.created;
        QJsonObject json { { QStringLiteral("createdDateTime"), toIso(model.created) }, { QStringLiteral("category"), QStringLiteral("category%1").arg(which) } };
        if (random.chance(30)) {
            model.due = fixture.clock.now() + random.minutes(-200, 300);
            json.insert(QStringLiteral("dueDateTime"), toIso(*model.due));
            model.anchor = *model.due;
        }
        if (random.chance(60)) {
            model.businessValue = random.between(-10, 30);
            json.insert(QStringLiteral("businessValue"), model.businessValue);
        }
        if (random.chance(20)) {
            model.shift = random.between(-3, 3);
            json.insert(QStringLiteral("priority"), QString(model.shift < 0 ? QString::number(model.shift) : QString(u'+' + QString::number(model.shift))));
        }
        if (random.chance(25)) {
            // The third is one that there is not.
            model.calendarId = QStringLiteral("calendar%1").arg(random.between(0, 2));
            json.insert(QStringLiteral("businessCalendarId"), model.calendarId);
        }
        inputs.push_back(*decodeItemInput(json, InputMode::Create));
        models.push_back(model);
    }
    const auto captured = fixture.run<std::vector<ItemAnswer>>([&](Transaction &transaction) -> Result<std::vector<ItemAnswer>> {
        std::vector<ItemAnswer> answers;
        for (const ItemInput &input : inputs) {
            const auto answer = captureItem(transaction, input, fixture.actor);
            if (!answer)
                return answer.error();
            answers.push_back(*answer);
        }
        return answers;
    });
    QVERIFY(captured.ok());
    for (size_t i = 0; i < models.size(); ++i) {
        models[i].id = (*captured)[i].record.item.id.toString();
        models[i].number = (*captured)[i].record.item.id.number;
        oracle.items.push_back(models[i]);
    }
}

void TestOrdering::putCalendar(PipelineFixture &fixture, Oracle &oracle, Random &random, const QString &id)
{
    const Calendar calendar = randomCalendar(random, id);
    PipelineFixture::must(fixture.put(ConfigKind::Calendar, encodeCalendar(calendar)));
    oracle.calendars.insert_or_assign(id, *BusinessCalendar::compile(calendar));
}

void TestOrdering::putQueue(PipelineFixture &fixture, Oracle &oracle, Random &random, const QString &id)
{
    Queue queue;
    queue.id = queue.name = id;
    milliseconds age { 0 };
    for (int i = std::max(0, random.between(-2, 4)); i > 0; --i) {
        queue.escalation.push_back({ age, random.between(1, 10) });
        age += std::chrono::seconds(random.between(1, 7'200));
    }
    PipelineFixture::must(fixture.put(ConfigKind::Queue, encodeQueue(queue)));
    oracle.escalations[id] = queue.escalation;
}

void TestOrdering::disturb(PipelineFixture &fixture, Oracle &oracle, Random &random)
{
    ModelItem &item = oracle.items[static_cast<size_t>(random.between(0, static_cast<int>(oracle.items.size()) - 1))];
    const PrioritizationSchema &schema = oracle.schemas.at(item.schemaId);
    switch (random.between(0, 6)) {
    case 0: // on hold, or back
        if (item.waiting) {
            PipelineFixture::must(fixture.change(ItemOperation::Hold, item.id));
            item.waiting = false;
            item.heldSince = fixture.clock.now();
        } else if (item.heldSince) {
            PipelineFixture::must(fixture.change(ItemOperation::Resume, item.id));
            if (schema.excludeHoldTime)
                oracle.excludeHold(item, fixture.clock.now());
            item.heldSince.reset();
            item.waiting = true;
        }
        break;
    case 1: { // a manual change of priority
        const int by = random.between(-4, 4);
        if (by != 0) {
            PipelineFixture::must(fixture.patch(item.id, { { QStringLiteral("priority"), by < 0 ? QString::number(by) : QString(u'+' + QString::number(by)) } }));
            item.shift += by;
        }
        break;
    }
    case 2: // another business value
        item.businessValue = random.between(-10, 30);
        PipelineFixture::must(fixture.patch(item.id, { { QStringLiteral("businessValue"), item.businessValue } }));
        break;
    case 3: { // the curve, the SLA and the bands are changed under everything that waits
        PrioritizationSchema changed = randomSchema(random, item.schemaId);
        changed.excludeHoldTime = schema.excludeHoldTime;
        fixture.addSchema(changed);
        oracle.schemas[item.schemaId] = changed;
        break;
    }
    case 4: { // "this priority now"
        if (!item.waiting)
            break;
        const int wanted = random.between(-30, 60);
        PipelineFixture::must(fixture.patch(item.id, { { QStringLiteral("priority"), wanted } }));
        item.shift += wanted - oracle.keyOf(item, fixture.clock.now()).priority;
        break;
    }
    case 5: // other open hours under everything that waits
        putCalendar(fixture, oracle, random, QStringLiteral("calendar%1").arg(random.between(0, 1)));
        break;
    case 6: // another escalation
        putQueue(fixture, oracle, random, item.queueId);
        break;
    }
}

void TestOrdering::comparePages(PipelineFixture &fixture, const Oracle &oracle, Random &random)
{
    const int limit = random.between(1, 9);
    const Instant now = fixture.clock.now();
    const auto listed = fixture.look<QStringList>([&](Snapshot &snapshot) -> Result<QStringList> {
        QStringList ids;
        std::optional<OrderKey> after;
        while (true) {
            const auto page = waitingInOrder(snapshot, [](const WorkClass &) { return true; }, now, after, limit);
            for (const Candidate &candidate : page)
                ids.append(candidate.key.id.toString());
            if (static_cast<int>(page.size()) < limit)
                return ids;
            after = page.back().key;
        }
    });
    QCOMPARE(*listed, oracle.order(now));
    ++m_comparisons;
}

void TestOrdering::play(quint32 seed)
{
    Random random(seed);
    PipelineFixture fixture;
    Oracle oracle;
    for (int i = 0; i < 2; ++i)
        putCalendar(fixture, oracle, random, QStringLiteral("calendar%1").arg(i));
    for (int i = 0; i < 3; ++i) {
        const QString schemaId = QStringLiteral("schema%1").arg(i);
        oracle.schemas[schemaId] = randomSchema(random, schemaId);
        fixture.addSchema(oracle.schemas[schemaId]);
        putQueue(fixture, oracle, random, QStringLiteral("queue%1").arg(i));
        Category category;
        category.id = category.name = QStringLiteral("category%1").arg(i);
        category.order = i;
        category.queueId = QStringLiteral("queue%1").arg(i);
        category.schemaId = schemaId;
        if (random.chance(20))
            category.calendarId = QStringLiteral("calendar%1").arg(random.between(0, 1));
        PipelineFixture::must(fixture.put(ConfigKind::Category, encodeCategory(category)));
        oracle.categoryCalendars[schemaId] = category.calendarId;
    }
    fixture.addAgent(QStringLiteral("anna"), {}, { { QString(), 1'000 } });
    populate(fixture, oracle, random, 60);

    for (int step = 0; step < 110; ++step) {
        if (random.chance(60))
            fixture.clock.advance(random.minutes(0, 45));
        if (random.chance(25))
            disturb(fixture, oracle, random);
        if (random.chance(5))
            populate(fixture, oracle, random, 5);
        if (random.chance(8))
            comparePages(fixture, oracle, random);
        if (QTest::currentTestFailed())
            return;

        const QStringList expected = oracle.order(fixture.clock.now());
        const auto taken = fixture.next(QStringLiteral("anna"));
        QVERIFY2(taken.ok(), taken.ok() ? "" : qPrintable(taken.error().text));
        ++m_comparisons;
        if (expected.isEmpty()) {
            QVERIFY(!taken->item);
            continue;
        }
        QVERIFY(taken->item);
        QCOMPARE(taken->item->record.item.id.toString(), expected.first());
        ModelItem *model = &*std::find_if(oracle.items.begin(), oracle.items.end(), [&](const ModelItem &item) { return item.id == expected.first(); });
        QCOMPARE(*taken->item->view.priority, oracle.keyOf(*model, fixture.clock.now()).priority);
        model->waiting = false;
    }
}

QTEST_GUILESS_MAIN(TestOrdering)
#include "tst_ordering.moc"

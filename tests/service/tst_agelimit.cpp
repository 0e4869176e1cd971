// SPDX-License-Identifier: Apache-2.0
#include <support/pipelinefixture.h>

#include <pipeline/prioritize/ordering.h>

#include <QRandomGenerator>
#include <QTest>

using namespace iwd;
using namespace iwd::test;

namespace {

constexpr quint32 Seeds = 12;

struct Known
{
    ItemId id;
    Instant epoch;
};

class Random
{
public:
    explicit Random(quint32 seed)
        : m_generator(seed)
    {
    }
    int between(int least, int most) { return m_generator.bounded(least, most + 1); }
    milliseconds minutes(int least, int most) { return std::chrono::minutes(between(least, most)); }

private:
    QRandomGenerator m_generator;
};

PrioritizationSchema schemaWith(Random &random, bool rising)
{
    PrioritizationSchema schema;
    schema.id = schema.name = QStringLiteral("schema");
    schema.unit = UrgencyUnit::Minutes;
    schema.sla = random.minutes(1, 60);
    schema.managedPeriod = std::chrono::hours(24);
    std::vector<CurvePoint> points;
    milliseconds age { 0 };
    int priority = 0;
    for (int i = random.between(1, 6); i > 0; --i) {
        points.push_back({ age, priority });
        age += random.minutes(1, 40);
        priority += rising ? random.between(0, 9) : random.between(-9, 9);
    }
    schema.curve = *PriorityCurve::create(random.between(0, 1) == 0 ? Interpolation::Step : Interpolation::Linear, points);
    return schema;
}

ItemId idOf(const Result<ItemAnswer> &captured)
{
    PipelineFixture::must(captured);
    return captured->record.item.id;
}

} // namespace

/// The head of a class among the items that are old enough, compared with a plain look at all of them.
class TestAgeLimit : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void onlyItemsThatAreOldEnoughAreLookedAt_data()
    {
        QTest::addColumn<quint32>("seed");
        QTest::addColumn<bool>("rising");
        for (quint32 seed = 1; seed <= Seeds; ++seed)
            QTest::addRow("seed %u", seed) << seed << (seed % 2 == 0);
    }
    void onlyItemsThatAreOldEnoughAreLookedAt();

private:
    void compare(PipelineFixture &fixture, const PrioritizationSchema &schema, const std::vector<Known> &items, milliseconds leastAge, bool byDue);
};

void TestAgeLimit::compare(PipelineFixture &fixture, const PrioritizationSchema &schema, const std::vector<Known> &items, milliseconds leastAge, bool byDue)
{
    const Instant now = fixture.clock.now();
    std::optional<OrderKey> expected;
    QList<qint64> expectedOrder;
    std::vector<OrderKey> keys;
    for (const Known &item : items) {
        if (now - item.epoch >= leastAge)
            keys.push_back({ schema.curve.valueAt(now - item.epoch), 0, item.epoch, milliseconds(0), item.id });
    }
    std::sort(keys.begin(), keys.end(), [](const OrderKey &left, const OrderKey &right) { return left.before(right); });
    for (const OrderKey &key : keys)
        expectedOrder.append(key.id.number);
    if (!keys.empty())
        expected = keys.front();
    const auto looked = fixture.look<bool>([&](Snapshot &snapshot) -> Result<bool> {
        const auto configuration = snapshot.configuration();
        const PrioritizationSchema &stored = *configuration->schema(schema.id);
        for (const auto &[classId, oldest] : snapshot.oldestWaiting()) {
            const WorkClass terms = snapshot.workClass(classId);
            if ((terms.anchor == AnchorKind::Due) != byDue)
                continue;
            for (const auto &known : { std::optional(oldest), std::optional<Waiting>() }) {
                const auto head = headOfClass(snapshot, classId, terms, stored, now, known, leastAge);
                if (head.has_value() != expected.has_value() || (head && head->key != *expected))
                    return false;
            }
            // Whole, and continued behind any of its items.
            for (size_t skipped = 0; skipped <= keys.size(); ++skipped) {
                const auto after = skipped == 0 ? std::nullopt : std::optional(keys[skipped - 1]);
                ClassOrder order(snapshot, classId, terms, stored, now, after, 3, leastAge);
                for (size_t i = skipped; i < keys.size(); ++i, order.pop()) {
                    if (const auto next = order.head(); !next || next->key != keys[i])
                        return false;
                }
                if (order.head())
                    return false;
            }
        }
        return true;
    });
    QVERIFY(looked.ok());
    QVERIFY2(*looked, qPrintable(QStringLiteral("least age %1 min").arg(leastAge.count() / 60'000)));
}

void TestAgeLimit::onlyItemsThatAreOldEnoughAreLookedAt()
{
    QFETCH(quint32, seed);
    QFETCH(bool, rising);
    Random random(seed);
    PipelineFixture fixture;
    const PrioritizationSchema schema = schemaWith(random, rising);
    fixture.addSchema(schema);
    fixture.addCategory(QStringLiteral("all"), {}, QStringLiteral("general"), 0, {}, schema.id);
    std::vector<Known> byCreation;
    std::vector<Known> byDue;
    for (int i = 0; i < 40; ++i) {
        const Instant created = fixture.clock.now() - random.minutes(0, 200);
        QJsonObject json { { QStringLiteral("createdDateTime"), toIso(created) } };
        if (i % 2 == 0) {
            const Instant due = fixture.clock.now() + random.minutes(-150, 90);
            json.insert(QStringLiteral("dueDateTime"), toIso(due));
            byDue.push_back({ idOf(fixture.capture(json)), due - schema.sla });
        } else {
            byCreation.push_back({ idOf(fixture.capture(json)), created });
        }
    }
    std::vector<milliseconds> limits { milliseconds::min(), milliseconds(0), std::chrono::hours(5), std::chrono::hours(-5) };
    for (int i = 0; i < 12; ++i)
        limits.push_back(random.minutes(-60, 200) + milliseconds(random.between(-1, 1)));
    for (const milliseconds leastAge : limits) {
        compare(fixture, schema, byCreation, leastAge, false);
        compare(fixture, schema, byDue, leastAge, true);
        if (QTest::currentTestFailed())
            return;
    }
}

QTEST_GUILESS_MAIN(TestAgeLimit)
#include "tst_agelimit.moc"

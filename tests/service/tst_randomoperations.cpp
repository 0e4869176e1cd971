// SPDX-License-Identifier: Apache-2.0
#include <support/randomlife.h>

#include <QTest>

#include <set>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

using Row = std::map<QString, qint64>;

/// Every figure by its name; those that are 0 are left out.
Row rowOf(const LiveFigures::Figures &figures)
{
    Row row;
    const auto put = [&row](const QString &name, qint64 count) {
        if (count != 0)
            row[name] = count;
    };
    for (const auto &[id, queue] : figures.queues) {
        for (int status = 0; status < ItemStatusCount; ++status)
            put(id + u' ' + statusName(static_cast<ItemStatus>(status)), queue.byStatus[static_cast<size_t>(status)]);
        put(id + u" arrived"_s, queue.arrivedToday);
        put(id + u" completed"_s, queue.completedToday);
        put(id + u" canceled"_s, queue.canceledToday);
        put(id + u" met"_s, queue.slaMetToday);
        put(id + u" missed"_s, queue.slaMissedToday);
    }
    for (const auto &[agent, count] : figures.completedByAgent)
        put(u"agent "_s + agent, count);
    put(u"last event"_s, figures.lastEvent);
    return row;
}

QString textOf(const Row &row)
{
    QStringList lines;
    for (const auto &[name, count] : row)
        lines.append(u"%1: %2"_s.arg(name).arg(count));
    return lines.join(u'\n');
}

} // namespace

/// After any history of operations, what is kept in memory says the same as what is stored.
class TestRandomOperations : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void figuresSayWhatIsStored_data() { seeds(); }
    void figuresSayWhatIsStored();
    void everyItemIsInOneStateOnly_data() { seeds(); }
    void everyItemIsInOneStateOnly();
    void leasesThatAreShiftedAreRememberedSo();

private:
    static void seeds()
    {
        QTest::addColumn<unsigned>("seed");
        for (unsigned seed = 1; seed <= 3; ++seed)
            QTest::addRow("%u", seed) << seed;
    }
};

void TestRandomOperations::figuresSayWhatIsStored()
{
    QFETCH(unsigned, seed);
    PipelineFixture fixture;
    Life life(fixture, seed);
    for (int round = 0; round < 8; ++round) {
        for (int step = 0; step < 60; ++step)
            life.step();
        const Row kept = rowOf(fixture.pipeline->figures().figures(fixture.tenant, fixture.clock.now()));
        const auto loaded = fixture.look<Row>([&](Snapshot &snapshot) -> Result<Row> {
            LiveFigures fresh;
            if (!fresh.load(snapshot))
                return Row();
            return rowOf(fresh.figures(snapshot.tenant(), snapshot.now()));
        });
        QCOMPARE(textOf(kept), textOf(*loaded));
    }
    // A life in which little happens would prove little.
    const auto happened = fixture.look<QStringList>([](Snapshot &snapshot) -> Result<QStringList> {
        std::set<QString> types;
        for (const StoredEvent &event : snapshot.events(0, 100'000))
            types.insert(QJsonDocument::fromJson(event.body).object().value(u"type"_s).toString());
        return QStringList(types.begin(), types.end());
    });
    QVERIFY2(happened->filter(u"item."_s).size() >= 16, qPrintable(happened->join(u' ')));
}

/// What the tables say about each other, and what is remembered says about the tables.
void TestRandomOperations::everyItemIsInOneStateOnly()
{
    QFETCH(unsigned, seed);
    PipelineFixture fixture;
    Life life(fixture, seed + 100);
    for (int round = 0; round < 8; ++round) {
        for (int step = 0; step < 60; ++step)
            life.step();
        const auto wrong = fixture.run<QStringList>([](Transaction &transaction) -> Result<QStringList> { return contradictions(transaction); });
        QCOMPARE(*wrong, QStringList());
    }
}

void TestRandomOperations::leasesThatAreShiftedAreRememberedSo()
{
    PipelineFixture fixture;
    fixture.addAgent(u"anna"_s);
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s } }));
    const auto taken = fixture.next(u"anna"_s);
    PipelineFixture::must(taken);
    const Instant until = taken->item->assignment->leaseUntil + std::chrono::hours(1);
    fixture.clock.advance(milliseconds(1));
    const auto remembered = fixture.run<std::vector<Assignment>>([](Transaction &transaction) -> Result<std::vector<Assignment>> {
        transaction.shiftLeases(std::chrono::hours(1), transaction.now() + std::chrono::hours(1));
        return transaction.desks().at(u"anna"_s).inHand;
    });
    QCOMPARE(remembered->size(), size_t(1));
    QCOMPARE(remembered->front().leaseUntil, until);
    const auto wrong = fixture.run<QStringList>([](Transaction &transaction) -> Result<QStringList> { return contradictions(transaction); });
    QCOMPARE(*wrong, QStringList());
}

QTEST_GUILESS_MAIN(TestRandomOperations)
#include "tst_randomoperations.moc"

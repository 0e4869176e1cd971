// SPDX-License-Identifier: Apache-2.0
#include <support/randomlife.h>

#include <storage/postgresdatabase.h>

#include <QTest>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

/// How often each statement was asked for.
class Counted
{
public:
    StatementObserver observer()
    {
        return [this](const QString &name, bool, std::chrono::nanoseconds) {
            const std::lock_guard lock(m_mutex);
            ++m_counts[name];
        };
    }
    int of(const QString &name) const
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_counts.find(name);
        return found == m_counts.end() ? 0 : found->second;
    }

private:
    mutable std::mutex m_mutex;
    std::map<QString, int> m_counts;
};

} // namespace

/// Servers that write the same tenant by turns follow one another's log, so each keeps what it remembers.
class TestFollowing : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsRememberedIsWhatIsStored_data();
    void whatIsRememberedIsWhatIsStored();
    void whoeverTakesByTurnsReadsTheHeadsOnce();
    void whoeverTakesDoesNotReadAgainWhoHoldsWhatWhileOthersCapture();
};

void TestFollowing::whatIsRememberedIsWhatIsStored_data()
{
    QTest::addColumn<unsigned>("seed");
    QTest::addColumn<bool>("older");
    QTest::addColumn<int>("lookMillis");
    for (unsigned seed = 1; seed <= 2; ++seed) {
        QTest::addRow("%u", seed) << seed << false << 3'600'000;
        QTest::addRow("%u, looking often", seed) << seed << false << 1;
    }
    QTest::addRow("a server of the version before among them") << 7u << true << 3'600'000;
}

void TestFollowing::whatIsRememberedIsWhatIsStored()
{
    QFETCH(unsigned, seed);
    QFETCH(bool, older);
    QFETCH(int, lookMillis);
    PipelineFixture fixture({}, StoreKind::Postgresql);
    if (older) {
        // Whose events say nothing of changes; here they are those of some transactions.
        auto opened = PostgresDatabase::open(*PostgresAddress::parse(PrivatePostgres::shared().url(fixture.database), {}), {}, {});
        PipelineFixture::must(opened);
        QVERIFY((*opened)->execute(u"create function as_before() returns trigger language plpgsql as $$ begin "
                                   "if pg_current_xact_id()::text::bigint % 3 = 0 then new.facts := jsonb_build_array(new.facts::jsonb -> 0, new.facts::jsonb -> 1)::text; end if; return new; end $$"_s));
        QVERIFY((*opened)->execute(u"create trigger as_before before insert on event for each row execute function as_before()"_s));
    }
    PostgresOptions options;
    options.lookInterval = milliseconds(lookMillis);
    std::array<PipelineFixture::Server, 2> others { fixture.anotherServer(options), fixture.anotherServer(options) };
    Life life(fixture, seed);
    std::mt19937 random(seed);
    for (int step = 0; step < 400; ++step) {
        life.step();
        if (random() % 3 == 0)
            fixture.changePlaces(others[random() % 2]);
        if (step % 10 > 0)
            continue;
        const auto wrong = fixture.run<QStringList>([](Transaction &transaction) -> Result<QStringList> { return contradictions(transaction); });
        QCOMPARE(*wrong, QStringList());
    }
}

void TestFollowing::whoeverTakesByTurnsReadsTheHeadsOnce()
{
    constexpr int classes = 60;
    PipelineFixture fixture({}, StoreKind::Postgresql);
    Counted counted;
    PostgresOptions options;
    options.observer = counted.observer();
    PipelineFixture::Server other = fixture.anotherServer(options);
    for (const auto &id : { u"anna"_s, u"ben"_s })
        fixture.addAgent(id, {}, { { QString(), 1'000 } });
    for (int i = 0; i < 2 * classes; ++i) {
        PipelineFixture::must(fixture.capture({ { u"captureId"_s, QString::number(i) }, { u"priority"_s, u"+%1"_s.arg(i % classes) } }));
        fixture.changePlaces(other);
    }
    int looks = 0;
    for (int turn = 0; turn < 2 * classes; ++turn) {
        const auto next = fixture.next(turn % 2 == 0 ? u"anna"_s : u"ben"_s);
        QVERIFY(next && next->item);
        PipelineFixture::must(fixture.act(AgentAction::Complete, turn % 2 == 0 ? u"anna"_s : u"ben"_s, next->item->record.item.id.toString(), next->item->assignment->token));
        fixture.changePlaces(other);
        if (turn == 1)
            looks = counted.of(u"item/oldest_waiting"_s);
    }
    QVERIFY(looks > 0);
    QCOMPARE(counted.of(u"item/oldest_waiting"_s), looks);
}

void TestFollowing::whoeverTakesDoesNotReadAgainWhoHoldsWhatWhileOthersCapture()
{
    PipelineFixture fixture({}, StoreKind::Postgresql);
    Counted counted;
    PostgresOptions options;
    options.observer = counted.observer();
    PipelineFixture::Server other = fixture.anotherServer(options);
    fixture.addAgent(u"anna"_s, {}, { { QString(), 1'000 } });
    int looks = 0;
    for (int i = 0; i < 20; ++i) {
        PipelineFixture::must(fixture.capture({ { u"captureId"_s, QString::number(i) }, { u"expirationDateTime"_s, u"2030-01-01T00:00:00Z"_s } }));
        fixture.changePlaces(other);
        const auto next = fixture.next(u"anna"_s);
        QVERIFY(next && next->item);
        QCOMPARE(next->item->record.item.captureId, QString::number(i));
        fixture.changePlaces(other);
        if (i == 0)
            looks = counted.of(u"assignment/all"_s);
    }
    QVERIFY(looks > 0);
    QCOMPARE(counted.of(u"assignment/all"_s), looks);
}

QTEST_GUILESS_MAIN(TestFollowing)
#include "tst_following.moc"

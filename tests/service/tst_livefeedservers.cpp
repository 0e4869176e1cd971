// SPDX-License-Identifier: Apache-2.0
#include "livereplica.h"

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

constexpr int patience = 60'000; ///< ms

/// A server of several on one database, and what those who are connected to it are told from.
class Place
{
public:
    Place(Pipeline &pipeline, TenantId tenant)
        : m_pipeline(pipeline)
        , m_tenant(tenant)
        , m_feed(pipeline, milliseconds(0))
    {
    }

    /// Waits until this server knows of @p event, because it wrote that itself or looked at what others write. @returns whether the feed ends there then
    bool looksUpTo(qint64 event)
    {
        const bool knows = QTest::qWaitFor([&] { return m_pipeline.figures().lastEvent(m_tenant) >= event; }, patience);
        look();
        return knows && last() == event;
    }
    /// What this server can read of the log, whoever has written it.
    LiveChanges read(qint64 after, qint64 upTo = 0)
    {
        const std::function<Result<LiveChanges>(Snapshot &)> work = [after, upTo](Snapshot &snapshot) { return readChanges(snapshot, after, upTo); };
        auto changes = await(m_pipeline.read<LiveChanges>(m_tenant, Deadline::never(), work));
        PipelineFixture::must(changes);
        return *std::move(changes);
    }
    void look() { advance(m_feed, m_tenant); }
    qint64 last() { return m_feed.last(m_tenant); }
    std::shared_ptr<const LiveBatch> batchAfter(qint64 position) { return m_feed.batchAfter(m_tenant, position); }

private:
    Pipeline &m_pipeline;
    const TenantId m_tenant;
    LiveFeed m_feed;
};

/// Somebody who is connected to one server, and to another one later on. Goes about it as the live stream does.
class Follower
{
public:
    Follower(Replica replica, Place &place, qint64 position)
        : m_replica(std::move(replica))
        , m_place(&place)
        , m_position(position)
    {
    }

    /// Names the position to @p place, and is told there what has happened since.
    void changeOver(Place &place)
    {
        m_place = &place;
        take(place.read(m_position));
    }
    /// Is told what the feed has, and what it has no stretch of from here.
    void goOn()
    {
        while (m_position < m_place->last()) {
            const auto batch = m_place->batchAfter(m_position);
            ++(batch ? m_shared : m_own);
            take(batch ? batch->changes() : m_place->read(m_position, m_place->last()));
        }
    }
    [[nodiscard]] const Replica &replica() const { return m_replica; }
    [[nodiscard]] bool knows(ItemId item) const { return m_replica.items.contains(item); }
    [[nodiscard]] qint64 position() const { return m_position; }
    [[nodiscard]] int shared() const { return m_shared; }
    [[nodiscard]] int own() const { return m_own; }

private:
    void take(const LiveChanges &changes)
    {
        const qint64 before = std::exchange(m_position, changes.last);
        QCOMPARE(changes.after, before);
        QVERIFY(!changes.tooMany);
        tell(m_replica, changes);
    }

    Replica m_replica;
    Place *m_place;
    qint64 m_position;
    int m_shared = 0; ///< stretches of the feed
    int m_own = 0; ///< stretches that were read for this one alone
};

qint64 newest(PipelineFixture &fixture)
{
    return *fixture.look<qint64>([](Snapshot &snapshot) -> Result<qint64> { return snapshot.lastEvent(); });
}

} // namespace

/// Who follows items on one of several servers, which share a database in PostgreSQL only, is told of what all of them write.
class TestLiveFeedServers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatAnotherServerWritesIsToldWithoutAWriteOfItsOwn();
    void whatWasReadAheadOfTheFeedIsTakenBack();
    void whoChangesFromServerToServerMissesNothing_data() { addSeeds(); }
    void whoChangesFromServerToServerMissesNothing();
};

void TestLiveFeedServers::whatAnotherServerWritesIsToldWithoutAWriteOfItsOwn()
{
    PipelineFixture fixture({}, StoreKind::Postgresql);
    const PipelineFixture::Server other = fixture.anotherServer();
    Place place(*other.pipeline, fixture.tenant);
    const qint64 position = newest(fixture);
    QVERIFY(place.looksUpTo(position));
    const auto captured = fixture.capture({});
    PipelineFixture::must(captured);
    QVERIFY(place.looksUpTo(newest(fixture)));
    const auto batch = place.batchAfter(position);
    QVERIFY(batch);
    QCOMPARE(batch->changes().items.size(), size_t { 1 });
    const ItemChange &change = batch->changes().items.front();
    QCOMPARE(change.record.item.id, captured->record.item.id);
    QVERIFY(change.isNew && !change.isAhead);
}

/// Whoever comes in the middle of a stretch reads the rest of it alone, with items as they are by then.
void TestLiveFeedServers::whatWasReadAheadOfTheFeedIsTakenBack()
{
    PipelineFixture fixture({}, StoreKind::Postgresql);
    const PipelineFixture::Server other = fixture.anotherServer();
    Place place(*other.pipeline, fixture.tenant);
    QVERIFY(place.looksUpTo(newest(fixture)));
    const qint64 beginning = place.last();
    const auto captured = fixture.capture({});
    PipelineFixture::must(captured);
    const ItemId item = captured->record.item.id;
    const auto change = [&](ItemOperation operation) { PipelineFixture::must(fixture.change(operation, item.toString())); };

    Follower follower({ u"waiting"_s, *Condition::parse(comparison(u"status"_s, u"equals"_s, u"queued"_s)), {} }, place, beginning);
    follower.changeOver(place);
    QVERIFY(follower.knows(item));
    change(ItemOperation::Hold);
    QVERIFY(place.looksUpTo(newest(fixture)));
    change(ItemOperation::Resume);
    follower.goOn();
    QCOMPARE(follower.own(), 1);
    QVERIFY(follower.knows(item));
    change(ItemOperation::Hold);
    QVERIFY(place.looksUpTo(newest(fixture)));
    follower.goOn();
    QCOMPARE(follower.shared(), 1);
    QVERIFY(!follower.knows(item));
}

void TestLiveFeedServers::whoChangesFromServerToServerMissesNothing()
{
    QFETCH(unsigned, seed);
    PipelineFixture fixture({}, StoreKind::Postgresql);
    PipelineFixture::Server other = fixture.anotherServer();
    Life life(fixture, seed);
    std::mt19937 random(seed);
    std::array<Place, 2> places { Place(*fixture.pipeline, fixture.tenant), Place(*other.pipeline, fixture.tenant) };
    const qint64 beginning = newest(fixture);
    for (Place &place : places)
        QVERIFY(place.looksUpTo(beginning));
    std::vector<Follower> followers; // of each kind one who begins at each server
    for (Place &place : places) {
        for (const Replica &replica : replicas())
            followers.emplace_back(replica, place, beginning);
    }
    for (int round = 0; round < 10; ++round) {
        for (int steps = 0; steps < 40; ++steps) {
            life.step();
            if (random() % 3 == 0)
                fixture.changePlaces(other);
            if (random() % 10 == 0) // seldom, so that much happens to an item between two looks
                places[random() % 2].look();
            Follower &follower = followers[random() % followers.size()];
            if (random() % 3 == 0)
                follower.changeOver(places[random() % 2]);
            else
                follower.goOn();
        }
        const qint64 last = newest(fixture);
        for (Place &place : places)
            QVERIFY(place.looksUpTo(last));
        for (Follower &follower : followers) {
            follower.goOn();
            QCOMPARE(follower.position(), last);
            const auto truth = fixture.look<KnownItems>([&](Snapshot &snapshot) -> Result<KnownItems> { return truthOf(snapshot, follower.replica()); });
            QVERIFY2(follower.replica().items == *truth, qPrintable(follower.replica().name));
        }
    }
    // Both ways of being told were taken.
    QVERIFY(std::any_of(followers.begin(), followers.end(), [](const Follower &follower) { return follower.shared() > 0; }));
    QVERIFY(std::any_of(followers.begin(), followers.end(), [](const Follower &follower) { return follower.own() > 0; }));
    QVERIFY(!followers.front().replica().items.empty());
}

QTEST_GUILESS_MAIN(TestLiveFeedServers)
#include "tst_livefeedservers.moc"

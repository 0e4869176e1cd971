// SPDX-License-Identifier: Apache-2.0
#include <support/pipelinefixture.h>

#include <pipeline/report/eventfeed.h>
#include <storage/eventpartitions.h>
#include <storage/sqlitedatabase.h>

#include <QTest>

#include <thread>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

/// What retention does: the log's days up to that of @p now are no longer kept. In SQLite, which keeps all of them, as somebody does who cuts it by hand.
void forgetEvents(const PipelineFixture &fixture, Instant now, qint64 upTo)
{
    if (testedStore() == StoreKind::Sqlite) {
        const auto database = *SqliteDatabase::open(fixture.folder.filePath(u"iwd.db"_s), {});
        QVERIFY(database->execute(u"delete from event where id <= %1"_s.arg(upTo)));
        return;
    }
    const auto database = *PostgresDatabase::open(*PostgresAddress::parse(PrivatePostgres::shared().url(fixture.databaseOfTenant()), {}), {}, {});
    QVERIFY(eventpartitions::dropBefore(*database, std::chrono::floor<std::chrono::days>(now.time_since_epoch()).count() + 1).value_or(0) > 0);
}

} // namespace

/// What every store does: what a commit means, who spoils whose work, and who sees what.
class TestStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void concurrentWritesShareATransaction();
    void aFailingWriteFailsAloneAndLeavesNothing();
    void aRefusedWriteThatHadWrittenIsUndone();
    void aWriteWhoseDeadlineHasPassedIsNotBegun();
    void aFullQueueRefusesInsteadOfGrowing();
    void oneTenantSeesNothingOfAnother();
    void aReaderSeesOneMoment();
    void whatWasAnsweredIsThereAfterARestart();
    void listsOfOpenItemsAreFiltered();
    void manyAreReadAsOneByOne();
    void aWriterReadsWhatItHasWritten();
    void whatAnItemHoldsComesBackAsItWas();
    void eventsAreNumberedInTheOrderOfCommits();
    void aLogOfSeveralDaysIsReadInOrder();
    void aReaderWhomRetentionHasOvertakenIsTold();
    void everybodyOnTheDatabaseGetsTheSameSecret();
    void keysSessionsAndUsersAreFoundBeforeTheirTenantIsKnown();
    void aKeyOfAnAgentStaysOne();
    void answersAreKeptAndForgotten();
    void savedFiltersAreTheirOwnersAndWhoseTheyArePublishedTo();
    void savedFiltersHaveANameOfTheirOwn();
};

void TestStore::concurrentWritesShareATransaction()
{
    PipelineFixture fixture;
    // All units of one transaction are given the same instant; a clock that moves with every look tells the transactions apart.
    std::atomic<int> running = 0;
    std::mutex mutex;
    std::set<const Transaction *> views;
    std::vector<Delivery<bool>> done(200);
    Delivery<bool> first;
    // The first one keeps the writer busy until the others are queued.
    std::mutex gate;
    gate.lock();
    std::atomic<bool> begun = false;
    fixture.store->write({ fixture.tenant,
        [&](Transaction &) {
            begun = true;
            const std::lock_guard wait(gate);
        },
        [first](const auto &) { first.deliver(true); } });
    while (!begun)
        std::this_thread::yield();
    for (auto &delivery : done) {
        fixture.store->write({ fixture.tenant,
            [&](Transaction &transaction) {
                ++running;
                const std::lock_guard lock(mutex);
                views.insert(&transaction);
            },
            [delivery](const std::optional<Error> &failure) { delivery.deliver(!failure); } });
    }
    gate.unlock();
    for (auto &delivery : done)
        QVERIFY(await([](Delivery<bool> one) -> QCoro::Task<bool> { co_return co_await one; }(delivery)));
    QCOMPARE(running.load(), 200);
    QCOMPARE(views.size(), 1);
}

void TestStore::aFailingWriteFailsAloneAndLeavesNothing()
{
    PipelineFixture fixture;
    std::mutex gate;
    gate.lock();
    fixture.store->write({ fixture.tenant, [&](Transaction &) { const std::lock_guard wait(gate); }, [](const auto &) {} });
    std::vector<Delivery<bool>> done(5);
    for (int i = 0; i < 5; ++i) {
        fixture.store->write({ fixture.tenant,
            [&fixture, i](Transaction &transaction) {
                const auto input = decodeItemInput({ { u"captureId"_s, QString::number(i) } }, InputMode::Create);
                (void)captureItem(transaction, *input, fixture.actor);
                if (i == 2) { // a statement that the database refuses: the same capture again, past the check
                    ItemRecord twin;
                    twin.item.captureId = QString::number(i);
                    twin.item.capturePointId = u"default"_s;
                    transaction.insertItem(twin);
                }
            },
            [delivery = done[static_cast<size_t>(i)]](const std::optional<Error> &failure) { delivery.deliver(!failure); } });
    }
    gate.unlock();
    QList<bool> outcomes;
    for (auto &delivery : done)
        outcomes.append(await([](Delivery<bool> one) -> QCoro::Task<bool> { co_return co_await one; }(delivery)));
    QCOMPARE(outcomes, QList<bool>({ true, true, false, true, true }));
    for (int i = 0; i < 5; ++i) {
        const auto ids = fixture.look<std::vector<ItemId>>([i](Snapshot &snapshot) -> Result<std::vector<ItemId>> { return snapshot.itemsCapturedAs(QString::number(i), {}); });
        QCOMPARE(ids->size(), size_t(i == 2 ? 0 : 1));
    }
    const auto figures = fixture.pipeline->figures().figures(fixture.tenant, fixture.clock.now());
    QCOMPARE(figures.queues.at(u"general"_s).byStatus[static_cast<size_t>(ItemStatus::Queued)], 4);
}

void TestStore::aRefusedWriteThatHadWrittenIsUndone()
{
    PipelineFixture fixture;
    const auto refused = fixture.run<bool>([&](Transaction &transaction) -> Result<bool> {
        (void)captureItem(transaction, *decodeItemInput({ { u"captureId"_s, u"1"_s } }, InputMode::Create), fixture.actor);
        return invalidField(u"second"_s, u"something else"_s);
    });
    QCOMPARE(refused.error().field, u"second"_s);
    const auto ids = fixture.look<std::vector<ItemId>>([](Snapshot &snapshot) -> Result<std::vector<ItemId>> { return snapshot.itemsCapturedAs(u"1"_s, {}); });
    QVERIFY(ids->empty());
}

void TestStore::aWriteWhoseDeadlineHasPassedIsNotBegun()
{
    PipelineFixture fixture;
    std::atomic<bool> ran = false;
    const auto late = await(fixture.pipeline->write<bool>(
        { fixture.tenant, fixture.actor, Deadline::in(milliseconds(-1)), std::nullopt },
        [&ran](Transaction &) -> Result<bool> {
            ran = true;
            return true;
        },
        [](const bool &) { return Answer {}; }));
    QCOMPARE(late.error().code, ErrorCode::DeadlineExceeded);
    QVERIFY(!ran);
}

void TestStore::aFullQueueRefusesInsteadOfGrowing()
{
    SqliteOptions limits;
    limits.queueLimit = 3;
    PipelineFixture fixture(limits);
    Store &store = *fixture.store;
    std::mutex gate;
    gate.lock();
    Delivery<bool> begun;
    QVERIFY(store.write({ { 1 }, [&](Transaction &) { begun.deliver(true); const std::lock_guard wait(gate); }, [](const auto &) {} }));
    QVERIFY(await([](Delivery<bool> one) -> QCoro::Task<bool> { co_return co_await one; }(begun)));
    for (int i = 0; i < 3; ++i)
        QVERIFY(store.write({ { 1 }, [](Transaction &) {}, [](const auto &) {} }));
    QVERIFY(!store.write({ { 1 }, [](Transaction &) {}, [](const auto &) {} }));
    gate.unlock();
}

void TestStore::oneTenantSeesNothingOfAnother()
{
    PipelineFixture fixture;
    const TenantId other = *fixture.store->createTenant(u"200"_s, u"t200"_s, u"6a2f41a3-c54c-fce8-32d2-0324e1c32e23"_s);
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s } }));
    const ItemId id = fixture.item(u"1"_s).item.id;
    const qint64 classId = *fixture.item(u"1"_s).classId;
    const auto seen = fixture.run<int>(other, [&](Transaction &transaction) -> Result<int> {
        int count = 0;
        count += transaction.item(id) ? 1 : 0;
        count += static_cast<int>(transaction.itemsCapturedAs(u"1"_s, {}).size());
        count += static_cast<int>(transaction.items({}, 0, true, 10).size());
        count += static_cast<int>(transaction.items({ id }).size());
        count += static_cast<int>(transaction.oldestWaiting().size());
        count += static_cast<int>(transaction.waiting({ classId, Instant::min(), Instant::max(), std::nullopt }, 10).size());
        for (const auto &places : transaction.waiting(std::vector<WaitingRange> { { classId, Instant::min(), Instant::max(), std::nullopt } }, 10))
            count += static_cast<int>(places.size());
        count += static_cast<int>(transaction.events(0, 10).size());
        count += static_cast<int>(transaction.history(id, 0, 10).size());
        count += static_cast<int>(transaction.countItems(Instant()).size());
        count += static_cast<int>(transaction.configRecords(ConfigKind::Queue, false).size());
        count += transaction.configuration()->queue(u"general"_s) ? 1 : 0;
        count += !transaction.workClass(classId).queueId.isEmpty() ? 1 : 0;
        return count;
    });
    QCOMPARE(*seen, 0);
}

void TestStore::aReaderSeesOneMoment()
{
    PipelineFixture fixture;
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"1"_s } }));
    Delivery<bool> begun;
    std::mutex gate;
    gate.lock();
    std::atomic<int> before = 0;
    std::atomic<int> after = 0;
    Delivery<bool> finished;
    fixture.store->read(
        fixture.tenant,
        [&](Snapshot &snapshot) {
            before = static_cast<int>(snapshot.items({}, 0, true, 10).size());
            begun.deliver(true);
            const std::lock_guard wait(gate);
            after = static_cast<int>(snapshot.items({}, 0, true, 10).size());
        },
        [&](const auto &) { finished.deliver(true); }, Deadline::never());
    const auto wait = [](Delivery<bool> one) -> QCoro::Task<bool> { co_return co_await one; };
    QVERIFY(await(wait(begun)));
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"2"_s } }));
    gate.unlock();
    QVERIFY(await(wait(finished)));
    QCOMPARE(before.load(), 1);
    QCOMPARE(after.load(), 1);
}

void TestStore::whatWasAnsweredIsThereAfterARestart()
{
    PipelineFixture fixture;
    fixture.addAgent(u"anna"_s, {}, { { QString(), 3 } });
    for (int i = 0; i < 10; ++i)
        PipelineFixture::must(fixture.capture({ { u"captureId"_s, QString::number(i) }, { u"dueDateTime"_s, u"2026-03-02T00:00:00+02:00"_s }, { u"labels"_s, QJsonArray { u"a"_s } }, { u"x"_s, 1.5 } }));
    const qint64 token = fixture.next(u"anna"_s)->item->assignment->token;
    const QString inHand = fixture.item(u"0"_s).item.id.toString();
    const WorkItem before = fixture.item(u"7"_s).item;
    fixture.restart();
    const WorkItem after = fixture.item(u"7"_s).item;
    QCOMPARE(after.due, before.due);
    QCOMPARE(after.labels, before.labels);
    QCOMPARE(after.custom, before.custom);
    QCOMPARE(after.version, before.version);
    QVERIFY(fixture.act(AgentAction::Complete, u"anna"_s, inHand, token).ok());
    QCOMPARE(fixture.next(u"anna"_s)->item->record.item.captureId, u"1"_s);
}

void TestStore::listsOfOpenItemsAreFiltered()
{
    PipelineFixture fixture;
    for (int i = 0; i < 6; ++i)
        PipelineFixture::must(fixture.capture({ { u"captureId"_s, QString::number(i) }, { u"labels"_s, QJsonArray { i % 2 ? u"odd"_s : u"even"_s } } }));
    PipelineFixture::must(fixture.change(ItemOperation::Hold, u"1"_s));
    PipelineFixture::must(fixture.change(ItemOperation::Hold, u"4"_s));
    PipelineFixture::must(fixture.change(ItemOperation::Cancel, u"5"_s));
    const auto ids = [&](const ItemFilter &filter, qint64 after = 0, bool newestFirst = false, int limit = 10) {
        return *fixture.look<QStringList>([&](Snapshot &snapshot) -> Result<QStringList> {
            QStringList found;
            for (const ItemRecord &record : snapshot.items(filter, after, newestFirst, limit))
                found.append(record.item.captureId);
            return found;
        });
    };
    QCOMPARE(ids({ .statuses = { ItemStatus::Held } }), QStringList({ u"1"_s, u"4"_s }));
    QCOMPARE(ids({ .statuses = { ItemStatus::Held, ItemStatus::Canceled } }, 0, true), QStringList({ u"5"_s, u"4"_s, u"1"_s }));
    QCOMPARE(ids({ .statuses = { ItemStatus::Queued }, .label = u"odd"_s }), QStringList({ u"3"_s }));
    QCOMPARE(ids({ .captureId = u"2"_s }), QStringList({ u"2"_s }));
    QCOMPARE(ids({ .queueId = u"general"_s }, 0, true, 2), QStringList({ u"5"_s, u"4"_s }));
    QCOMPARE(ids({ .queueId = u"nowhere"_s }), QStringList());
}

/// What is written in a transaction is there for it at once, whether or not it has reached the database.
void TestStore::manyAreReadAsOneByOne()
{
    PipelineFixture fixture;
    std::vector<ItemId> ids;
    for (int i = 0; i < 12; ++i) {
        fixture.clock.advance(milliseconds(i % 3)); // some are as old as others
        const auto captured = fixture.capture({ { u"captureId"_s, QString::number(i) }, { u"businessValue"_s, 100 * (i % 2) } });
        PipelineFixture::must(captured);
        ids.push_back(captured->record.item.id);
    }
    std::reverse(ids.begin(), ids.end());
    const auto same = fixture.look<QStringList>([&](Snapshot &snapshot) -> Result<QStringList> {
        QStringList wrong;
        std::vector<ItemId> asked = ids;
        asked.insert(asked.begin() + 3, { { 4'711 }, { 0 } }); // there are none
        const auto records = snapshot.items(asked);
        if (records.size() != ids.size())
            return QStringList { u"%1 items"_s.arg(records.size()) };
        for (size_t i = 0; i < ids.size(); ++i) {
            const auto one = snapshot.item(ids[i]);
            if (records[i].item.id != ids[i] || !one || encodeItem(one->item, {}) != encodeItem(records[i].item, {}) || one->anchor != records[i].anchor)
                wrong.append(ids[i].toString());
        }
        if (!snapshot.items(std::vector<ItemId>()).empty() || !snapshot.waiting(std::vector<WaitingRange>(), 5).empty())
            wrong.append(u"nothing"_s);
        std::vector<WaitingRange> ranges;
        for (const auto &[classId, oldest] : snapshot.oldestWaiting()) {
            const auto all = snapshot.waiting({ classId, Instant::min(), Instant::max(), std::nullopt }, 100);
            ranges.push_back({ classId, Instant::min(), Instant::max(), std::nullopt });
            ranges.push_back({ classId, all.front().anchor, all.back().anchor, std::nullopt });
            ranges.push_back({ classId, Instant::min(), Instant::max(), all[all.size() / 2] });
            ranges.push_back({ classId + 1'000, Instant::min(), Instant::max(), std::nullopt });
        }
        for (const int limit : { 1, 3, 100 }) {
            const auto lists = snapshot.waiting(ranges, limit);
            for (size_t i = 0; i < ranges.size(); ++i) {
                if (lists.size() != ranges.size() || lists[i] != snapshot.waiting(ranges[i], limit))
                    wrong.append(u"range %1, limit %2"_s.arg(i).arg(limit));
            }
        }
        return wrong;
    });
    QCOMPARE(*same, QStringList());
}

void TestStore::aWriterReadsWhatItHasWritten()
{
    PipelineFixture fixture;
    PipelineFixture::must(fixture.run<bool>([&](Transaction &transaction) -> Result<bool> {
        (void)captureItem(transaction, *decodeItemInput({ { u"captureId"_s, u"1"_s } }, InputMode::Create), fixture.actor);
        const auto ids = transaction.itemsCapturedAs(u"1"_s, {});
        const auto record = ids.empty() ? std::nullopt : transaction.item(ids.front());
        const bool inLog = record && transaction.history(record->item.id, 0, 10).size() == 3;
        const bool heads = !transaction.oldestWaiting().empty() && transaction.oldestWaiting().begin()->second.id == ids.front();
        const bool inFeed = record && transaction.events(transaction.lastEvent() - 1, 10).size() == 1;
        if (!record || !inLog || !heads || !inFeed)
            return invalidField(u"record"_s, u"%1 %2 %3 %4"_s.arg(record.has_value()).arg(inLog).arg(heads).arg(inFeed));
        return true;
    }));
}

void TestStore::whatAnItemHoldsComesBackAsItWas()
{
    PipelineFixture fixture;
    const QJsonObject json { { u"captureId"_s, u"ключ-1'\"\\"_s }, { u"customerId"_s, u"Ærø %1 :tenant"_s }, { u"labels"_s, QJsonArray { u"a b"_s, u"ß"_s } }, { u"dueDateTime"_s, u"2026-03-02T00:00:00.123Z"_s },
        { u"big"_s, 9007199254740993.0 }, { u"small"_s, 5e-324 }, { u"negative"_s, -0.1 }, { u"yes"_s, true }, { u"no"_s, false }, { u"text"_s, u"line\nbreak \u2028 😀"_s }, { u"a.b\"c"_s, u""_s } };
    PipelineFixture::must(fixture.capture(json));
    const WorkItem item = fixture.item(u"ключ-1'\"\\"_s).item;
    QCOMPARE(item.customerId, json.value(u"customerId"_s).toString());
    QCOMPARE(item.labels, QStringList({ u"a b"_s, u"ß"_s }));
    QCOMPARE(toIso(*item.due), u"2026-03-02T00:00:00.123Z"_s);
    for (const auto &name : { u"big"_s, u"small"_s, u"negative"_s, u"yes"_s, u"no"_s, u"text"_s })
        QCOMPARE(item.custom.value(name), json.value(name));
}

/// Several writers at once; whoever reads the log by id sees each event once and in order, and never one that came late.
void TestStore::eventsAreNumberedInTheOrderOfCommits()
{
    PipelineFixture fixture;
    constexpr int count = 300;
    std::atomic<int> done = 0;
    std::thread writer([&] {
        for (int i = 0; i < count; ++i) {
            while (!fixture.store->write({ fixture.tenant,
                [&, i](Transaction &transaction) { (void)captureItem(transaction, *decodeItemInput({ { u"captureId"_s, QString::number(i) } }, InputMode::Create), fixture.actor); },
                [&](const std::optional<Error> &failure) { done += failure ? 0 : 1; } }))
                std::this_thread::yield();
        }
    });
    qint64 cursor = 0;
    qint64 seen = 0;
    bool gap = false;
    const auto readOn = [&] {
        const auto page = fixture.look<std::vector<StoredEvent>>([cursor](Snapshot &snapshot) -> Result<std::vector<StoredEvent>> { return snapshot.events(cursor, 50); });
        for (const StoredEvent &event : *page) {
            gap = gap || event.id != cursor + 1;
            cursor = event.id;
            ++seen;
        }
        return !page->empty();
    };
    while (done < count)
        readOn();
    writer.join();
    while (readOn()) { }
    const auto last = fixture.look<qint64>([](Snapshot &snapshot) -> Result<qint64> { return snapshot.lastEvent(); });
    QCOMPARE(cursor, *last);
    QVERIFY(!gap);
    QVERIFY(seen >= count * 3);
}

void TestStore::aLogOfSeveralDaysIsReadInOrder()
{
    PipelineFixture fixture;
    QStringList keys;
    for (int day = 0; day < 12; ++day) {
        PipelineFixture::must(fixture.capture({ { u"captureId"_s, QString::number(day) } }));
        keys.append(QString::number(day));
        // Back as well: somebody sets the clock.
        fixture.clock.jump(std::chrono::hours(day == 5 ? -60 : 20));
    }
    PipelineFixture::must(fixture.change(ItemOperation::Cancel, u"0"_s));
    fixture.restart();
    const auto all = fixture.look<std::vector<StoredEvent>>([](Snapshot &snapshot) -> Result<std::vector<StoredEvent>> { return snapshot.events(0, 1'000); });
    QStringList created;
    for (size_t i = 0; i < all->size(); ++i) {
        QVERIFY(i == 0 || all->at(i).id > all->at(i - 1).id);
        const QJsonObject body = QJsonDocument::fromJson(all->at(i).json()).object();
        if (body.value(u"type"_s) == u"item.created"_s)
            created.append(body.value(u"captureId"_s).toString());
    }
    QCOMPARE(created, keys);
    // From every cursor the rest, and nothing else.
    for (size_t i = 0; i < all->size(); ++i) {
        const qint64 after = all->at(i).id;
        const auto rest = fixture.look<std::vector<StoredEvent>>([after](Snapshot &snapshot) -> Result<std::vector<StoredEvent>> { return snapshot.events(after, 1'000); });
        QCOMPARE(rest->size(), all->size() - i - 1);
    }
    const ItemId first = fixture.item(u"0"_s).item.id;
    const auto history = fixture.look<std::vector<StoredEvent>>([first](Snapshot &snapshot) -> Result<std::vector<StoredEvent>> { return snapshot.history(first, 0, 100); });
    QCOMPARE(history->size(), size_t(4));
}

void TestStore::aReaderWhomRetentionHasOvertakenIsTold()
{
    PipelineFixture fixture;
    const TenantId other = *fixture.store->createTenant(u"200"_s, u"t200"_s, u"6a2f41a3-c54c-fce8-32d2-0324e1c32e23"_s);
    const auto read = [&](qint64 after) {
        return fixture.look<std::vector<StoredEvent>>([after](Snapshot &snapshot) { return readFeed(snapshot, after, 1'000); });
    };
    const auto idsAfter = [&](qint64 after) {
        QList<qint64> ids;
        const auto events = read(after);
        for (const StoredEvent &event : events ? *events : std::vector<StoredEvent>())
            ids.append(event.id);
        return ids;
    };
    PipelineFixture::must(fixture.run<bool>(other, [](Transaction &transaction) -> Result<bool> {
        seedConfiguration(transaction);
        return true;
    }));
    // Another tenant writes in between, so where tenants share numbers there are gaps.
    for (int day = 0; day < 4; ++day) {
        PipelineFixture::must(fixture.run<ItemAnswer>(other, [&fixture](Transaction &transaction) { return captureItem(transaction, *decodeItemInput({}, InputMode::Create), fixture.actor); }));
        PipelineFixture::must(fixture.capture({ { u"captureId"_s, QString::number(day) } }));
        if (day == 1)
            forgetEvents(fixture, fixture.clock.now(), idsAfter(0).last());
        fixture.clock.advance(std::chrono::hours(24));
    }
    const QList<qint64> kept = idsAfter(0);
    QVERIFY(kept.size() > 2);
    const auto first = fixture.look<qint64>([](Snapshot &snapshot) -> Result<qint64> { return snapshot.firstEvent(); });
    QVERIFY(*first > 1 && *first <= kept.first());
    // Whoever has read up to there has missed nothing, nor has anybody with a later place.
    QCOMPARE(idsAfter(*first - 1), kept);
    for (qsizetype i = 0; i < kept.size(); ++i)
        QCOMPARE(idsAfter(kept[i]), kept.mid(i + 1));
    QVERIFY(read(kept.last()).ok());
    // Whoever has not is told, and from where on there is something.
    for (const qint64 after : { qint64(1), *first - 2 }) {
        const auto missed = read(after);
        QVERIFY(!missed);
        QCOMPARE(missed.error().code, ErrorCode::FeedRestarted);
        QCOMPARE(missed.error().args.value(u"first"_s).toInteger(), *first);
        QCOMPARE(missed.error().args.value(u"last"_s).toInteger(), kept.last());
    }
    const auto beyond = read(kept.last() + 1);
    QVERIFY(!beyond);
    QCOMPARE(beyond.error().code, ErrorCode::FeedRestarted);
    QVERIFY(!beyond.error().args.contains(u"first"_s));
}

void TestStore::everybodyOnTheDatabaseGetsTheSameSecret()
{
    PipelineFixture fixture;
    const QByteArray first("\0first\xff", 7);
    QCOMPARE(*fixture.store->sharedSecret(u"cache"_s, first), first);
    QCOMPARE(*fixture.store->sharedSecret(u"cache"_s, "second"), first);
    QCOMPARE(*fixture.store->sharedSecret(u"other"_s, "third"), QByteArray("third"));
    fixture.restart();
    QCOMPARE(*fixture.store->sharedSecret(u"cache"_s, "fourth"), first);
}

void TestStore::keysSessionsAndUsersAreFoundBeforeTheirTenantIsKnown()
{
    PipelineFixture fixture;
    const TenantId other = *fixture.store->createTenant(u"200"_s, u"t200"_s, u"6a2f41a3-c54c-fce8-32d2-0324e1c32e23"_s);
    const QByteArray hash = QByteArray::fromHex("00ff5c27").append('\0');
    PipelineFixture::must(fixture.run<bool>(other, [&](Transaction &transaction) -> Result<bool> {
        transaction.insertApiKey({ u"k1"_s, other, u"Key"_s, { u"source"_s, u"agent"_s }, {}, {} }, hash);
        UserRecord user;
        user.user.name = u"ada"_s;
        user.user.roles = { u"Administrator"_s };
        user.passwordHash = u"$argon2id$x"_s;
        transaction.insertUser(user);
        transaction.setLoginFailures(u"ada"_s, 3, transaction.now());
        SessionRecord session;
        session.id = u"session-1"_s;
        session.user = u"ada"_s;
        session.expires = transaction.now() + std::chrono::hours(1);
        transaction.insertSession(session, hash);
        return true;
    }, true));
    Delivery<bool> looked;
    std::optional<ApiKeyRecord> key;
    std::vector<UserRecord> users;
    std::optional<SignedIn> session;
    size_t tenants = 0;
    fixture.store->lookUp(
        [&](Directory &directory) {
            key = directory.apiKey(hash, {});
            users = directory.users(u"ada"_s);
            session = directory.session(hash);
            tenants = directory.tenants().size();
        },
        [looked](const std::optional<Error> &failure) { looked.deliver(!failure); }, Deadline::never());
    QVERIFY(await([](Delivery<bool> one) -> QCoro::Task<bool> { co_return co_await one; }(looked)));
    QCOMPARE(tenants, size_t(2));
    QVERIFY(key && key->tenant == other && key->scopes == QStringList({ u"source"_s, u"agent"_s }));
    QVERIFY(users.size() == 1 && users[0].tenant == other && users[0].failures == 3);
    QVERIFY(session && session->session.tenant == other && session->session.id == u"session-1"_s && session->user.user.isAdministrator());
    const auto here = fixture.look<int>([](Snapshot &snapshot) -> Result<int> { return static_cast<int>(snapshot.apiKeys().size()) + (snapshot.hasUsers() ? 1 : 0); });
    QCOMPARE(*here, 0);
    const auto revoked = fixture.run<int>(other, [](Transaction &transaction) -> Result<int> { return (transaction.revokeApiKey(u"k1"_s) ? 1 : 0) + (transaction.revokeApiKey(u"k1"_s) ? 10 : 0); }, true);
    QCOMPARE(*revoked, 1);
}

void TestStore::aKeyOfAnAgentStaysOne()
{
    PipelineFixture fixture;
    const QByteArray hash = QByteArray::fromHex("00ff5c28");
    const QStringList scopes { u"source"_s, u"agent"_s };
    PipelineFixture::must(fixture.run<bool>(fixture.tenant, [&](Transaction &transaction) -> Result<bool> {
        transaction.insertApiKey({ u"tied"_s, fixture.tenant, u"Desktop"_s, scopes, {}, {}, u"anna"_s }, hash);
        transaction.insertApiKey({ u"untied"_s, fixture.tenant, u"Source"_s, scopes, {}, {} }, "another");
        return true;
    }, true));
    fixture.restart();
    QList<std::optional<ApiKeyRecord>> found;
    Delivery<bool> looked;
    fixture.store->lookUp([&](Directory &directory) { found = { directory.apiKey(hash, {}), directory.apiKey("another", {}) }; },
        [looked](const std::optional<Error> &failure) { looked.deliver(!failure); }, Deadline::never());
    QVERIFY(await([](Delivery<bool> one) -> QCoro::Task<bool> { co_return co_await one; }(looked)));
    QVERIFY(found[0] && found[0]->agent == u"anna"_s && found[0]->scopes == scopes);
    QVERIFY(found[1] && found[1]->agent.isEmpty() && found[1]->scopes == scopes);
    const std::function<Result<QStringList>(Snapshot &)> list = [](Snapshot &snapshot) -> Result<QStringList> {
        QStringList keys;
        for (const ApiKeyRecord &key : snapshot.apiKeys())
            keys.append(key.id + u' ' + key.agent + u' ' + key.scopes.join(u','));
        return keys;
    };
    const auto listed = await(fixture.pipeline->readCallers<QStringList>(fixture.tenant, Deadline::never(), list));
    QCOMPARE(*listed, QStringList({ u"tied anna source,agent"_s, u"untied  source,agent"_s }));
}

void TestStore::answersAreKeptAndForgotten()
{
    PipelineFixture fixture;
    const IdempotencyKey key { u"caller"_s, u"key"_s, QByteArray("finger\0print", 12) };
    const Answer answer { 201, "\"5\"", {}, QByteArray("{\"a\":\"\xc3\xbc\"}\0", 12) };
    PipelineFixture::must(fixture.run<bool>([&](Transaction &transaction) -> Result<bool> {
        transaction.storeAnswer(key, answer);
        return true;
    }));
    fixture.restart();
    PipelineFixture::must(fixture.run<bool>([&](Transaction &transaction) -> Result<bool> {
        const auto kept = transaction.storedAnswer(key);
        if (!kept || kept->first != key.fingerprint || kept->second.body != answer.body || kept->second.etag != answer.etag || kept->second.status != 201)
            return invalidField(u"answer"_s, u"the stored one"_s);
        transaction.forgetAnswersBefore(transaction.now() + milliseconds(1), 10);
        return true;
    }));
    const auto gone = fixture.run<bool>([&](Transaction &transaction) -> Result<bool> { return !transaction.storedAnswer(key); });
    QVERIFY(*gone);
}

void TestStore::savedFiltersAreTheirOwnersAndWhoseTheyArePublishedTo()
{
    PipelineFixture fixture;
    const TenantId other = *fixture.store->createTenant(u"200"_s, u"t200"_s, u"6a2f41a3-c54c-fce8-32d2-0324e1c32e23"_s);
    const Actor anna { u"user"_s, u"anna"_s, u"anna"_s };
    const Actor key { u"apiKey"_s, u"anna"_s, u"A key that is called like her"_s };
    const QJsonObject search { { u"text"_s, u"café \"in a row\""_s }, { u"columns"_s, QJsonArray { u"id"_s, u"custom.region"_s } },
        { u"condition"_s, QJsonObject { { u"attribute"_s, u"queue"_s }, { u"operator"_s, u"equals"_s }, { u"value"_s, u"a\0b"_s } } } };
    const auto insert = [&fixture](TenantId tenant, const Actor &owner, const SavedFilter &filter) {
        const auto inserted = fixture.run<FilterRecord>(tenant, [&](Transaction &transaction) -> Result<FilterRecord> {
            FilterRecord record;
            record.owner = owner;
            record.filter = filter;
            transaction.insertFilter(record);
            return record;
        });
        PipelineFixture::must(inserted);
        return *inserted;
    };
    const FilterRecord own = insert(fixture.tenant, anna, { u"Mine"_s, u"A text"_s, FilterVisibility::Private, {}, search });
    const FilterRecord shared = insert(fixture.tenant, key, { u"Mine"_s, {}, FilterVisibility::Shared, { u"Supervisor"_s, u"front-desk"_s }, {} });
    const FilterRecord hidden = insert(fixture.tenant, key, { u"Hidden"_s, {}, FilterVisibility::Private, {}, {} });
    const FilterRecord foreign = insert(other, anna, { u"Mine"_s, {}, FilterVisibility::Public, {}, {} });
    QVERIFY(own.id > 0 && shared.id > own.id && hidden.id > shared.id);
    QCOMPARE(own.version, 1);

    const auto idsFor = [&fixture](const Actor &owner, qint64 after, int limit) {
        QList<qint64> ids;
        const auto found = fixture.look<std::vector<FilterRecord>>([&](Snapshot &snapshot) -> Result<std::vector<FilterRecord>> { return snapshot.filters(owner, after, limit); });
        for (const FilterRecord &record : *found)
            ids.append(record.id);
        return ids;
    };
    fixture.restart();
    QCOMPARE(idsFor(anna, 0, 10), QList({ own.id, shared.id }));
    QCOMPARE(idsFor(anna, 0, 1), QList({ own.id }));
    QCOMPARE(idsFor(anna, own.id, 10), QList({ shared.id }));
    QCOMPARE(idsFor(key, 0, 10), QList({ shared.id, hidden.id }));

    const auto get = [&fixture](qint64 id) { return *fixture.look<std::optional<FilterRecord>>([id](Snapshot &snapshot) -> Result<std::optional<FilterRecord>> { return snapshot.filter(id); }); };
    const auto stored = get(own.id);
    QVERIFY(stored && stored->isOf(anna) && stored->owner.name == u"anna"_s && stored->filter.description == u"A text"_s);
    QCOMPARE(stored->filter.search, search);
    QCOMPARE(stored->created, own.created);
    const QStringList roles { u"Supervisor"_s, u"front-desk"_s };
    QCOMPARE(get(shared.id)->filter.roles, roles);
    QCOMPARE(get(shared.id)->filter.visibility, FilterVisibility::Shared);
    QVERIFY(foreign.id == own.id || !get(foreign.id)); // each of their own, where tenants have databases of their own

    fixture.clock.advance(std::chrono::hours(1));
    const auto isNewVersion = fixture.run<bool>([&](Transaction &transaction) -> Result<bool> {
        FilterRecord record = *transaction.filter(own.id);
        record.filter.name = u"Renamed"_s;
        record.filter.visibility = FilterVisibility::Public;
        record.filter.search = {};
        transaction.updateFilter(record);
        return record.version == 2 && record.updated > record.created;
    });
    QVERIFY(isNewVersion && *isNewVersion);
    const auto updated = get(own.id);
    QVERIFY(updated->version == 2 && updated->filter.name == u"Renamed"_s && updated->filter.search.isEmpty() && updated->updated > updated->created && updated->isOf(anna));
    QCOMPARE(idsFor(key, 0, 10), QList({ own.id, shared.id, hidden.id }));

    // What is published stays when its owner is gone.
    PipelineFixture::must(fixture.run<bool>([&](Transaction &transaction) -> Result<bool> {
        transaction.removePrivateFilters(key);
        return true;
    }));
    QCOMPARE(idsFor(key, 0, 10), QList({ own.id, shared.id }));
    PipelineFixture::must(fixture.run<bool>([&](Transaction &transaction) -> Result<bool> {
        transaction.removeFilter(shared.id);
        transaction.removeFilter(foreign.id == own.id ? shared.id : foreign.id);
        return true;
    }));
    QCOMPARE(idsFor(key, 0, 10), QList({ own.id }));
    const auto ofOther = fixture.run<int>(other, [&](Transaction &transaction) -> Result<int> { return static_cast<int>(transaction.filters(key, 0, 10).size()); });
    QCOMPARE(*ofOther, 1);
}

void TestStore::savedFiltersHaveANameOfTheirOwn()
{
    PipelineFixture fixture;
    const Actor anna { u"user"_s, u"anna"_s, u"anna"_s };
    const Actor bert { u"user"_s, u"bert"_s, u"bert"_s };
    const auto insert = [&fixture](const Actor &owner, const QString &name) {
        return fixture.run<qint64>([&](Transaction &transaction) -> Result<qint64> {
            FilterRecord record;
            record.owner = owner;
            record.filter.name = name;
            transaction.insertFilter(record);
            return record.id;
        });
    };
    const auto first = insert(anna, u"Late"_s);
    QVERIFY(first);
    QVERIFY(insert(anna, u"late"_s));
    QVERIFY(insert(bert, u"Late"_s));
    QVERIFY(!insert(anna, u"Late"_s)); // past the check of whoever asks
    const auto called = fixture.look<std::optional<qint64>>([&](Snapshot &snapshot) -> Result<std::optional<qint64>> { return snapshot.filterCalled(anna, u"Late"_s); });
    QCOMPARE(**called, *first);
    const auto nobodys = fixture.look<std::optional<qint64>>([&](Snapshot &snapshot) -> Result<std::optional<qint64>> { return snapshot.filterCalled(bert, u"late"_s); });
    QVERIFY(!nobodys->has_value());
    const auto count = fixture.look<int>([&](Snapshot &snapshot) -> Result<int> { return 10 * snapshot.countFilters(anna) + snapshot.countFilters(bert); });
    QCOMPARE(*count, 21);
}

QTEST_GUILESS_MAIN(TestStore)
#include "tst_store.moc"

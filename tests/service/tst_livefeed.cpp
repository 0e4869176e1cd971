// SPDX-License-Identifier: Apache-2.0
#include <support/randomlife.h>

#include <domain/itemfields.h>
#include <pipeline/report/livefeed.h>

#include <QTest>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

QJsonObject comparison(const QString &attribute, const QString &op, const QJsonValue &value)
{
    QJsonObject json { { u"attribute"_s, attribute }, { u"operator"_s, op } };
    if (!value.isUndefined())
        json.insert(u"value"_s, value);
    return json;
}

/// Somebody who follows items, and what they have been told of.
struct Replica
{
    QString name;
    Condition condition;
    CategoryScope scope;
    std::set<ItemId> items = {};
};

std::vector<Replica> replicas()
{
    const auto condition = [](const QJsonObject &json) { return *Condition::parse(json); };
    const QJsonObject queued = comparison(u"status"_s, u"equals"_s, u"queued"_s);
    const CategoryScope general { { u"general"_s } };
    return {
        { u"all"_s, {}, {} },
        { u"waiting"_s, condition(queued), {} },
        { u"not waiting"_s, condition({ { u"not"_s, queued } }), {} },
        { u"held"_s, condition(comparison(u"heldDateTime"_s, u"exists"_s, QJsonValue::Undefined)), {} },
        { u"kind b"_s, condition(comparison(u"custom.kind"_s, u"equals"_s, u"b"_s)), {} },
        { u"in somebody's hands"_s, condition(comparison(u"assignedToUser"_s, u"exists"_s, QJsonValue::Undefined)), {} },
        { u"north, of some value"_s,
            condition({ { u"all"_s, QJsonArray { comparison(u"queue"_s, u"equals"_s, u"north"_s), comparison(u"businessValue"_s, u"greater"_s, 300) } } }), {} },
        { u"due before 2030"_s, condition(comparison(u"dueDateTime"_s, u"less"_s, u"2030-01-01T00:00:00Z"_s)), {} },
        { u"of one category"_s, {}, general },
        { u"waiting of one category"_s, condition(queued), general },
    };
}

bool isFor(const Replica &replica, Snapshot &snapshot, const WorkItem &item)
{
    return replica.scope.covers(*snapshot.configuration(), item.categoryId) && replica.condition.matches(ItemAttributes(item), snapshot.now());
}

std::set<ItemId> truthOf(Snapshot &snapshot, const Replica &replica)
{
    std::set<ItemId> items;
    for (const ItemRecord &record : snapshot.items({}, 0, false, 10'000)) {
        if (isFor(replica, snapshot, record.item))
            items.insert(record.item.id);
    }
    return items;
}

void tell(Replica &replica, const LiveChanges &changes)
{
    for (const ItemChange &change : changes.items) {
        switch (kindOfChange(change, changes, replica.condition, replica.scope)) {
        case ChangeKind::None:
            break;
        case ChangeKind::Entered:
        case ChangeKind::Changed:
            replica.items.insert(change.record.item.id);
            break;
        case ChangeKind::Left:
            replica.items.erase(change.record.item.id);
            break;
        }
    }
}

/// What is said of an item, when all that has happened to it is known: exactly what has become of it for the reader.
QString saidWrongly(const Replica &replica, LiveChanges changes)
{
    for (ItemChange &change : changes.items) {
        change.isAhead = false;
        const ItemId id = change.record.item.id;
        const bool had = replica.items.contains(id);
        const bool has = replica.scope.covers(*changes.configuration, change.record.item.categoryId) && replica.condition.matches(ItemAttributes(change.record.item), changes.at);
        const ChangeKind expected = has ? (had ? ChangeKind::Changed : ChangeKind::Entered) : had ? ChangeKind::Left : ChangeKind::None;
        if (kindOfChange(change, changes, replica.condition, replica.scope) != expected) {
            return u"%1 of %2: had %3, has %4, %5"_s.arg(id.toString(), replica.name).arg(had).arg(has).arg(QString::fromUtf8(QJsonDocument(change.before).toJson(QJsonDocument::Compact)));
        }
    }
    return {};
}

} // namespace

/// Who follows items knows at the end which there are, whatever has happened.
class TestLiveFeed : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aStretchSaysExactlyWhatHasBecomeOfEachItem_data() { seeds(); }
    void aStretchSaysExactlyWhatHasBecomeOfEachItem()
    {
        QFETCH(unsigned, seed);
        PipelineFixture fixture;
        Life life(fixture, seed);
        std::mt19937 random(seed);
        std::vector<Replica> readers = replicas();
        qint64 position = 0;
        for (int round = 0; round < 40; ++round) {
            for (auto steps = 1 + random() % 12; steps > 0; --steps)
                life.step();
            const auto checked = fixture.look<QString>([&](Snapshot &snapshot) -> Result<QString> {
                const auto changes = readChanges(snapshot, position);
                if (!changes)
                    return changes.error();
                position = changes->last;
                if (position != snapshot.lastEvent())
                    return u"the stretch ends before the log"_s;
                for (Replica &reader : readers) {
                    if (const QString wrong = saidWrongly(reader, *changes); !wrong.isEmpty())
                        return wrong;
                    tell(reader, *changes);
                    if (reader.items != truthOf(snapshot, reader))
                        return QString(u"other items than those of "_s + reader.name);
                }
                return QString();
            });
            QVERIFY2(checked, qPrintable(checked ? QString() : checked.error().text));
            QCOMPARE(*checked, QString());
        }
        QVERIFY(!readers.front().items.empty());
    }

    /// Items are read as they are now, though the stretch ends long before.
    void stretchesThatItemsAreAheadOfComeOutRight_data() { seeds(); }
    void stretchesThatItemsAreAheadOfComeOutRight()
    {
        QFETCH(unsigned, seed);
        PipelineFixture fixture;
        Life life(fixture, seed);
        std::mt19937 random(seed);
        std::vector<Replica> readers = replicas();
        qint64 position = 0;
        for (int round = 0; round < 15; ++round) {
            for (int steps = 0; steps < 20; ++steps)
                life.step();
            const auto checked = fixture.look<QString>([&](Snapshot &snapshot) -> Result<QString> {
                const qint64 last = snapshot.lastEvent();
                while (position < last) {
                    const qint64 upTo = std::min(last, position + 1 + static_cast<qint64>(random() % 9));
                    const auto changes = readChanges(snapshot, position, upTo);
                    if (!changes)
                        return changes.error();
                    if (changes->last != upTo)
                        return u"the stretch ends elsewhere"_s;
                    position = upTo;
                    for (Replica &reader : readers)
                        tell(reader, *changes);
                }
                for (const Replica &reader : readers) {
                    if (reader.items != truthOf(snapshot, reader))
                        return QString(u"other items than those of "_s + reader.name);
                }
                return QString();
            });
            QVERIFY2(checked, qPrintable(checked ? QString() : checked.error().text));
            QCOMPARE(*checked, QString());
        }
    }

    void theFeedHandsStretchesOnWithoutAGap_data() { seeds(); }
    void theFeedHandsStretchesOnWithoutAGap()
    {
        QFETCH(unsigned, seed);
        PipelineFixture fixture;
        Life life(fixture, seed);
        LiveFeed feed(*fixture.pipeline, milliseconds(0));
        advance(feed, fixture);
        std::vector<Replica> readers = replicas();
        qint64 position = feed.last(fixture.tenant);
        must(fixture.look<bool>([&](Snapshot &snapshot) -> Result<bool> {
            for (Replica &reader : readers)
                reader.items = truthOf(snapshot, reader);
            return snapshot.lastEvent() == position;
        }));
        for (int round = 0; round < 10; ++round) {
            for (int steps = 0; steps < 10; ++steps)
                life.step();
            advance(feed, fixture);
            while (position < feed.last(fixture.tenant)) {
                const auto batch = feed.batchAfter(fixture.tenant, position);
                QVERIFY(batch);
                QCOMPARE(batch->changes().after, position);
                position = batch->changes().last;
                for (Replica &reader : readers)
                    tell(reader, batch->changes());
            }
            for (const Replica &reader : readers) {
                const auto truth = fixture.look<std::set<ItemId>>([&](Snapshot &snapshot) -> Result<std::set<ItemId>> { return truthOf(snapshot, reader); });
                QVERIFY2(reader.items == *truth, qPrintable(reader.name));
            }
        }
    }

    void manyWhoAskAtOnceLookOnce()
    {
        PipelineFixture fixture;
        LiveFeed feed(*fixture.pipeline, milliseconds(0));
        advance(feed, fixture);
        const qint64 before = feed.last(fixture.tenant);
        PipelineFixture::must(fixture.capture({}));
        int ended = 0;
        std::vector<QCoro::Task<>> tasks;
        for (int i = 0; i < 50; ++i)
            tasks.push_back(count(feed, fixture.tenant, ended));
        QTRY_COMPARE(ended, 50);
        const auto batch = feed.batchAfter(fixture.tenant, before);
        QVERIFY(batch);
        QCOMPARE(batch->changes().last, feed.last(fixture.tenant));
        QCOMPARE(batch->changes().items.size(), size_t { 1 });
    }

    void whatIsSaidToManyIsPutIntoWordsOnce()
    {
        const LiveBatch batch { LiveChanges() };
        int made = 0;
        const auto make = [&made] { return QString::number(++made); };
        QCOMPARE(batch.text("one", make), u"1"_s);
        QCOMPARE(batch.text("one", make), u"1"_s);
        QCOMPARE(batch.text("other", make), u"2"_s);
    }

    void textsAreKeptOnlyAsLongAsThereIsRoomAndNeed()
    {
        const LiveBatch batch { LiveChanges() };
        int made = 0;
        const auto make = [&made] { return QString::number(++made); };
        const auto makeLong = [&made] { return QString(LiveBatch::MostKept / 2, QChar(u'0' + ++made)); };
        QCOMPARE(batch.text("one", make), u"1"_s);
        QCOMPARE(batch.text("long", makeLong).front(), u'2');
        QCOMPARE(batch.text("long", makeLong).front(), u'3'); // made again
        QCOMPARE(batch.text("one", make), u"1"_s);
        batch.forgetTexts();
        QCOMPARE(batch.text("one", make), u"4"_s);
        QCOMPARE(batch.text("one", make), u"4"_s);
    }

    void theFeedKeepsOfStretchesNoMoreThanItHasRoomFor()
    {
        PipelineFixture fixture;
        LiveFeed feed(*fixture.pipeline, milliseconds(0));
        advance(feed, fixture);
        std::vector<std::shared_ptr<const LiveBatch>> batches;
        qsizetype bytes = 0;
        while (bytes <= LiveFeed::MostBytes) {
            const qint64 position = feed.last(fixture.tenant);
            captureLong(fixture, 20);
            advance(feed, fixture);
            batches.push_back(feed.batchAfter(fixture.tenant, position));
            QVERIFY(batches.back());
            QVERIFY(batches.back()->changes().bytes > 20 * qsizetype(sizeof(QChar)) * longText);
            bytes += batches.back()->changes().bytes;
        }
        QVERIFY(batches.size() < LiveFeed::MostBatches);
        QVERIFY(!feed.batchAfter(fixture.tenant, batches.front()->changes().after));
        for (size_t i = 1; i < batches.size(); ++i)
            QCOMPARE(feed.batchAfter(fixture.tenant, batches[i]->changes().after), batches[i]);
    }

    void aStretchOfLongTextsIsTooMuch()
    {
        PipelineFixture fixture;
        const int items = int(MostLiveBytes / (longText * qsizetype(sizeof(QChar)))) + 1;
        QVERIFY(items < MostLiveItems);
        captureLong(fixture, items);
        const auto changes = fixture.look<LiveChanges>([](Snapshot &snapshot) { return readChanges(snapshot, 0); });
        QVERIFY(changes && changes->tooMany && changes->items.empty());
        QCOMPARE(changes->bytes, 0);
        QCOMPARE(changes->last, *fixture.look<qint64>([](Snapshot &snapshot) -> Result<qint64> { return snapshot.lastEvent(); }));
    }

    void aStretchOfTooMuchSaysSoAndEndsWithTheLog()
    {
        PipelineFixture fixture;
        captureAll(fixture, MostLiveItems + 1, {});
        const auto changes = fixture.look<LiveChanges>([](Snapshot &snapshot) { return readChanges(snapshot, 0); });
        QVERIFY(changes && changes->tooMany && changes->items.empty());
        const auto last = fixture.look<qint64>([](Snapshot &snapshot) -> Result<qint64> { return snapshot.lastEvent(); });
        QCOMPARE(changes->last, *last);
    }

    void aPlaceThatTheLogDoesNotHaveIsRefused()
    {
        PipelineFixture fixture;
        const auto changes = fixture.look<LiveChanges>([](Snapshot &snapshot) { return readChanges(snapshot, 1'000'000); });
        QVERIFY(!changes);
        QCOMPARE(changes.error().code, ErrorCode::FeedRestarted);
    }

private:
    static void seeds()
    {
        QTest::addColumn<unsigned>("seed");
        for (const unsigned seed : { 1u, 7u, 2026u })
            QTest::addRow("%u", seed) << seed;
    }

    template <typename T>
    static void must(const Result<T> &result)
    {
        PipelineFixture::must(result);
    }

    static constexpr int longText = 40'000;

    static void captureAll(PipelineFixture &fixture, int number, const QJsonObject &json)
    {
        must(fixture.run<bool>([&](Transaction &transaction) -> Result<bool> {
            for (int i = 0; i < number; ++i) {
                const auto input = decodeItemInput(json, InputMode::Create);
                if (!input)
                    return input.error();
                if (const auto captured = captureItem(transaction, *input, fixture.actor); !captured)
                    return captured.error();
            }
            return true;
        }));
    }

    static void captureLong(PipelineFixture &fixture, int number)
    {
        QJsonObject custom;
        for (int i = 0; i < 10; ++i)
            custom.insert(u"text%1"_s.arg(i), QString(longText / 10, u'x'));
        captureAll(fixture, number, { { u"custom"_s, custom } });
    }

    static QCoro::Task<> count(LiveFeed &feed, TenantId tenant, int &ended)
    {
        const auto again = co_await feed.advance(tenant);
        ended += again ? 1 : 0;
    }

    /// Until nothing is left to look at.
    static void advance(LiveFeed &feed, const PipelineFixture &fixture)
    {
        for (;;) {
            const auto again = await(feed.advance(fixture.tenant));
            must(again);
            if (!*again)
                return;
        }
    }
};

QTEST_GUILESS_MAIN(TestLiveFeed)
#include "tst_livefeed.moc"

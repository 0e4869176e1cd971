// SPDX-License-Identifier: Apache-2.0
#include "livereplica.h"

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

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
    void aStretchSaysExactlyWhatHasBecomeOfEachItem_data() { addSeeds(); }
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
    void stretchesThatItemsAreAheadOfComeOutRight_data() { addSeeds(); }
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

    void theFeedHandsStretchesOnWithoutAGap_data() { addSeeds(); }
    void theFeedHandsStretchesOnWithoutAGap()
    {
        QFETCH(unsigned, seed);
        PipelineFixture fixture;
        Life life(fixture, seed);
        LiveFeed feed(*fixture.pipeline, milliseconds(0));
        advance(feed, fixture.tenant);
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
            advance(feed, fixture.tenant);
            while (position < feed.last(fixture.tenant)) {
                const auto batch = feed.batchAfter(fixture.tenant, position);
                QVERIFY(batch);
                QCOMPARE(batch->changes().after, position);
                position = batch->changes().last;
                for (Replica &reader : readers)
                    tell(reader, batch->changes());
            }
            for (const Replica &reader : readers) {
                const auto truth = fixture.look<KnownItems>([&](Snapshot &snapshot) -> Result<KnownItems> { return truthOf(snapshot, reader); });
                QVERIFY2(reader.items == *truth, qPrintable(reader.name));
            }
        }
    }

    void aFeedHasBegunWhenItHasLookedAndNotBefore()
    {
        PipelineFixture fixture;
        LiveFeed feed(*fixture.pipeline, milliseconds(0));
        QVERIFY(!feed.hasBegun(fixture.tenant));
        advance(feed, fixture.tenant);
        QVERIFY(feed.hasBegun(fixture.tenant));
    }

    void manyWhoAskAtOnceLookOnce()
    {
        PipelineFixture fixture;
        LiveFeed feed(*fixture.pipeline, milliseconds(0));
        advance(feed, fixture.tenant);
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
        advance(feed, fixture.tenant);
        std::vector<std::shared_ptr<const LiveBatch>> batches;
        qsizetype bytes = 0;
        while (bytes <= LiveFeed::MostBytes) {
            const qint64 position = feed.last(fixture.tenant);
            captureLong(fixture, 20);
            advance(feed, fixture.tenant);
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
};

QTEST_GUILESS_MAIN(TestLiveFeed)
#include "tst_livefeed.moc"

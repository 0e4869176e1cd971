// SPDX-License-Identifier: Apache-2.0
#include <storage/tenantcache.h>

#include <QTest>

#include <random>

using namespace iwd;

namespace {

Waiting place(qint64 anchor, qint64 id)
{
    return { Instant(milliseconds(anchor)), { id } };
}

/// The truth beside which the fronts are held: all that waits, by class.
class Truth
{
public:
    std::map<qint64, std::set<Waiting>> classes;

    [[nodiscard]] std::map<qint64, Waiting> oldest() const
    {
        std::map<qint64, Waiting> all;
        for (const auto &[classId, places] : classes) {
            if (!places.empty())
                all.emplace(classId, *places.begin());
        }
        return all;
    }
    [[nodiscard]] std::vector<Waiting> first(qint64 classId, size_t count) const
    {
        const auto found = classes.find(classId);
        std::vector<Waiting> places;
        for (auto one = found == classes.end() ? std::set<Waiting>::const_iterator() : found->second.begin(); found != classes.end() && one != found->second.end() && places.size() < count; ++one)
            places.push_back(*one);
        return places;
    }
};

void refillStale(WaitingFronts &fronts, const Truth &truth, size_t count)
{
    for (const qint64 classId : std::set<qint64>(fronts.staleClasses())) {
        auto places = truth.first(classId, count);
        const bool all = places.size() < count;
        fronts.refill(classId, std::move(places), all);
    }
}

} // namespace

class TestWaitingFronts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void nothingIsNotedBeforeItIsLoaded()
    {
        WaitingFronts fronts;
        fronts.arrived(1, place(1, 1));
        fronts.changed(1);
        fronts.left({ 1 });
        QVERIFY(!fronts.isLoaded() && fronts.oldest().empty() && fronts.staleClasses().empty());
    }

    void theOldestIsAlwaysTheOldest_data()
    {
        QTest::addColumn<unsigned>("seed");
        for (unsigned seed = 1; seed <= 20; ++seed)
            QTest::addRow("%u", seed) << seed;
    }

    /// Arrivals, departures, moves and unknown changes in classes of all sizes.
    void theOldestIsAlwaysTheOldest()
    {
        QFETCH(unsigned, seed);
        std::mt19937 random(seed);
        const auto upTo = [&random](int most) { return std::uniform_int_distribution<int>(1, most)(random); };
        Truth truth;
        std::map<qint64, std::pair<qint64, Waiting>> items; // id -> class, place
        qint64 lastId = 0;
        const auto add = [&](qint64 classId) {
            const Waiting one = place(upTo(50), ++lastId);
            truth.classes[classId].insert(one);
            items.emplace(lastId, std::pair(classId, one));
            return one;
        };
        for (int i = 0; i < 200; ++i)
            add(upTo(4));
        WaitingFronts fronts;
        fronts.load(truth.oldest());
        const size_t atOnce = static_cast<size_t>(upTo(16));
        for (int step = 0; step < 3'000; ++step) {
            const int what = upTo(100);
            if (what <= 40) {
                const qint64 classId = upTo(5);
                fronts.arrived(classId, add(classId));
            } else if (what <= 97 && !items.empty()) {
                // Mostly the first of a class, as when work is taken.
                auto gone = std::next(items.begin(), upTo(static_cast<int>(items.size())) - 1);
                if (what <= 85)
                    gone = items.find(truth.first(gone->second.first, 1).front().id.number);
                const auto [id, where] = *gone;
                truth.classes[where.first].erase(where.second);
                items.erase(gone);
                fronts.left({ id });
                if (what > 95) { // it moves to another class
                    const qint64 classId = upTo(5);
                    truth.classes[classId].insert(where.second);
                    items.emplace(id, std::pair(classId, where.second));
                    fronts.arrived(classId, where.second);
                }
            } else {
                fronts.changed(upTo(5));
            }
            if (upTo(3) == 1)
                continue; // what is stale stays so for a while
            refillStale(fronts, truth, atOnce);
            QVERIFY2(fronts.oldest() == truth.oldest(), qPrintable(QStringLiteral("step %1").arg(step)));
            for (const auto &[classId, oldest] : fronts.oldest()) {
                const auto known = fronts.from(oldest.id, 5);
                const auto first = truth.first(classId, known.size());
                for (size_t i = 0; i < known.size(); ++i)
                    QCOMPARE(known[i].number, first[i].id.number);
                QVERIFY(fronts.contains(oldest.id));
            }
        }
    }

    void itemsAreForgottenWhenThereAreMany()
    {
        RememberedItems items;
        ItemRecord record;
        for (qint64 id = 1; id <= 10'000; ++id) {
            record.item.id.number = id;
            items.put(record);
        }
        QVERIFY(!items.find({ 1 }));
        QVERIFY(items.find({ 10'000 }));
        record.item.version = 7;
        items.put(record);
        QCOMPARE(items.find({ 10'000 })->item.version, 7);
        items.forget();
        QVERIFY(!items.find({ 10'000 }));
    }

    void largeItemsCountForWhatTheyTake()
    {
        RememberedItems items;
        ItemRecord record;
        record.item.custom.insert(QStringLiteral("text"), QString(100'000, u'x'));
        const qint64 most = RememberedItems::MostBytes / 200'000;
        for (qint64 id = 1; id <= 2 * most; ++id) {
            record.item.id.number = id;
            items.put(record);
        }
        QVERIFY(!items.find({ most }));
        QVERIFY(items.find({ 2 * most }));
        // One that alone is too large is not remembered, and nothing goes wrong.
        record.item.custom.insert(QStringLiteral("text"), QString(static_cast<qsizetype>(RememberedItems::MostBytes), u'x'));
        items.put(record);
        QVERIFY(!items.find({ 2 * most }));
        record.item.custom = {};
        items.put(record);
        QVERIFY(items.find({ 2 * most }));
    }
};

QTEST_GUILESS_MAIN(TestWaitingFronts)
#include "tst_waitingfronts.moc"

// SPDX-License-Identifier: Apache-2.0
#include <support/pipelinefixture.h>

#include <domain/fulltext.h>
#include <domain/itemfields.h>
#include <domain/textorder.h>

#include <storage/searchcandidates.h>
#include <storage/textindex.h>

#include <QRandomGenerator>
#include <QRegularExpression>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QTest>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

/// Values on purpose: those that look alike to one reader and different to another.
class Inventor
{
public:
    explicit Inventor(quint32 seed)
        : m_random(seed)
    {
    }

    int number(int below) { return static_cast<int>(m_random.bounded(below)); }
    bool chance(int percent) { return number(100) < percent; }
    template <typename T>
    const T &oneOf(const std::vector<T> &choices)
    {
        return choices[static_cast<size_t>(number(static_cast<int>(choices.size())))];
    }

    QString text()
    {
        static const std::vector<QString> texts { u"gold"_s, u"Gold"_s, u"GOLD"_s, u"Straße"_s, u"STRASSE"_s, u"strasse"_s, u"Ärger"_s, u"ärger"_s, u"Äpfel"_s, u"äpfel"_s, u"12"_s,
            u"12.0"_s, u"1.2e1"_s, u"-0.5"_s, u"+5"_s, u"12 h"_s, u" 12"_s, u"true"_s, u"now"_s, u"NOW"_s, u"now-2h"_s, u"2026-03-01T08:15:30Z"_s, u"2026-03-01T09:15:30+01:00"_s,
            u"2026-03-01t08:15:30z"_s, u"2026-03-01T08:15:30.500Z"_s, u"2026-03-01"_s, u"1969-12-31T23:00:00Z"_s, u"a'b"_s, u"a\"b"_s, u"a\\b"_s, u"50%"_s, u"a_b"_s, u":tenant"_s, u"{filter}"_s,
            u"%1"_s, u"İstanbul"_s, u"ſtart"_s, u"\u212Aelvin"_s, u"kelvin"_s, u"😀"_s, u"x😀y"_s, u"\uFFFD"_s, u"\uE000"_s, u"東京"_s, u"ﬁne"_s, u"fine"_s, u"ς"_s, u"Σ"_s, u"σ"_s, u"ẞ"_s, u"ß"_s,
            u"ꭰ"_s, u"Ꭰ"_s, u"𐐀"_s, u"𐐨"_s, u"line\nbreak"_s, u"tab\t"_s, u"wi-1"_s, u"WI-2"_s, u"wi-02"_s, u"general"_s, u"General"_s, u"queued"_s, u"9007199254740993"_s, u"1e400"_s, u"0x10"_s,
            u"e\u0301"_s, u"é"_s, u"--"_s, u"/*"_s, u"; drop table item"_s };
        if (chance(80))
            return oneOf(texts);
        QString made;
        for (int i = number(5); i >= 0; --i)
            made += oneOf(texts).left(1 + number(3));
        return isStorableText(made) ? made : u"made"_s;
    }

    double real()
    {
        static const std::vector<double> numbers { 0, 1, 2, 5, 12, 12.5, -0.5, 0.1, 0.30000000000000004, 0.3, 1e15, 1e16, 9007199254740992.0, 9007199254740994.0, -3, 100, 1e300, 5e-324, 2147483647, 1.7976931348623157e308 };
        if (chance(80))
            return oneOf(numbers);
        double made = 0;
        do {
            const quint64 bits = m_random.generate64();
            memcpy(&made, &bits, sizeof made);
        } while (!std::isfinite(made));
        return made;
    }

    /// Around the fixture's clock.
    QString date(Instant now)
    {
        static const std::vector<int> hours { -48, -3, -2, -1, 0, 1, 2, 24 };
        const Instant instant = now + std::chrono::hours(oneOf(hours)) + milliseconds(number(3) - 1);
        return chance(70) ? toIso(instant) : QString(toIso(instant).chopped(1) + u"+00:00"_s);
    }

    QJsonValue anyValue(Instant now)
    {
        switch (number(6)) {
        case 0:
            return real();
        case 1:
            return chance(50);
        case 2:
            return date(now);
        default:
            return text();
        }
    }

    QString customName()
    {
        static const std::vector<QString> names { u"region"_s, u"Region"_s, u"assignment group"_s, u"a.b"_s, u"quo\"te"_s, u"back\\slash"_s, u"'); drop table item; --"_s, u"$"_s, u"[0]"_s, u"größe"_s, u"東"_s, u"😀"_s,
            u":tenant"_s, u"{filter}"_s, u"%1"_s, u"new\nline"_s, u"custom"_s, u"labels"_s, u" "_s };
        return oneOf(names);
    }

private:
    QRandomGenerator m_random;
};

const std::vector<QString> &labels()
{
    static const std::vector<QString> all { u"vip"_s, u"VIP"_s, u"a\"b"_s, u"12"_s, u"2026-03-01T08:15:30Z"_s, u"ärger"_s, u"Ärger"_s };
    return all;
}

WorkItem inventItem(Inventor &inventor, Instant now)
{
    WorkItem item;
    for (const ItemField &field : itemFields()) {
        if (!field.set || !inventor.chance(40))
            continue;
        switch (field.kind) {
        case FieldKind::Text: {
            static const std::vector<QString> ids { u"general"_s, u"General"_s, u"12"_s, u"k-1"_s, u"S.2"_s };
            const bool isId = field.maxLength == limits::ObjectId || field.name == "assignedToUser"_L1;
            field.set(item, isId ? inventor.oneOf(ids) : inventor.text());
            break;
        }
        case FieldKind::Integer:
            field.set(item, inventor.number(25) - 12);
            break;
        case FieldKind::Date:
            field.set(item, std::optional<Instant>(*instantFromIso(inventor.date(now))));
            break;
        case FieldKind::TextList: {
            QStringList some;
            for (int i = inventor.number(3); i > 0; --i)
                some.append(inventor.oneOf(labels()));
            some.removeDuplicates();
            field.set(item, some);
            break;
        }
        }
    }
    item.capturePointId = u"default"_s;
    item.captureId = inventor.chance(50) ? inventor.text() + QString::number(inventor.number(1'000'000'000)) : QString();
    if (toMillis(item.created) == 0)
        item.created = now;
    item.status = static_cast<ItemStatus>(inventor.number(ItemStatusCount));
    for (int i = inventor.number(5); i > 0; --i)
        item.custom.insert(inventor.customName(), inventor.chance(5) ? QJsonValue(QString()) : inventor.anyValue(now));
    return item;
}

QJsonObject inventComparison(Inventor &inventor, Instant now)
{
    static const std::vector<QString> operators { u"equals"_s, u"notEquals"_s, u"less"_s, u"lessOrEqual"_s, u"greater"_s, u"greaterOrEqual"_s, u"between"_s, u"in"_s, u"notIn"_s, u"contains"_s, u"startsWith"_s,
        u"endsWith"_s, u"exists"_s, u"notExists"_s };
    const auto fields = itemFields();
    const QString attribute = inventor.chance(50) ? u"custom."_s + inventor.customName() : QString(fields[static_cast<size_t>(inventor.number(static_cast<int>(fields.size())))].name);
    const QString op = inventor.oneOf(operators);
    const ItemField *field = itemField(attribute);
    const auto value = [&]() -> QJsonValue {
        if (field && field->kind == FieldKind::Date)
            return inventor.chance(30) ? QJsonValue(inventor.oneOf(std::vector<QString> { u"now"_s, u"now-2h"_s, u"now+1h"_s, u"now-1d"_s })) : QJsonValue(inventor.date(now));
        if (field && field->kind == FieldKind::Integer)
            return inventor.chance(20) ? QJsonValue(u"5"_s) : QJsonValue(inventor.number(25) - 12);
        if (attribute == "status"_L1 && inventor.chance(80))
            return statusName(static_cast<ItemStatus>(inventor.number(ItemStatusCount)));
        if (attribute == "labels"_L1 && inventor.chance(70))
            return inventor.oneOf(labels());
        if (attribute == "id"_L1 && inventor.chance(70))
            return u"%1-%2"_s.arg(inventor.chance(50) ? u"wi"_s : u"Wi"_s).arg(inventor.number(300));
        return inventor.anyValue(now);
    };
    QJsonObject json { { u"attribute"_s, attribute }, { u"operator"_s, op } };
    if (op == "between"_L1) {
        json.insert(u"value"_s, QJsonArray { value(), value() });
    } else if (op == "in"_L1 || op == "notIn"_L1) {
        QJsonArray list;
        for (int i = inventor.number(6); i > 0; --i)
            list.append(value());
        json.insert(u"value"_s, list);
    } else if (!op.endsWith("xists"_L1)) {
        const bool part = op == "contains"_L1 || op == "startsWith"_L1 || op == "endsWith"_L1;
        QJsonValue one = value();
        if (part && one.isString() && inventor.chance(60)) {
            const QString whole = one.toString();
            QString cut = op == "endsWith"_L1 ? whole.right(inventor.number(4)) : whole.left(inventor.number(4));
            one = isStorableText(cut) ? cut : whole;
        }
        json.insert(u"value"_s, one);
    }
    if (inventor.chance(30))
        json.insert(u"caseSensitive"_s, true);
    return json;
}

QJsonObject inventCondition(Inventor &inventor, Instant now, int depth = 0)
{
    const int kind = depth > 3 ? 9 : inventor.number(10);
    if (kind < 3) {
        QJsonArray parts;
        for (int i = inventor.number(4); i > 0; --i)
            parts.append(inventCondition(inventor, now, depth + 1));
        return { { kind == 0 ? u"any"_s : u"all"_s, parts } };
    }
    if (kind == 3)
        return { { u"not"_s, inventCondition(inventor, now, depth + 1) } };
    return inventComparison(inventor, now);
}

/// A search that the machine is slow with must not be taken for one that is too broad.
SqliteOptions patient()
{
    SqliteOptions options;
    options.searchLimit = std::chrono::minutes(10);
    return options;
}

/// What a searching thread answers.
template <typename T>
T searched(PipelineFixture &fixture, const std::function<T(Snapshot &)> &work)
{
    const std::function<Result<T>(Snapshot &)> wrapped = [work](Snapshot &snapshot) -> Result<T> { return work(snapshot); };
    const auto found = await(fixture.pipeline->search<T>(fixture.tenant, Deadline::never(), wrapped));
    PipelineFixture::must(found);
    return *found;
}

std::set<ItemId> idsOf(const std::vector<SearchHit> &hits)
{
    std::set<ItemId> ids;
    for (const SearchHit &hit : hits)
        ids.insert(hit.id);
    return ids;
}

QString shown(const QJsonObject &json)
{
    return QString::fromUtf8(QJsonDocument(json).toJson(QJsonDocument::Compact));
}

} // namespace

/// Searches by themselves: SQL and memory say the same, and pages hold what they promise.
class TestSearch : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void memoryAndSqlAgreeOnEveryCondition();
    void pagesNeitherRepeatNorSkipWhatStaysInItsPlace();
    void everyFieldCanBeSortedBy();
    void countsAreExactUpToTheLimitAndThenEstimated();
    void aHostileSearchIsBrokenOffAndKeepsNobodyWaiting();
    void anotherTenantsItemsAreNeverFound();
    void whatPeopleAskForIsLedByItsIndex_data();
    void whatPeopleAskForIsLedByItsIndex();

private:
    std::vector<ItemRecord> store(PipelineFixture &fixture, Inventor &inventor, int count, bool asInvented = true);
};

std::vector<ItemRecord> TestSearch::store(PipelineFixture &fixture, Inventor &inventor, int count, bool asInvented)
{
    const auto stored = fixture.run<std::vector<ItemRecord>>([&](Transaction &transaction) -> Result<std::vector<ItemRecord>> {
        std::vector<ItemRecord> records;
        for (int i = 0; i < count; ++i) {
            ItemRecord record;
            record.item = inventItem(inventor, transaction.now());
            record.captured = transaction.now();
            record.anchor = record.item.created;
            if (!asInvented)
                record.item.status = ItemStatus::Captured;
            // A waiting item is in a class of its queue.
            if (record.item.status == ItemStatus::Queued) {
                if (record.item.queueId.isEmpty())
                    record.item.queueId = u"general"_s;
                record.classId = transaction.ensureClass({ record.item.queueId, u"standard"_s });
            }
            transaction.insertItem(record);
            // One at work is in somebody's hands.
            if (record.item.status == ItemStatus::Distributed || record.item.status == ItemStatus::Assigned) {
                Assignment assignment;
                assignment.item = record.item.id;
                assignment.agentId = u"anna"_s;
                assignment.taken = assignment.leaseUntil = transaction.now();
                assignment.queueId = u"general"_s;
                transaction.insertAssignment(assignment);
            }
            records.push_back(record);
        }
        return records;
    });
    PipelineFixture::must(stored);
    return *stored;
}

void TestSearch::memoryAndSqlAgreeOnEveryCondition()
{
    const quint32 seed = qEnvironmentVariableIsSet("IWD_SEED") ? qEnvironmentVariable("IWD_SEED").toUInt() : 20261122;
    qInfo("seed %u (IWD_SEED)", seed);
    Inventor inventor(seed);
    PipelineFixture fixture(patient());
    const auto records = store(fixture, inventor, 400);
    const Instant now = fixture.clock.now();
    int compared = 0;
    int matched = 0;
    for (int round = 0; round < 40; ++round) {
        std::vector<std::pair<QJsonObject, Condition>> conditions;
        while (conditions.size() < 100) {
            const QJsonObject json = inventCondition(inventor, now);
            if (const auto condition = Condition::parse(json))
                conditions.emplace_back(json, *condition);
        }
        const auto found = searched<std::vector<std::set<ItemId>>>(fixture, [&](Snapshot &snapshot) {
            std::vector<std::set<ItemId>> all;
            for (const auto &[json, condition] : conditions)
                all.push_back(idsOf(snapshot.search({ condition, {}, now }, {}, std::nullopt, 1'000)));
            return all;
        });
        for (size_t i = 0; i < conditions.size(); ++i) {
            for (const ItemRecord &record : records) {
                const bool inMemory = conditions[i].second.matches(ItemAttributes(record.item), now);
                const bool inSql = found[i].contains(record.item.id);
                ++compared;
                matched += inMemory;
                if (inMemory == inSql)
                    continue;
                const QString item = shown(encodeItem(record.item, {}));
                QFAIL(qPrintable(u"seed %1: %2 in memory, %3 in SQL\n%4\n%5"_s.arg(seed).arg(inMemory).arg(inSql).arg(shown(conditions[i].first), item)));
            }
        }
    }
    qInfo("%d comparisons, %d matches", compared, matched);
    QVERIFY(matched > compared / 20 && matched < compared);
}

void TestSearch::pagesNeitherRepeatNorSkipWhatStaysInItsPlace()
{
    Inventor inventor(7);
    PipelineFixture fixture(patient());
    const std::vector<QString> fields { u"id"_s, u"createdDateTime"_s, u"dueDateTime"_s, u"customerSegment"_s, u"businessValue"_s, u"status"_s, u"captureId"_s, u"completedDateTime"_s };
    for (int round = 0; round < 12; ++round) {
        std::vector<SortKey> sort;
        for (int i = inventor.number(3); i >= 0; --i)
            sort.push_back({ itemField(inventor.oneOf(fields)), inventor.chance(50) });
        auto before = store(fixture, inventor, 40, false);
        std::set<ItemId> changed;
        std::map<ItemId, int> seen;
        std::optional<QJsonArray> after;
        // Every item ever stored here: those of the rounds before count, too.
        const ItemSearch everything { Condition(), {}, fixture.clock.now() };
        std::vector<ItemId> reference;
        for (const SearchHit &hit : searched<std::vector<SearchHit>>(fixture, [&](Snapshot &snapshot) { return snapshot.search(everything, sort, std::nullopt, 10'000); }))
            reference.push_back(hit.id);
        std::vector<ItemId> pagedInOrder;
        while (true) {
            const auto page = searched<std::vector<SearchHit>>(fixture, [&](Snapshot &snapshot) { return snapshot.search(everything, sort, after, 17); });
            for (const SearchHit &hit : page) {
                ++seen[hit.id];
                pagedInOrder.push_back(hit.id);
            }
            if (page.size() < 17)
                break;
            after = page.back().place;
            // Meanwhile some items move, in every field that may be sorted by, and new ones arrive.
            PipelineFixture::must(fixture.run<bool>([&](Transaction &transaction) -> Result<bool> {
                for (int i = 0; i < 3; ++i) {
                    auto record = transaction.item(before[static_cast<size_t>(inventor.number(40))].item.id);
                    record->item.businessValue = inventor.number(20);
                    record->item.customerSegment = inventor.text();
                    record->item.due = fixture.clock.now() + std::chrono::hours(inventor.number(9));
                    transaction.updateItem(*record, true);
                    changed.insert(record->item.id);
                }
                return true;
            }));
            for (const ItemRecord &arrived : store(fixture, inventor, 1, false))
                changed.insert(arrived.item.id);
        }
        for (const ItemId id : reference) {
            if (!changed.contains(id))
                QCOMPARE(seen[id], 1);
        }
        // What stayed in its place came in the order of the first look.
        std::erase_if(reference, [&](ItemId id) { return changed.contains(id); });
        std::erase_if(pagedInOrder, [&](ItemId id) { return changed.contains(id); });
        QVERIFY(reference == pagedInOrder);
    }
}

void TestSearch::everyFieldCanBeSortedBy()
{
    Inventor inventor(11);
    PipelineFixture fixture(patient());
    const auto records = store(fixture, inventor, 120);
    std::map<ItemId, const WorkItem *> items;
    for (const ItemRecord &record : records)
        items.emplace(record.item.id, &record.item);
    for (const ItemField &field : itemFields()) {
        if (field.kind == FieldKind::TextList)
            continue;
        for (const bool descending : { false, true }) {
            const auto hits = searched<std::vector<SearchHit>>(
                fixture, [&](Snapshot &snapshot) { return snapshot.search({ Condition(), {}, fixture.clock.now() }, { { &field, descending } }, std::nullopt, 1'000); });
            QCOMPARE(hits.size(), records.size());
            for (size_t i = 1; i < hits.size(); ++i) {
                const QJsonValue left = field.get(*items[hits[i - 1].id]);
                const QJsonValue right = field.get(*items[hits[i].id]);
                if (left.isNull() || right.isNull()) {
                    QVERIFY2(right.isNull(), qPrintable(QString(field.name)));
                    continue;
                }
                int order = 0;
                if (field.name == "status"_L1)
                    order = static_cast<int>(items[hits[i - 1].id]->status) - static_cast<int>(items[hits[i].id]->status);
                else if (field.name == "id"_L1)
                    order = hits[i - 1].id < hits[i].id ? -1 : 1;
                else if (left.isDouble())
                    order = left.toDouble() < right.toDouble() ? -1 : left.toDouble() > right.toDouble() ? 1 : 0;
                else
                    order = compareTexts(left.toString(), right.toString(), Qt::CaseInsensitive);
                QVERIFY2(descending ? order >= 0 : order <= 0, qPrintable(QString(field.name)));
                if (order == 0)
                    QVERIFY(descending ? hits[i].id < hits[i - 1].id : hits[i - 1].id < hits[i].id);
            }
        }
    }
}

void TestSearch::countsAreExactUpToTheLimitAndThenEstimated()
{
    Inventor inventor(3);
    PipelineFixture fixture(patient());
    store(fixture, inventor, 300, false);
    const auto count = [&](const QJsonObject &condition, int exactUpTo) {
        return searched<MatchCount>(fixture, [&](Snapshot &snapshot) { return snapshot.countMatches({ *Condition::parse(condition), {}, fixture.clock.now() }, exactUpTo); });
    };
    const MatchCount all = count({}, 300);
    QCOMPARE(all.value, 300);
    QVERIFY(all.exact);
    const MatchCount many = count({}, 100);
    QVERIFY(!many.exact);
    QVERIFY2(many.value >= 270 && many.value <= 330, qPrintable(QString::number(many.value)));
    const MatchCount none = count({ { u"any"_s, QJsonArray() } }, 100);
    QCOMPARE(none.value, 0);
    QVERIFY(none.exact);
}

void TestSearch::aHostileSearchIsBrokenOffAndKeepsNobodyWaiting()
{
    SqliteOptions limits;
    limits.searchLimit = milliseconds(10);
    PipelineFixture fixture(limits);
    Inventor inventor(5);
    store(fixture, inventor, 500, false);
    // Hundreds of comparisons that look into every document and never hold.
    QJsonArray parts;
    for (int i = 0; i < 400; ++i)
        parts.append(QJsonObject { { u"attribute"_s, u"custom.%1"_s.arg(i) }, { u"operator"_s, u"contains"_s }, { u"value"_s, u"nothing like this"_s } });
    const Condition hostile = *Condition::parse(QJsonObject { { u"any"_s, parts } });
    const std::function<Result<bool>(Snapshot &)> work = [&](Snapshot &snapshot) -> Result<bool> {
        (void)snapshot.search({ hostile, {}, snapshot.now() }, {}, std::nullopt, 10);
        return true;
    };
    const auto outcome = await(fixture.pipeline->search<bool>(fixture.tenant, Deadline::never(), work));
    QVERIFY(!outcome);
    QCOMPARE(outcome.error().code, ErrorCode::SearchTooBroad);
    QCOMPARE(outcome.error().args.value(u"limitMilliseconds"_s).toInt(), 10);
    // The same connection serves the next one.
    const auto hits = searched<std::vector<SearchHit>>(fixture, [&](Snapshot &snapshot) { return snapshot.search({ Condition(), {}, snapshot.now() }, {}, std::nullopt, 10); });
    QCOMPARE(hits.size(), size_t(10));
}

void TestSearch::anotherTenantsItemsAreNeverFound()
{
    PipelineFixture fixture(patient());
    Inventor inventor(9);
    // Twice as many as theirs: each tenant may number its items for itself, and then an id says something else to the other one.
    const auto mine = store(fixture, inventor, 200);
    fixture.tenant = *fixture.store->createTenant(u"200"_s, u"t200"_s, u"7a2f41a3-c54c-fce8-32d2-0324e1c32e22"_s);
    const auto theirs = store(fixture, inventor, 100);
    std::set<ItemId> expected;
    for (const ItemRecord &record : theirs)
        expected.insert(record.item.id);
    const Instant now = fixture.clock.now();
    // Whatever leads: a walk, a status, a queue, a list of ids of the other tenant.
    QJsonArray ids;
    for (const ItemRecord &record : mine)
        ids.append(record.item.id.toString());
    for (const QJsonObject &condition : { QJsonObject(), QJsonObject { { u"attribute"_s, u"status"_s }, { u"operator"_s, u"in"_s }, { u"value"_s, QJsonArray { u"queued"_s, u"held"_s } } },
             QJsonObject { { u"attribute"_s, u"queue"_s }, { u"operator"_s, u"equals"_s }, { u"value"_s, u"general"_s } },
             QJsonObject { { u"attribute"_s, u"id"_s }, { u"operator"_s, u"in"_s }, { u"value"_s, ids } },
             QJsonObject { { u"attribute"_s, u"createdDateTime"_s }, { u"operator"_s, u"greater"_s }, { u"value"_s, u"now-9w"_s } } }) {
        const auto hits = searched<std::vector<SearchHit>>(fixture, [&](Snapshot &snapshot) { return snapshot.search({ *Condition::parse(condition), {}, now }, {}, std::nullopt, 1'000); });
        for (const SearchHit &hit : hits)
            QVERIFY(expected.contains(hit.id));
        const auto among = searched<std::set<ItemId>>(fixture, [&](Snapshot &snapshot) {
            std::vector<ItemId> asked;
            for (const ItemRecord &record : mine)
                asked.push_back(record.item.id);
            return snapshot.matching({ *Condition::parse(condition), {}, now }, asked);
        });
        for (const ItemId id : among)
            QVERIFY(expected.contains(id));
    }
}

void TestSearch::whatPeopleAskForIsLedByItsIndex_data()
{
    QTest::addColumn<QJsonObject>("condition");
    QTest::addColumn<QString>("plan");
    const auto compare = [](const QString &attribute, const QString &op, const QJsonValue &value) {
        return QJsonObject { { u"attribute"_s, attribute }, { u"operator"_s, op }, { u"value"_s, value } };
    };
    const auto all = [](const QJsonArray &parts) { return QJsonObject { { u"all"_s, parts } }; };
    QTest::newRow("customer") << compare(u"customerId"_s, u"equals"_s, u"C-1"_s) << u"item_payload_customer_idx (tenant_id=? AND customer_key=?)"_s;
    QTest::newRow("customers") << compare(u"customerId"_s, u"in"_s, QJsonArray { u"a"_s, u"b"_s }) << u"item_payload_customer_idx (tenant_id=? AND customer_key=?)"_s;
    QTest::newRow("queue") << compare(u"queue"_s, u"equals"_s, u"Network"_s) << u"item_payload_queue_idx (tenant_id=? AND queue_id=?)"_s;
    QTest::newRow("queues") << compare(u"queue"_s, u"in"_s, QJsonArray { u"a"_s, u"b"_s }) << u"item_payload_queue_idx (tenant_id=? AND queue_id=?)"_s;
    QTest::newRow("category") << all({ compare(u"category"_s, u"equals"_s, u"wifi"_s), compare(u"custom.a"_s, u"equals"_s, 1) }) << u"item_payload_category_idx (tenant_id=? AND category_id=?)"_s;
    QTest::newRow("agent") << compare(u"assignedToUser"_s, u"equals"_s, u"anna"_s) << u"item_agent_idx (tenant_id=? AND agent_id=?)"_s;
    QTest::newRow("since") << compare(u"createdDateTime"_s, u"greater"_s, u"now-1d"_s) << u"item_payload_created_idx (tenant_id=? AND created_ms>?)"_s;
    QTest::newRow("from to") << compare(u"createdDateTime"_s, u"between"_s, QJsonArray { u"now-2d"_s, u"now-1d"_s }) << u"item_payload_created_idx (tenant_id=? AND created_ms>? AND created_ms<?)"_s;
    QTest::newRow("held") << compare(u"status"_s, u"in"_s, QJsonArray { u"held"_s, u"errorheld"_s }) << u"item_open_idx (tenant_id=? AND status=?)"_s;
    QTest::newRow("waiting in a queue") << all({ compare(u"status"_s, u"equals"_s, u"queued"_s), compare(u"queue"_s, u"equals"_s, u"network"_s) })
                                        << u"item_waiting_idx (class_id=?)"_s;
    QTest::newRow("key") << QJsonObject { { u"attribute"_s, u"captureId"_s }, { u"operator"_s, u"equals"_s }, { u"value"_s, u"INC1"_s }, { u"caseSensitive"_s, true } }
                         << u"item_payload_capture_idx (tenant_id=? AND capture_id=?)"_s;
}

void TestSearch::whatPeopleAskForIsLedByItsIndex()
{
    QFETCH(QJsonObject, condition);
    QFETCH(QString, plan);
    PipelineFixture fixture(patient(), StoreKind::Sqlite);
    SqlValues values;
    const auto lists = candidateLists({ *Condition::parse(condition), {}, fixture.clock.now() }, false, values);
    QVERIFY(!lists.empty());
    QStringList steps;
    {
        QSqlDatabase database = QSqlDatabase::addDatabase(u"QSQLITE"_s, u"plan"_s);
        database.setDatabaseName(fixture.folder.filePath(u"iwd.db"_s));
        QVERIFY(database.open());
        QSqlQuery query(database);
        QString sql = lists.front().sql;
        QVERIFY2(query.exec(u"explain query plan "_s + sql.replace(QRegularExpression(u":[a-z0-9_]+"_s), u"1"_s)), qPrintable(query.lastError().text()));
        while (query.next())
            steps.append(query.value(3).toString());
    }
    QSqlDatabase::removeDatabase(u"plan"_s);
    QVERIFY2(steps.join(u'\n').contains(plan), qPrintable(steps.join(u'\n')));
}

QTEST_GUILESS_MAIN(TestSearch)
#include "tst_search.moc"

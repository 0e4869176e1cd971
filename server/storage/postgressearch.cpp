// SPDX-License-Identifier: Apache-2.0
// Searches in PostgreSQL. The server sends what can match, as far as plain columns and indexes can tell; whether it does is decided here, by the same code that decides it in memory
// everywhere else. So both agree by construction: there is no case folding, no reading of numbers and dates in a second language. What is asked for by an order
// that no index walks has to be looked at as a whole, and a search that looks at too much is broken off, as ever.
#include "postgrestransaction.h"

#include "conditionsql.h"
#include "itemrow.h"
#include "itemtexts.h"

#include <domain/conditiontree.h>
#include <domain/fulltext.h>
#include <domain/itemfields.h>
#include <domain/textorder.h>

#include <QJsonDocument>

namespace iwd {

namespace {

using Node = Condition::Node;
using Op = ConditionOperator;

constexpr int FirstPortion = 100; ///< rows that are asked for at once; a page often needs no more
constexpr int Portion = 1'000;

bool isListOfTexts(const Node &node)
{
    const bool equality = node.op == Op::Equals || node.op == Op::In;
    // A number or a date may equal texts that look different.
    return equality && std::all_of(node.values.begin(), node.values.end(), [](const ConditionValue &value) { return value.isText() && !value.isDate(); });
}

/// What a comparison means for columns: true for all items for which it holds, and maybe for others. Empty: nothing can be said.
class Filter
{
public:
    Filter(Instant at, SqlValues &values)
        : m_at(at)
        , m_values(values)
    {
    }

    QString of(const Node &node)
    {
        if (node.attribute == QLatin1StringView("status"))
            return status(node);
        if (node.attribute == QLatin1StringView("createdDateTime"))
            return created(node);
        if (!isListOfTexts(node))
            return {};
        if (node.attribute == QLatin1StringView("id"))
            return ids(node);
        if (node.attribute == QLatin1StringView("captureId"))
            return node.caseSensitive ? isOneOf(QStringLiteral("p.capture_id"), node, false) : QString();
        if (node.attribute == QLatin1StringView("customerId"))
            return isOneOf(QStringLiteral("p.customer_key"), node, true);
        // Ids of objects are ASCII, for which lower() of collation "C" is the case folding of conditions.
        static const QHash<QString, QString> objects { { QStringLiteral("queue"), QStringLiteral("lower(p.queue_id)") }, { QStringLiteral("category"), QStringLiteral("lower(p.category_id)") },
            { QStringLiteral("capturePointId"), QStringLiteral("lower(p.capture_point_id)") }, { QStringLiteral("assignedToUser"), QStringLiteral("lower(i.agent_id)") } };
        const auto object = objects.constFind(node.attribute);
        return object == objects.constEnd() ? QString() : isOneOf(*object, node, true);
    }

private:
    QString isOneOf(const QString &operand, const Node &node, bool folded)
    {
        std::vector<QByteArray> texts;
        for (const ConditionValue &value : node.values)
            texts.push_back((folded ? caseFolded(value.text) : value.text).toUtf8());
        return operand + QStringLiteral(" = any (%1::text[])").arg(m_values.add(postgresarray::ofTexts(texts)));
    }

    QString ids(const Node &node)
    {
        std::vector<std::optional<qint64>> numbers;
        for (const ConditionValue &value : node.values) {
            if (const auto id = ItemId::fromString(caseFolded(value.text)))
                numbers.push_back(id->number);
        }
        return QStringLiteral("i.id = any (%1::bigint[])").arg(m_values.add(postgresarray::ofIntegers(numbers)));
    }

    QString status(const Node &node) const
    {
        QStringList numbers;
        bool apart = true;
        for (int number = 0; number < ItemStatusCount; ++number) {
            const auto one = static_cast<ItemStatus>(number);
            if (!comparisonHolds(node, statusName(one), m_at))
                continue;
            numbers.append(QString::number(number));
            apart = apart && !isFinal(one) && one != ItemStatus::Queued;
        }
        if (numbers.isEmpty())
            return QStringLiteral("false");
        const QString these = QStringLiteral("i.status in (%1)").arg(numbers.join(u','));
        if (apart)
            return these + QStringLiteral(" and ") + PostgresTransaction::conditionForItemsApart();
        const bool waiting = numbers == QStringList { QString::number(static_cast<int>(ItemStatus::Queued)) };
        return waiting ? QString(these + QStringLiteral(" and i.id in (select w.id from waiting w where w.tenant_id = :tenant)")) : these;
    }

    QString created(const Node &node)
    {
        const auto moment = [&](const QString &sign, size_t index) {
            const ConditionValue &value = node.values[index];
            return value.isDate() ? QStringLiteral("p.created_ms %1 %2").arg(sign, m_values.add(toMillis(value.instant(m_at)))) : QStringLiteral("false");
        };
        const QString least = QStringLiteral(">=");
        const QString most = QStringLiteral("<=");
        switch (node.op) {
        case Op::Greater:
        case Op::GreaterOrEqual:
            return moment(least, 0);
        case Op::Less:
        case Op::LessOrEqual:
            return moment(most, 0);
        case Op::Between:
            return moment(least, 0) + QStringLiteral(" and ") + moment(most, 1);
        default:
            return {};
        }
    }

    Instant m_at;
    SqlValues &m_values;
};

QString filterSql(const ItemSearch &search, SqlValues &values)
{
    QStringList parts;
    Filter filter(search.at, values);
    for (const Node *node : necessaryComparisons(search.condition)) {
        if (const QString part = filter.of(*node); !part.isEmpty())
            parts.append(part);
    }
    return parts.isEmpty() ? QStringLiteral("true") : parts.join(QStringLiteral(" and "));
}

/// What a search asks of an item that came from the database.
class Matcher
{
public:
    Matcher(Snapshot &snapshot, const ItemSearch &search)
        : m_search(search)
    {
        if (search.text.isEmpty())
            return;
        if (auto query = TextQuery::parse(search.text))
            m_query = *std::move(query);
        const auto configuration = snapshot.configuration();
        for (const auto &[name, definition] : configuration->attributes()) {
            if (!definition.searchable)
                m_hidden.insert(name);
        }
    }

    [[nodiscard]] bool matches(const WorkItem &item, const QByteArray &document) const
    {
        if (!m_search.condition.matches(ItemAttributes(item), m_search.at))
            return false;
        if (m_search.text.isEmpty())
            return true;
        std::vector<QStringList> words;
        for (const QString &text : searchableTexts(item.captureId, QJsonDocument::fromJson(document).object(), m_hidden))
            words.push_back(wordsOf(text));
        return m_query.matches(words);
    }

private:
    const ItemSearch &m_search;
    TextQuery m_query;
    QSet<QString> m_hidden;
};

QString folded(const QJsonValue &value)
{
    return caseFolded(value.toString());
}

/// The keys of an order, the id last.
class Order
{
public:
    explicit Order(const std::vector<SortKey> &sort)
    {
        for (const SortKey &key : sort) {
            if (key.field->name == QLatin1StringView("id")) {
                m_idDescending = key.descending;
                m_endsWithId = true;
                break;
            }
            m_keys.push_back(key);
        }
        if (!m_endsWithId)
            m_idDescending = !sort.empty() && sort.front().descending;
    }

    /// How an index walks in this order; empty: none does.
    [[nodiscard]] QString walk() const
    {
        const QString direction = m_idDescending ? QStringLiteral(" desc") : QString();
        if (m_keys.empty())
            return QStringLiteral("order by i.id") + direction;
        if (isByCreation())
            return QStringLiteral("order by p.created_ms") + direction + QStringLiteral(", p.item_id") + direction;
        return {};
    }

    /// For a walk: what comes behind @p place.
    [[nodiscard]] QString behind(const QJsonArray &place, SqlValues &values) const
    {
        const QString sign = m_idDescending ? QStringLiteral("<") : QStringLiteral(">");
        if (m_keys.empty())
            return QStringLiteral("i.id %1 %2").arg(sign, values.add(place[0].toInteger()));
        return QStringLiteral("(p.created_ms, p.item_id) %1 (%2, %3)").arg(sign, values.add(place[0].toInteger()), values.add(place[1].toInteger()));
    }

    [[nodiscard]] QJsonArray placeOf(const WorkItem &item) const
    {
        QJsonArray place;
        for (const SortKey &key : m_keys)
            place.append(keyOf(*key.field, item));
        place.append(item.id.number);
        return place;
    }

    /// Whether @p left comes first.
    [[nodiscard]] bool operator()(const QJsonArray &left, const QJsonArray &right) const
    {
        for (size_t i = 0; i < m_keys.size(); ++i) {
            const QJsonValue a = left[static_cast<qsizetype>(i)];
            const QJsonValue b = right[static_cast<qsizetype>(i)];
            if (a.isNull() || b.isNull()) {
                if (a.isNull() != b.isNull())
                    return b.isNull();
                continue;
            }
            const int order = a.isString() ? compareTexts(a.toString(), b.toString(), Qt::CaseSensitive)
                : a.toInteger() < b.toInteger() ? -1
                                                : static_cast<int>(a.toInteger() > b.toInteger());
            if (order != 0)
                return m_keys[i].descending ? order > 0 : order < 0;
        }
        const qint64 a = left.last().toInteger();
        const qint64 b = right.last().toInteger();
        return m_idDescending ? a > b : a < b;
    }

private:
    [[nodiscard]] bool isByCreation() const { return m_keys.size() == 1 && m_keys[0].field->name == QLatin1StringView("createdDateTime") && m_keys[0].descending == m_idDescending; }

    static QJsonValue keyOf(const ItemField &field, const WorkItem &item)
    {
        if (field.name == QLatin1StringView("status"))
            return static_cast<int>(item.status);
        const QJsonValue value = field.get(item);
        if (value.isNull() || value.isUndefined())
            return QJsonValue();
        switch (field.kind) {
        case FieldKind::Date:
            return toMillis(*instantFromIso(value.toString()));
        case FieldKind::Integer:
            return value.toInteger();
        default:
            return folded(value);
        }
    }

    std::vector<SortKey> m_keys;
    bool m_endsWithId = false;
    bool m_idDescending = false;
};

/// Calls @p visit with what can match, in the order of the statement, until it returns false.
void visitCandidates(PostgresDatabase &database, TenantId tenant, const QString &filter, const QString &order, const SqlValues &values,
    const std::function<bool(const ItemRecord &, const QByteArray &document)> &visit)
{
    {
        auto open = database.passingStatement(
            QStringLiteral("search/page"), tenant.number, { { QStringLiteral("filter"), filter }, { QStringLiteral("order"), order } });
        for (const auto &[placeholder, value] : values.all())
            open.bind(placeholder, value);
        open.send();
    }
    // Not kept prepared: what it returns depends on the cursor.
    const auto fetch = [&](int count) { return PostgresStatement(database, QStringLiteral("fetch %1 from candidate").arg(count), false); };
    bool more = !database.failure();
    for (int count = FirstPortion; more && !database.workIsOver(); count = Portion) {
        PostgresStatement rows = fetch(count);
        auto step = rows.run();
        if (step == PreparedStatement::Step::Failed) {
            database.failNow(QStringLiteral("search/page"));
            return;
        }
        int found = 0;
        for (; step == PreparedStatement::Step::Row && more; step = rows.next()) {
            ++found;
            more = visit(readItem(rows), rows.bytes(18)) && (found % 100 != 0 || !database.workIsOver());
        }
        more = more && found == count;
    }
    if (!database.failure())
        database.tellText(QStringLiteral("close candidate"));
}

} // namespace

std::vector<SearchHit> PostgresTransaction::search(const ItemSearch &search, const std::vector<SortKey> &sort, const std::optional<QJsonArray> &after, int limit)
{
    writeItems();
    const Matcher matcher(*this, search);
    const Order order(sort);
    const QString walk = order.walk();
    SqlValues values;
    QString filter = filterSql(search, values);
    if (after && !walk.isEmpty())
        filter += QStringLiteral(" and ") + order.behind(*after, values);

    std::vector<SearchHit> hits;
    const auto before = [&order](const SearchHit &left, const SearchHit &right) { return order(left.place, right.place); };
    const auto most = static_cast<size_t>(std::max(0, limit));
    visitCandidates(m_postgres, tenant(), filter, walk, values, [&](const ItemRecord &record, const QByteArray &document) {
        if (!matcher.matches(record.item, document))
            return true;
        SearchHit hit { record.item.id, order.placeOf(record.item) };
        if (!walk.isEmpty()) {
            hits.push_back(std::move(hit));
            return hits.size() < most;
        }
        // The best so far, the last of them on top.
        if (after && !order(*after, hit.place))
            return true;
        hits.push_back(std::move(hit));
        std::push_heap(hits.begin(), hits.end(), before);
        if (hits.size() > most) {
            std::pop_heap(hits.begin(), hits.end(), before);
            hits.pop_back();
        }
        return true;
    });
    if (failed())
        return {};
    if (walk.isEmpty())
        std::sort_heap(hits.begin(), hits.end(), before);
    return hits;
}

std::set<ItemId> PostgresTransaction::matching(const ItemSearch &search, const std::vector<ItemId> &items)
{
    writeItems();
    const Matcher matcher(*this, search);
    std::vector<std::optional<qint64>> ids;
    for (const ItemId id : items)
        ids.push_back(id.number);
    SqlValues values;
    const QString filter = QStringLiteral("i.id = any (%1::bigint[])").arg(values.add(postgresarray::ofIntegers(ids)));
    std::set<ItemId> found;
    visitCandidates(m_postgres, tenant(), filter, {}, values, [&](const ItemRecord &record, const QByteArray &document) {
        if (matcher.matches(record.item, document))
            found.insert(record.item.id);
        return true;
    });
    return failed() ? std::set<ItemId>() : found;
}

qint64 PostgresTransaction::countUpTo(const ItemSearch &search, int limit)
{
    writeItems();
    const Matcher matcher(*this, search);
    SqlValues values;
    const QString filter = filterSql(search, values);
    qint64 counted = 0;
    visitCandidates(m_postgres, tenant(), filter, {}, values, [&](const ItemRecord &record, const QByteArray &document) {
        counted += matcher.matches(record.item, document) ? 1 : 0;
        return counted < limit;
    });
    return counted;
}

} // namespace iwd

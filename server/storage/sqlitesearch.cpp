// SPDX-License-Identifier: Apache-2.0
#include "sqlitetransaction.h"

#include "searchcandidates.h"

#include <QJsonDocument>

namespace iwd {

namespace {

/// A list of candidates this long is worth leading a search; a longer one is used only when nothing else can lead.
constexpr int FewCandidates = 10'000;
/// How many items a count looks at to estimate.

const QString plainSource = QStringLiteral("item i cross join item_payload p on p.item_id = i.id");

/// A sort key as SQL; the tie-breaker is one of them.
struct Order
{
    QString sql;
    bool descending = false;
    bool alwaysThere = false;
};

std::vector<Order> ordersOf(const std::vector<SortKey> &sort)
{
    std::vector<Order> orders;
    for (const SortKey &key : sort) {
        const bool there = key.field->name == QLatin1StringView("createdDateTime") || key.field->kind == FieldKind::Integer || key.field->name == QLatin1StringView("status");
        if (key.field->name == QLatin1StringView("id"))
            break;
        orders.push_back({ sortSql(key.field->name), key.descending, there });
    }
    const bool endsWithId = orders.size() < sort.size();
    const bool descending = sort.empty() || (endsWithId ? sort[orders.size()] : sort.front()).descending;
    orders.push_back({ QStringLiteral("i.id"), descending, true });
    return orders;
}

QString orderText(const std::vector<Order> &orders)
{
    QStringList parts;
    for (const Order &order : orders) {
        if (!order.alwaysThere)
            parts.append(order.sql + QStringLiteral(" is null"));
        parts.append(order.descending ? QString(order.sql + QStringLiteral(" desc")) : order.sql);
    }
    return parts.join(QStringLiteral(", "));
}

/// True for what comes after @p place: behind it by the first key, or equal there and behind it by the next one, and so on.
QString behind(const std::vector<Order> &orders, const QJsonArray &place, SqlValues &values)
{
    QString condition = QStringLiteral("0");
    QString range;
    for (size_t i = orders.size(); i-- > 0;) {
        const Order &order = orders[i];
        const QJsonValue last = place[static_cast<qsizetype>(i)];
        // Nothing comes after "no value" but what has none either.
        if (last.isNull()) {
            condition = QStringLiteral("(%1 is null and %2)").arg(order.sql, condition);
            continue;
        }
        const QString value = values.add(last.isDouble() ? QVariant(last.toInteger()) : QVariant(last.toString()));
        const QString sign = order.descending ? QStringLiteral("<") : QStringLiteral(">");
        const QString later = order.alwaysThere ? QStringLiteral("%1 %2 %3").arg(order.sql, sign, value) : QStringLiteral("(%1 %2 %3 or %1 is null)").arg(order.sql, sign, value);
        condition = i + 1 == orders.size() ? later : QStringLiteral("(%1 or (%2 = %3 and %4))").arg(later, order.sql, value, condition);
        if (i == 0 && order.alwaysThere && orders.size() > 1)
            range = QStringLiteral("%1 %2= %3 and ").arg(order.sql, sign, value); // what the index can begin with
    }
    return range + condition;
}

/// The custom attributes that the full-text search does not look into.
QString hiddenAttributes(Snapshot &snapshot)
{
    QStringList names;
    const auto configuration = snapshot.configuration();
    for (const auto &[name, definition] : configuration->attributes()) {
        if (!definition.searchable)
            names.append(name);
    }
    return jsonList(names);
}

QString filterSql(Snapshot &snapshot, const ItemSearch &search, SqlValues &values)
{
    QString filter = conditionSql(search.condition, search.at, values);
    if (!search.text.isEmpty())
        filter += QStringLiteral(" and iwd_finds(%1, %2, p.capture_id, p.document)").arg(values.add(search.text), values.add(hiddenAttributes(snapshot)));
    return filter;
}

/// Values that the statement does not name, because they belong to candidates that do not lead, are passed over.
void bindAll(Statement &statement, const SqlValues &values)
{
    for (const auto &[placeholder, value] : values.all()) {
        if (statement.names(placeholder))
            statement.bind(placeholder, value);
    }
}

using Parts = QList<std::pair<QString, QString>>;

} // namespace

/// The first of the candidate lists that is short; else, for an order that no index walks, the one that is likely to be the shortest.
QString SqliteTransaction::leadingCandidates(const ItemSearch &search, bool orderHasWalk, SqlValues &values)
{
    QString fallback;
    for (const SearchCandidates &list : candidateLists(search, m_textIndexed, values)) {
        auto probe = database().passingStatement(QStringLiteral("search/probe"), tenant().number, Parts { { QStringLiteral("candidates"), list.sql } });
        bindAll(probe, values);
        probe.bind(QStringLiteral(":limit"), FewCandidates + 1);
        if (!probe.run() || !probe.next())
            return {};
        if (probe.integer(0) <= FewCandidates)
            return list.sql;
        if (fallback.isEmpty() && !orderHasWalk && !list.isWide)
            fallback = list.sql;
    }
    return fallback;
}

std::vector<SearchHit> SqliteTransaction::search(const ItemSearch &search, const std::vector<SortKey> &sort, const std::optional<QJsonArray> &after, int limit)
{
    auto orders = ordersOf(sort);
    const bool byCreation = orders.size() == 2 && orders[0].sql == QLatin1StringView("p.created_ms") && orders[0].descending == orders[1].descending;
    const bool byId = orders.size() == 1;
    SqlValues values;
    const QString candidates = leadingCandidates(search, byId || byCreation, values);
    if (failed())
        return {};
    QString source = plainSource;
    if (!candidates.isEmpty()) {
        source = QStringLiteral("(select distinct item_id from (%1)) c cross join item i on i.id = c.item_id cross join item_payload p on p.item_id = i.id").arg(candidates);
    } else if (byCreation) {
        source = QStringLiteral("item_payload p indexed by item_payload_created_idx cross join item i on i.id = p.item_id");
        orders[1].sql = QStringLiteral("p.item_id");
    }
    QString filter = filterSql(*this, search, values);
    if (byCreation && candidates.isEmpty())
        filter = QStringLiteral("p.tenant_id = :tenant and ") + filter;
    if (after)
        filter += QStringLiteral(" and ") + behind(orders, *after, values);
    QString keys;
    for (size_t i = 0; i + 1 < orders.size(); ++i)
        keys += QStringLiteral(", ") + orders[i].sql;

    auto rows = database().passingStatement(QStringLiteral("search/page"), tenant().number,
        Parts { { QStringLiteral("keys"), keys }, { QStringLiteral("source"), source }, { QStringLiteral("filter"), filter }, { QStringLiteral("order"), orderText(orders) } });
    bindAll(rows, values);
    rows.bind(QStringLiteral(":limit"), limit).run();
    std::vector<SearchHit> hits;
    while (!failed() && rows.next()) {
        SearchHit hit { { rows.integer(0) }, {} };
        for (size_t i = 0; i + 1 < orders.size(); ++i) {
            const int column = static_cast<int>(i) + 1;
            if (rows.isNull(column))
                hit.place.append(QJsonValue());
            else
                hit.place.append(rows.isText(column) ? QJsonValue(rows.text(column)) : QJsonValue(rows.integer(column)));
        }
        hit.place.append(hit.id.number);
        hits.push_back(std::move(hit));
    }
    return hits;
}

std::set<ItemId> SqliteTransaction::matching(const ItemSearch &search, const std::vector<ItemId> &items)
{
    QJsonArray ids;
    for (const ItemId id : items)
        ids.append(id.number);
    SqlValues values;
    const QString filter = filterSql(*this, search, values);
    auto rows = database().passingStatement(QStringLiteral("search/matching"), tenant().number, Parts { { QStringLiteral("filter"), filter } });
    bindAll(rows, values);
    rows.bind(QStringLiteral(":items"), QString::fromUtf8(QJsonDocument(ids).toJson(QJsonDocument::Compact))).run();
    std::set<ItemId> found;
    while (!failed() && rows.next())
        found.insert({ rows.integer(0) });
    return found;
}

qint64 SqliteTransaction::countUpTo(const ItemSearch &search, int limit)
{
    SqlValues values;
    const QString candidates = leadingCandidates(search, true, values);
    const QString source = candidates.isEmpty()
        ? plainSource
        : QStringLiteral("(select distinct item_id from (%1)) c cross join item i on i.id = c.item_id cross join item_payload p on p.item_id = i.id").arg(candidates);
    const QString filter = filterSql(*this, search, values);
    auto row = database().passingStatement(
        QStringLiteral("search/count"), tenant().number, Parts { { QStringLiteral("source"), source }, { QStringLiteral("filter"), filter } });
    bindAll(row, values);
    row.bind(QStringLiteral(":limit"), limit);
    return row.run() && row.next() ? row.integer(0) : 0;
}

} // namespace iwd

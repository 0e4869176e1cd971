// SPDX-License-Identifier: Apache-2.0
#include "sqltransaction.h"

#include "columns.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace iwd {

using namespace column;

namespace {

constexpr int placesAtOnce = 16; ///< of a class whose first ones are not known

QString skillsText(const QStringList &skills)
{
    return QString::fromUtf8(QJsonDocument(QJsonArray::fromStringList(skills)).toJson(QJsonDocument::Compact));
}

QStringList skillsFrom(const QString &text)
{
    QStringList skills;
    for (const auto &skill : QJsonDocument::fromJson(text.toUtf8()).array())
        skills.append(skill.toString());
    return skills;
}

void bindClass(Statement &statement, const WorkClass &terms)
{
    statement.bind(QStringLiteral(":queue_id"), terms.queueId)
        .bind(QStringLiteral(":schema_id"), terms.schemaId)
        .bind(QStringLiteral(":band"), terms.band)
        .bind(QStringLiteral(":shift"), terms.shift)
        .bind(QStringLiteral(":anchor_kind"), static_cast<int>(terms.anchor))
        .bind(QStringLiteral(":channel"), present(terms.channel))
        .bind(QStringLiteral(":skills"), skillsText(terms.skills))
        .bind(QStringLiteral(":calendar_id"), present(terms.calendarId))
        .bind(QStringLiteral(":requested_agent"), present(terms.requestedAgent))
        .bind(QStringLiteral(":requested_group"), present(terms.requestedGroup))
        .bind(QStringLiteral(":segment"), present(terms.segment));
}

Waiting placeOf(const ItemRecord &record)
{
    return { record.anchor, record.item.id };
}

} // namespace

const WorkClass &SqlTransaction::workClass(qint64 id)
{
    if (const auto known = m_cache.classes.find(id); known != m_cache.classes.end())
        return known->second;
    static const WorkClass none;
    auto row = statement("class/get");
    row.bind(QStringLiteral(":id"), id);
    if (row.run() && row.next()) {
        const WorkClass terms { row.text(0), row.text(1), static_cast<int>(row.integer(2)), static_cast<int>(row.integer(3)), static_cast<AnchorKind>(row.integer(4)), row.text(5),
            skillsFrom(row.text(6)), row.text(7), row.text(8), row.text(9), row.text(10) };
        return m_cache.classes.emplace(id, terms).first->second;
    }
    return none;
}

qint64 SqlTransaction::ensureClass(const WorkClass &terms)
{
    if (const auto known = m_cache.classIds.find(terms); known != m_cache.classIds.end())
        return known->second;
    qint64 id = 0;
    {
        auto row = statement("class/find");
        bindClass(row, terms);
        if (row.run() && row.next())
            id = row.integer(0);
    }
    if (id == 0 && !failed()) {
        auto row = statement("class/insert");
        bindClass(row, terms);
        ++m_changes;
        if (row.run() && row.next())
            id = row.integer(0);
    }
    if (!failed()) {
        m_cache.classIds.emplace(terms, id);
        m_cache.classes.emplace(id, terms);
    }
    return id;
}

std::vector<std::pair<qint64, WorkClass>> SqlTransaction::classesOfSchema(const QString &schemaId)
{
    std::vector<qint64> ids;
    {
        auto rows = statement("class/of_schema");
        rows.bind(QStringLiteral(":schema_id"), schemaId).run();
        while (!failed() && rows.next())
            ids.push_back(rows.integer(0));
    }
    std::vector<std::pair<qint64, WorkClass>> classes;
    for (const qint64 id : ids)
        classes.emplace_back(id, workClass(id));
    return classes;
}

void SqlTransaction::reclass(qint64 fromClass, qint64 toClass, qint64 fromValue, qint64 toValue)
{
    for (const char *name : { "item/reclass_waiting", "item/reclass_open" }) {
        auto row = statement(name);
        row.bind(QStringLiteral(":from_class"), fromClass)
            .bind(QStringLiteral(":to_class"), toClass)
            .bind(QStringLiteral(":from_value"), fromValue)
            .bind(QStringLiteral(":to_value"), toValue);
        change(row);
    }
    m_cache.fronts.changed(fromClass);
    m_cache.fronts.changed(toClass);
    m_cache.items.forget();
    noteUnknownItems();
}

void SqlTransaction::moveWaiting(const ItemRecord &record)
{
    auto row = statement("item/move_waiting");
    row.bind(QStringLiteral(":id"), record.item.id.number).bind(QStringLiteral(":class_id"), record.classId.value_or(0));
    change(row);
    noteChanged(record);
}

const std::map<qint64, Waiting> &SqlTransaction::oldestWaiting()
{
    WaitingFronts &fronts = m_cache.fronts;
    if (!fronts.isLoaded()) {
        std::map<qint64, Waiting> oldest;
        auto rows = statement("item/oldest_waiting");
        rows.run();
        while (!failed() && rows.next())
            oldest.emplace(rows.integer(0), Waiting { fromMillis(rows.integer(1)), { rows.integer(2) } });
        fronts.load(oldest);
    }
    if (const std::vector<qint64> stale(fronts.staleClasses().begin(), fronts.staleClasses().end()); !stale.empty()) {
        std::vector<WaitingRange> ranges;
        for (const qint64 classId : stale)
            ranges.push_back({ classId, Instant::min(), Instant::max(), std::nullopt });
        std::vector<std::vector<Waiting>> places = waiting(ranges, placesAtOnce);
        for (size_t i = 0; i < stale.size(); ++i) {
            const bool all = std::ssize(places[i]) < placesAtOnce;
            fronts.refill(stale[i], std::move(places[i]), all);
        }
    }
    return fronts.oldest();
}

/// After every change of an item.
void SqlTransaction::noteChanged(const ItemRecord &record)
{
    const bool waits = record.item.status == ItemStatus::Queued && record.classId;
    m_cache.fronts.left(record.item.id);
    if (waits)
        m_cache.fronts.arrived(*record.classId, placeOf(record));
    noteItem({ record.item.id, waits ? record.classId : std::nullopt, record.anchor });
    // Of many that come in at once, only those are remembered that are about to be given to somebody.
    const bool isUseful = record.item.version > 1 || m_cache.items.find(record.item.id) || m_cache.fronts.contains(record.item.id);
    if (m_cache.remembersItems && isUseful)
        m_cache.items.put(record);
}

Waiting SqlTransaction::beginOf(const WaitingRange &range)
{
    const Waiting from { range.from, { std::numeric_limits<qint64>::max() } };
    return range.after && from < *range.after ? *range.after : from;
}

std::vector<Waiting> SqlTransaction::waiting(const WaitingRange &range, int limit)
{
    const Waiting begin = beginOf(range);
    auto rows = statement("item/waiting");
    rows.bind(QStringLiteral(":class_id"), range.classId)
        .bind(QStringLiteral(":to_ms"), toMillis(range.to))
        .bind(QStringLiteral(":after_ms"), toMillis(begin.anchor))
        .bind(QStringLiteral(":after_id"), begin.id.number)
        .bind(QStringLiteral(":limit"), limit)
        .run();
    std::vector<Waiting> places;
    while (!failed() && rows.next())
        places.push_back({ fromMillis(rows.integer(0)), { rows.integer(1) } });
    return places;
}

std::vector<std::vector<Waiting>> SqlTransaction::waiting(const std::vector<WaitingRange> &ranges, int limit)
{
    std::vector<std::vector<Waiting>> places;
    for (const WaitingRange &range : ranges)
        places.push_back(waiting(range, limit));
    return places;
}

std::vector<Waiting> SqlTransaction::waitingFromTheEnd(qint64 classId, int limit)
{
    auto rows = statement("item/waiting_from_the_end");
    rows.bind(QStringLiteral(":class_id"), classId).bind(QStringLiteral(":limit"), limit).run();
    std::vector<Waiting> places;
    while (!failed() && rows.next())
        places.push_back({ fromMillis(rows.integer(0)), { rows.integer(1) } });
    std::reverse(places.begin(), places.end());
    return places;
}

std::optional<Waiting> SqlTransaction::newestWaiting(const WaitingRange &range)
{
    auto row = statement("item/waiting_newest");
    row.bind(QStringLiteral(":class_id"), range.classId).bind(QStringLiteral(":from_ms"), toMillis(range.from)).bind(QStringLiteral(":to_ms"), toMillis(range.to));
    if (!row.run() || !row.next())
        return std::nullopt;
    return Waiting { fromMillis(row.integer(0)), { row.integer(1) } };
}

} // namespace iwd

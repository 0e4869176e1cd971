// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include <QJsonArray>

#include <algorithm>
#include <cstdio>
#include <map>

namespace iwd::bench {

namespace {

bool reached(const Line &line)
{
    return !line.aim || (line.lessIsBetter ? line.value <= *line.aim : line.value >= *line.aim);
}

QString shown(double value)
{
    return QString::number(value, 'f', value >= 100 ? 0 : value >= 10 ? 1 : 2);
}

QString text(const Line &line)
{
    const QString aim = line.aim ? (line.lessIsBetter ? QStringLiteral("<= ") : QStringLiteral(">= ")) + shown(*line.aim) : QString();
    const QString verdict = line.aim ? (reached(line) ? QStringLiteral("reached") : QStringLiteral("missed")) : QString();
    return QStringLiteral("%1 %2 %3 %4 %5 %6")
        .arg(line.what, -52)
        .arg(shown(line.value), 9)
        .arg(line.unit, -14)
        .arg(aim, -11)
        .arg(verdict, -8)
        .arg(line.remark)
        .trimmed();
}

void print(const QString &line)
{
    std::printf("%s\n", qPrintable(line));
    std::fflush(stdout);
}

// ---- Tables

/// Of the updates, those that touched no index (HOT).
QString percentInPlace(const TableSample &table)
{
    return table.updated > 0 ? QString::number(100.0 * static_cast<double>(table.updatedInPlace) / static_cast<double>(table.updated), 'f', 1) + u'%' : QStringLiteral("-");
}

QJsonObject json(const TableSample &table)
{
    return { { QStringLiteral("rows"), table.live }, { QStringLiteral("dead"), table.dead }, { QStringLiteral("updated"), table.updated }, { QStringLiteral("updatedInPlace"), table.updatedInPlace },
        { QStringLiteral("vacuums"), table.vacuums }, { QStringLiteral("tableMib"), table.tableMib }, { QStringLiteral("indexMib"), table.indexMib } };
}

/// The rows of these change while items are taken; those of others only when somebody configures something, or never.
bool isWrittenAllTheTime(const TableSample &table)
{
    static const QStringList names { QStringLiteral("item"), QStringLiteral("item_payload"), QStringLiteral("assignment"), QStringLiteral("tenant_state"), QStringLiteral("agent_status"),
        QStringLiteral("waiting") };
    return names.contains(table.name);
}

// ---- Stages of the growth

/// What a stage tells: a row of the table, and a member of the JSON.
struct StageRow
{
    const char *name;
    const char *unit;
    const char *key;
    double (*value)(const Stage &stage);
};

template <Times Stage::*times>
double p50(const Stage &stage)
{
    return (stage.*times).p50;
}

template <Times Stage::*times>
double p99(const Stage &stage)
{
    return (stage.*times).p99;
}

template <double Stage::*member>
double plain(const Stage &stage)
{
    return stage.*member;
}

constexpr StageRow stageRows[] {
    { "arrays", "items/s", "arrayItemsPerSecond", plain<&Stage::itemsPerSecond> },
    { "until quiet after them", "s", "catchUpSeconds", plain<&Stage::catchUpSeconds> },
    { "get-next p50", "ms", "nextP50Ms", p50<&Stage::next> },
    { "get-next p99", "ms", "nextP99Ms", p99<&Stage::next> },
    { "first page of 100 p50", "ms", "pageP50Ms", p50<&Stage::page> },
    { "first page of 100 p99", "ms", "pageP99Ms", p99<&Stage::page> },
    { "deep page of 100 p50", "ms", "deepPageP50Ms", p50<&Stage::deepPage> },
    { "deep page of 100 p99", "ms", "deepPageP99Ms", p99<&Stage::deepPage> },
    { "search by an attribute p50", "ms", "searchAttributeP50Ms", p50<&Stage::searchAttribute> },
    { "search by an attribute p99", "ms", "searchAttributeP99Ms", p99<&Stage::searchAttribute> },
    { "search by a custom attribute p50", "ms", "searchCustomP50Ms", p50<&Stage::searchCustom> },
    { "search by a custom attribute p99", "ms", "searchCustomP99Ms", p99<&Stage::searchCustom> },
    { "search by words p50", "ms", "searchTextP50Ms", p50<&Stage::searchText> },
    { "search by words p99", "ms", "searchTextP99Ms", p99<&Stage::searchText> },
    { "changed curve until used p50", "ms", "curveP50Ms", p50<&Stage::curve> },
    { "changed curve until used worst", "ms", "curveWorstMs", p99<&Stage::curve> },
    { "item rows written by it", "statements", "itemStatements", plain<&Stage::itemStatements> },
    { "resident memory", "MiB", "residentMib", plain<&Stage::residentMib> },
    { "resident memory, idle", "MiB", "idleMib", plain<&Stage::idleMib> },
    { "CPU, idle", "% of a core", "idlePercent", plain<&Stage::idlePercent> },
    { "database", "MiB", "fileMib", plain<&Stage::fileMib> },
};

qint64 refused(const Stage &stage)
{
    qint64 sum = 0;
    for (const Times &times : { stage.next, stage.page, stage.deepPage, stage.searchAttribute, stage.searchCustom, stage.searchText })
        sum += times.refused;
    return sum;
}

QJsonObject json(const Stage &stage)
{
    QJsonObject object { { QStringLiteral("items"), stage.items }, { QStringLiteral("refused"), refused(stage) } };
    for (const StageRow &row : stageRows)
        object.insert(QLatin1StringView(row.key), row.value(stage));
    return object;
}

} // namespace

void Report::add(const Line &line)
{
    m_lines.push_back(line);
    print(text(line));
}

void Report::add(const Stage &stage)
{
    m_stages.push_back(stage);
    print(QStringLiteral("  %1 waiting").arg(stage.items));
    for (const StageRow &row : stageRows)
        print(QStringLiteral("    %1 %2 %3").arg(QLatin1StringView(row.name), -34).arg(shown(row.value(stage)), 9).arg(QLatin1StringView(row.unit)));
}

void Report::printGrowth() const
{
    if (m_stages.empty())
        return;
    const auto head = [](const QString &text) { return QStringLiteral("%1").arg(text, -48); };
    QString line = head(QStringLiteral("\ngrowth: items waiting"));
    for (const Stage &stage : m_stages)
        line += QStringLiteral("%1").arg(stage.items, 10);
    print(line);
    for (const StageRow &row : stageRows) {
        line = head(QLatin1StringView(row.name) + QStringLiteral(", ") + QLatin1StringView(row.unit));
        for (const Stage &stage : m_stages)
            line += QStringLiteral("%1").arg(shown(row.value(stage)), 10);
        print(line);
    }
}

void Report::add(const Sample &sample)
{
    if (m_samples.empty())
        print(QStringLiteral("  %1 %2 %3 %4 %5 %6 %7 %8 %9").arg(QStringLiteral("s"), 5).arg(QStringLiteral("requests/s"), 11).arg(QStringLiteral("p50 ms"), 8).arg(QStringLiteral("p99 ms"), 8)
                  .arg(QStringLiteral("worst ms"), 9).arg(QStringLiteral("memory MiB"), 11).arg(QStringLiteral("open files"), 11).arg(QStringLiteral("data MiB"), 9).arg(QStringLiteral("dead rows"), 10));
    m_samples.push_back(sample);
    qint64 dead = 0;
    for (const TableSample &table : sample.tables)
        dead += table.dead;
    print(QStringLiteral("  %1 %2 %3 %4 %5 %6 %7 %8 %9")
              .arg(sample.seconds, 5, 'f', 0)
              .arg(sample.requestsPerSecond, 11, 'f', 0)
              .arg(sample.p50, 8, 'f', 1)
              .arg(sample.p99, 8, 'f', 1)
              .arg(sample.worst, 9, 'f', 1)
              .arg(sample.residentMib, 11, 'f', 1)
              .arg(sample.descriptors, 11)
              .arg(sample.databaseMib, 9, 'f', 1)
              .arg(dead, 10));
}

void Report::add(const Compared &compared)
{
    m_compared.push_back(compared);
    print(QStringLiteral("  %1 %2 %3 %4 %5").arg(compared.what, -20).arg(compared.who, -22).arg(shown(compared.value), 9).arg(compared.unit, -8).arg(compared.remark));
}

/// A column for each thing measured, a row for each who did it.
void Report::printComparison() const
{
    if (m_compared.empty())
        return;
    QStringList columns;
    QStringList rows;
    std::map<std::pair<QString, QString>, QString> cells;
    for (const Compared &compared : m_compared) {
        const QString column = compared.what + QStringLiteral(", ") + compared.unit;
        if (!columns.contains(column))
            columns.append(column);
        if (!rows.contains(compared.who))
            rows.append(compared.who);
        cells[{ compared.who, column }] = shown(compared.value);
    }
    constexpr int cellWidth = 27;
    QString line = QStringLiteral("\n%1").arg(QString(), -22);
    for (const QString &column : columns)
        line += QStringLiteral("%1").arg(column, cellWidth);
    print(line);
    for (const QString &row : rows) {
        line = QStringLiteral("%1").arg(row, -22);
        for (const QString &column : columns) {
            const auto cell = cells.find({ row, column });
            line += QStringLiteral("%1").arg(cell == cells.end() ? QStringLiteral("-") : cell->second, cellWidth);
        }
        print(line);
    }
}

void Report::printSoak() const
{
    if (m_samples.empty())
        return;
    print(QStringLiteral("\n  %1 %2 %3 %4 %5 %6 %7").arg(QStringLiteral("table or file"), -24).arg(QStringLiteral("rows"), 9).arg(QStringLiteral("dead, most/end"), 17).arg(QStringLiteral("HOT"), 6)
              .arg(QStringLiteral("vacuums"), 8).arg(QStringLiteral("MiB, begin/middle/end"), 24).arg(QStringLiteral("indexes, begin/middle/end"), 27));
    const std::vector<TableSample> &end = m_samples.back().tables;
    for (const TableSample &table : end) {
        TableSample first;
        TableSample middle;
        qint64 mostDead = 0;
        for (size_t i = 0; i < m_samples.size(); ++i) {
            for (const TableSample &then : m_samples[i].tables) {
                if (then.name != table.name)
                    continue;
                mostDead = std::max(mostDead, then.dead);
                if (i == 0)
                    first = then;
                if (i == m_samples.size() / 2)
                    middle = then;
            }
        }
        const auto sizes = [](double a, double b, double c) { return QStringLiteral("%1 / %2 / %3").arg(a, 0, 'f', 2).arg(b, 0, 'f', 2).arg(c, 0, 'f', 2); };
        print(QStringLiteral("  %1 %2 %3 %4 %5 %6 %7")
                  .arg(table.name, -24)
                  .arg(table.live, 9)
                  .arg(QStringLiteral("%1 / %2").arg(mostDead).arg(table.dead), 17)
                  .arg(percentInPlace(table), 6)
                  .arg(table.vacuums, 8)
                  .arg(sizes(first.tableMib, middle.tableMib, table.tableMib), 24)
                  .arg(sizes(first.indexMib, middle.indexMib, table.indexMib), 27));
    }
}

void Report::addUpdates(const QString &measure, const std::vector<TableSample> &tables)
{
    QJsonObject kept;
    for (const TableSample &table : tables) {
        if (!isWrittenAllTheTime(table))
            continue;
        if (kept.isEmpty())
            print(QStringLiteral("\n  %1 %2 %3 %4 %5").arg(QStringLiteral("table"), -24).arg(QStringLiteral("updates"), 12).arg(QStringLiteral("in place (HOT)"), 15).arg(QStringLiteral("of them"), 8).arg(QStringLiteral("dead rows"), 12));
        print(QStringLiteral("  %1 %2 %3 %4 %5").arg(table.name, -24).arg(table.updated, 12).arg(table.updatedInPlace, 15).arg(percentInPlace(table), 8).arg(table.dead, 12));
        kept.insert(table.name, iwd::bench::json(table));
    }
    if (!kept.isEmpty())
        m_updates.insert(measure, kept);
}

void Report::say(const QString &text) const
{
    print(QString(u'\n' + text));
}

void Report::note(const QString &text) const
{
    print(QStringLiteral("  ") + text);
}

void Report::printSummary() const
{
    printGrowth();
    printComparison();
    if (m_lines.empty())
        return;
    print(QStringLiteral("\n%1 %2 %3 %4").arg(QStringLiteral("measure"), -52).arg(QStringLiteral("value"), 9).arg(QStringLiteral("unit"), -14).arg(QStringLiteral("aim")));
    for (const Line &line : m_lines)
        print(text(line));
}

QJsonObject Report::json() const
{
    QJsonArray lines;
    for (const Line &line : m_lines)
        lines.append(QJsonObject { { QStringLiteral("measure"), line.what }, { QStringLiteral("value"), line.value }, { QStringLiteral("unit"), line.unit },
            { QStringLiteral("aim"), line.aim ? QJsonValue(*line.aim) : QJsonValue() }, { QStringLiteral("reached"), line.aim ? QJsonValue(reached(line)) : QJsonValue() },
            { QStringLiteral("remark"), line.remark } });
    QJsonArray stages;
    for (const Stage &stage : m_stages)
        stages.append(iwd::bench::json(stage));
    QJsonArray compared;
    for (const Compared &one : m_compared)
        compared.append(QJsonObject { { QStringLiteral("measure"), one.what }, { QStringLiteral("by"), one.who }, { QStringLiteral("value"), one.value }, { QStringLiteral("unit"), one.unit },
            { QStringLiteral("remark"), one.remark } });
    QJsonArray samples;
    for (const Sample &sample : m_samples) {
        QJsonObject tables;
        for (const TableSample &table : sample.tables) {
            // Those of which nothing has changed since the beginning would only hide the others.
            const std::vector<TableSample> &first = m_samples.front().tables;
            if (&sample != &m_samples.front() && std::find(first.begin(), first.end(), table) != first.end())
                continue;
            tables.insert(table.name, iwd::bench::json(table));
        }
        samples.append(QJsonObject { { QStringLiteral("seconds"), sample.seconds }, { QStringLiteral("requestsPerSecond"), sample.requestsPerSecond }, { QStringLiteral("p50Ms"), sample.p50 },
            { QStringLiteral("p99Ms"), sample.p99 }, { QStringLiteral("worstMs"), sample.worst }, { QStringLiteral("late"), sample.late }, { QStringLiteral("residentMib"), sample.residentMib },
            { QStringLiteral("descriptors"), sample.descriptors }, { QStringLiteral("databaseMib"), sample.databaseMib }, { QStringLiteral("tables"), tables } });
    }
    return { { QStringLiteral("results"), lines }, { QStringLiteral("growth"), stages }, { QStringLiteral("soak"), samples }, { QStringLiteral("updates"), m_updates }, { QStringLiteral("others"), compared } };
}

} // namespace iwd::bench

// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include <QJsonArray>

#include <algorithm>
#include <cmath>
#include <cstdio>

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
        .arg(line.what, -46)
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

// ---- The plot

constexpr double width = 720;
constexpr double height = 420;
constexpr double margin = 60;

struct Axis
{
    double low; ///< powers of ten
    double high;
    [[nodiscard]] double part(double value) const { return (std::log10(std::max(value, 1e-9)) - low) / (high - low); }
};

double xOf(const Axis &axis, double value)
{
    return margin + axis.part(value) * (width - 2 * margin);
}

double yOf(const Axis &axis, double value)
{
    return height - margin - axis.part(value) * (height - 2 * margin);
}

QString label(double x, double y, const QString &text, const char *color, const char *anchor)
{
    return QStringLiteral("<text x=\"%1\" y=\"%2\" fill=\"%3\" text-anchor=\"%4\">%5</text>\n")
        .arg(x)
        .arg(y)
        .arg(QLatin1StringView(color), QLatin1StringView(anchor), text);
}

QString grid(const Axis &x, const Axis &y)
{
    QString svg;
    const auto line = [&svg](double x1, double y1, double x2, double y2) {
        svg += QStringLiteral("<line x1=\"%1\" y1=\"%2\" x2=\"%3\" y2=\"%4\" stroke=\"#ddd\"/>\n").arg(x1).arg(y1).arg(x2).arg(y2);
    };
    for (double power = x.low; power <= x.high; ++power) {
        const double at = xOf(x, std::pow(10, power));
        line(at, margin, at, height - margin);
        svg += label(at, height - margin + 18, QString::number(std::pow(10, power), 'f', 0), "#333", "middle");
    }
    for (double power = y.low; power <= y.high; ++power) {
        const double at = yOf(y, std::pow(10, power));
        line(margin, at, width - margin, at);
        svg += label(margin - 6, at + 4, QString::number(std::pow(10, power)), "#333", "end");
    }
    return svg;
}

QString curve(const std::vector<Stage> &stages, const Axis &x, const Axis &y, double Stage::*member, const char *color, const QString &name)
{
    QString points;
    for (const Stage &stage : stages)
        points += QStringLiteral("%1,%2 ").arg(xOf(x, static_cast<double>(stage.items))).arg(yOf(y, stage.*member));
    return QStringLiteral("<polyline fill=\"none\" stroke-width=\"2\" stroke=\"%1\" points=\"%2\"/>\n").arg(QLatin1StringView(color), points.trimmed())
        + label(width - margin + 4, yOf(y, stages.back().*member) + 4, name, color, "start");
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
    print(QStringLiteral("  %1 waiting: arrays %2/s, next p50 %3 ms p99 %4 ms, page of 100 p50 %5 ms p99 %6 ms, memory %7 MiB, file %8 MiB")
              .arg(stage.items)
              .arg(stage.itemsPerSecond, 0, 'f', 0)
              .arg(stage.nextP50, 0, 'f', 2)
              .arg(stage.nextP99, 0, 'f', 2)
              .arg(stage.pageP50, 0, 'f', 2)
              .arg(stage.pageP99, 0, 'f', 2)
              .arg(stage.residentMib, 0, 'f', 0)
              .arg(stage.fileMib, 0, 'f', 0));
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
        const QString hot = table.updated > 0 ? QString::number(100 * table.updatedInPlace / table.updated) + u'%' : QStringLiteral("-");
        const auto sizes = [](double a, double b, double c) { return QStringLiteral("%1 / %2 / %3").arg(a, 0, 'f', 2).arg(b, 0, 'f', 2).arg(c, 0, 'f', 2); };
        print(QStringLiteral("  %1 %2 %3 %4 %5 %6 %7")
                  .arg(table.name, -24)
                  .arg(table.live, 9)
                  .arg(QStringLiteral("%1 / %2").arg(mostDead).arg(table.dead), 17)
                  .arg(hot, 6)
                  .arg(table.vacuums, 8)
                  .arg(sizes(first.tableMib, middle.tableMib, table.tableMib), 24)
                  .arg(sizes(first.indexMib, middle.indexMib, table.indexMib), 27));
    }
}

void Report::say(const QString &text) const
{
    print(QString(u'\n' + text));
}

void Report::printSummary() const
{
    if (m_lines.empty())
        return;
    print(QStringLiteral("\n%1 %2 %3 %4").arg(QStringLiteral("measure"), -46).arg(QStringLiteral("value"), 9).arg(QStringLiteral("unit"), -14).arg(QStringLiteral("aim")));
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
        stages.append(QJsonObject { { QStringLiteral("items"), stage.items }, { QStringLiteral("arrayItemsPerSecond"), stage.itemsPerSecond },
            { QStringLiteral("nextP50Ms"), stage.nextP50 }, { QStringLiteral("nextP99Ms"), stage.nextP99 }, { QStringLiteral("pageP50Ms"), stage.pageP50 },
            { QStringLiteral("pageP99Ms"), stage.pageP99 }, { QStringLiteral("residentMib"), stage.residentMib }, { QStringLiteral("fileMib"), stage.fileMib } });
    QJsonArray samples;
    for (const Sample &sample : m_samples) {
        QJsonObject tables;
        for (const TableSample &table : sample.tables) {
            // Those of which nothing has changed since the beginning would only hide the others.
            const std::vector<TableSample> &first = m_samples.front().tables;
            if (&sample != &m_samples.front() && std::find(first.begin(), first.end(), table) != first.end())
                continue;
            tables.insert(table.name,
                QJsonObject { { QStringLiteral("rows"), table.live }, { QStringLiteral("dead"), table.dead }, { QStringLiteral("updated"), table.updated },
                    { QStringLiteral("updatedInPlace"), table.updatedInPlace }, { QStringLiteral("vacuums"), table.vacuums }, { QStringLiteral("tableMib"), table.tableMib },
                    { QStringLiteral("indexMib"), table.indexMib } });
        }
        samples.append(QJsonObject { { QStringLiteral("seconds"), sample.seconds }, { QStringLiteral("requestsPerSecond"), sample.requestsPerSecond }, { QStringLiteral("p50Ms"), sample.p50 },
            { QStringLiteral("p99Ms"), sample.p99 }, { QStringLiteral("worstMs"), sample.worst }, { QStringLiteral("late"), sample.late }, { QStringLiteral("residentMib"), sample.residentMib },
            { QStringLiteral("descriptors"), sample.descriptors }, { QStringLiteral("databaseMib"), sample.databaseMib }, { QStringLiteral("tables"), tables } });
    }
    return { { QStringLiteral("results"), lines }, { QStringLiteral("growth"), stages }, { QStringLiteral("soak"), samples } };
}

QString Report::svg() const
{
    const Axis x { std::floor(std::log10(static_cast<double>(m_stages.front().items))), std::ceil(std::log10(static_cast<double>(m_stages.back().items))) };
    const Axis y { -1, 3 };
    QString svg = QStringLiteral("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %1 %2\" font-family=\"sans-serif\" font-size=\"12\">\n"
                                 "<!-- SPDX-License-Identifier: Apache-2.0 -->\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n")
                      .arg(width + 110)
                      .arg(height);
    svg += label(margin, margin - 20, QStringLiteral("Milliseconds (memory: MiB) by number of waiting items"), "#333", "start");
    svg += grid(x, y);
    svg += curve(m_stages, x, y, &Stage::nextP50, "#1b7837", QStringLiteral("get-next p50"));
    svg += curve(m_stages, x, y, &Stage::nextP99, "#5aae61", QStringLiteral("get-next p99"));
    svg += curve(m_stages, x, y, &Stage::pageP50, "#2166ac", QStringLiteral("page of 100, p50"));
    svg += curve(m_stages, x, y, &Stage::residentMib, "#b2182b", QStringLiteral("memory, MiB"));
    return svg + QStringLiteral("</svg>\n");
}

} // namespace iwd::bench

// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include <QJsonArray>

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

void Report::say(const QString &text) const
{
    print(QString(u'\n' + text));
}

void Report::printSummary() const
{
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
    return { { QStringLiteral("results"), lines }, { QStringLiteral("growth"), stages } };
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

// SPDX-License-Identifier: Apache-2.0
#include "growthplot.h"

#include <algorithm>
#include <cmath>

namespace iwd::bench {

namespace {

constexpr double width = 930;
constexpr double left = 70; ///< of the panels
constexpr double right = 640;
constexpr double legend = 660;
constexpr double legendLine = 20;
constexpr double stroke = 26; ///< of a curve's sample in the legend

struct Axis
{
    double low; ///< powers of ten
    double high;
    double from; ///< where they are
    double to;
    [[nodiscard]] double at(double value) const { return from + (std::log10(std::max(value, 1e-9)) - low) / (high - low) * (to - from); }
};

/// A curve; its color and dashes are a class of the style sheet.
struct Curve
{
    QString name;
    const char *style;
    double (*value)(const Stage &stage);
};

/// A dotted line at what is aimed at.
struct Aim
{
    QString name;
    const char *style;
    double value;
};

struct Panel
{
    QString title;
    double top;
    double bottom;
    std::vector<Curve> curves;
    std::vector<Aim> aims;
};

std::vector<Panel> panels()
{
    return {
        { QStringLiteral("Milliseconds"), 60, 400,
            {
                { QStringLiteral("get-next, p50"), "green thin", [](const Stage &stage) { return stage.next.p50; } },
                { QStringLiteral("get-next, p99"), "green", [](const Stage &stage) { return stage.next.p99; } },
                { QStringLiteral("first page of 100, p99"), "blue thin", [](const Stage &stage) { return stage.page.p99; } },
                { QStringLiteral("deep page of 100, p99"), "blue", [](const Stage &stage) { return stage.deepPage.p99; } },
                { QStringLiteral("search by an attribute, p99"), "orange thin", [](const Stage &stage) { return stage.searchAttribute.p99; } },
                { QStringLiteral("search by a custom attribute, p99"), "orange", [](const Stage &stage) { return stage.searchCustom.p99; } },
                { QStringLiteral("search by words, p99"), "red", [](const Stage &stage) { return stage.searchText.p99; } },
                { QStringLiteral("changed curve until used, worst"), "violet", [](const Stage &stage) { return stage.curve.p99; } },
            },
            { { QStringLiteral("aim of get-next"), "green", 5 }, { QStringLiteral("aim of pages"), "blue", 30 } } },
        { QStringLiteral("MiB of resident memory"), 470, 630,
            {
                { QStringLiteral("after the searches"), "green", [](const Stage &stage) { return stage.residentMib; } },
                { QStringLiteral("idle"), "blue thin", [](const Stage &stage) { return stage.idleMib; } },
            },
            { { QStringLiteral("aim"), "green", 300e6 / 1'048'576 } } },
    };
}

constexpr char styleSheet[] = R"(<style>
text { fill: #24292f } .grid { stroke: #d0d7de } .fine { stroke: #eaeef2 }
.curve { fill: none; stroke-width: 2.5 } .thin { stroke-width: 1.5; stroke-dasharray: 6 3 } .aim { stroke-width: 1.5; stroke-dasharray: 1.5 4; fill: none } .dot { stroke-width: 3; stroke-dasharray: none }
.green { stroke: #1a7f37 } .blue { stroke: #0969da } .orange { stroke: #bc4c00 } .red { stroke: #cf222e } .violet { stroke: #8250df }
@media (prefers-color-scheme: dark) {
text { fill: #c9d1d9 } .grid { stroke: #484f58 } .fine { stroke: #2a3038 }
.green { stroke: #56d364 } .blue { stroke: #79c0ff } .orange { stroke: #f0883e } .red { stroke: #ff7b72 } .violet { stroke: #d2a8ff }
}
</style>
)";

QString label(double x, double y, const QString &text, const char *anchor)
{
    return QStringLiteral("<text x=\"%1\" y=\"%2\" text-anchor=\"%3\">%4</text>\n").arg(x).arg(y).arg(QLatin1StringView(anchor), text);
}

QString line(double x1, double y1, double x2, double y2, const QString &style)
{
    return QStringLiteral("<line x1=\"%1\" y1=\"%2\" x2=\"%3\" y2=\"%4\" class=\"%5\"/>\n").arg(x1).arg(y1).arg(x2).arg(y2).arg(style);
}

/// 10,000 as 10k, because many zeros are hard to count.
QString shortNumber(double value)
{
    if (value >= 1e6)
        return QString::number(value / 1e6) + u'M';
    return value >= 1e3 ? QString::number(value / 1e3) + u'k' : QString::number(value);
}

QString grid(const Axis &x, const Axis &y)
{
    QString svg;
    for (double power = y.low; power <= y.high; ++power) {
        const double at = y.at(std::pow(10, power));
        svg += line(x.from, at, x.to, at, QStringLiteral("grid")) + label(x.from - 8, at + 4, shortNumber(std::pow(10, power)), "end");
        for (int part = 2; part < 10 && power < y.high; ++part)
            svg += line(x.from, y.at(part * std::pow(10, power)), x.to, y.at(part * std::pow(10, power)), QStringLiteral("fine"));
    }
    return svg;
}

QString stageLabels(const std::vector<Stage> &stages, const Axis &x, const Panel &panel)
{
    QString svg;
    for (const Stage &stage : stages) {
        const double at = x.at(static_cast<double>(stage.items));
        svg += line(at, panel.top, at, panel.bottom, QStringLiteral("grid")) + label(at, panel.bottom + 20, shortNumber(static_cast<double>(stage.items)), "middle");
    }
    return svg;
}

QString drawn(const Curve &curve, const std::vector<Stage> &stages, const Axis &x, const Axis &y)
{
    QString points;
    QString dots;
    for (const Stage &stage : stages) {
        const double atX = x.at(static_cast<double>(stage.items));
        const double atY = y.at(curve.value(stage));
        points += QStringLiteral("%1,%2 ").arg(atX).arg(atY);
        dots += QStringLiteral("<circle class=\"%1 dot\" cx=\"%2\" cy=\"%3\" r=\"1.5\"/>\n").arg(QLatin1StringView(curve.style)).arg(atX).arg(atY);
    }
    return QStringLiteral("<polyline class=\"curve %1\" points=\"%2\"/>\n").arg(QLatin1StringView(curve.style), points.trimmed()) + dots;
}

/// Powers of ten that hold all values of the panel.
Axis valueAxis(const Panel &panel, const std::vector<Stage> &stages)
{
    double least = panel.aims.front().value;
    double most = least;
    for (const Curve &curve : panel.curves) {
        for (const Stage &stage : stages) {
            least = std::min(least, std::max(curve.value(stage), 0.01));
            most = std::max(most, curve.value(stage));
        }
    }
    return { std::floor(std::log10(least)), std::ceil(std::log10(most)), panel.bottom, panel.top };
}

QString drawn(const Panel &panel, const std::vector<Stage> &stages)
{
    const Axis x { std::log10(static_cast<double>(stages.front().items)), std::log10(static_cast<double>(stages.back().items)), left, right };
    const Axis y = valueAxis(panel, stages);
    QString svg = label(left, panel.top - 14, panel.title, "start") + grid(x, y) + stageLabels(stages, x, panel);
    double entry = panel.top + 10;
    const auto explain = [&](const QString &style, const QString &name) {
        svg += line(legend, entry, legend + stroke, entry, style) + label(legend + stroke + 8, entry + 4, name, "start");
        entry += legendLine;
    };
    for (const Curve &curve : panel.curves) {
        svg += drawn(curve, stages, x, y);
        explain(QStringLiteral("curve ") + QLatin1StringView(curve.style), curve.name);
    }
    for (const Aim &aim : panel.aims) {
        const QString style = QStringLiteral("aim ") + QLatin1StringView(aim.style);
        svg += line(x.from, y.at(aim.value), x.to, y.at(aim.value), style);
        explain(style, aim.name + QStringLiteral(": ") + QString::number(aim.value, 'f', 0));
    }
    return svg;
}

} // namespace

QString growthPlot(const std::vector<Stage> &stages)
{
    const std::vector<Panel> all = panels();
    QString svg = QStringLiteral("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %1 %2\" font-family=\"sans-serif\" font-size=\"13\">\n"
                                 "<!-- SPDX-License-Identifier: Apache-2.0 -->\n")
                      .arg(width)
                      .arg(all.back().bottom + 50)
        + QLatin1StringView(styleSheet);
    for (const Panel &panel : all)
        svg += drawn(panel, stages);
    svg += label((left + right) / 2, all.back().bottom + 42, QStringLiteral("waiting items"), "middle");
    return svg + QStringLiteral("</svg>\n");
}

} // namespace iwd::bench

// SPDX-License-Identifier: Apache-2.0
#include "queuelines.h"

#include "table.h"

#include <cmath>

using namespace Qt::StringLiterals;

namespace iwd {
namespace {

constexpr int WideEnoughForTwo = 150; ///< columns of queues
constexpr int ColumnGap = 4;

/// Widths of one column of queues.
struct Grid
{
    explicit Grid(int theWidth)
        : name(theWidth >= 90 ? 22 : 14)
        , bar(std::max(0, theWidth - name - Figures))
    {
    }
    static constexpr int Figures = 9 + 9 + 9 + 7 + 7 + 9;
    int name;
    int bar;
};

StyledLine queueHead(const Grid &grid)
{
    StyledLine line;
    line.add(fitted(u"Queue"_s, grid.name), Style::Dim);
    if (grid.bar >= 24)
        line.add(u"█"_s, Style::Accent).add(u" waiting  "_s, Style::Dim).add(u"░"_s, Style::Accent).add(u" assigned"_s, Style::Dim);
    line.to(grid.name + grid.bar);
    for (const auto &[title, width] : { std::pair("Waiting"_L1, 9), { "Oldest"_L1, 9 }, { "Assigned"_L1, 9 }, { "Held"_L1, 7 }, { "Done"_L1, 7 }, { "SLA met"_L1, 9 } })
        line.add(fitted(title, width, true), Style::Dim);
    return line;
}

StyledLine queueLine(const QueueFigures &queue, const Grid &grid, int most)
{
    const auto number = [](int value, int width) { return fitted(value == 0 ? u"·"_s : grouped(value), width, true); };
    const auto style = [](int value) { return value == 0 ? Style::Dim : Style::Plain; };
    const int room = std::max(0, grid.bar - 1);
    const auto cells = [room, most](int value) { return most == 0 ? 0 : static_cast<int>(std::lround(static_cast<double>(value) * room / most)); };
    const bool isSum = queue.id.isEmpty();
    const int waiting = std::min(room, queue.queued > 0 && !isSum ? std::max(1, cells(queue.queued)) : 0);
    const int working = isSum ? 0 : std::min(room - waiting, cells(queue.assigned));
    StyledLine line;
    line.add(fitted(queue.name, grid.name - 1) + u' ');
    line.add(QString(waiting, u'█'), Style::Accent).add(QString(working, u'░'), Style::Accent).to(grid.name + grid.bar);
    line.add(number(queue.queued, 9), queue.queued == 0 ? Style::Dim : Style::Strong);
    line.add(fitted(ageText(queue.oldestSeconds), 9, true), queue.oldestSeconds < 0 ? Style::Dim : Style::Plain);
    line.add(number(queue.assigned, 9), style(queue.assigned)).add(number(queue.held, 7), style(queue.held)).add(number(queue.completed, 7), style(queue.completed));
    line.add(fitted(percent(queue.slaMet, queue.slaMet + queue.slaMissed), 9, true), slaStyle(queue.slaMet, queue.slaMissed));
    return line;
}

QueueFigures sumOf(const std::vector<QueueFigures> &queues, size_t from)
{
    QueueFigures sum;
    for (size_t index = from; index < queues.size(); ++index) {
        sum.queued += queues[index].queued;
        sum.assigned += queues[index].assigned;
        sum.held += queues[index].held;
        sum.completed += queues[index].completed;
        sum.slaMet += queues[index].slaMet;
        sum.slaMissed += queues[index].slaMissed;
        sum.oldestSeconds = std::max(sum.oldestSeconds, queues[index].oldestSeconds);
    }
    return sum;
}

} // namespace

QString ageText(double seconds)
{
    return seconds < 0 ? u"–"_s : shortDuration(std::max(seconds, 10.0) == 10.0 ? std::floor(seconds) : seconds).replace(".0 s"_L1, " s"_L1);
}

QString rateText(double perSecond)
{
    return u"%1/s"_s.arg(perSecond, 0, 'f', 1);
}

Style slaStyle(int met, int missed)
{
    const int whole = met + missed;
    if (whole == 0)
        return Style::Dim;
    const int share = 100 * met / whole;
    return share >= 75 ? Style::Good : share >= 50 ? Style::Poor : Style::Bad;
}

std::vector<StyledLine> totalLines(const std::vector<Total> &totals, int width)
{
    std::vector<StyledLine> lines(3);
    const int step = (width - 2 * ScreenMargin) / std::max(1, static_cast<int>(totals.size()));
    int column = ScreenMargin;
    for (const Total &total : totals) {
        lines[0].to(column).add(total.label, Style::Dim);
        lines[1].to(column).add(total.figure, total.style);
        lines[2].to(column).add(total.note, Style::Dim);
        column += step;
    }
    return lines;
}

std::vector<StyledLine> queueLines(std::vector<QueueFigures> queues, int width, int rows)
{
    const int columns = width >= WideEnoughForTwo ? 2 : 1;
    const int columnWidth = (width - 2 * ScreenMargin - ColumnGap * (columns - 1)) / columns;
    const Grid grid(columnWidth);
    const auto room = static_cast<size_t>(std::max(0, rows - 1) * columns);
    if (queues.size() > room && room > 0) {
        QueueFigures others = sumOf(queues, room - 1);
        others.name = u"%1 more"_s.arg(queues.size() - room + 1);
        queues.resize(room - 1);
        queues.push_back(others);
    }
    int most = 0;
    for (const auto &queue : queues) {
        if (!queue.id.isEmpty())
            most = std::max(most, queue.queued + queue.assigned);
    }

    std::vector<StyledLine> lines(static_cast<size_t>(std::max(0, rows)));
    for (int column = 0; column < columns && !lines.empty(); ++column) {
        const int left = ScreenMargin + column * (columnWidth + ColumnGap);
        lines[0].to(left).add(queueHead(grid));
        for (int row = 1; row < rows; ++row) {
            const auto index = static_cast<size_t>(column * (rows - 1) + row - 1);
            if (index < queues.size())
                lines[static_cast<size_t>(row)].to(left).add(queueLine(queues[index], grid, most));
        }
    }
    return lines;
}

} // namespace iwd

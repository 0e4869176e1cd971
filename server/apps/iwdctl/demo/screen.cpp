// SPDX-License-Identifier: Apache-2.0
#include "screen.h"

#include <iwdctl/table.h>

#include <QLocale>

#include <cmath>

using namespace Qt::StringLiterals;

namespace iwd::demo {
namespace {

constexpr int Margin = 2;
constexpr int Narrowest = 72; ///< a narrower terminal shows the left part
constexpr int WideEnoughForTwo = 150; ///< columns of queues
constexpr int ColumnGap = 4;

QString clockText(milliseconds left)
{
    const auto seconds = std::max<qint64>(0, left.count() / 1000);
    return u"%1:%2"_s.arg(seconds / 60).arg(seconds % 60, 2, 10, QLatin1Char('0'));
}

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

StyledLine titleLine(const Scene &scene, int width)
{
    StyledLine line;
    line.to(Margin).add(u"IWD"_s, Style::Strong).add(u"   incidents of a service desk, run %1"_s.arg(scene.run), Style::Dim);
    line.to(width - Margin - static_cast<int>(scene.server.size())).add(scene.server, Style::Dim);
    return line;
}

StyledLine progressLine(const Scene &scene, int width)
{
    StyledLine line;
    line.to(Margin).add(fitted(dayAndTime(scene.incidentTime), 22), Style::Strong);
    const QString end = fitted(u"%1 %"_s.arg(static_cast<int>(scene.progress * 100)), 6, true) + fitted(clockText(scene.left), 7, true);
    const int room = width - line.width() - static_cast<int>(end.size()) - Margin;
    const int full = std::clamp(static_cast<int>(std::lround(scene.progress * room)), 0, std::max(0, room));
    line.add(QString(full, u'━'), Style::Accent).add(QString(std::max(0, room - full), u'─'), Style::Dim).add(end, Style::Dim);
    return line;
}

/// Labels, figures and small print below each other, evenly spread.
std::vector<StyledLine> totalLines(const Scene &scene, int width)
{
    struct Cell
    {
        QString label;
        QString figure;
        QString note;
        Style style;
    };
    const QueueFigures &total = scene.figures.total;
    const std::vector<Cell> cells {
        { u"Arrived"_s, grouped(total.arrived), rateText(scene.figures.arrivedPerSecond), Style::Strong },
        { u"Waiting"_s, grouped(total.queued), {}, Style::Strong },
        { u"Oldest"_s, ageText(total.oldestSeconds), {}, Style::Strong },
        { u"Assigned"_s, grouped(total.assigned), {}, Style::Strong },
        { u"On hold"_s, grouped(total.held), {}, Style::Strong },
        { u"Completed"_s, grouped(total.completed), rateText(scene.figures.completedPerSecond), Style::Strong },
        { u"SLA met"_s, percent(total.slaMet, total.slaMet + total.slaMissed), {}, slaStyle(total.slaMet, total.slaMissed) },
    };
    std::vector<StyledLine> lines(3);
    const int step = (width - 2 * Margin) / static_cast<int>(cells.size());
    int column = Margin;
    for (const Cell &cell : cells) {
        lines[0].to(column).add(cell.label, Style::Dim);
        lines[1].to(column).add(cell.figure, cell.style);
        lines[2].to(column).add(cell.note, Style::Dim);
        column += step;
    }
    return lines;
}

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

/// The queues in @p rows lines, the head included; what does not fit is summed up in the last one.
std::vector<StyledLine> queueLines(const Scene &scene, int width, int rows)
{
    const int columns = width >= WideEnoughForTwo ? 2 : 1;
    const int columnWidth = (width - 2 * Margin - ColumnGap * (columns - 1)) / columns;
    const Grid grid(columnWidth);
    std::vector<QueueFigures> queues;
    std::copy_if(scene.figures.queues.begin(), scene.figures.queues.end(), std::back_inserter(queues),
        [](const QueueFigures &queue) { return queue.arrived + queue.queued + queue.assigned + queue.held + queue.completed > 0; });
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
        const int left = Margin + column * (columnWidth + ColumnGap);
        lines[0].to(left).add(queueHead(grid));
        for (int row = 1; row < rows; ++row) {
            const auto index = static_cast<size_t>(column * (rows - 1) + row - 1);
            if (index < queues.size())
                lines[static_cast<size_t>(row)].to(left).add(queueLine(queues[index], grid, most));
        }
    }
    return lines;
}

} // namespace

std::vector<StyledLine> drawn(const Scene &scene, int width, int height)
{
    width = std::max(width, Narrowest);
    const int newsRows = height >= 40 ? 6 : height >= 30 ? 4 : 3;
    std::vector<StyledLine> lines;
    const auto append = [&lines](const std::vector<StyledLine> &more) { lines.insert(lines.end(), more.begin(), more.end()); };
    lines.push_back(titleLine(scene, width));
    lines.emplace_back();
    lines.push_back(progressLine(scene, width));
    lines.emplace_back();
    append(totalLines(scene, width));
    lines.emplace_back();
    const int below = 1 + newsRows + 2;
    append(queueLines(scene, width, height - static_cast<int>(lines.size()) - below));
    lines.emplace_back();
    for (int row = 0; row < newsRows; ++row) {
        const auto index = static_cast<qsizetype>(scene.news.size()) - newsRows + row;
        lines.emplace_back().to(Margin).add(index >= 0 ? scene.news[static_cast<size_t>(index)] : QString(), row == newsRows - 1 ? Style::Plain : Style::Dim);
    }
    lines.emplace_back();
    StyledLine &foot = lines.emplace_back().to(Margin);
    foot.add(scene.errors == 0 ? u"no errors"_s : u"%1 errors"_s.arg(scene.errors), scene.errors == 0 ? Style::Dim : Style::Bad);
    foot.to(width - Margin - static_cast<int>(scene.hint.size())).add(scene.hint, Style::Dim);
    if (static_cast<int>(lines.size()) > height)
        lines.resize(static_cast<size_t>(std::max(height, 1)));
    return lines;
}

QString inOneLine(const Scene &scene)
{
    const QueueFigures &total = scene.figures.total;
    const QString oldest = total.oldestSeconds < 0 ? QString() : u" (oldest %1)"_s.arg(ageText(total.oldestSeconds));
    return u"%1  %2  arrived %3, waiting %4%5, assigned %6, held %7, completed %8, SLA met %9"_s
        .arg(dayAndTime(scene.incidentTime), fitted(u"%1 %"_s.arg(static_cast<int>(scene.progress * 100)), 5, true), grouped(total.arrived),
            grouped(total.queued), oldest, grouped(total.assigned), grouped(total.held), grouped(total.completed),
            percent(total.slaMet, total.slaMet + total.slaMissed));
}

QString dayAndTime(Instant instant)
{
    const QDateTime time = QDateTime::fromMSecsSinceEpoch(toMillis(instant), Qt::UTC);
    return QLocale(QLocale::English).toString(time, u"ddd d MMM yyyy HH:mm"_s);
}

} // namespace iwd::demo

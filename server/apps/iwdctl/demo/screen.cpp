// SPDX-License-Identifier: Apache-2.0
#include "screen.h"

#include <iwdctl/queuelines.h>
#include <iwdctl/table.h>

#include <QLocale>

#include <cmath>

using namespace Qt::StringLiterals;

namespace iwd::demo {
namespace {

QString clockText(milliseconds left)
{
    const auto seconds = std::max<qint64>(0, left.count() / 1000);
    return u"%1:%2"_s.arg(seconds / 60).arg(seconds % 60, 2, 10, QLatin1Char('0'));
}

StyledLine titleLine(const Scene &scene, int width)
{
    StyledLine line;
    line.to(ScreenMargin).add(u"IWD"_s, Style::Strong).add(u"   incidents of a service desk, run %1"_s.arg(scene.run), Style::Dim);
    line.to(width - ScreenMargin - static_cast<int>(scene.server.size())).add(scene.server, Style::Dim);
    return line;
}

StyledLine progressLine(const Scene &scene, int width)
{
    StyledLine line;
    line.to(ScreenMargin).add(fitted(dayAndTime(scene.incidentTime), 22), Style::Strong);
    const QString end = fitted(u"%1 %"_s.arg(static_cast<int>(scene.progress * 100)), 6, true) + fitted(clockText(scene.left), 7, true);
    const int room = width - line.width() - static_cast<int>(end.size()) - ScreenMargin;
    const int full = std::clamp(static_cast<int>(std::lround(scene.progress * room)), 0, std::max(0, room));
    line.add(QString(full, u'━'), Style::Accent).add(QString(std::max(0, room - full), u'─'), Style::Dim).add(end, Style::Dim);
    return line;
}

std::vector<Total> totalsOf(const Figures &figures)
{
    const QueueFigures &total = figures.total;
    return { { u"Arrived"_s, grouped(total.arrived), rateText(figures.arrivedPerSecond) }, { u"Waiting"_s, grouped(total.queued), {} },
        { u"Oldest"_s, ageText(total.oldestSeconds), {} }, { u"Assigned"_s, grouped(total.assigned), {} }, { u"On hold"_s, grouped(total.held), {} },
        { u"Completed"_s, grouped(total.completed), rateText(figures.completedPerSecond) },
        { u"SLA met"_s, percent(total.slaMet, total.slaMet + total.slaMissed), {}, slaStyle(total.slaMet, total.slaMissed) } };
}

/// Queues of others stay out of the picture.
std::vector<QueueFigures> busyQueues(const Figures &figures)
{
    std::vector<QueueFigures> queues;
    std::copy_if(figures.queues.begin(), figures.queues.end(), std::back_inserter(queues),
        [](const QueueFigures &queue) { return queue.arrived + queue.queued + queue.assigned + queue.held + queue.completed > 0; });
    return queues;
}

} // namespace

std::vector<StyledLine> drawn(const Scene &scene, int width, int height)
{
    width = std::max(width, NarrowestScreen);
    const int newsRows = height >= 40 ? 6 : height >= 30 ? 4 : 3;
    std::vector<StyledLine> lines;
    const auto append = [&lines](const std::vector<StyledLine> &more) { lines.insert(lines.end(), more.begin(), more.end()); };
    lines.push_back(titleLine(scene, width));
    lines.emplace_back();
    lines.push_back(progressLine(scene, width));
    lines.emplace_back();
    append(totalLines(totalsOf(scene.figures), width));
    lines.emplace_back();
    const int below = 1 + newsRows + 2;
    append(queueLines(busyQueues(scene.figures), width, height - static_cast<int>(lines.size()) - below));
    lines.emplace_back();
    for (int row = 0; row < newsRows; ++row) {
        const auto index = static_cast<qsizetype>(scene.news.size()) - newsRows + row;
        lines.emplace_back().to(ScreenMargin).add(index >= 0 ? scene.news[static_cast<size_t>(index)] : QString(), row == newsRows - 1 ? Style::Plain : Style::Dim);
    }
    lines.emplace_back();
    StyledLine &foot = lines.emplace_back().to(ScreenMargin);
    foot.add(scene.errors == 0 ? u"no errors"_s : u"%1 errors"_s.arg(scene.errors), scene.errors == 0 ? Style::Dim : Style::Bad);
    foot.to(width - ScreenMargin - static_cast<int>(scene.hint.size())).add(scene.hint, Style::Dim);
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

// SPDX-License-Identifier: Apache-2.0
#include "topscreen.h"

#include "queuelines.h"
#include "table.h"

using namespace Qt::StringLiterals;

namespace iwd {
namespace {

double weightOf(const QueueFigures &queue, QueueOrder order)
{
    switch (order) {
    case QueueOrder::Waiting:
        return queue.queued;
    case QueueOrder::Oldest:
        return queue.oldestSeconds;
    case QueueOrder::Assigned:
        return queue.assigned;
    case QueueOrder::Held:
        return queue.held;
    case QueueOrder::Done:
        return queue.completed;
    case QueueOrder::Name:
        return 0;
    }
    Q_UNREACHABLE();
}

QString nameOf(QueueOrder order)
{
    return queueOrderNames().at(static_cast<int>(order));
}

StyledLine titleLine(const TopScene &scene, int width)
{
    const QString time = toIso(scene.figures.asOf).mid(11, 8) + u" UTC"_s;
    StyledLine line;
    const auto count = scene.figures.queues.size();
    line.to(ScreenMargin).add(u"IWD"_s, Style::Strong).add(u"   %1 %2 by %3"_s.arg(count).arg(count == 1 ? u"queue"_s : u"queues"_s, nameOf(scene.order)), Style::Dim);
    const QString right = u"%1   %2"_s.arg(scene.server, time);
    line.to(width - ScreenMargin - static_cast<int>(right.size())).add(right, Style::Dim);
    return line;
}

std::vector<Total> totalsOf(const Figures &figures)
{
    const QueueFigures &now = figures.total;
    int arrived = 0;
    int completed = 0;
    for (const QueueFigures &queue : figures.queues) {
        arrived += queue.arrived;
        completed += queue.completed;
    }
    return { { u"Waiting"_s, grouped(now.queued), {} }, { u"Oldest"_s, ageText(now.oldestSeconds), {} }, { u"Assigned"_s, grouped(now.assigned), {} },
        { u"On hold"_s, grouped(now.held), {} }, { u"Arrived"_s, grouped(arrived), rateText(figures.arrivedPerSecond) },
        { u"Done today"_s, grouped(completed), rateText(figures.completedPerSecond) },
        { u"SLA met"_s, percent(now.slaMet, now.slaMet + now.slaMissed), {}, slaStyle(now.slaMet, now.slaMissed) } };
}

StyledLine footLine(const TopScene &scene)
{
    StyledLine line;
    line.to(ScreenMargin);
    if (!scene.trouble.isEmpty())
        return line.add(scene.trouble, Style::Bad);
    line.add(u"q quit   sort: "_s, Style::Dim);
    for (const QString &name : queueOrderNames())
        line.add(name.left(1), Style::Strong).add(name.mid(1) + u' ', name == nameOf(scene.order) ? Style::Accent : Style::Dim);
    return line;
}

} // namespace

const QStringList &queueOrderNames()
{
    static const QStringList names { u"waiting"_s, u"oldest"_s, u"assigned"_s, u"held"_s, u"done"_s, u"name"_s };
    return names;
}

std::optional<QueueOrder> queueOrderFromName(const QString &name)
{
    const auto index = queueOrderNames().indexOf(name);
    return index < 0 ? std::nullopt : std::optional(static_cast<QueueOrder>(index));
}

std::optional<QueueOrder> queueOrderFromKey(char key)
{
    for (const QString &name : queueOrderNames()) {
        if (name.front() == QLatin1Char(key))
            return queueOrderFromName(name);
    }
    return std::nullopt;
}

std::vector<QueueFigures> sortedQueues(std::vector<QueueFigures> queues, QueueOrder order)
{
    std::sort(queues.begin(), queues.end(), [order](const QueueFigures &left, const QueueFigures &right) {
        const double leftWeight = weightOf(left, order);
        const double rightWeight = weightOf(right, order);
        if (leftWeight != rightWeight)
            return leftWeight > rightWeight;
        const int names = left.name.compare(right.name, Qt::CaseInsensitive);
        return names != 0 ? names < 0 : left.id < right.id;
    });
    return queues;
}

std::vector<StyledLine> drawnTop(const TopScene &scene, int width, int height)
{
    width = std::max(width, NarrowestScreen);
    std::vector<StyledLine> lines;
    const auto append = [&lines](const std::vector<StyledLine> &more) { lines.insert(lines.end(), more.begin(), more.end()); };
    lines.push_back(titleLine(scene, width));
    lines.emplace_back();
    append(totalLines(totalsOf(scene.figures), width));
    lines.emplace_back();
    const auto queues = sortedQueues(scene.figures.queues, scene.order);
    if (height == 0) {
        append(queueLines(queues, width, static_cast<int>(queues.size()) + 1));
        return lines;
    }
    append(queueLines(queues, width, height - static_cast<int>(lines.size()) - 2));
    lines.emplace_back();
    lines.push_back(footLine(scene));
    if (static_cast<int>(lines.size()) > height)
        lines.resize(static_cast<size_t>(std::max(height, 1)));
    return lines;
}

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#include "segments.h"

#include <domain/itemfields.h>

#include <QCryptographicHash>

namespace iwd {

namespace {

constexpr qint64 VirtualSecond = 1'000'000; ///< what one item costs a segment of share 1

/// A short mark of the division. Shares may change without moving an item; attribute and values may not.
QString divisionMark(const Segmentation &segmentation)
{
    QStringList parts { segmentation.attribute };
    for (const auto &[value, share] : segmentation.shares)
        parts.append(value);
    const QByteArray digest = QCryptographicHash::hash(parts.join(u'\n').toUtf8(), QCryptographicHash::Sha256);
    return QString::fromLatin1(digest.left(4).toHex()) + u'|';
}

qint64 virtualTime(const std::map<QString, SegmentService> &services)
{
    qint64 time = 0;
    for (const auto &[segment, service] : services)
        time = std::max(time, service.start);
    return time;
}

qint64 nextStart(const std::map<QString, SegmentService> &services, const QString &segment)
{
    const auto own = services.find(segment);
    return std::max(virtualTime(services), own == services.end() ? 0 : own->second.finish);
}

} // namespace

QString segmentTerm(const Queue &queue, const WorkItem &item)
{
    const Segmentation &segmentation = queue.segmentation;
    if (segmentation.attribute.isEmpty())
        return {};
    const QJsonValue value = ItemAttributes(item).attribute(segmentation.attribute);
    const QString text = value.isString() ? value.toString() : value.toVariant().toString();
    return divisionMark(segmentation) + segmentation.segmentOf(text);
}

QString segmentOf(const Queue &queue, const WorkClass &terms)
{
    return isOfOldDivision(queue, terms) ? QString() : terms.segment.section(u'|', 1);
}

bool isOfOldDivision(const Queue &queue, const WorkClass &terms)
{
    if (queue.segmentation.attribute.isEmpty())
        return !terms.segment.isEmpty();
    return !terms.segment.startsWith(divisionMark(queue.segmentation));
}

const Choice *chosen(Transaction &transaction, std::span<const Choice> choices)
{
    // Of each divided queue only the best item of one segment competes with the other queues.
    std::map<QString, const Choice *> turns;
    const Choice *best = nullptr;
    for (const Choice &choice : choices) {
        if (choice.queue->segmentation.attribute.isEmpty()) {
            if (!best || choice.candidate.key.before(best->candidate.key))
                best = &choice;
            continue;
        }
        const auto &services = transaction.segmentServices(choice.queue->id);
        const auto comesFirst = [&](const Choice &left, const Choice &right) {
            const qint64 leftStart = nextStart(services, left.segment);
            const qint64 rightStart = nextStart(services, right.segment);
            return leftStart != rightStart ? leftStart < rightStart : left.candidate.key.before(right.candidate.key);
        };
        const Choice *&turn = turns[choice.queue->id];
        if (!turn || comesFirst(choice, *turn))
            turn = &choice;
    }
    for (const auto &[queueId, turn] : turns) {
        if (!best || turn->candidate.key.before(best->candidate.key))
            best = turn;
    }
    return best;
}

void noteTurn(Transaction &transaction, const Queue &queue, const QString &segment)
{
    if (queue.segmentation.attribute.isEmpty())
        return;
    const qint64 start = nextStart(transaction.segmentServices(queue.id), segment);
    transaction.setSegmentService(queue.id, segment, { start, start + VirtualSecond / queue.segmentation.shareOf(segment) });
}

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#include "eventfilter.h"

#include <QRegularExpression>

using namespace Qt::StringLiterals;

namespace iwd {
namespace {

QStringList listOf(const CommandLine &line, const QString &option)
{
    QStringList all;
    for (const QString &value : line.values(option)) {
        for (const QString &part : value.split(u',', Qt::SkipEmptyParts))
            all.append(part.trimmed());
    }
    return all;
}

} // namespace

bool EventFilter::wants(const QJsonObject &event) const
{
    const QString type = event["type"_L1].toString();
    const auto fits = [&type](const QString &wanted) { return type == wanted || type.section(u'.', 0, 0) == wanted; };
    if (!types.isEmpty() && std::none_of(types.begin(), types.end(), fits))
        return false;
    if (!items.isEmpty() && !items.contains(event["item"_L1].toString()) && !items.contains(event["captureId"_L1].toString()))
        return false;
    return queues.isEmpty() || queues.contains(event["class"_L1]["queue"_L1].toString()) || queues.contains(event["before"_L1]["queue"_L1].toString());
}

Result<EventFilter> eventFilterOf(const CommandLine &line)
{
    static const QRegularExpression type(u"\\A(item|agent|config)(\\.[a-z_]+)?\\z"_s);
    EventFilter filter { listOf(line, u"type"_s), listOf(line, u"item"_s), listOf(line, u"queue"_s) };
    for (const QString &wanted : std::as_const(filter.types)) {
        if (!type.match(wanted).hasMatch())
            return Error { ErrorCode::InvalidField, u"\"%1\" is no type of events: write for example item.completed, or item for all that happens to items."_s.arg(wanted), {}, {} };
    }
    return filter;
}

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#include "workitem.h"

#include <array>

namespace iwd {

namespace {

constexpr std::array<QLatin1StringView, ItemStatusCount> statusNames { QLatin1StringView("new"), QLatin1StringView("captured"),
    QLatin1StringView("queued"), QLatin1StringView("distributed"), QLatin1StringView("assigned"), QLatin1StringView("held"),
    QLatin1StringView("errorheld"), QLatin1StringView("completed"), QLatin1StringView("canceled"), QLatin1StringView("rejected") };

} // namespace

std::optional<ItemId> ItemId::fromString(QStringView text)
{
    if (!text.startsWith(QLatin1StringView("wi-")) || text.size() < 4 || text.size() > 22 || text[3] == u'0')
        return std::nullopt;
    for (const QChar c : text.sliced(3)) {
        if (c < u'0' || c > u'9')
            return std::nullopt;
    }
    bool ok = false;
    const qint64 number = text.sliced(3).toLongLong(&ok);
    return ok ? std::optional(ItemId { number }) : std::nullopt;
}

QString statusName(ItemStatus status)
{
    return statusNames[static_cast<size_t>(status)];
}

std::optional<ItemStatus> statusFromName(QStringView name)
{
    for (size_t i = 0; i < statusNames.size(); ++i) {
        if (statusNames[i] == name)
            return static_cast<ItemStatus>(i);
    }
    return std::nullopt;
}

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commandline.h"

#include <QJsonObject>

namespace iwd {

/// Which events of the feed a person wants to see. Each part that is not empty has to fit.
struct EventFilter
{
    QStringList types; ///< "item.assigned", or "item" for all of items
    QStringList items; ///< ids, or keys of the source
    QStringList queues; ///< which the item is in after the event, or was in before

    [[nodiscard]] bool wants(const QJsonObject &event) const;
};

/// Of --type, --item and --queue.
[[nodiscard]] Result<EventFilter> eventFilterOf(const CommandLine &line);

} // namespace iwd

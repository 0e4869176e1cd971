// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <QStringList>

namespace iwd {

/// To whom a capture point's source is told what becomes of its items.
struct Webhook
{
    QString url;
    QStringList events; ///< types, some of webhookEventTypes()
    bool enabled = true;

    bool operator==(const Webhook &) const = default;
};

/// All types of events about items.
[[nodiscard]] const QStringList &webhookEventTypes();
/// Those with which the status of an item changes: what is sent when nobody says anything else.
[[nodiscard]] const QStringList &statusEventTypes();

} // namespace iwd

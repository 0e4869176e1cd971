// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <domain/workitem.h>

#include <QStringList>

#include <optional>

namespace iwd {

/// Internal number of a tenant; people see its id ("100") and name ("t100").
struct TenantId
{
    qint64 number = 0;
    auto operator<=>(const TenantId &) const = default;
};

/// What an item's anchor means: the start of its age, or the moment its SLA ends.
enum class AnchorKind { Created = 0, Due = 1 };

/// The terms that waiting items share. Items of one class differ only in their anchor, so on a monotone stretch of the curve
/// the anchor alone orders them. Classes are few and immutable; items move between them.
///
/// Epoch, the instant from which age counts: the anchor itself (Created), or the anchor less the schema's SLA (Due).
struct WorkClass
{
    QString queueId;
    QString schemaId;
    int band = 0; ///< rank of the business value in the schema's bands
    int shift = 0; ///< sum of manual changes; the band's shift comes on top
    AnchorKind anchor = AnchorKind::Created;
    QString channel;
    QStringList skills; ///< requested by the items themselves, sorted; the queue's come on top
    QString calendarId; ///< whose open hours count as age; empty: every hour counts
    QString requestedAgent;
    QString requestedGroup;
    QString segment; ///< value of the attribute by which the queue divides its work; empty when it does not, or the item has none

    [[nodiscard]] auto terms() const
    {
        return std::tie(queueId, schemaId, band, shift, anchor, channel, skills, calendarId, requestedAgent, requestedGroup, segment);
    }
    bool operator==(const WorkClass &) const = default;
    bool operator<(const WorkClass &other) const { return terms() < other.terms(); }
};

/// An item as stored: what people see, and its place in the order.
struct ItemRecord
{
    WorkItem item;
    std::optional<qint64> classId; ///< the class it waits in or last waited in; none before classification
    Instant anchor; ///< see WorkClass
    Instant captured; ///< when we acknowledged it
    std::optional<bool> slaMet; ///< decided when it completes
};

} // namespace iwd

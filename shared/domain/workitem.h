// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/instant.h>

#include <QJsonObject>
#include <QStringList>

#include <optional>

namespace iwd {

/// Number of an item, unique in the installation, rising with capture. People and programs see "wi-<number>".
struct ItemId
{
    qint64 number = 0;

    auto operator<=>(const ItemId &) const = default;
    [[nodiscard]] QString toString() const { return QStringLiteral("wi-") + QString::number(number); }
    /// @returns nothing when @p text is not of the form "wi-<number>"
    [[nodiscard]] static std::optional<ItemId> fromString(QStringView text);
};

/// The names are a contract with outside software; see statusName().
enum class ItemStatus {
    New = 0, ///< accepted, not classified yet
    Captured = 1, ///< classified; sleeps until its activation
    Queued = 2, ///< has a priority and waits
    Distributed = 3, ///< submitted to routing or offered, not accepted yet
    Assigned = 4,
    Held = 5, ///< neither prioritized nor distributed
    ErrorHeld = 6, ///< classification failed; the reason is in WorkItem::error
    Completed = 7,
    Canceled = 8,
    Rejected = 9,
};
inline constexpr int ItemStatusCount = 10;

[[nodiscard]] QString statusName(ItemStatus status);
[[nodiscard]] std::optional<ItemStatus> statusFromName(QStringView name);
[[nodiscard]] constexpr bool isFinal(ItemStatus status)
{
    return status == ItemStatus::Completed || status == ItemStatus::Canceled || status == ItemStatus::Rejected;
}

/// A unit of work. All texts are user input; lengths are limited by the decoder (see itemfields.h).
struct WorkItem
{
    // Ours
    ItemId id;
    qint64 version = 0; ///< rises with every change; the ETag
    ItemStatus status = ItemStatus::New;
    QString categoryId; ///< empty until classified
    QString queueId; ///< empty until classified
    QString assignedToUser; ///< agent id
    QString error; ///< why it is errorheld, rejected or was ended by the server
    Instant created; ///< when the source says it began, else when we captured it; age counts from here
    std::optional<Instant> assigned;
    std::optional<Instant> held;
    std::optional<Instant> completed; ///< when it became final

    // Core, from the source
    QString captureId;
    QString capturePointId;
    QString channel;
    QString mediaType;
    QString businessCalendarId;
    int businessValue = 0;
    int priorityShift = 0; ///< sum of the manual changes of priority
    std::optional<Instant> activation;
    std::optional<Instant> due;
    std::optional<Instant> expiration;

    // Extended
    QString customerId;
    QString customerSegment;
    QString productType;
    QString productSubtype;
    QString requestedAgent;
    QString requestedAgentGroup;
    QString requestedSkill;
    QString resultCode;
    std::optional<Instant> sourceCreated;
    std::optional<Instant> sourceDue;
    std::optional<Instant> sourceFirstCreated;
    QString sourceProcessType;
    QString sourceProcessSubtype;
    QString sourceTenant;
    QString url;

    // Custom
    QJsonObject custom; ///< name -> text, number, boolean or null
    QStringList labels;
};

} // namespace iwd

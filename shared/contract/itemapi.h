// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/result.h>
#include <domain/itemfields.h>
#include <domain/workitem.h>

#include <QJsonObject>

#include <optional>
#include <vector>

namespace iwd {

enum class InputMode { Create, Update };

/// A number to set, or to add when it was given as text with a sign ("+10", "-5").
struct IntegerChange
{
    bool relative = false;
    int value = 0;

    bool operator==(const IntegerChange &) const = default;
};

struct FieldAssignment
{
    const ItemField *field; ///< one that a source may write at any time
    FieldValue value;
};

/// What a source asked for in the body of POST /items or PATCH /items/{id}, checked by itself; whether it fits the item and
/// the configuration is for the caller to find out.
struct ItemInput
{
    // When creating only
    std::optional<QString> captureId;
    std::optional<QString> capturePointId;
    std::optional<QString> categoryId;
    std::optional<Instant> created;

    std::vector<FieldAssignment> fields; ///< in the order of itemFields(); an empty value clears the field
    std::optional<IntegerChange> businessValue;
    std::optional<IntegerChange> priority; ///< relative: moves the shift; absolute: the effective priority wanted now
    QJsonObject custom; ///< to merge; null removes
};

/// How far createdDateTime may lie ahead, because no two clocks agree.
inline constexpr milliseconds MaxCreatedAhead = std::chrono::minutes(5);

/// Names that are not known become custom attributes. Names that only the server writes are refused.
/// When updating, null clears a field; when creating, it is the same as leaving the field out.
/// @returns an Error whose field is the JSON path, e.g. "custom.region" or "labels[2]"
[[nodiscard]] Result<ItemInput> decodeItemInput(const QJsonObject &json, InputMode mode);

/// The part of the check that depends on the time: createdDateTime is at most MaxCreatedAhead after @p now.
[[nodiscard]] Result<void> checkCreated(const ItemInput &input, Instant now);

/// Applies everything but an absolute `priority`, which only the holder of the curve can turn into a shift.
/// @returns an Error when a sum leaves its range or the item would have too many custom attributes; @p item is unchanged then
[[nodiscard]] Result<void> applyInput(WorkItem &item, const ItemInput &input);

/// Something that will happen to an item by itself if nobody touches it before.
struct UpcomingStep
{
    Instant at;
    QString kind; ///< "relaxation", "anyGroupMember", "anybody", "overflow", "escalation", "sla", "activation", "expiration", "leaseEnd" or "offerEnd"
    QString text; ///< for people: "widens to network level 2"
};
[[nodiscard]] QJsonObject encodeStep(const UpcomingStep &step);

/// Members of an item's answer that are computed at the moment of the answer.
struct ItemView
{
    std::optional<int> priority; ///< effective priority
    QStringList categoryPath; ///< ids, root first
    std::optional<Instant> slaDue; ///< what SLA figures are measured against
    QStringList warnings; ///< sentences: what the item asks for and cannot have
    std::optional<UpcomingStep> nextStep; ///< of a waiting item: by which more agents may have it, or it moves or rises
};

/// Every member is present; those without a value are null. Only warnings and nextStep are left out when there are none.
void writeItem(JsonWriter &json, const WorkItem &item, const ItemView &view);
/// The members alone, for an object that has more of them.
void writeItemMembers(JsonWriter &json, const WorkItem &item, const ItemView &view);
/// The same as a QJsonObject.
[[nodiscard]] QJsonObject encodeItem(const WorkItem &item, const ItemView &view);

} // namespace iwd

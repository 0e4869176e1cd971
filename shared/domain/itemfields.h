// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "condition.h"
#include "workitem.h"

#include <base/jsonwriter.h>

#include <QJsonValue>

#include <span>
#include <variant>

namespace iwd {

enum class FieldKind { Text, Integer, Date, TextList };

/// Who may write a field through the API.
enum class FieldWriter {
    SourceOnCreate, ///< the source, when it creates the item; fixed from then on
    Source, ///< the source, at any time
    Server, ///< nobody: it follows from what happens to the item
};

enum class FieldGroup { Core, Extended };

/// A value of the right kind: Text, Integer, Date (nothing clears it), TextList.
using FieldValue = std::variant<QString, int, std::optional<Instant>, QStringList>;

/// One field of WorkItem as every layer knows it.
struct ItemField
{
    QLatin1StringView name; ///< in JSON, in conditions, in events
    FieldKind kind;
    FieldWriter writer;
    FieldGroup group;
    int maxLength; ///< of a text or of each text of a list, in UTF-16 code units; 0 for other kinds
    /// @returns text, number, array; dates as ISO 8601 text; Null when the item has no value
    QJsonValue (*get)(const WorkItem &item);
    /// Writes what get() answers.
    void (*write)(JsonWriter &json, const WorkItem &item);
    /// Whether get() answers null or an empty array.
    bool (*isAbsent)(const WorkItem &item);
    bool (*isSame)(const WorkItem &left, const WorkItem &right);
    /// Takes a value of the field's kind that has been checked before. Null for id, version and status.
    void (*set)(WorkItem &item, const FieldValue &value);
};

namespace limits {
inline constexpr int Text = 1'000;
inline constexpr int Url = 4'000;
inline constexpr int CaptureId = 200;
inline constexpr int ObjectId = 64;
inline constexpr int CustomName = 100;
inline constexpr int CustomText = 10'000;
inline constexpr int CustomAttributes = 200;
inline constexpr int Labels = 50;
inline constexpr int Label = 100;
/// Of WorkItem::priorityShift, in either direction: the sum with a curve's value and a band's shift still fits in an int.
inline constexpr int PriorityShift = 1'000'000'000;
} // namespace limits

/// All fields that a work item stores outside of its custom attributes, in the order in which people see them.
[[nodiscard]] std::span<const ItemField> itemFields();

/// @returns nullptr when no field has that name
[[nodiscard]] const ItemField *itemField(const QString &name);

/// The attributes of an item for conditions: the names of itemFields(), and "custom.<name>".
class ItemAttributes final : public AttributeSource
{
public:
    /// @p item must outlive this.
    explicit ItemAttributes(const WorkItem &item)
        : m_item(item)
    {
    }
    [[nodiscard]] QJsonValue attribute(const QString &name) const override;

private:
    const WorkItem &m_item;
};

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#include "itemfields.h"

#include <QHash>
#include <QJsonArray>

namespace iwd {

namespace {

QJsonValue encode(const QString &text)
{
    return text.isEmpty() ? QJsonValue() : QJsonValue(text);
}
QJsonValue encode(int number)
{
    return number;
}
QJsonValue encode(qint64 number)
{
    return number;
}
QJsonValue encode(Instant instant)
{
    return toIso(instant);
}
QJsonValue encode(const std::optional<Instant> &instant)
{
    return instant ? QJsonValue(toIso(*instant)) : QJsonValue();
}
QJsonValue encode(const QStringList &texts)
{
    return QJsonArray::fromStringList(texts);
}
QJsonValue encode(ItemStatus status)
{
    return statusName(status);
}
QJsonValue encode(ItemId id)
{
    return id.toString();
}

void write(JsonWriter &json, const QString &text)
{
    json.textOrNull(text);
}
void write(JsonWriter &json, qint64 number)
{
    json.number(number);
}
void write(JsonWriter &json, int number)
{
    json.number(number);
}
void write(JsonWriter &json, Instant instant)
{
    json.instant(instant);
}
void write(JsonWriter &json, const std::optional<Instant> &instant)
{
    json.instantOrNull(instant);
}
void write(JsonWriter &json, const QStringList &texts)
{
    json.beginArray();
    for (const QString &text : texts)
        json.text(text);
    json.endArray();
}
void write(JsonWriter &json, ItemStatus status)
{
    json.text(statusName(status));
}
void write(JsonWriter &json, ItemId id)
{
    json.text(id.toString());
}

template <typename T>
bool isEmpty(const T &value)
{
    if constexpr (std::is_same_v<T, QString> || std::is_same_v<T, QStringList>)
        return value.isEmpty();
    else if constexpr (std::is_same_v<T, std::optional<Instant>>)
        return !value.has_value();
    else
        return false;
}

void assign(QString &member, const FieldValue &value)
{
    member = std::get<QString>(value);
}
void assign(int &member, const FieldValue &value)
{
    member = std::get<int>(value);
}
void assign(std::optional<Instant> &member, const FieldValue &value)
{
    member = std::get<std::optional<Instant>>(value);
}
void assign(QStringList &member, const FieldValue &value)
{
    member = std::get<QStringList>(value);
}
void assign(Instant &member, const FieldValue &value)
{
    const auto instant = std::get<std::optional<Instant>>(value);
    Q_ASSERT(instant); // the fields of this type are never empty
    member = *instant;
}

template <auto Member>
QJsonValue getMember(const WorkItem &item)
{
    return encode(item.*Member);
}

template <auto Member>
void setMember(WorkItem &item, const FieldValue &value)
{
    assign(item.*Member, value);
}

template <auto Member>
void writeMember(JsonWriter &json, const WorkItem &item)
{
    write(json, item.*Member);
}

template <auto Member>
bool isMemberAbsent(const WorkItem &item)
{
    return isEmpty(item.*Member);
}

template <auto Member>
bool isMemberSame(const WorkItem &left, const WorkItem &right)
{
    return left.*Member == right.*Member;
}

template <auto Member>
constexpr ItemField field(const char *name, FieldKind kind, FieldWriter writer, FieldGroup group, int maxLength, void (*set)(WorkItem &, const FieldValue &))
{
    return { QLatin1StringView(name), kind, writer, group, maxLength, &getMember<Member>, &writeMember<Member>, &isMemberAbsent<Member>, &isMemberSame<Member>, set };
}

template <auto Member>
constexpr ItemField text(const char *name, FieldWriter writer, FieldGroup group, int maxLength = limits::Text)
{
    return field<Member>(name, FieldKind::Text, writer, group, maxLength, &setMember<Member>);
}

template <auto Member>
constexpr ItemField integer(const char *name, FieldWriter writer)
{
    return field<Member>(name, FieldKind::Integer, writer, FieldGroup::Core, 0, &setMember<Member>);
}

template <auto Member>
constexpr ItemField date(const char *name, FieldWriter writer, FieldGroup group)
{
    return field<Member>(name, FieldKind::Date, writer, group, 0, &setMember<Member>);
}

template <auto Member>
constexpr ItemField readOnly(const char *name, FieldKind kind)
{
    return field<Member>(name, kind, FieldWriter::Server, FieldGroup::Core, 0, nullptr);
}

using W = FieldWriter;
using G = FieldGroup;

constexpr ItemField table[] {
    readOnly<&WorkItem::id>("id", FieldKind::Text),
    readOnly<&WorkItem::version>("version", FieldKind::Integer),
    text<&WorkItem::captureId>("captureId", W::SourceOnCreate, G::Core, limits::CaptureId),
    text<&WorkItem::capturePointId>("capturePointId", W::SourceOnCreate, G::Core, limits::ObjectId),
    text<&WorkItem::categoryId>("category", W::SourceOnCreate, G::Core, limits::ObjectId),
    text<&WorkItem::queueId>("queue", W::Server, G::Core, limits::ObjectId),
    text<&WorkItem::channel>("channel", W::Source, G::Core),
    text<&WorkItem::mediaType>("mediaType", W::Source, G::Core),
    readOnly<&WorkItem::status>("status", FieldKind::Text),
    integer<&WorkItem::priorityShift>("priorityShift", W::Server),
    integer<&WorkItem::businessValue>("businessValue", W::Source),
    text<&WorkItem::businessCalendarId>("businessCalendarId", W::Source, G::Core),
    date<&WorkItem::created>("createdDateTime", W::SourceOnCreate, G::Core),
    date<&WorkItem::activation>("activationDateTime", W::Source, G::Core),
    date<&WorkItem::due>("dueDateTime", W::Source, G::Core),
    date<&WorkItem::expiration>("expirationDateTime", W::Source, G::Core),
    date<&WorkItem::assigned>("assignedDateTime", W::Server, G::Core),
    text<&WorkItem::assignedToUser>("assignedToUser", W::Server, G::Core),
    date<&WorkItem::held>("heldDateTime", W::Server, G::Core),
    date<&WorkItem::completed>("completedDateTime", W::Server, G::Core),
    text<&WorkItem::customerId>("customerId", W::Source, G::Extended),
    text<&WorkItem::customerSegment>("customerSegment", W::Source, G::Extended),
    text<&WorkItem::productType>("productType", W::Source, G::Extended),
    text<&WorkItem::productSubtype>("productSubtype", W::Source, G::Extended),
    text<&WorkItem::requestedAgent>("requestedAgent", W::Source, G::Extended),
    text<&WorkItem::requestedAgentGroup>("requestedAgentGroup", W::Source, G::Extended),
    text<&WorkItem::requestedSkill>("requestedSkill", W::Source, G::Extended),
    text<&WorkItem::resultCode>("resultCode", W::Server, G::Extended),
    date<&WorkItem::sourceCreated>("sourceCreatedDateTime", W::Source, G::Extended),
    date<&WorkItem::sourceDue>("sourceDueDateTime", W::Source, G::Extended),
    date<&WorkItem::sourceFirstCreated>("sourceFirstCreatedDateTime", W::Source, G::Extended),
    text<&WorkItem::sourceProcessType>("sourceProcessType", W::Source, G::Extended),
    text<&WorkItem::sourceProcessSubtype>("sourceProcessSubtype", W::Source, G::Extended),
    text<&WorkItem::sourceTenant>("sourceTenant", W::Source, G::Extended),
    text<&WorkItem::url>("url", W::Source, G::Extended, limits::Url),
    text<&WorkItem::error>("error", W::Server, G::Extended),
    field<&WorkItem::labels>("labels", FieldKind::TextList, W::Source, G::Core, limits::Label, &setMember<&WorkItem::labels>),
};

bool isAbsent(const QJsonValue &value)
{
    return value.isNull() || value.isUndefined() || (value.isArray() && value.toArray().isEmpty());
}

} // namespace

std::span<const ItemField> itemFields()
{
    return table;
}

const ItemField *itemField(const QString &name)
{
    static const QHash<QString, const ItemField *> byName = [] {
        QHash<QString, const ItemField *> fields;
        for (const ItemField &field : table)
            fields.insert(field.name, &field);
        return fields;
    }();
    return byName.value(name);
}

QJsonValue ItemAttributes::attribute(const QString &name) const
{
    static const QString customPrefix = QStringLiteral("custom.");
    QJsonValue value = QJsonValue::Undefined;
    if (name.startsWith(customPrefix))
        value = m_item.custom.value(QStringView(name).sliced(customPrefix.size()));
    else if (const ItemField *field = itemField(name))
        value = field->get(m_item);
    return isAbsent(value) ? QJsonValue(QJsonValue::Undefined) : value;
}

} // namespace iwd

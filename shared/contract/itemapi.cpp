// SPDX-License-Identifier: Apache-2.0
#include "itemapi.h"

#include "jsonreading.h"

#include <domain/prioritycurve.h>

#include <QHash>
#include <QJsonArray>
#include <QJsonDocument>

#include <limits>

namespace iwd {

namespace {

const QString customName = QStringLiteral("custom");
const QString priorityName = QStringLiteral("priority");
const QString businessValueName = QStringLiteral("businessValue");

/// Names that appear in answers beside the stored fields.
const QStringList &computedNames()
{
    static const QStringList names { QStringLiteral("categoryPath"), QStringLiteral("warnings"), QStringLiteral("nextStep"), QStringLiteral("slaDateTime") };
    return names;
}

/// What to do instead of writing a field that cannot be written.
QString adviceFor(const QString &name)
{
    static const QHash<QString, QString> advice {
        { QStringLiteral("id"), QStringLiteral("The server numbers items; put the source's own key into \"captureId\".") },
        { QStringLiteral("version"), QStringLiteral("Send the version that you have seen in the header If-Match.") },
        { QStringLiteral("status"), QStringLiteral("Use the operations of the item: hold, resume, complete, cancel, restart.") },
        { QStringLiteral("queue"), QStringLiteral("The category decides the queue; use the operation requeue to transfer an item.") },
        { QStringLiteral("assignedToUser"), QStringLiteral("Use the operation assign.") },
        { QStringLiteral("resultCode"), QStringLiteral("Give it with the operation complete.") },
        { QStringLiteral("priorityShift"), QStringLiteral("Use \"priority\" with a relative value such as \"+10\".") },
        { QStringLiteral("slaDateTime"), QStringLiteral("It follows from the schema; a source's own due date goes into \"dueDateTime\".") },
        { QStringLiteral("categoryPath"), QStringLiteral("Name the category alone in \"category\".") },
        { QStringLiteral("category"), QStringLiteral("Use the operation restart, with {\"category\": id} to choose one.") },
    };
    return advice.value(name);
}

Error notWritable(const QString &name, InputMode mode, bool onCreate)
{
    const bool fixedNow = mode == InputMode::Update && onCreate;
    Error error = invalidField(name,
        fixedNow ? QStringLiteral("no value, as it is fixed when the item is created")
                 : QStringLiteral("no value, as only the server sets it"));
    error.text = fixedNow ? QStringLiteral("\"%1\" is fixed when the item is created.").arg(name)
                          : QStringLiteral("\"%1\" is set by the server and cannot be written.").arg(name);
    // The advice on the category is for items that exist; the rest holds always.
    if (const QString advice = adviceFor(name); !advice.isEmpty())
        error.text += u' ' + advice;
    error.args.insert(QStringLiteral("readOnly"), true);
    return error;
}

Result<IntegerChange> decodeChange(const QString &path, const QJsonValue &value, int bound)
{
    if (value.isDouble()) {
        const auto number = json::integer(path, value, -bound, bound);
        return number ? Result<IntegerChange>(IntegerChange { false, *number }) : number.error();
    }
    const QString text = value.toString();
    const bool isSigned = text.size() > 1 && text.size() <= 10 && (text.front() == u'+' || text.front() == u'-');
    const bool isWhole = isSigned && std::all_of(text.begin() + 1, text.end(), [](QChar c) { return c >= u'0' && c <= u'9'; });
    bool fits = false;
    const int number = isWhole ? text.toInt(&fits) : 0;
    if (!fits || number < -bound || number > bound) {
        return invalidField(path,
            QStringLiteral("a whole number from -%1 to %1, or a relative change as text such as \"+10\" or \"-5\"").arg(bound),
            json::describe(value));
    }
    return IntegerChange { true, number };
}

Result<FieldValue> decodeFieldValue(const ItemField &field, const QJsonValue &value)
{
    const auto convert
        = [](auto read) { return read ? Result<FieldValue>(FieldValue(std::move(read).value())) : Result<FieldValue>(read.error()); };
    const QString name = field.name;
    switch (field.kind) {
    case FieldKind::Text:
        return convert(json::text(name, value, field.maxLength));
    case FieldKind::Date:
        return convert(json::date(name, value));
    case FieldKind::TextList:
        return convert(json::textList(name, value, limits::Labels, field.maxLength));
    case FieldKind::Integer:
        break; // businessValue, the only one that a source writes, may be relative and is read by decodeChange()
    }
    Q_UNREACHABLE();
}

/// @param parent path of the object that holds the attribute; empty: the item itself
Result<void> checkCustom(const QString &parent, const QString &name, const QJsonValue &value)
{
    const auto path = [&]() -> QString { return parent.isEmpty() ? name : QString(parent + u'.' + name); };
    if (name.isEmpty() || !json::isText(name, limits::CustomName)) {
        Error error
            = invalidField(path().left(200), QStringLiteral("a custom attribute with a name of 1 to %1 characters").arg(limits::CustomName),
                QStringLiteral("a name of %1 characters").arg(name.size()));
        return error;
    }
    if (value.isString()) {
        if (json::isText(value.toString(), limits::CustomText))
            return {};
        return json::text(path(), value, limits::CustomText).error();
    }
    if (value.isArray() || value.isObject())
        return invalidField(path(), QStringLiteral("a text, a number, true, false or null for a custom attribute"), json::describe(value));
    return {};
}

Result<void> addCustom(ItemInput &input, const QString &parent, const QString &name, const QJsonValue &value)
{
    if (const auto checked = checkCustom(parent, name, value); !checked)
        return checked;
    if (input.custom.contains(name)) {
        Error error = invalidField(parent.isEmpty() ? name : QString(parent + u'.' + name), QStringLiteral("a custom attribute that is given once"));
        error.text = QStringLiteral("\"%1\" is given twice: beside \"custom\" and inside of it.").arg(name);
        return error;
    }
    input.custom.insert(name, value);
    return {};
}

Result<void> decodeCustom(ItemInput &input, const QJsonValue &value)
{
    if (value.isNull())
        return {};
    const auto object = json::object(customName, value);
    if (!object)
        return object.error();
    if (input.custom.isEmpty()) {
        // The usual case: the object is taken over as it is.
        for (auto entry = object->begin(); entry != object->end(); ++entry) {
            if (const auto checked = checkCustom(customName, entry.key(), entry.value()); !checked)
                return checked;
        }
        input.custom = *object;
        return {};
    }
    for (auto entry = object->begin(); entry != object->end(); ++entry) {
        if (const auto added = addCustom(input, customName, entry.key(), entry.value()); !added)
            return added;
    }
    return {};
}

/// A text that identifies something must not be empty: a source that sends "" has lost its key.
Result<void> decodeKey(std::optional<QString> &target, const ItemField &field, const QJsonValue &value)
{
    if (value.isNull())
        return {};
    const auto text = json::text(field.name, value, field.maxLength);
    if (!text)
        return text.error();
    if (text->isEmpty())
        return invalidField(field.name, QStringLiteral("a text of 1 to %1 characters").arg(field.maxLength), json::describe(value));
    target = *text;
    return {};
}

Result<void> decodeCreateOnly(ItemInput &input, const ItemField &field, const QJsonValue &value)
{
    if (field.kind == FieldKind::Date) {
        const auto created = json::date(field.name, value);
        if (!created)
            return created.error();
        input.created = *created;
        return {};
    }
    if (field.name == QLatin1StringView("captureId"))
        return decodeKey(input.captureId, field, value);
    if (field.name == QLatin1StringView("capturePointId"))
        return decodeKey(input.capturePointId, field, value);
    Q_ASSERT(field.name == QLatin1StringView("category"));
    return decodeKey(input.categoryId, field, value);
}

Result<void> decodeNumber(std::optional<IntegerChange> &target, const QString &name, const QJsonValue &value, int bound)
{
    const auto change = decodeChange(name, value, bound);
    if (!change)
        return change.error();
    target = *change;
    return {};
}

Result<void> decodeMember(ItemInput &input, InputMode mode, const QString &name, const QJsonValue &value)
{
    const bool nothing = value.isNull() && mode == InputMode::Create;
    if (name == customName)
        return decodeCustom(input, value);
    if (name == priorityName)
        return nothing ? Result<void>() : decodeNumber(input.priority, name, value, PriorityCurve::MaxPriority);
    if (computedNames().contains(name))
        return notWritable(name, mode, false);
    const ItemField *field = itemField(name);
    if (!field)
        return addCustom(input, {}, name, value);
    if (field->writer == FieldWriter::Server)
        return notWritable(name, mode, false);
    if (field->writer == FieldWriter::SourceOnCreate && mode == InputMode::Update)
        return notWritable(name, mode, true);
    if (nothing)
        return {};
    if (field->writer == FieldWriter::SourceOnCreate)
        return decodeCreateOnly(input, *field, value);
    if (field->kind == FieldKind::Integer) {
        const QJsonValue number = value.isNull() ? QJsonValue(0) : value;
        return decodeNumber(input.businessValue, name, number, std::numeric_limits<int>::max());
    }
    const auto decoded = decodeFieldValue(*field, value);
    if (!decoded)
        return decoded.error();
    input.fields.push_back({ field, *decoded });
    return {};
}

/// @p current changed by @p change, or an Error about @p name when the sum leaves +-@p bound.
Result<int> changed(const QString &name, int current, const IntegerChange &change, int bound)
{
    const qint64 value = change.relative ? qint64(current) + change.value : change.value;
    if (value < -qint64(bound) || value > bound) {
        return invalidField(name, QStringLiteral("a change that leaves a sum from -%1 to %1").arg(bound),
            QStringLiteral("%1 on top of %2").arg(change.value).arg(current));
    }
    return static_cast<int>(value);
}

Result<QJsonObject> mergedCustom(const QJsonObject &current, const QJsonObject &changes)
{
    const bool removes = std::any_of(changes.begin(), changes.end(), [](const auto &value) { return value.isNull(); });
    QJsonObject merged = current;
    if (current.isEmpty() && !removes) {
        merged = changes;
    } else {
        for (auto entry = changes.begin(); entry != changes.end(); ++entry) {
            if (entry.value().isNull())
                merged.remove(entry.key());
            else
                merged.insert(entry.key(), entry.value());
        }
    }
    if (merged.size() > limits::CustomAttributes) {
        return invalidField(
            customName, QStringLiteral("at most %1 custom attributes").arg(limits::CustomAttributes), QString::number(merged.size()));
    }
    return merged;
}

} // namespace

Result<ItemInput> decodeItemInput(const QJsonObject &json, InputMode mode)
{
    ItemInput input;
    for (auto member = json.begin(); member != json.end(); ++member) {
        if (const auto decoded = decodeMember(input, mode, member.key(), member.value()); !decoded)
            return decoded.error();
    }
    if (const auto custom = mergedCustom({}, input.custom); !custom)
        return custom.error();
    std::sort(
        input.fields.begin(), input.fields.end(), [](const FieldAssignment &a, const FieldAssignment &b) { return a.field < b.field; });
    return input;
}

Result<void> checkCreated(const ItemInput &input, Instant now)
{
    if (!input.created || *input.created <= now + MaxCreatedAhead)
        return {};
    return invalidField(QStringLiteral("createdDateTime"),
        QStringLiteral("a time at most %1 minutes after the server's %2")
            .arg(std::chrono::duration_cast<std::chrono::minutes>(MaxCreatedAhead).count())
            .arg(toIso(now)),
        toIso(*input.created));
}

Result<void> applyInput(WorkItem &item, const ItemInput &input)
{
    const auto businessValue = changed(
        businessValueName, item.businessValue, input.businessValue.value_or(IntegerChange { true, 0 }), std::numeric_limits<int>::max());
    if (!businessValue)
        return businessValue.error();
    const bool shifts = input.priority && input.priority->relative;
    const auto shift
        = changed(priorityName, item.priorityShift, shifts ? *input.priority : IntegerChange { true, 0 }, limits::PriorityShift);
    if (!shift)
        return shift.error();
    const auto custom = mergedCustom(item.custom, input.custom);
    if (!custom)
        return custom.error();

    item.businessValue = *businessValue;
    item.priorityShift = *shift;
    item.custom = *custom;
    item.captureId = input.captureId.value_or(item.captureId);
    item.capturePointId = input.capturePointId.value_or(item.capturePointId);
    item.categoryId = input.categoryId.value_or(item.categoryId);
    item.created = input.created.value_or(item.created);
    for (const FieldAssignment &assignment : input.fields)
        assignment.field->set(item, assignment.value);
    return {};
}

QJsonObject encodeStep(const UpcomingStep &step)
{
    return { { QStringLiteral("atDateTime"), toIso(step.at) }, { QStringLiteral("kind"), step.kind }, { QStringLiteral("text"), step.text } };
}

void writeItem(JsonWriter &json, const WorkItem &item, const ItemView &view)
{
    json.beginObject();
    writeItemMembers(json, item, view);
    json.endObject();
}

void writeItemMembers(JsonWriter &json, const WorkItem &item, const ItemView &view)
{
    for (const ItemField &field : itemFields())
        field.write(json.name(field.name), item);
    json.name(priorityName);
    if (view.priority)
        json.number(*view.priority);
    else
        json.null();
    json.name(computedNames().first()).beginArray();
    for (const QString &id : view.categoryPath)
        json.text(id);
    json.endArray();
    json.name(computedNames().last()).instantOrNull(view.slaDue);
    if (!view.warnings.isEmpty()) {
        json.name(computedNames().at(1)).beginArray();
        for (const QString &warning : view.warnings)
            json.text(warning);
        json.endArray();
    }
    if (view.nextStep)
        json.name(computedNames().at(2)).value(encodeStep(*view.nextStep));
    json.name(customName).value(item.custom);
}

QJsonObject encodeItem(const WorkItem &item, const ItemView &view)
{
    JsonWriter json;
    writeItem(json, item, view);
    return QJsonDocument::fromJson(json.take()).object();
}

} // namespace iwd

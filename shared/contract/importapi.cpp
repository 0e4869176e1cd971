// SPDX-License-Identifier: Apache-2.0
#include "importapi.h"

#include "csvreader.h"
#include "csvwriter.h"
#include "jsonreading.h"

#include <domain/suggestion.h>

#include <QJsonArray>
#include <QJsonDocument>
#include <QLocale>

namespace iwd {

namespace {

constexpr int LongestContent = 4 * 1024 * 1024;
constexpr int LongestName = 200;
constexpr int MostColumns = CsvReader::MostCells;
constexpr int ShownOfAValue = 200;
const QString customPrefix = QStringLiteral("custom.");
const QString captureIdName = QStringLiteral("captureId");
const QString columnsName = QStringLiteral("columns");

/// Fields that a source may write, and "priority".
QStringList writableFields()
{
    QStringList names;
    for (const ItemField &field : itemFields()) {
        if (field.writer != FieldWriter::Server)
            names.append(field.name);
    }
    return names + QStringList { QStringLiteral("priority") };
}

/// Where the file's columns go; an empty target is left out.
using Mapping = std::map<QString, QString>;

Result<void> checkTarget(const QString &path, const QString &target)
{
    static const QStringList known = writableFields();
    if (known.contains(target) || (target.startsWith(customPrefix) && target.size() > customPrefix.size()))
        return {};
    Error error = invalidField(path, QStringLiteral("a field of the item that a source may write, \"custom.\" and a name, or null to leave the column out"), u'"' + target.left(100) + u'"');
    if (itemField(target))
        error.text = QStringLiteral("\"%1\" is written by the server alone. Leave the column out with null, or keep it as \"custom.%1\".").arg(target);
    else
        error.text += suggestion(target, known);
    return error;
}

Result<Mapping> decodeMapping(const QJsonValue &json)
{
    Mapping mapping;
    if (json.isUndefined() || json.isNull())
        return mapping;
    const auto object = json::object(columnsName, json);
    if (!object)
        return object.error();
    if (object->size() > MostColumns)
        return invalidField(columnsName, QStringLiteral("at most %1 columns").arg(MostColumns), QString::number(object->size()));
    for (auto entry = object->begin(); entry != object->end(); ++entry) {
        const QString path = columnsName + u'.' + entry.key().left(LongestName);
        const auto target = json::text(path, *entry, LongestName);
        if (!target)
            return target.error();
        if (!target->isEmpty()) {
            if (const auto sound = checkTarget(path, *target); !sound)
                return sound.error();
        }
        mapping.insert_or_assign(entry.key(), *target);
    }
    return mapping;
}

Error noKey()
{
    Error error = invalidField(columnsName, QStringLiteral("a column for \"captureId\""));
    error.text = QStringLiteral("No column holds \"captureId\", the source's own key of an item. Say which one does: with it, a file that is imported twice does nothing the second time.");
    return error;
}

/// The target of each cell of a row, by the file's first line.
Result<QStringList> targetsOf(const QStringList &header, const Mapping &mapping)
{
    QStringList targets;
    for (const QString &column : header) {
        const auto mapped = mapping.find(column);
        const QString target = mapped == mapping.end() ? column : mapped->second;
        if (mapped == mapping.end()) {
            if (const auto sound = checkTarget(columnsName + u'.' + column.left(LongestName), target); !sound)
                return sound.error();
        }
        if (!target.isEmpty() && targets.contains(target))
            return invalidField(columnsName + u'.' + column.left(LongestName), QStringLiteral("a field that no other column goes to"), u'"' + target + u'"');
        targets.append(target);
    }
    for (const auto &[column, target] : mapping) {
        if (!header.contains(column))
            return invalidField(columnsName + u'.' + column.left(LongestName), QStringLiteral("a column of the file's first line"));
    }
    if (!targets.contains(captureIdName))
        return noKey();
    return targets;
}

/// What an export wrote so that no spreadsheet computes it is what it was.
QString withoutGuard(const QString &cell)
{
    return cell.startsWith(u'\'') && isFormula(QStringView(cell).sliced(1)) ? cell.sliced(1) : cell;
}

Error tooManyRows()
{
    return { ErrorCode::TooManyItems, QStringLiteral("Send at most %1 lines at once.").arg(MostImportRows), QStringLiteral("content"), { { QStringLiteral("limit"), MostImportRows } } };
}

Result<void> readCsv(ImportInput &input, const QString &content, QChar separator, const Mapping &mapping, int offset)
{
    CsvReader reader(content, separator);
    const auto header = reader.next();
    if (!header)
        return invalidField(QStringLiteral("content"), QStringLiteral("a first line with the names of the columns"), QStringLiteral("nothing"));
    if (!*header)
        return inside(QStringLiteral("content"), header->error());
    const auto targets = targetsOf((*header)->cells, mapping);
    if (!targets)
        return targets.error();
    for (qsizetype i = 0; i < targets->size(); ++i) {
        if (!(*targets)[i].isEmpty())
            input.columnOf.insert_or_assign((*targets)[i], (*header)->cells[i]);
    }
    while (const auto read = reader.next()) {
        if (input.rows.size() + input.faults.size() == size_t(MostImportRows))
            return tooManyRows();
        if (!*read) {
            Error error = read->error();
            const int line = error.args.value(QStringLiteral("line")).toInt() + offset;
            error.text += QStringLiteral(" What follows it was not read.");
            input.faults.push_back({ line, {}, {}, error });
            return {};
        }
        const QStringList &cells = (*read)->cells;
        const int line = (*read)->line + offset;
        if (cells.size() != targets->size()) {
            Error error = invalidField({}, QStringLiteral("%1 cells, as many as the first line has").arg(targets->size()), QString::number(cells.size()));
            error.text = QStringLiteral("The line has %1 cells, the first line of the file %2.").arg(cells.size()).arg(targets->size());
            input.faults.push_back({ line, {}, {}, error });
            continue;
        }
        ImportRow row;
        row.line = line;
        for (qsizetype i = 0; i < cells.size(); ++i) {
            if (!cells[i].isEmpty() && !(*targets)[i].isEmpty())
                row.cells.emplace((*targets)[i], withoutGuard(cells[i]));
        }
        input.rows.push_back(std::move(row));
    }
    return {};
}

QJsonObject renamed(const QJsonObject &object, const Mapping &mapping)
{
    QJsonObject result;
    QJsonObject custom = object.value(QStringLiteral("custom")).toObject();
    for (auto member = object.begin(); member != object.end(); ++member) {
        const auto mapped = mapping.find(member.key());
        const QString target = mapped == mapping.end() ? member.key() : mapped->second;
        if (target.startsWith(customPrefix))
            custom.insert(target.sliced(customPrefix.size()), *member);
        else if (!target.isEmpty() && target != QLatin1StringView("custom"))
            result.insert(target, *member);
    }
    if (!custom.isEmpty())
        result.insert(QStringLiteral("custom"), custom);
    return result;
}

Result<void> readNdjson(ImportInput &input, const QString &content, const Mapping &mapping, int offset)
{
    for (const auto &[column, target] : mapping) {
        if (!target.isEmpty())
            input.columnOf.insert_or_assign(target, column);
    }
    int line = offset;
    for (const QStringView text : QStringView(content).split(u'\n')) {
        ++line;
        if (text.trimmed().isEmpty())
            continue;
        if (input.rows.size() + input.faults.size() == size_t(MostImportRows))
            return tooManyRows();
        QJsonParseError broken;
        const QJsonDocument document = QJsonDocument::fromJson(text.toUtf8(), &broken);
        if (!document.isObject()) {
            const QString what = broken.error == QJsonParseError::NoError ? QStringLiteral("it is no object") : broken.errorString();
            input.faults.push_back({ line, {}, text.left(ShownOfAValue).toString(), { ErrorCode::MalformedJson, QStringLiteral("The line is not one JSON object: %1.").arg(what), {}, {} } });
            continue;
        }
        ImportRow row;
        row.line = line;
        row.object = renamed(document.object(), mapping);
        input.rows.push_back(std::move(row));
    }
    return {};
}

/// A date as the file writes it, as the API has it.
Result<QString> dateOf(const ImportInput &input, const QString &target, const QString &text)
{
    if (const auto whole = instantFromIso(text))
        return toIso(*whole);
    const QString format = input.dateFormat;
    const QDateTime shown = format.isEmpty() ? QDateTime::fromString(text, Qt::ISODateWithMs) : QLocale::c().toDateTime(text, format);
    const bool isLocal = shown.isValid() && shown.timeSpec() == Qt::LocalTime && shown.date().year() >= 1970 && shown.date().year() <= 9999;
    if (text.size() > 60 || !isLocal)
        return invalidField(target, format.isEmpty() ? QStringLiteral("an ISO 8601 date, such as 2026-03-01T08:15:30") : QStringLiteral("a date like %1, or an ISO 8601 date").arg(format), u'"' + text.left(60) + u'"');
    return toIso(input.timeZone.fromWallClock(shown));
}

Result<QJsonValue> numberOf(const QString &target, const QString &text, bool whole)
{
    bool isNumber = false;
    const double number = whole ? static_cast<double>(text.toLongLong(&isNumber)) : text.toDouble(&isNumber);
    if (!isNumber)
        return invalidField(target, whole ? QStringLiteral("a whole number") : QStringLiteral("a number with a point, such as 12.5"), u'"' + text.left(60) + u'"');
    return QJsonValue(number);
}

Result<QJsonValue> booleanOf(const QString &target, const QString &text)
{
    const QString lower = text.toLower();
    if (lower == QLatin1StringView("true") || lower == QLatin1StringView("yes") || lower == QLatin1StringView("1"))
        return QJsonValue(true);
    if (lower == QLatin1StringView("false") || lower == QLatin1StringView("no") || lower == QLatin1StringView("0"))
        return QJsonValue(false);
    return invalidField(target, QStringLiteral("true or false, yes or no, 1 or 0"), u'"' + text.left(60) + u'"');
}

Result<QJsonValue> asJson(const Result<QString> &text)
{
    return text ? Result<QJsonValue>(QJsonValue(*text)) : Result<QJsonValue>(text.error());
}

QJsonArray labelsOf(const QString &text)
{
    QJsonArray labels;
    for (const QString &part : text.split(u';')) {
        if (const QString label = part.trimmed(); !label.isEmpty())
            labels.append(label);
    }
    return labels;
}

Result<QJsonValue> customValueOf(const ImportInput &input, const QString &target, const QString &text, AttributeType type)
{
    switch (type) {
    case AttributeType::Integer:
        return numberOf(target, text, true);
    case AttributeType::Number:
        return numberOf(target, text, false);
    case AttributeType::Boolean:
        return booleanOf(target, text);
    case AttributeType::Date:
        return asJson(dateOf(input, target, text));
    case AttributeType::Text:
        break;
    }
    return QJsonValue(text);
}

Result<QJsonValue> fieldValueOf(const ImportInput &input, const QString &target, const QString &text)
{
    const ItemField *field = itemField(target);
    const bool signedText = text.startsWith(u'+') || text.startsWith(u'-'); // may be a relative change
    if (!field || field->kind == FieldKind::Integer)
        return signedText && target == QLatin1StringView("priority") ? Result<QJsonValue>(QJsonValue(text)) : numberOf(target, text, true);
    if (field->kind == FieldKind::Date)
        return asJson(dateOf(input, target, text));
    if (field->kind == FieldKind::TextList)
        return QJsonValue(labelsOf(text));
    return QJsonValue(text);
}

} // namespace

Result<ImportInput> decodeImport(const QJsonObject &json)
{
    ObjectReader reader(json);
    ImportInput input;
    const QString format = reader.text(QStringLiteral("format"), 20);
    if (!format.isEmpty() && format != QLatin1StringView("csv") && format != QLatin1StringView("ndjson"))
        reader.fail(invalidField(QStringLiteral("format"), QStringLiteral("csv or ndjson"), u'"' + format + u'"'));
    input.isCsv = format != QLatin1StringView("ndjson");
    const QString content = reader.requiredText(QStringLiteral("content"), LongestContent);
    const Mapping mapping = reader.take(decodeMapping(reader.value(columnsName)));
    input.dryRun = reader.boolean(QStringLiteral("dryRun"), false);
    input.capturePointId = reader.objectId(QStringLiteral("capturePointId"));
    if (const QString zone = reader.text(QStringLiteral("timeZone"), LongestName); !zone.isEmpty())
        input.timeZone = reader.take(TimeZone::named(zone, QStringLiteral("timeZone")));
    input.dateFormat = reader.text(QStringLiteral("dateFormat"), 60);
    const QString separator = reader.text(QStringLiteral("separator"), 20);
    if (!separator.isEmpty() && separator != QLatin1StringView(",") && separator != QLatin1StringView(";") && separator != QLatin1StringView("\t"))
        reader.fail(invalidField(QStringLiteral("separator"), QStringLiteral("a comma, a semicolon or a tab"), u'"' + separator + u'"'));
    const int offset = reader.integer(QStringLiteral("lineOffset"), 0, 1'000'000'000, 0);
    if (const auto finished = reader.finish(); !finished)
        return finished.error();
    const auto read = input.isCsv ? readCsv(input, content, separator.isEmpty() ? u',' : separator.front(), mapping, offset) : readNdjson(input, content, mapping, offset);
    if (!read)
        return read.error();
    return input;
}

Result<ItemInput> itemOfRow(const ImportInput &input, const ImportRow &row, const std::map<QString, AttributeType> &types)
{
    QJsonObject item = row.object;
    QJsonObject custom = item.value(QStringLiteral("custom")).toObject();
    for (const auto &[target, text] : row.cells) {
        const bool isCustom = target.startsWith(customPrefix);
        const QString name = isCustom ? target.sliced(customPrefix.size()) : target;
        const auto type = types.find(name);
        const auto value = isCustom ? customValueOf(input, target, text, type == types.end() ? AttributeType::Text : type->second) : fieldValueOf(input, target, text);
        if (!value)
            return value.error();
        (isCustom ? custom : item).insert(name, *value);
    }
    if (!custom.isEmpty())
        item.insert(QStringLiteral("custom"), custom);
    if (!input.capturePointId.isEmpty() && !item.contains(QStringLiteral("capturePointId")))
        item.insert(QStringLiteral("capturePointId"), input.capturePointId);
    if (item.value(captureIdName).toString().isEmpty() && !item.value(captureIdName).isDouble())
        return missingField(captureIdName, QStringLiteral("the source's own key, by which a repetition is known"));
    return decodeItemInput(item, InputMode::Create);
}

ImportFault faultOf(const ImportInput &input, const ImportRow &row, const Error &error)
{
    ImportFault fault;
    fault.line = row.line;
    fault.error = error;
    const QString target = error.field.section(u'[', 0, 0);
    const auto named = [&](const QString &name) { return input.columnOf.contains(name) ? input.columnOf.at(name) : QString(); };
    fault.column = named(target);
    if (fault.column.isEmpty())
        fault.column = named(customPrefix + target); // a decoder speaks of "region", the file of "custom.region"
    if (fault.column.isEmpty() && !input.isCsv)
        fault.column = target;
    const auto cell = row.cells.find(row.cells.contains(target) ? target : customPrefix + target);
    if (cell != row.cells.end())
        fault.value = cell->second.left(ShownOfAValue);
    return fault;
}

QJsonObject encodeFault(const ImportFault &fault)
{
    const auto orNull = [](const QString &text) { return text.isEmpty() ? QJsonValue() : QJsonValue(text); };
    return { { QStringLiteral("line"), fault.line }, { QStringLiteral("column"), orNull(fault.column) }, { QStringLiteral("value"), orNull(fault.value) },
        { QStringLiteral("code"), errorKey(fault.error.code) }, { QStringLiteral("field"), orNull(fault.error.field) },
        { QStringLiteral("expected"), orNull(fault.error.args.value(QStringLiteral("expected")).toString()) }, { QStringLiteral("detail"), fault.error.text } };
}

} // namespace iwd

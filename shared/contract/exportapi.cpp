// SPDX-License-Identifier: Apache-2.0
#include "exportapi.h"

#include "csvwriter.h"
#include "jsonreading.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>

namespace iwd {

namespace {

constexpr int LongestZoneName = 100;
const QString customPrefix = QStringLiteral("custom.");

Result<ExportFormat> decodeFormat(const QString &name)
{
    if (name.isEmpty() || name == QLatin1StringView("csv"))
        return ExportFormat::Csv;
    if (name == QLatin1StringView("ndjson"))
        return ExportFormat::Ndjson;
    return invalidField(QStringLiteral("format"), QStringLiteral("csv or ndjson"), u'"' + name + u'"');
}

Result<char> decodeSeparator(const QString &text)
{
    if (text.isEmpty())
        return ',';
    if (text == QLatin1StringView(",") || text == QLatin1StringView(";") || text == QLatin1StringView("\t"))
        return text.front().toLatin1();
    return invalidField(QStringLiteral("separator"), QStringLiteral("a comma, a semicolon or a tab"), u'"' + text + u'"');
}

/// true, false, or the names.
Result<void> decodeHeader(ExportInput &input, const QJsonValue &json, const QJsonValue &columns)
{
    const QString path = QStringLiteral("header");
    if (json.isUndefined() || json.isNull())
        return {};
    if (json.isBool()) {
        input.header = json.toBool();
        return {};
    }
    const QJsonArray names = json.toArray();
    if (!json.isArray() || !columns.isArray() || names.size() != columns.toArray().size())
        return invalidField(path, QStringLiteral("true, false, or a list of names, one for each of \"columns\""), json::describe(json));
    for (qsizetype i = 0; i < names.size(); ++i) {
        const auto name = json::text(QStringLiteral("header[%1]").arg(i), names[i], limits::Text);
        if (!name)
            return name.error();
        input.headerNames.append(*name);
    }
    return {};
}

/// What a page has and an export has not: it answers everything that matches.
Result<void> refusePaging(const QJsonObject &json)
{
    for (const QLatin1StringView name : { QLatin1StringView("limit"), QLatin1StringView("cursor"), QLatin1StringView("count") }) {
        if (!json.contains(name))
            continue;
        Error error = invalidField(name, QStringLiteral("a body without \"%1\"").arg(name));
        error.text = QStringLiteral("An export holds everything that matches: leave out \"%1\".").arg(name);
        return error;
    }
    return {};
}

QStringList usualColumns(const QStringList &customAttributes)
{
    static const QStringList rare { QStringLiteral("version"), QStringLiteral("priorityShift"), QStringLiteral("custom"), QStringLiteral("error") };
    QStringList columns = columnNames();
    columns.removeIf([](const QString &name) { return rare.contains(name); });
    for (const QString &attribute : customAttributes) {
        if (columns.size() < MaxColumns)
            columns.append(customPrefix + attribute);
    }
    return columns;
}

QString textOf(const QJsonValue &value)
{
    if (value.isString())
        return value.toString();
    if (value.isNull() || value.isUndefined())
        return {};
    if (value.isBool())
        return value.toBool() ? QStringLiteral("true") : QStringLiteral("false");
    // As JSON writes it: numbers without loss, objects as a whole.
    const QByteArray list = QJsonDocument(QJsonArray { value }).toJson(QJsonDocument::Compact);
    return QString::fromUtf8(list.mid(1, list.size() - 2));
}

QString inZone(const QJsonValue &iso, const TimeZone &zone)
{
    const auto instant = iso.isString() ? instantFromIso(iso.toString()) : Result<Instant>(Instant());
    return iso.isString() && instant ? zone.toIso(*instant) : textOf(iso);
}

QString joined(const QJsonArray &texts)
{
    QStringList parts;
    for (const QJsonValue text : texts)
        parts.append(text.toString());
    return parts.join(QStringLiteral("; "));
}

} // namespace

Result<void> checkColumnsOnce(const QJsonValue &columns)
{
    QStringList seen;
    for (const QJsonValue column : columns.toArray()) {
        if (seen.contains(column.toString()))
            return invalidField(QStringLiteral("columns[%1]").arg(seen.size()), QStringLiteral("a column that is named once"), json::describe(column));
        seen.append(column.toString());
    }
    return {};
}

Result<ExportInput> decodeExport(const QJsonObject &json)
{
    if (const auto whole = refusePaging(json); !whole)
        return whole.error();
    static const QStringList own { QStringLiteral("format"), QStringLiteral("timeZone"), QStringLiteral("separator"), QStringLiteral("byteOrderMark"), QStringLiteral("header") };
    QJsonObject mine;
    QJsonObject theSearch;
    for (auto member = json.begin(); member != json.end(); ++member)
        (own.contains(member.key()) ? mine : theSearch).insert(member.key(), member.value());

    ExportInput input;
    auto search = decodeSearch(theSearch);
    if (!search)
        return search.error();
    input.search = *std::move(search);
    const QJsonValue columns = json.value(QStringLiteral("columns"));
    if (const auto once = checkColumnsOnce(columns); !once)
        return once.error();

    ObjectReader reader(mine);
    input.format = reader.take(decodeFormat(reader.text(QStringLiteral("format"), 20)));
    if (const QString zone = reader.text(QStringLiteral("timeZone"), LongestZoneName); !zone.isEmpty())
        input.timeZone = reader.take(TimeZone::named(zone, QStringLiteral("timeZone")));
    input.separator = reader.take(decodeSeparator(reader.text(QStringLiteral("separator"), 20)));
    input.byteOrderMark = reader.boolean(QStringLiteral("byteOrderMark"), false);
    if (const auto header = decodeHeader(input, reader.value(QStringLiteral("header")), columns); !header)
        reader.fail(header.error());
    if (const auto finished = reader.finish(); !finished)
        return finished.error();
    for (const QString &name : { QStringLiteral("separator"), QStringLiteral("byteOrderMark"), QStringLiteral("header") }) {
        if (input.format == ExportFormat::Ndjson && mine.contains(name))
            return invalidField(name, QStringLiteral("\"format\": \"csv\" beside it, because NDJSON has none"));
    }
    return input;
}

ItemExporter::ItemExporter(const ExportInput &input, const QStringList &customAttributes)
    : m_input(input)
    , m_columns(input.search.columns)
{
    if (m_columns.isEmpty() && m_input.format == ExportFormat::Csv)
        m_columns = usualColumns(customAttributes);
}

QByteArray ItemExporter::beginning() const
{
    if (m_input.format == ExportFormat::Ndjson)
        return {};
    QByteArray bytes = m_input.byteOrderMark ? QByteArrayLiteral("\xEF\xBB\xBF") : QByteArray();
    if (!m_input.header)
        return bytes;
    CsvWriter csv(m_input.separator);
    for (const QString &name : m_input.headerNames.isEmpty() ? m_columns : m_input.headerNames)
        csv.cell(name);
    csv.endRow();
    return bytes + csv.take();
}

QByteArray ItemExporter::row(const WorkItem &item, const ItemView &view) const
{
    return m_input.format == ExportFormat::Csv ? csvRow(item, view) : jsonRow(item, view);
}

QByteArray ItemExporter::csvRow(const WorkItem &item, const ItemView &view) const
{
    CsvWriter csv(m_input.separator);
    for (const QString &column : m_columns)
        csv.cell(cell(column, item, view));
    csv.endRow();
    return csv.take();
}

QString ItemExporter::cell(const QString &column, const WorkItem &item, const ItemView &view) const
{
    if (column.startsWith(customPrefix))
        return textOf(item.custom.value(QStringView(column).sliced(customPrefix.size())));
    if (const ItemField *field = itemField(column)) {
        const QJsonValue value = field->get(item);
        return field->kind == FieldKind::Date ? inZone(value, m_input.timeZone) : field->kind == FieldKind::TextList ? joined(value.toArray()) : textOf(value);
    }
    if (column == QLatin1StringView("priority"))
        return view.priority ? QString::number(*view.priority) : QString();
    if (column == QLatin1StringView("slaDateTime"))
        return view.slaDue ? m_input.timeZone.toIso(*view.slaDue) : QString();
    if (column == QLatin1StringView("categoryPath"))
        return view.categoryPath.join(u'/');
    Q_ASSERT(column == QLatin1StringView("custom"));
    return item.custom.isEmpty() ? QString() : QString::fromUtf8(QJsonDocument(item.custom).toJson(QJsonDocument::Compact));
}

QByteArray ItemExporter::jsonRow(const WorkItem &item, const ItemView &view) const
{
    QJsonObject object = encodeColumns(item, view, m_columns);
    for (auto member = object.begin(); member != object.end(); ++member) {
        const ItemField *field = itemField(member.key());
        if (member->isString() && ((field && field->kind == FieldKind::Date) || member.key() == QLatin1StringView("slaDateTime")))
            *member = inZone(*member, m_input.timeZone);
    }
    return QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n';
}

bool isOrderedForGood(const SearchInput &search)
{
    static const QStringList lasting { QStringLiteral("id"), QStringLiteral("captureId"), QStringLiteral("capturePointId"), QStringLiteral("createdDateTime") };
    return !search.byPriority && std::all_of(search.sort.begin(), search.sort.end(), [](const SortKey &key) { return lasting.contains(key.field->name); });
}

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#include "openapivalidator.h"

#include <apidocument/apidocument.h>

#include <QJsonArray>
#include <QJsonDocument>

#include <valijson/adapters/qtjson_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include <cmath>
#include <limits>

namespace iwd {
namespace {

using Writer = OpenApiValidator::Writer;

const QString referenceName = QStringLiteral("$ref");

// ---- From the document's schemas to what valijson understands -----------------------------------------------------

/// valijson's own check of date-time stumbles over null, and it has none for uuid; both are patterns here. Days that a month never has are
/// caught; February 29 is let through in every year.
QString patternOf(const QString &format, Writer writer)
{
    if (format == QLatin1StringView("uuid"))
        return QStringLiteral("^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$");
    if (format != QLatin1StringView("date-time"))
        return {};
    const QString date
        = QStringLiteral("^[0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|[12][0-9]))");
    const QString time = QStringLiteral("T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]");
    const QString rest
        = writer == Writer::Server ? QStringLiteral("\\.[0-9]{3}Z$") : QStringLiteral("(\\.[0-9]+)?(Z|[-+]([01][0-9]|2[0-3]):[0-5][0-9])$");
    return date + time + rest;
}

/// The adapter takes no whole number beyond 32 bits for an integer, so in the checked value such numbers become the greatest it takes.
QJsonValue withoutLongIntegers(const QJsonValue &value)
{
    if (value.isObject()) {
        QJsonObject object = value.toObject();
        for (auto entry = object.begin(); entry != object.end(); ++entry)
            entry.value() = withoutLongIntegers(QJsonValue(entry.value()));
        return object;
    }
    if (value.isArray()) {
        QJsonArray array;
        for (const QJsonValue &entry : value.toArray())
            array.append(withoutLongIntegers(entry));
        return array;
    }
    constexpr double greatest = std::numeric_limits<int>::max();
    const double number = value.toDouble();
    const bool isLong = value.isDouble() && std::trunc(number) == number && std::abs(number) > greatest;
    return isLong ? QJsonValue(static_cast<int>(std::copysign(greatest, number))) : value;
}

QJsonValue converted(const QJsonValue &schema, Writer writer);

QJsonObject convertedMembers(const QJsonObject &schemas, Writer writer)
{
    QJsonObject result;
    for (auto entry = schemas.begin(); entry != schemas.end(); ++entry)
        result.insert(entry.key(), converted(entry.value(), writer));
    return result;
}

QJsonArray convertedList(const QJsonArray &schemas, Writer writer)
{
    QJsonArray result;
    for (const QJsonValue &entry : schemas)
        result.append(converted(entry, writer));
    return result;
}

QJsonValue converted(const QJsonValue &value, Writer writer)
{
    // A schema may also be true or false.
    if (!value.isObject())
        return value;
    const QJsonObject schema = value.toObject();
    // In draft-07 nothing counts beside a reference.
    if (schema.contains(referenceName))
        return QJsonObject { { referenceName, schema.value(referenceName) } };

    QJsonObject result = schema;
    for (const QString &name : { QStringLiteral("format"), QStringLiteral("example"), QStringLiteral("examples"), QStringLiteral("default"),
             QStringLiteral("description") })
        result.remove(name);
    for (const QString &name : { QStringLiteral("properties"), QStringLiteral("patternProperties") }) {
        if (schema.contains(name))
            result.insert(name, convertedMembers(schema.value(name).toObject(), writer));
    }
    for (const QString &name : { QStringLiteral("oneOf"), QStringLiteral("anyOf"), QStringLiteral("allOf") }) {
        if (schema.contains(name))
            result.insert(name, convertedList(schema.value(name).toArray(), writer));
    }
    for (const QString &name : { QStringLiteral("items"), QStringLiteral("additionalProperties"), QStringLiteral("not") }) {
        if (schema.contains(name))
            result.insert(name, converted(schema.value(name), writer));
    }
    if (const QString pattern = patternOf(schema.value(QStringLiteral("format")).toString(), writer); !pattern.isEmpty())
        result.insert(QStringLiteral("pattern"), pattern);
    return result;
}

// ---- Readable problems ------------------------------------------------------------------------------------------------

/// "<root>", "[data]", "[0]", "[status]" -> "data[0].status"
QString readablePath(const std::vector<std::string> &context)
{
    QString path;
    for (const std::string &step : context) {
        const QString text = QString::fromStdString(step);
        if (!text.startsWith(u'['))
            continue;
        const QString name = text.mid(1, text.size() - 2);
        bool isIndex = false;
        name.toInt(&isIndex);
        if (isIndex)
            path += text;
        else
            path += path.isEmpty() ? name : QString(u'.' + name);
    }
    return path.isEmpty() ? QStringLiteral("the body") : path;
}

// ---- Finding an operation ---------------------------------------------------------------------------------------------

bool isPlaceholder(const QString &segment)
{
    return segment.startsWith(u'{') && segment.endsWith(u'}');
}

/// @returns how many segments of @p path the template names literally, or nothing when they do not match
std::optional<int> literalMatches(const QString &pattern, const QString &path)
{
    const QStringList wanted = pattern.split(u'/');
    const QStringList given = path.split(u'/');
    if (wanted.size() != given.size())
        return std::nullopt;
    int literal = 0;
    for (qsizetype i = 0; i < wanted.size(); ++i) {
        if (wanted[i] == given[i])
            ++literal;
        else if (!isPlaceholder(wanted[i]) || given[i].isEmpty())
            return std::nullopt;
    }
    return literal;
}

const QList<QByteArray> &knownMethods()
{
    static const QList<QByteArray> methods { "GET", "POST", "PUT", "PATCH", "DELETE" };
    return methods;
}

QString methodMember(const QByteArray &method)
{
    return QString::fromLatin1(method).toLower();
}

QByteArray mediaType(const QByteArray &contentType)
{
    return contentType.split(';').first().trimmed().toLower();
}

} // namespace

/// A schema together with all components it may refer to, ready to validate.
class OpenApiValidator::CompiledSchema
{
public:
    CompiledSchema(const QJsonObject &schema, const QJsonObject &components, Writer writer)
        : m_source(QJsonObject {
            { QStringLiteral("components"), QJsonObject { { QStringLiteral("schemas"), convertedMembers(components, writer) } } },
            { QStringLiteral("allOf"), QJsonArray { converted(schema, writer) } },
        })
    {
        valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
        parser.populateSchema(valijson::adapters::QtJsonAdapter(m_source), m_schema);
    }

    [[nodiscard]] QStringList problems(const QJsonValue &value)
    {
        valijson::ValidationResults results;
        m_validator.validate(m_schema, valijson::adapters::QtJsonAdapter(withoutLongIntegers(value)), &results);
        QStringList problems;
        valijson::ValidationResults::Error error;
        while (results.popError(error)) {
            const QString problem = readablePath(error.context) + QStringLiteral(": ") + QString::fromStdString(error.description);
            if (!problems.contains(problem))
                problems.append(problem);
        }
        return problems;
    }

private:
    QJsonValue m_source;
    valijson::Schema m_schema;
    valijson::Validator m_validator;
};

OpenApiValidator::OpenApiValidator(QJsonObject document)
    : m_document(std::move(document))
{
}

OpenApiValidator::~OpenApiValidator() = default;

QList<DocumentedOperation> OpenApiValidator::operations() const
{
    QList<DocumentedOperation> all;
    const QJsonObject paths = m_document.value(QStringLiteral("paths")).toObject();
    for (auto path = paths.begin(); path != paths.end(); ++path) {
        const QJsonObject item = path.value().toObject();
        for (const QByteArray &method : knownMethods()) {
            if (!item.contains(methodMember(method)))
                continue;
            const QJsonObject operation = item.value(methodMember(method)).toObject();
            const QJsonValue security = operation.value(QStringLiteral("security"));
            all.append({ method, path.key(), operation.value(QStringLiteral("operationId")).toString(),
                operation.value(QStringLiteral("x-privilege")).toString(), security.isArray() && security.toArray().isEmpty() });
        }
    }
    return all;
}

std::optional<QJsonObject> OpenApiValidator::operation(const QByteArray &method, const QString &path) const
{
    const QString bare = path.section(u'?', 0, 0);
    const QJsonObject paths = m_document.value(QStringLiteral("paths")).toObject();
    std::optional<QJsonObject> best;
    int bestLiteral = -1;
    for (auto entry = paths.begin(); entry != paths.end(); ++entry) {
        const QJsonObject item = entry.value().toObject();
        const std::optional<int> literal = literalMatches(entry.key(), bare);
        if (!literal || *literal <= bestLiteral || !item.contains(methodMember(method)))
            continue;
        bestLiteral = *literal;
        best = item.value(methodMember(method)).toObject();
    }
    return best;
}

std::optional<QJsonObject> OpenApiValidator::resolved(QJsonObject node) const
{
    constexpr int longestChain = 20;
    for (int i = 0; i < longestChain && node.contains(referenceName); ++i) {
        const QString reference = node.value(referenceName).toString();
        if (!reference.startsWith(QLatin1StringView("#/")))
            return std::nullopt;
        QJsonValue found = m_document;
        for (QString name : reference.mid(2).split(u'/'))
            found = found.toObject().value(
                name.replace(QStringLiteral("~1"), QStringLiteral("/")).replace(QStringLiteral("~0"), QStringLiteral("~")));
        if (!found.isObject())
            return std::nullopt;
        node = found.toObject();
    }
    return node.contains(referenceName) ? std::nullopt : std::optional(node);
}

QStringList OpenApiValidator::problems(
    const QByteArray &method, const QString &path, int status, const QByteArray &contentType, const QByteArray &body) const
{
    const QString request = QString::fromLatin1(method) + u' ' + path;
    const std::optional<QJsonObject> documented = operation(method, path);
    if (!documented)
        return { QStringLiteral("%1 is not documented.").arg(request) };
    const QJsonObject responses = documented->value(QStringLiteral("responses")).toObject();
    if (!responses.contains(QString::number(status)))
        return { QStringLiteral("%1 answered %2; documented are %3.")
                     .arg(request, QString::number(status), responses.keys().join(QStringLiteral(", "))) };
    const std::optional<QJsonObject> response = resolved(responses.value(QString::number(status)).toObject());
    if (!response)
        return { QStringLiteral("The document's answer %1 to %2 refers to nothing.").arg(QString::number(status), request) };

    const QJsonObject content = response->value(QStringLiteral("content")).toObject();
    if (content.isEmpty())
        return body.isEmpty()
            ? QStringList()
            : QStringList { QStringLiteral("%1 answered %2 with a body; documented is none.").arg(request, QString::number(status)) };
    const QString type = QString::fromLatin1(mediaType(contentType));
    if (!content.contains(type))
        return { QStringLiteral("%1 answered %2 with the content type \"%3\"; documented is %4.")
                     .arg(request, QString::number(status), type, content.keys().join(QStringLiteral(", "))) };
    if (!type.endsWith(QLatin1StringView("json")))
        return {};

    const QJsonObject schema = content.value(type).toObject().value(QStringLiteral("schema")).toObject();
    QByteArrayList texts { body };
    if (type == QLatin1StringView("application/x-ndjson")) { // the schema is of a line
        texts = body.split('\n');
        if (!texts.takeLast().isEmpty())
            return { QStringLiteral("%1 answered %2 with a last line that has no end.").arg(request, QString::number(status)) };
    }
    QStringList found;
    for (const QByteArray &text : texts) {
        QJsonParseError parsing;
        const QJsonDocument json = QJsonDocument::fromJson(text, &parsing);
        if (parsing.error != QJsonParseError::NoError)
            return {
                QStringLiteral("%1 answered %2 with a body that is not JSON: %3.").arg(request, QString::number(status), parsing.errorString())
            };
        found += schemaProblems(schema, json.isArray() ? QJsonValue(json.array()) : QJsonValue(json.object()), Writer::Server);
    }
    for (QString &problem : found)
        problem.prepend(QStringLiteral("%1 answered %2: ").arg(request, QString::number(status)));
    return found;
}

QStringList OpenApiValidator::schemaProblems(const QJsonObject &schema, const QJsonValue &value, Writer writer) const
{
    const QByteArray key = QByteArray::number(static_cast<int>(writer)) + QJsonDocument(schema).toJson(QJsonDocument::Compact);
    auto &compiled = m_compiled[key];
    try {
        if (!compiled) {
            const QJsonObject components
                = m_document.value(QStringLiteral("components")).toObject().value(QStringLiteral("schemas")).toObject();
            compiled = std::make_unique<CompiledSchema>(schema, components, writer);
        }
        return compiled->problems(value);
    } catch (const std::exception &exception) {
        return { QStringLiteral("The schema cannot be used: %1").arg(QString::fromUtf8(exception.what())) };
    }
}

QList<DocumentedOperation> documentedOperations()
{
    return OpenApiValidator(apiDocument()).operations();
}

} // namespace iwd

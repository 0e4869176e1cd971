// SPDX-License-Identifier: Apache-2.0
#include "jsonreading.h"

#include <domain/itemfields.h>
#include <domain/suggestion.h>

#include <QJsonArray>

#include <cmath>

namespace iwd {

namespace json {

namespace {

Error mismatch(const QString &path, const QString &expected, const QJsonValue &value)
{
    return invalidField(path, expected, describe(value));
}

bool isAbsent(const QJsonValue &value)
{
    return value.isNull() || value.isUndefined();
}

} // namespace

QString describe(const QJsonValue &value)
{
    constexpr int longest = 60;
    switch (value.type()) {
    case QJsonValue::Null:
        return QStringLiteral("null");
    case QJsonValue::Bool:
        return value.toBool() ? QStringLiteral("true") : QStringLiteral("false");
    case QJsonValue::Double:
        return QStringLiteral("the number ") + QString::number(value.toDouble(), 'g', QLocale::FloatingPointShortest);
    case QJsonValue::String: {
        const QString text = value.toString();
        return QStringLiteral("the text \"") + text.left(longest) + (text.size() > longest ? QStringLiteral("…\"") : QStringLiteral("\""));
    }
    case QJsonValue::Array:
        return QStringLiteral("an array");
    case QJsonValue::Object:
        return QStringLiteral("an object");
    case QJsonValue::Undefined:
        break;
    }
    return QStringLiteral("nothing");
}

bool isText(QStringView text, int maxLength)
{
    return text.size() <= maxLength && !text.contains(QChar(u'\0')) && text.isValidUtf16();
}

Result<QString> text(const QString &path, const QJsonValue &value, int maxLength)
{
    if (isAbsent(value))
        return QString();
    // Made only when it is needed: this is on the path of every text of every item.
    const auto expected = [maxLength] { return QStringLiteral("a text of at most %1 characters").arg(maxLength); };
    if (!value.isString())
        return mismatch(path, expected(), value);
    const QString text = value.toString();
    if (isText(text, maxLength))
        return text;
    if (text.size() > maxLength)
        return invalidField(path, expected(), QStringLiteral("%1 characters").arg(text.size()));
    return invalidField(path, QStringLiteral("a text without the character U+0000 and without half surrogate pairs"));
}

Result<int> integer(const QString &path, const QJsonValue &value, int least, int most)
{
    const double number = value.toDouble(std::nan(""));
    if (!value.isDouble() || std::trunc(number) != number || number < least || number > most)
        return mismatch(path, QStringLiteral("a whole number from %1 to %2").arg(least).arg(most), value);
    return static_cast<int>(number);
}

Result<double> number(const QString &path, const QJsonValue &value, double least, double most)
{
    const double number = value.toDouble();
    if (!value.isDouble() || number < least || number > most) {
        return mismatch(path, QStringLiteral("a number from %1 to %2").arg(least, 0, 'g', 12).arg(most, 0, 'g', 12), value);
    }
    return number;
}

Result<bool> boolean(const QString &path, const QJsonValue &value)
{
    if (!value.isBool())
        return mismatch(path, QStringLiteral("true or false"), value);
    return value.toBool();
}

Result<std::optional<Instant>> date(const QString &path, const QJsonValue &value)
{
    if (isAbsent(value))
        return std::optional<Instant>();
    const auto instant = instantFromIso(value.toString());
    if (!value.isString() || !instant)
        return mismatch(path, QStringLiteral("an ISO 8601 date and time with an offset, such as 2026-03-01T08:15:30Z"), value);
    return std::optional(*instant);
}

Result<QStringList> textList(const QString &path, const QJsonValue &value, int maxCount, int maxLength)
{
    if (isAbsent(value))
        return QStringList();
    const auto expected = [maxCount] { return QStringLiteral("a list of at most %1 texts").arg(maxCount); };
    if (!value.isArray())
        return mismatch(path, expected(), value);
    const QJsonArray array = value.toArray();
    if (array.size() > maxCount)
        return invalidField(path, expected(), QStringLiteral("%1").arg(array.size()));
    QStringList texts;
    for (qsizetype i = 0; i < array.size(); ++i) {
        const QString elementPath = QStringLiteral("%1[%2]").arg(path).arg(i);
        const QJsonValue element = array[i];
        const auto one = text(elementPath, element, maxLength);
        if (!one)
            return one.error();
        if (one->isEmpty())
            return mismatch(elementPath, QStringLiteral("a text of 1 to %1 characters").arg(maxLength), element);
        if (!texts.contains(*one))
            texts.append(*one);
    }
    return texts;
}

Result<QJsonObject> object(const QString &path, const QJsonValue &value)
{
    if (!value.isObject())
        return mismatch(path, QStringLiteral("an object"), value);
    return value.toObject();
}

bool isObjectId(const QString &text)
{
    const auto isLetterOrDigit = [](QChar c) { return (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z') || (c >= u'0' && c <= u'9'); };
    if (text.isEmpty() || text.size() > limits::ObjectId || !isLetterOrDigit(text.front()))
        return false;
    return std::all_of(text.begin(), text.end(), [&](QChar c) { return isLetterOrDigit(c) || c == u'.' || c == u'_' || c == u'-'; });
}

Result<QString> objectId(const QString &path, const QJsonValue &value)
{
    if (!value.isString() || !isObjectId(value.toString())) {
        return mismatch(path,
            QStringLiteral("an id: 1 to %1 of the letters A-Z and a-z, digits, \".\", \"_\" and \"-\", beginning with a letter or digit")
                .arg(limits::ObjectId),
            value);
    }
    return value.toString();
}

} // namespace json

ObjectReader::ObjectReader(QJsonObject object, QString path)
    : m_object(std::move(object))
    , m_path(std::move(path))
{
}

QString ObjectReader::pathOf(const QString &name) const
{
    return m_path.isEmpty() ? name : QString(m_path + u'.' + name);
}

QJsonValue ObjectReader::value(const QString &name)
{
    m_known.append(name);
    return m_object.value(name);
}

void ObjectReader::fail(const Error &error)
{
    if (!m_error)
        m_error = error;
}

QString ObjectReader::text(const QString &name, int maxLength)
{
    return take(json::text(pathOf(name), value(name), maxLength));
}

QString ObjectReader::requiredText(const QString &name, int maxLength)
{
    const QString read = text(name, maxLength);
    if (read.trimmed().isEmpty())
        fail(missingField(pathOf(name), QStringLiteral("a text of 1 to %1 characters").arg(maxLength)));
    return read;
}

int ObjectReader::integer(const QString &name, int least, int most, int otherwise)
{
    const QJsonValue read = value(name);
    return read.isUndefined() ? otherwise : take(json::integer(pathOf(name), read, least, most));
}

int ObjectReader::requiredInteger(const QString &name, int least, int most)
{
    if (value(name).isUndefined())
        fail(missingField(pathOf(name), QStringLiteral("a whole number from %1 to %2").arg(least).arg(most)));
    return integer(name, least, most, 0);
}

bool ObjectReader::boolean(const QString &name, bool otherwise)
{
    const QJsonValue read = value(name);
    return read.isUndefined() ? otherwise : take(json::boolean(pathOf(name), read));
}

QString ObjectReader::objectId(const QString &name)
{
    const QJsonValue read = value(name);
    return read.isUndefined() || read.isNull() ? QString() : take(json::objectId(pathOf(name), read));
}

QStringList ObjectReader::objectIds(const QString &name, int maxCount)
{
    const QJsonArray elements = value(name).toArray();
    const QStringList ids = take(json::textList(pathOf(name), m_object.value(name), maxCount, limits::ObjectId));
    for (qsizetype i = 0; i < elements.size() && !failed(); ++i)
        (void)take(json::objectId(QStringLiteral("%1[%2]").arg(pathOf(name)).arg(i), elements[i]));
    return ids;
}

std::map<QString, int> ObjectReader::integersByName(const QString &name, int least, int most, int maxCount)
{
    const QJsonValue read = value(name);
    if (read.isUndefined() || read.isNull())
        return {};
    const QJsonObject object = take(json::object(pathOf(name), read));
    if (object.size() > maxCount)
        fail(invalidField(pathOf(name), QStringLiteral("at most %1 members").arg(maxCount), QString::number(object.size())));
    std::map<QString, int> numbers;
    for (auto member = object.begin(); member != object.end() && !failed(); ++member) {
        const QString path = pathOf(name) + u'.' + member.key().left(limits::Text);
        numbers.emplace(member.key(), take(json::integer(path, member.value(), least, most)));
    }
    return numbers;
}

Result<void> ObjectReader::finish() const
{
    // A misspelt name is more helpful to hear of than the value that is missing because of it.
    for (const QString &name : m_object.keys()) {
        if (m_known.contains(name))
            continue;
        Error error = invalidField(pathOf(name), QStringLiteral("no field of this name"));
        error.text = QStringLiteral("There is no field \"%1\" here.").arg(pathOf(name).left(200)) + suggestion(name, m_known);
        const QString closest = closestName(name, m_known);
        if (!closest.isEmpty())
            error.args.insert(QStringLiteral("suggestion"), closest);
        return error;
    }
    return m_error ? Result<void>(*m_error) : Result<void>();
}

} // namespace iwd

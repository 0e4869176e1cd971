// SPDX-License-Identifier: Apache-2.0
#include "jsonwriter.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <charconv>
#include <cstring>

namespace iwd {

namespace {

constexpr qsizetype longestNumber = 24;

/// What JSON escapes inside of a text; bytes above ASCII stand for themselves.
bool isPlain(char16_t c)
{
    return c >= 0x20 && c < 0x7f && c != u'"' && c != u'\\';
}

char *putEscape(char *at, char16_t c)
{
    static constexpr char digits[] = "0123456789abcdef";
    *at++ = '\\';
    switch (c) {
    case u'"':
    case u'\\':
        *at++ = static_cast<char>(c);
        return at;
    case u'\n':
        *at++ = 'n';
        return at;
    case u'\r':
        *at++ = 'r';
        return at;
    case u'\t':
        *at++ = 't';
        return at;
    default:
        *at++ = 'u';
        *at++ = '0';
        *at++ = '0';
        *at++ = digits[c >> 4 & 0xf];
        *at++ = digits[c & 0xf];
        return at;
    }
}

char *putUtf8(char *at, char32_t c)
{
    const auto byte = [](char32_t value) { return static_cast<char>(static_cast<unsigned char>(value)); };
    if (c < 0x80) {
        *at++ = byte(c);
    } else if (c < 0x800) {
        *at++ = byte(0xc0 | c >> 6);
        *at++ = byte(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        *at++ = byte(0xe0 | c >> 12);
        *at++ = byte(0x80 | (c >> 6 & 0x3f));
        *at++ = byte(0x80 | (c & 0x3f));
    } else {
        *at++ = byte(0xf0 | c >> 18);
        *at++ = byte(0x80 | (c >> 12 & 0x3f));
        *at++ = byte(0x80 | (c >> 6 & 0x3f));
        *at++ = byte(0x80 | (c & 0x3f));
    }
    return at;
}

/// The character at @p index, which is moved on behind it.
char32_t takeCharacter(QStringView text, qsizetype &index)
{
    const QChar first = text[index++];
    if (!first.isSurrogate())
        return first.unicode();
    if (first.isHighSurrogate() && index < text.size() && text[index].isLowSurrogate())
        return QChar::surrogateToUcs4(first, text[index++]);
    return QChar::ReplacementCharacter;
}

} // namespace

JsonWriter::JsonWriter(qsizetype expectedBytes)
    : m_buffer(expectedBytes, Qt::Uninitialized)
    , m_bytes(m_buffer.data())
    , m_room(expectedBytes)
{
}

void JsonWriter::grow(qsizetype bytes)
{
    m_buffer.resize(std::max(2 * m_room, m_size + bytes));
    m_bytes = m_buffer.data();
    m_room = m_buffer.size();
}

void JsonWriter::put(QByteArrayView bytes)
{
    std::memcpy(room(bytes.size()), bytes.data(), static_cast<size_t>(bytes.size()));
    m_size += bytes.size();
}

JsonWriter &JsonWriter::open(char bracket)
{
    separate();
    put({ &bracket, 1 });
    m_comma = false;
    return *this;
}

JsonWriter &JsonWriter::close(char bracket)
{
    put({ &bracket, 1 });
    m_comma = true;
    return *this;
}

JsonWriter &JsonWriter::name(QLatin1StringView name)
{
    separate();
    char *at = room(name.size() + 3);
    *at++ = '"';
    std::memcpy(at, name.data(), static_cast<size_t>(name.size()));
    at += name.size();
    *at++ = '"';
    *at = ':';
    m_size += name.size() + 3;
    m_comma = false;
    return *this;
}

JsonWriter &JsonWriter::name(const QString &name)
{
    separate();
    quoted(name);
    put(":");
    m_comma = false;
    return *this;
}

JsonWriter &JsonWriter::null()
{
    return raw("null");
}

JsonWriter &JsonWriter::boolean(bool value)
{
    return raw(value ? QByteArrayView("true") : QByteArrayView("false"));
}

JsonWriter &JsonWriter::number(qint64 value)
{
    separate();
    char *at = room(longestNumber);
    m_size += std::to_chars(at, at + longestNumber, value).ptr - at;
    return *this;
}

JsonWriter &JsonWriter::text(QStringView text)
{
    separate();
    quoted(text);
    return *this;
}

JsonWriter &JsonWriter::text(QLatin1StringView ascii)
{
    separate();
    put("\"");
    put({ ascii.data(), ascii.size() });
    put("\"");
    return *this;
}

void JsonWriter::quoted(QStringView text)
{
    // A code unit becomes at most six bytes, as an escape; what is left over goes to the next piece.
    char *const start = room(6 * text.size() + 2);
    char *at = start;
    *at++ = '"';
    for (qsizetype index = 0; index < text.size();) {
        const char16_t unit = text[index].unicode();
        if (isPlain(unit)) {
            *at++ = static_cast<char>(unit);
            ++index;
        } else if (unit < 0x20 || unit == u'"' || unit == u'\\') {
            at = putEscape(at, unit);
            ++index;
        } else {
            at = putUtf8(at, takeCharacter(text, index));
        }
    }
    *at++ = '"';
    m_size += at - start;
}

JsonWriter &JsonWriter::instant(Instant value)
{
    separate();
    put("\"");
    char *const at = room(IsoBytes);
    m_size += writeIso(value, at);
    put("\"");
    return *this;
}

JsonWriter &JsonWriter::value(const QJsonValue &value)
{
    switch (value.type()) {
    case QJsonValue::Null:
    case QJsonValue::Undefined:
        return null();
    case QJsonValue::Bool:
        return boolean(value.toBool());
    case QJsonValue::String:
        return text(value.toString());
    case QJsonValue::Double: {
        const qint64 whole = value.toInteger();
        if (QJsonValue(whole) == value)
            return number(whole);
        // Rare, and its shortest form is QJsonDocument's affair.
        const QByteArray wrapped = QJsonDocument(QJsonArray { value }).toJson(QJsonDocument::Compact);
        return raw(QByteArrayView(wrapped).sliced(1, wrapped.size() - 2));
    }
    case QJsonValue::Array: {
        beginArray();
        const QJsonArray elements = value.toArray();
        for (const QJsonValue element : elements)
            this->value(element);
        return endArray();
    }
    case QJsonValue::Object: {
        beginObject();
        const QJsonObject members = value.toObject();
        for (auto member = members.begin(); member != members.end(); ++member)
            name(member.key()).value(member.value());
        return endObject();
    }
    }
    Q_UNREACHABLE();
}

JsonWriter &JsonWriter::raw(QByteArrayView json)
{
    separate();
    put(json);
    return *this;
}

QByteArray JsonWriter::take()
{
    m_buffer.truncate(std::exchange(m_size, 0));
    m_comma = false;
    m_room = 0;
    return std::exchange(m_buffer, {});
}

} // namespace iwd

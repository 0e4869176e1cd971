// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "instant.h"

#include <QByteArray>
#include <QJsonValue>

#include <optional>

namespace iwd {

/// Writes compact JSON straight into bytes. For what is written once an item: a tree of QJsonValue costs ten times as much.
///
/// Commas come by themselves. That every object and array is closed, and that a name stands before each member, is the caller's part.
class JsonWriter
{
public:
    explicit JsonWriter(qsizetype expectedBytes = 1'024);
    JsonWriter(const JsonWriter &) = delete;
    JsonWriter &operator=(const JsonWriter &) = delete;

    JsonWriter &beginObject() { return open('{'); }
    JsonWriter &endObject() { return close('}'); }
    JsonWriter &beginArray() { return open('['); }
    JsonWriter &endArray() { return close(']'); }

    /// A name of the program's own: ASCII that needs no escape.
    JsonWriter &name(QLatin1StringView name);
    JsonWriter &name(const QString &name);

    JsonWriter &null();
    JsonWriter &boolean(bool value);
    JsonWriter &number(qint64 value);
    /// Half surrogate pairs become U+FFFD.
    JsonWriter &text(QStringView text);
    JsonWriter &text(QLatin1StringView ascii);
    JsonWriter &textOrNull(const QString &value) { return value.isEmpty() ? null() : text(value); }
    JsonWriter &instant(Instant value);
    JsonWriter &instantOrNull(const std::optional<Instant> &value) { return value ? instant(*value) : null(); }
    /// Any value; Undefined is written as null.
    JsonWriter &value(const QJsonValue &value);
    /// A value that is JSON already.
    JsonWriter &raw(QByteArrayView json);

    /// Bytes that have been written.
    [[nodiscard]] qsizetype size() const { return m_size; }
    /// What has been written; the writer is empty afterwards.
    [[nodiscard]] QByteArray take();

private:
    JsonWriter &open(char bracket);
    JsonWriter &close(char bracket);
    void separate()
    {
        if (m_comma) {
            *room(1) = ',';
            ++m_size;
        }
        m_comma = true;
    }
    char *room(qsizetype bytes)
    {
        if (m_room - m_size < bytes)
            grow(bytes);
        return m_bytes + m_size;
    }
    void grow(qsizetype bytes);
    void put(QByteArrayView bytes);
    void quoted(QStringView text);

    QByteArray m_buffer;
    char *m_bytes; ///< of m_buffer, which nobody shares
    qsizetype m_room; ///< size of m_buffer
    qsizetype m_size = 0; ///< of it that is written
    bool m_comma = false; ///< a value has gone before in this object or array
};

} // namespace iwd

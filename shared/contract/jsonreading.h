// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/instant.h>
#include <base/result.h>

#include <QJsonObject>
#include <QJsonValue>
#include <QStringList>

#include <map>
#include <optional>

namespace iwd {

/// Reading of checked values from JSON that a stranger sent. Every Error names the path that is to blame.
namespace json {

/// What a person calls @p value in an error text: "the number 5", "an object"; long texts are cut.
[[nodiscard]] QString describe(const QJsonValue &value);

/// Whether @p text is one that text() takes.
[[nodiscard]] bool isText(QStringView text, int maxLength);

/// Text without U+0000 and without broken surrogates, which databases and other languages cannot keep. Null is empty.
[[nodiscard]] Result<QString> text(const QString &path, const QJsonValue &value, int maxLength);

/// A JSON number without a fraction.
[[nodiscard]] Result<int> integer(const QString &path, const QJsonValue &value, int least, int most);

[[nodiscard]] Result<double> number(const QString &path, const QJsonValue &value, double least, double most);

[[nodiscard]] Result<bool> boolean(const QString &path, const QJsonValue &value);

/// ISO 8601 with an offset. Null is nothing.
[[nodiscard]] Result<std::optional<Instant>> date(const QString &path, const QJsonValue &value);

/// A list of texts that are not empty, each kept once, in order. Null is the empty list.
[[nodiscard]] Result<QStringList> textList(const QString &path, const QJsonValue &value, int maxCount, int maxLength);

[[nodiscard]] Result<QJsonObject> object(const QString &path, const QJsonValue &value);

/// The id of a configuration object: 1 to 64 of A-Z a-z 0-9 . _ -, beginning with a letter or digit.
[[nodiscard]] Result<QString> objectId(const QString &path, const QJsonValue &value);
[[nodiscard]] bool isObjectId(const QString &text);

} // namespace json

/// Reads one object field by field, so that a decoder reads like the list of its fields.
///
/// The first problem is kept and every later call answers with a default. finish() tells of a field that nobody asked for,
/// or else of that problem; so a decoder asks for every field it knows, whatever happened before.
class ObjectReader
{
public:
    explicit ObjectReader(QJsonObject object, QString path = {});

    [[nodiscard]] QString text(const QString &name, int maxLength);
    [[nodiscard]] QString requiredText(const QString &name, int maxLength);
    [[nodiscard]] int integer(const QString &name, int least, int most, int otherwise);
    [[nodiscard]] int requiredInteger(const QString &name, int least, int most);
    [[nodiscard]] bool boolean(const QString &name, bool otherwise);
    /// An object's id, or empty when it is absent or null.
    [[nodiscard]] QString objectId(const QString &name);
    [[nodiscard]] QStringList objectIds(const QString &name, int maxCount);
    /// An object of whole numbers by id; empty when it is absent or null.
    [[nodiscard]] std::map<QString, int> integersByName(const QString &name, int least, int most, int maxCount);
    /// The raw value for a decoder of its own; Undefined when it is absent.
    [[nodiscard]] QJsonValue value(const QString &name);
    /// Takes over what @p read answered; its path is already complete.
    template <typename T>
    [[nodiscard]] T take(Result<T> read)
    {
        if (read)
            return std::move(read).value();
        fail(read.error());
        return T {};
    }

    /// Names that our own answers hold but that cannot be written: accepted so that an answer can be sent back, and ignored.
    void ignore(const QStringList &names) { m_known += names; }

    void fail(const Error &error);
    [[nodiscard]] bool failed() const { return m_error.has_value(); }
    [[nodiscard]] QString pathOf(const QString &name) const;

    [[nodiscard]] Result<void> finish() const;

private:
    QJsonObject m_object;
    QString m_path;
    QStringList m_known;
    std::optional<Error> m_error;
};

} // namespace iwd

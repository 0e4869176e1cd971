// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QJsonValue>
#include <QList>
#include <QString>
#include <QStringList>

#include <memory>

namespace iwd {

/// One operation of the API's document, for comparison with a server's table of routes.
struct DocumentedOperation
{
    QByteArray method; ///< upper case
    QString path; ///< with its placeholders: "/iwd/v3/items/{id}/hold"
    QString id; ///< its operationId
    QString privilege; ///< "Workitems.Hold", or "none"
    bool open = false; ///< needs no caller at all

    bool operator==(const DocumentedOperation &) const = default;
};

/// Checks what a server answers against an OpenAPI 3.1 document whose schemas keep to the words that JSON Schema draft-07 knows.
///
/// Beyond the schemas it enforces: the formats date-time and uuid, and of a server's dates that they are UTC with milliseconds
/// ("2016-02-29T01:16:00.000Z"). For one thread.
class OpenApiValidator
{
public:
    /// Who wrote the body; servers have to keep stricter rules than clients.
    enum class Writer { Client, Server };

    explicit OpenApiValidator(QJsonObject document);
    ~OpenApiValidator();

    [[nodiscard]] QList<DocumentedOperation> operations() const;

    /// @param path as requested, with or without query, or with the placeholders of the document
    /// @param contentType parameters such as the charset are not compared
    /// @returns what is wrong with the answer in readable sentences; empty when it is as documented
    [[nodiscard]] QStringList problems(
        const QByteArray &method, const QString &path, int status, const QByteArray &contentType, const QByteArray &body) const;

    /// @param schema may refer to the components of the document
    /// @returns the paths of @p value that do not fit and why; empty when it fits
    [[nodiscard]] QStringList schemaProblems(const QJsonObject &schema, const QJsonValue &value, Writer writer) const;

    /// Follows "$ref" in @p node, again and again, inside of the document.
    /// @returns nothing when a reference leads nowhere
    [[nodiscard]] std::optional<QJsonObject> resolved(QJsonObject node) const;

private:
    class CompiledSchema;

    [[nodiscard]] std::optional<QJsonObject> operation(const QByteArray &method, const QString &path) const;

    QJsonObject m_document;
    mutable std::map<QByteArray, std::unique_ptr<CompiledSchema>> m_compiled;
};

/// The operations of the API's own document.
[[nodiscard]] QList<DocumentedOperation> documentedOperations();

} // namespace iwd

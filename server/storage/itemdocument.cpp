// SPDX-License-Identifier: Apache-2.0
#include "itemdocument.h"

#include <domain/itemfields.h>

#include <QJsonArray>
#include <QJsonDocument>
#include <QSet>

namespace iwd {

namespace {

/// The fields that are columns are not repeated in the document.
const std::vector<const ItemField *> &documentFields()
{
    static const std::vector<const ItemField *> fields = [] {
        const QSet<QString> columns { QStringLiteral("id"), QStringLiteral("version"), QStringLiteral("status"), QStringLiteral("queue"), QStringLiteral("category"),
            QStringLiteral("captureId"), QStringLiteral("capturePointId"), QStringLiteral("createdDateTime"), QStringLiteral("businessValue"),
            QStringLiteral("assignedToUser"), QStringLiteral("assignedDateTime"), QStringLiteral("heldDateTime"), QStringLiteral("completedDateTime"),
            QStringLiteral("error") };
        std::vector<const ItemField *> result;
        for (const ItemField &field : itemFields()) {
            if (field.set && !columns.contains(QString(field.name)))
                result.push_back(&field);
        }
        return result;
    }();
    return fields;
}

bool isWorthKeeping(const ItemField &field, const WorkItem &item)
{
    return !field.isAbsent(item) && (field.kind != FieldKind::Integer || field.get(item) != QJsonValue(0));
}

FieldValue fieldValue(FieldKind kind, const QJsonValue &value)
{
    switch (kind) {
    case FieldKind::Text:
        return value.toString();
    case FieldKind::Integer:
        return value.toInt();
    case FieldKind::Date: {
        const auto instant = instantFromIso(value.toString());
        return instant ? std::optional<Instant>(*instant) : std::nullopt;
    }
    case FieldKind::TextList: {
        QStringList texts;
        for (const auto &text : value.toArray())
            texts.append(text.toString());
        return texts;
    }
    }
    Q_UNREACHABLE();
}

const QString customKey = QStringLiteral("custom");

} // namespace

QByteArray encodeItemDocument(const WorkItem &item)
{
    JsonWriter json;
    json.beginObject();
    for (const ItemField *field : documentFields()) {
        if (isWorthKeeping(*field, item))
            field->write(json.name(field->name), item);
    }
    if (!item.custom.isEmpty())
        json.name(customKey).value(item.custom);
    json.endObject();
    return json.take();
}

void decodeItemDocument(const QByteArray &text, WorkItem &item)
{
    const QJsonObject document = QJsonDocument::fromJson(text).object();
    for (const ItemField *field : documentFields()) {
        const auto value = document.constFind(field->name);
        if (value != document.constEnd())
            field->set(item, fieldValue(field->kind, *value));
    }
    item.custom = document.value(customKey).toObject();
}

} // namespace iwd

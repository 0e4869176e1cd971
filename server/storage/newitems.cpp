// SPDX-License-Identifier: Apache-2.0
#include "newitems.h"

#include "itemdocument.h"
#include "postgresstatement.h"

#include <domain/textorder.h>

namespace iwd {

namespace {

std::optional<qint64> millis(const std::optional<Instant> &instant)
{
    return instant ? std::optional(toMillis(*instant)) : std::nullopt;
}

QByteArray nullable(const QString &text)
{
    return text.isEmpty() ? QByteArray() : text.toUtf8();
}

} // namespace

void NewItems::add(const ItemRecord &record)
{
    const WorkItem &item = record.item;
    const auto number = [this](Number column, std::optional<qint64> value) { m_numbers[column].push_back(value); };
    const auto text = [this](Text column, QByteArray value) { m_texts[column].push_back(std::move(value)); };
    number(Id, item.id.number);
    number(Status, static_cast<int>(item.status));
    number(ClassId, record.classId);
    number(Anchor, toMillis(record.anchor));
    number(Captured, toMillis(record.captured));
    number(BusinessValue, item.businessValue);
    number(Assigned, millis(item.assigned));
    number(Held, millis(item.held));
    number(Final, millis(item.completed));
    number(SlaMet, record.slaMet ? std::optional<qint64>(*record.slaMet ? 1 : 0) : std::nullopt);
    number(Created, toMillis(item.created));
    text(AgentId, nullable(item.assignedToUser));
    text(Error, nullable(item.error));
    text(CapturePointId, item.capturePointId.isEmpty() ? QByteArray("") : item.capturePointId.toUtf8());
    text(CaptureId, nullable(item.captureId));
    text(CategoryId, nullable(item.categoryId));
    text(QueueId, nullable(item.queueId));
    text(CustomerKey, nullable(caseFolded(item.customerId)));
    text(Document, encodeItemDocument(item));
    if (!item.captureId.isEmpty())
        m_captureIds.insert(item.captureId);
}

void NewItems::bindItems(Statement &statement) const
{
    const auto numbers = [&](const QString &placeholder, Number column) { statement.bind(placeholder, postgresarray::ofIntegers(m_numbers[column])); };
    const auto texts = [&](const QString &placeholder, Text column) { statement.bind(placeholder, postgresarray::ofTexts(m_texts[column])); };
    numbers(QStringLiteral(":ids"), Id);
    numbers(QStringLiteral(":statuses"), Status);
    numbers(QStringLiteral(":class_ids"), ClassId);
    numbers(QStringLiteral(":anchors"), Anchor);
    numbers(QStringLiteral(":captured"), Captured);
    numbers(QStringLiteral(":business_values"), BusinessValue);
    numbers(QStringLiteral(":assigned"), Assigned);
    numbers(QStringLiteral(":held"), Held);
    numbers(QStringLiteral(":final"), Final);
    numbers(QStringLiteral(":sla_met"), SlaMet);
    texts(QStringLiteral(":agent_ids"), AgentId);
    texts(QStringLiteral(":errors"), Error);
}

void NewItems::bindPayloads(Statement &statement) const
{
    const auto numbers = [&](const QString &placeholder, Number column) { statement.bind(placeholder, postgresarray::ofIntegers(m_numbers[column])); };
    const auto texts = [&](const QString &placeholder, Text column) { statement.bind(placeholder, postgresarray::ofTexts(m_texts[column])); };
    numbers(QStringLiteral(":ids"), Id);
    numbers(QStringLiteral(":created"), Created);
    texts(QStringLiteral(":capture_point_ids"), CapturePointId);
    texts(QStringLiteral(":capture_ids"), CaptureId);
    texts(QStringLiteral(":category_ids"), CategoryId);
    texts(QStringLiteral(":queue_ids"), QueueId);
    texts(QStringLiteral(":customer_keys"), CustomerKey);
    texts(QStringLiteral(":documents"), Document);
}

void NewItems::clear()
{
    for (auto &column : m_numbers)
        column.clear();
    for (auto &column : m_texts)
        column.clear();
    m_captureIds.clear();
}

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#include "itemrows.h"

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

/// Statements name what they use: a change does not write what never changes.
template <typename Array>
void bindIfNamed(Statement &statement, const QString &placeholder, const Array &column)
{
    if (!statement.names(placeholder))
        return;
    if constexpr (std::is_same_v<typename Array::value_type, QByteArray>)
        statement.bind(placeholder, postgresarray::ofTexts(column));
    else
        statement.bind(placeholder, postgresarray::ofIntegers(column));
}

} // namespace

void OrderingRows::put(const ItemRecord &record)
{
    const WorkItem &item = record.item;
    const size_t row = this->row(item.id.number);
    using Number = OrderingNumber;
    using Text = OrderingText;
    const auto number = [&](Number column) -> std::optional<qint64> & { return m_numbers[static_cast<size_t>(column)][row]; };
    const auto text = [&](Text column) -> QByteArray & { return m_texts[static_cast<size_t>(column)][row]; };
    number(Number::Id) = item.id.number;
    number(Number::Status) = static_cast<int>(item.status);
    number(Number::ClassId) = record.classId;
    number(Number::Anchor) = toMillis(record.anchor);
    number(Number::Captured) = toMillis(record.captured);
    number(Number::BusinessValue) = item.businessValue;
    number(Number::Assigned) = millis(item.assigned);
    number(Number::Held) = millis(item.held);
    number(Number::Final) = millis(item.completed);
    number(Number::SlaMet) = record.slaMet ? std::optional<qint64>(*record.slaMet ? 1 : 0) : std::nullopt;
    number(Number::Puts) = number(Number::Puts).value_or(0) + 1;
    text(Text::AgentId) = nullable(item.assignedToUser);
    text(Text::Error) = nullable(item.error);
}

void OrderingRows::bind(Statement &statement) const
{
    using Number = OrderingNumber;
    using Text = OrderingText;
    const auto numbers = [&](const QString &placeholder, Number column) { bindIfNamed(statement, placeholder, m_numbers[static_cast<size_t>(column)]); };
    const auto texts = [&](const QString &placeholder, Text column) { bindIfNamed(statement, placeholder, m_texts[static_cast<size_t>(column)]); };
    numbers(QStringLiteral(":ids"), Number::Id);
    numbers(QStringLiteral(":statuses"), Number::Status);
    numbers(QStringLiteral(":class_ids"), Number::ClassId);
    numbers(QStringLiteral(":anchors"), Number::Anchor);
    numbers(QStringLiteral(":captured"), Number::Captured);
    numbers(QStringLiteral(":business_values"), Number::BusinessValue);
    numbers(QStringLiteral(":assigned"), Number::Assigned);
    numbers(QStringLiteral(":held"), Number::Held);
    numbers(QStringLiteral(":final"), Number::Final);
    numbers(QStringLiteral(":sla_met"), Number::SlaMet);
    numbers(QStringLiteral(":puts"), Number::Puts);
    texts(QStringLiteral(":agent_ids"), Text::AgentId);
    texts(QStringLiteral(":errors"), Text::Error);
}

void PayloadRows::put(const WorkItem &item)
{
    const size_t row = this->row(item.id.number);
    using Number = PayloadNumber;
    using Text = PayloadText;
    const auto text = [&](Text column) -> QByteArray & { return m_texts[static_cast<size_t>(column)][row]; };
    m_numbers[static_cast<size_t>(Number::Id)][row] = item.id.number;
    m_numbers[static_cast<size_t>(Number::Created)][row] = toMillis(item.created);
    text(Text::CapturePointId) = item.capturePointId.isEmpty() ? QByteArray("") : item.capturePointId.toUtf8();
    text(Text::CaptureId) = nullable(item.captureId);
    text(Text::CategoryId) = nullable(item.categoryId);
    text(Text::QueueId) = nullable(item.queueId);
    text(Text::CustomerKey) = nullable(caseFolded(item.customerId));
    text(Text::Document) = encodeItemDocument(item);
}

void PayloadRows::bind(Statement &statement) const
{
    using Number = PayloadNumber;
    using Text = PayloadText;
    const auto numbers = [&](const QString &placeholder, Number column) { bindIfNamed(statement, placeholder, m_numbers[static_cast<size_t>(column)]); };
    const auto texts = [&](const QString &placeholder, Text column) { bindIfNamed(statement, placeholder, m_texts[static_cast<size_t>(column)]); };
    numbers(QStringLiteral(":ids"), Number::Id);
    numbers(QStringLiteral(":created"), Number::Created);
    texts(QStringLiteral(":capture_point_ids"), Text::CapturePointId);
    texts(QStringLiteral(":capture_ids"), Text::CaptureId);
    texts(QStringLiteral(":category_ids"), Text::CategoryId);
    texts(QStringLiteral(":queue_ids"), Text::QueueId);
    texts(QStringLiteral(":customer_keys"), Text::CustomerKey);
    texts(QStringLiteral(":documents"), Text::Document);
}

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "database.h"

#include <base/instant.h>

namespace iwd::column {

/// An empty text is stored as null.
[[nodiscard]] inline QVariant nullable(const QString &text)
{
    return text.isEmpty() ? QVariant(QMetaType::fromType<QString>()) : QVariant(text);
}

[[nodiscard]] inline QVariant nullable(const std::optional<Instant> &instant)
{
    return instant ? QVariant(toMillis(*instant)) : QVariant(QMetaType::fromType<qint64>());
}

/// A text that the column keeps even when it is empty; a null QString would be stored as null.
[[nodiscard]] inline QString present(const QString &text)
{
    return text.isNull() ? QStringLiteral("") : text;
}

template <typename Row>
[[nodiscard]] std::optional<Instant> instantAt(const Row &row, int column)
{
    return row.isNull(column) ? std::nullopt : std::optional(fromMillis(row.integer(column)));
}

} // namespace iwd::column

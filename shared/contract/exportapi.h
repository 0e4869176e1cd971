// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "searchapi.h"

#include <domain/timezone.h>

namespace iwd {

enum class ExportFormat {
    Csv, ///< text/csv: a line for each item
    Ndjson, ///< application/x-ndjson: a JSON object on a line for each item
};

/// The body of POST /items/export, checked by itself.
struct ExportInput
{
    SearchInput search; ///< limit and count do not matter
    ExportFormat format = ExportFormat::Csv;
    TimeZone timeZone;
    char separator = ','; ///< of CSV, like all that follows
    bool byteOrderMark = false;
    bool header = true;
    QStringList headerNames; ///< one for each column; empty: the names of the columns
};

/// The same column twice is a slip, and NDJSON cannot hold it. @returns an Error about the second one
[[nodiscard]] Result<void> checkColumnsOnce(const QJsonValue &columns);

/// @returns an Error whose field is the path inside @p json
[[nodiscard]] Result<ExportInput> decodeExport(const QJsonObject &json);

/// Writes items as an ExportInput wants them. Const functions may run on any thread.
class ItemExporter
{
public:
    /// @param customAttributes those with a definition: columns of a CSV file whose request names none
    ItemExporter(const ExportInput &input, const QStringList &customAttributes);

    [[nodiscard]] QStringList columns() const { return m_columns; }
    /// What stands before the first item.
    [[nodiscard]] QByteArray beginning() const;
    [[nodiscard]] QByteArray row(const WorkItem &item, const ItemView &view) const;

private:
    [[nodiscard]] QByteArray csvRow(const WorkItem &item, const ItemView &view) const;
    [[nodiscard]] QByteArray jsonRow(const WorkItem &item, const ItemView &view) const;
    [[nodiscard]] QString cell(const QString &column, const WorkItem &item, const ItemView &view) const;

    ExportInput m_input;
    QStringList m_columns; ///< empty for NDJSON: all members
};

/// Whether the order of a search rests on what never changes, so that no item can come twice or be passed over.
[[nodiscard]] bool isOrderedForGood(const SearchInput &search);

} // namespace iwd

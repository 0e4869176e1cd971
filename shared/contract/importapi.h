// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "itemapi.h"

#include <domain/attributedefinition.h>
#include <domain/timezone.h>

#include <map>

namespace iwd {

/// A line of a file that is to become an item.
struct ImportRow
{
    int line = 0; ///< in its file, from 1
    std::map<QString, QString> cells; ///< CSV: target ("captureId", "custom.region") -> text; empty cells are left out
    QJsonObject object; ///< NDJSON: as in POST /items, with its members renamed
};

/// What is wrong with a line.
struct ImportFault
{
    int line = 0;
    QString column; ///< as the file calls it; empty: the line as a whole
    QString value; ///< of the cell, cut
    Error error;
};

/// The body of POST /items/import, checked by itself.
struct ImportInput
{
    bool isCsv = true;
    bool dryRun = false;
    QString capturePointId; ///< of items whose line names none; empty: the default one
    TimeZone timeZone; ///< of dates without an offset
    QString dateFormat; ///< of Qt; empty: ISO 8601
    std::map<QString, QString> columnOf; ///< target -> column of the file
    std::vector<ImportRow> rows;
    std::vector<ImportFault> faults; ///< of lines that cannot be read at all
};

inline constexpr int MostImportRows = 1'000;

/// @returns an Error whose field is the path inside @p json: about the request or the columns, not about single lines
[[nodiscard]] Result<ImportInput> decodeImport(const QJsonObject &json);

/// The item that @p row asks for.
/// @param types of custom attributes with a definition, by name; any other cell is text
/// @returns an Error whose field is the target that is to blame
[[nodiscard]] Result<ItemInput> itemOfRow(const ImportInput &input, const ImportRow &row, const std::map<QString, AttributeType> &types);

/// @p error, whose field is a target, about @p row in the terms of the file.
[[nodiscard]] ImportFault faultOf(const ImportInput &input, const ImportRow &row, const Error &error);

[[nodiscard]] QJsonObject encodeFault(const ImportFault &fault);

} // namespace iwd

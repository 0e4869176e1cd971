// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/result.h>

#include <QStringList>

#include <optional>

namespace iwd {

struct CsvRow
{
    int line = 0; ///< where it begins, counted from 1; a quoted cell may hold line breaks
    QStringList cells;
};

/// Reads CSV as RFC 4180 has it, and what spreadsheets make of it: any of CRLF, LF and CR ends a line, a byte order mark is passed over, and so are empty lines.
/// Nothing is guessed: a quote that is not closed, or that stands in the middle of a cell, is an error.
class CsvReader
{
public:
    static constexpr int MostCells = 500; ///< of a row

    /// @p text must outlive this.
    explicit CsvReader(QStringView text, QChar separator = u',');

    /// @returns nothing at the end; after an Error, which has no field and whose args.line says where, there is nothing more
    [[nodiscard]] std::optional<Result<CsvRow>> next();

private:
    [[nodiscard]] Result<QString> cell();
    [[nodiscard]] Result<QString> quotedCell();
    [[nodiscard]] bool isLineEnd() const { return m_text[m_at] == u'\r' || m_text[m_at] == u'\n'; }
    void passLineEnd();
    [[nodiscard]] Error wrong(const QString &what);

    QStringView m_text;
    QChar m_separator;
    qsizetype m_at = 0;
    int m_line = 1;
    bool m_failed = false;
};

} // namespace iwd

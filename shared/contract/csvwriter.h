// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QStringView>

#include <utility>

namespace iwd {

/// Writes CSV as RFC 4180 has it: lines end with CRLF; a cell that holds a separator, a quote, a line break, or spaces at an end is quoted.
///
/// What strangers wrote ends up in spreadsheets, which compute a cell that begins with = + - or @, also behind a tab or a line break. So such a cell, unless
/// it is a number, gets an apostrophe before it, which a spreadsheet takes for "this is text".
class CsvWriter
{
public:
    explicit CsvWriter(char separator = ',')
        : m_separator(separator)
    {
    }

    void cell(QStringView text);
    void endRow();
    [[nodiscard]] qsizetype size() const { return m_bytes.size(); }
    [[nodiscard]] QByteArray take() { return std::exchange(m_bytes, {}); }

private:
    QByteArray m_bytes;
    int m_cells = 0; ///< of this row
    char m_separator;
};

/// Whether a spreadsheet would compute @p text instead of showing it.
[[nodiscard]] bool isFormula(QStringView text);

} // namespace iwd

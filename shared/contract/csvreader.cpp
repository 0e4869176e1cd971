// SPDX-License-Identifier: Apache-2.0
#include "csvreader.h"

namespace iwd {

CsvReader::CsvReader(QStringView text, QChar separator)
    : m_text(text.startsWith(QChar(QChar::ByteOrderMark)) ? text.sliced(1) : text)
    , m_separator(separator)
{
}

std::optional<Result<CsvRow>> CsvReader::next()
{
    while (m_at < m_text.size() && isLineEnd())
        passLineEnd();
    if (m_at >= m_text.size() || m_failed)
        return std::nullopt;
    CsvRow row;
    row.line = m_line;
    for (;;) {
        auto read = cell();
        if (!read)
            return Result<CsvRow>(read.error());
        if (row.cells.size() == MostCells)
            return Result<CsvRow>(wrong(QStringLiteral("it has more than %1 cells").arg(MostCells)));
        row.cells.append(*std::move(read));
        if (m_at >= m_text.size())
            return Result<CsvRow>(row);
        if (isLineEnd()) {
            passLineEnd();
            return Result<CsvRow>(row);
        }
        ++m_at; // the separator
    }
}

Result<QString> CsvReader::cell()
{
    if (m_at < m_text.size() && m_text[m_at] == u'"')
        return quotedCell();
    const qsizetype begin = m_at;
    while (m_at < m_text.size() && m_text[m_at] != m_separator && !isLineEnd()) {
        if (m_text[m_at] == u'"')
            return wrong(QStringLiteral("a quote stands in the middle of a cell without quotes around it"));
        ++m_at;
    }
    return m_text.sliced(begin, m_at - begin).toString();
}

Result<QString> CsvReader::quotedCell()
{
    QString text;
    ++m_at;
    for (qsizetype begin = m_at;;) {
        if (m_at >= m_text.size())
            return wrong(QStringLiteral("a quote is not closed before the end"));
        if (m_text[m_at] != u'"') {
            if (isLineEnd())
                passLineEnd();
            else
                ++m_at;
            continue;
        }
        text += m_text.sliced(begin, m_at - begin);
        ++m_at;
        const bool doubled = m_at < m_text.size() && m_text[m_at] == u'"';
        if (!doubled)
            break;
        begin = m_at++; // the second quote is the first character of what follows
    }
    if (m_at < m_text.size() && m_text[m_at] != m_separator && !isLineEnd())
        return wrong(QStringLiteral("something follows a closing quote in the same cell"));
    return text;
}

void CsvReader::passLineEnd()
{
    const bool both = m_text[m_at] == u'\r' && m_at + 1 < m_text.size() && m_text[m_at + 1] == u'\n';
    m_at += both ? 2 : 1;
    ++m_line;
}

Error CsvReader::wrong(const QString &what)
{
    m_failed = true;
    return { ErrorCode::InvalidField, QStringLiteral("Line %1 is no CSV: %2.").arg(m_line).arg(what), {}, { { QStringLiteral("line"), m_line } } };
}

} // namespace iwd

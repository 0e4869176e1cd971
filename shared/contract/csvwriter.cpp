// SPDX-License-Identifier: Apache-2.0
#include "csvwriter.h"

#include <QString>

#include <algorithm>

namespace iwd {

namespace {

bool isDigit(QChar c)
{
    return c >= u'0' && c <= u'9';
}

/// How many digits @p text has at its beginning.
qsizetype digitsOf(QStringView text)
{
    return std::find_if_not(text.begin(), text.end(), isDigit) - text.begin();
}

/// [+-] digits [. digits] [e [+-] digits]
bool isNumber(QStringView text)
{
    if (text.startsWith(u'+') || text.startsWith(u'-'))
        text = text.sliced(1);
    const qsizetype whole = digitsOf(text);
    if (whole == 0)
        return false;
    text = text.sliced(whole);
    if (text.startsWith(u'.')) {
        const qsizetype places = digitsOf(text.sliced(1));
        if (places == 0)
            return false;
        text = text.sliced(1 + places);
    }
    if (text.startsWith(u'e') || text.startsWith(u'E')) {
        text = text.sliced(1);
        if (text.startsWith(u'+') || text.startsWith(u'-'))
            text = text.sliced(1);
        const qsizetype digits = digitsOf(text);
        return digits > 0 && digits == text.size();
    }
    return text.isEmpty();
}

bool needsQuotes(QStringView text, char separator)
{
    return text.startsWith(u' ') || text.endsWith(u' ')
        || std::any_of(text.begin(), text.end(), [separator](QChar c) { return c == QLatin1Char(separator) || c == u'"' || c == u'\r' || c == u'\n' || c == u'\t'; });
}

} // namespace

bool isFormula(QStringView text)
{
    if (text.isEmpty())
        return false;
    static constexpr QStringView first = u"=+-@\t\r\n";
    return first.contains(text.front()) && !isNumber(text);
}

void CsvWriter::cell(QStringView text)
{
    if (m_cells++ > 0)
        m_bytes.append(m_separator);
    const QString guarded = isFormula(text) ? u'\'' + text.toString() : QString();
    if (!guarded.isEmpty())
        text = guarded;
    if (!needsQuotes(text, m_separator)) {
        m_bytes.append(text.toUtf8());
        return;
    }
    m_bytes.append('"');
    m_bytes.append(text.toUtf8().replace("\"", "\"\""));
    m_bytes.append('"');
}

void CsvWriter::endRow()
{
    if (m_cells == 1 && (m_bytes.isEmpty() || m_bytes.endsWith('\n')))
        m_bytes.append("\"\""); // a lone empty cell would be an empty line, which readers pass over
    m_bytes.append("\r\n");
    m_cells = 0;
}

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#include "styledline.h"

#include <base/plaintext.h>

#include <map>

using namespace Qt::StringLiterals;

namespace iwd {
namespace {

QString escapeOf(Style style)
{
    switch (style) {
    case Style::Plain:
        return {};
    case Style::Dim:
        return u"\x1b[2m"_s;
    case Style::Strong:
        return u"\x1b[1m"_s;
    case Style::Accent:
        return u"\x1b[36m"_s;
    case Style::Good:
        return u"\x1b[32m"_s;
    case Style::Poor:
        return u"\x1b[33m"_s;
    case Style::Bad:
        return u"\x1b[31m"_s;
    }
    Q_UNREACHABLE();
}

/// For terminals that know no more than ASCII.
QString inAscii(const QString &text)
{
    static const std::map<QChar, QChar> substitutes { { u'━', u'=' }, { u'─', u'-' }, { u'█', u'#' }, { u'░', u'.' }, { u'…', u'~' }, { u'–', u'-' }, { u'·', u'-' } };
    QString ascii;
    for (const QChar c : text) {
        const auto found = substitutes.find(c);
        ascii += c < u'\x80' ? c : found == substitutes.end() ? QChar(u'?') : found->second;
    }
    return ascii;
}

} // namespace

StyledLine &StyledLine::add(const QString &text, Style style)
{
    m_pieces.push_back({ withoutControls(text), style });
    return *this;
}

StyledLine &StyledLine::add(const StyledLine &other)
{
    m_pieces.insert(m_pieces.end(), other.m_pieces.begin(), other.m_pieces.end());
    return *this;
}

StyledLine &StyledLine::to(int column)
{
    const int missing = column - width();
    return missing > 0 ? add(QString(missing, u' ')) : *this;
}

int StyledLine::width() const
{
    qsizetype cells = 0;
    for (const Piece &piece : m_pieces)
        cells += piece.text.size();
    return static_cast<int>(cells);
}

QString StyledLine::toText(Look look, int width) const
{
    QString text;
    qsizetype left = width;
    for (const Piece &piece : m_pieces) {
        const QString part = look.utf8 ? piece.text.left(left) : inAscii(piece.text.left(left));
        left -= part.size();
        const QString escape = look.color && !part.trimmed().isEmpty() ? escapeOf(piece.style) : QString();
        text += escape.isEmpty() ? part : QString(escape + part + u"\x1b[0m"_s);
    }
    return text;
}

} // namespace iwd

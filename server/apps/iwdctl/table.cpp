// SPDX-License-Identifier: Apache-2.0
#include "table.h"

#include <base/plaintext.h>

#include <QLocale>

#include <numeric>

using namespace Qt::StringLiterals;

namespace iwd {
namespace {

constexpr int Gap = 2;
constexpr int NarrowestColumn = 8;

QList<int> naturalWidths(const TextTable &table)
{
    QList<int> widths;
    for (const QString &title : table.head)
        widths.append(static_cast<int>(title.size()));
    for (const QStringList &row : table.rows) {
        for (qsizetype column = 0; column < row.size() && column < widths.size(); ++column)
            widths[column] = std::max(widths.at(column), static_cast<int>(row.at(column).size()));
    }
    return widths;
}

void shrinkTo(QList<int> &widths, int width)
{
    auto total = [&widths] { return std::accumulate(widths.cbegin(), widths.cend(), 0) + Gap * static_cast<int>(widths.size() - 1); };
    while (total() > width) {
        auto widest = std::max_element(widths.begin(), widths.end());
        if (*widest <= NarrowestColumn)
            return;
        --*widest;
    }
}

QString lineOf(const QStringList &cells, const QList<int> &widths, const QList<bool> &right)
{
    QString line;
    for (qsizetype column = 0; column < widths.size(); ++column) {
        if (column > 0)
            line += QString(Gap, u' ');
        line += fitted(cells.value(column), widths.at(column), right.value(column, false));
    }
    while (line.endsWith(u' '))
        line.chop(1);
    return line + u'\n';
}

} // namespace

QString TextTable::toText(int width) const
{
    TextTable shown = *this;
    for (QStringList &row : shown.rows) {
        for (QString &cell : row)
            cell = withoutControls(cell); // a line end in a cell would look like a row
    }
    QList<int> widths = naturalWidths(shown);
    if (width > 0)
        shrinkTo(widths, width);
    QString text = lineOf(head, widths, right);
    for (const QStringList &row : std::as_const(shown.rows))
        text += lineOf(row, widths, right);
    return text;
}

QString fitted(const QString &text, int width, bool right)
{
    if (width <= 0)
        return {};
    if (text.size() > width)
        return width == 1 ? u"…"_s : QString(text.left(width - 1) + u'…');
    return right ? text.rightJustified(width) : text.leftJustified(width);
}

QString shortDuration(double seconds)
{
    if (seconds < 0)
        return u"–"_s;
    if (seconds < 10)
        return u"%1 s"_s.arg(seconds, 0, 'f', 1);
    if (seconds < 120)
        return u"%1 s"_s.arg(seconds, 0, 'f', 0);
    if (seconds < 2 * 3600)
        return u"%1 min"_s.arg(seconds / 60, 0, 'f', 0);
    if (seconds < 48 * 3600)
        return u"%1 h"_s.arg(seconds / 3600, 0, 'f', 1);
    return u"%1 d"_s.arg(seconds / 86'400, 0, 'f', 0);
}

QString grouped(qint64 number)
{
    return QLocale(QLocale::English, QLocale::UnitedStates).toString(number);
}

QString counted(qint64 number, const QString &one)
{
    return QStringLiteral("%1 %2%3").arg(grouped(number), one, number == 1 ? QString() : QStringLiteral("s"));
}

QString percent(qint64 part, qint64 whole)
{
    return whole <= 0 ? u"–"_s : u"%1 %"_s.arg(100 * part / whole);
}

} // namespace iwd

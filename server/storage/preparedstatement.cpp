// SPDX-License-Identifier: Apache-2.0
#include "preparedstatement.h"

namespace iwd {

/// @returns 0 when there is no such placeholder. What was found is the first to be tried next time.
int PreparedStatement::find(const QString &placeholder)
{
    for (size_t tried = 1; tried < m_names.size(); ++tried, ++m_guess) {
        if (m_guess >= m_names.size())
            m_guess = 1;
        if (QLatin1StringView(m_names[m_guess]) == placeholder)
            return static_cast<int>(m_guess);
    }
    return 0;
}

int PreparedStatement::indexOf(const QString &placeholder)
{
    const int index = find(placeholder);
    Q_ASSERT_X(index > 0 || m_names.empty(), "PreparedStatement", "the statement has no such placeholder");
    m_guess += index > 0 ? 1 : 0;
    return index;
}

void PreparedStatement::bindText(const QString &placeholder, const QByteArray &utf8)
{
    const int index = indexOf(placeholder);
    if (utf8.isNull())
        setNull(index);
    else
        setText(index, utf8);
}

void PreparedStatement::bindBytes(const QString &placeholder, const QByteArray &bytes)
{
    const int index = indexOf(placeholder);
    if (bytes.isNull())
        setNull(index);
    else
        setBytes(index, bytes);
}

void PreparedStatement::bindValue(const QString &placeholder, const QVariant &value)
{
    if (value.isNull())
        bindNull(placeholder);
    else if (value.typeId() == QMetaType::QString)
        bindText(placeholder, value.toString().toUtf8());
    else if (value.typeId() == QMetaType::QByteArray)
        bindBytes(placeholder, value.toByteArray());
    else if (value.typeId() == QMetaType::Double)
        bindReal(placeholder, value.toDouble());
    else
        bindInteger(placeholder, value.toLongLong());
}

} // namespace iwd

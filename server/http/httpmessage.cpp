// SPDX-License-Identifier: Apache-2.0
#include "httpmessage.h"

namespace iwd::http {

namespace {

bool sameName(const QByteArray &left, QByteArrayView right)
{
    return left.size() == right.size() && QByteArrayView(left).compare(right, Qt::CaseInsensitive) == 0;
}

} // namespace

void Headers::set(const QByteArray &name, const QByteArray &value)
{
    remove(name);
    add(name, value);
}

void Headers::remove(QByteArrayView name)
{
    m_fields.removeIf([name](const auto &field) { return sameName(field.first, name); });
}

QByteArray Headers::value(QByteArrayView name) const
{
    for (const auto &[fieldName, fieldValue] : m_fields) {
        if (sameName(fieldName, name))
            return fieldValue;
    }
    return {};
}

bool Headers::contains(QByteArrayView name) const
{
    return std::any_of(m_fields.begin(), m_fields.end(), [name](const auto &field) { return sameName(field.first, name); });
}

std::optional<QString> Request::queryValue(QStringView name) const
{
    for (const auto &[key, value] : query) {
        if (key == name)
            return value;
    }
    return std::nullopt;
}

} // namespace iwd::http

// SPDX-License-Identifier: Apache-2.0
#include "seal.h"

#include "secrets.h"

namespace iwd {

namespace {

constexpr qsizetype codeSize = 32;

} // namespace

Seal::Seal(QByteArray secret)
    : m_secret(std::move(secret))
{
}

QByteArray Seal::code(const QByteArray &name, QByteArrayView text) const
{
    // The length first, so that no other name and text make the same message.
    const QByteArray message = QByteArray::number(name.size()) + ':' + name + text;
    return secrets::authenticationCode(m_secret, message);
}

QByteArray Seal::close(const QByteArray &name, const QByteArray &text) const
{
    return code(name, text) + text;
}

std::optional<QByteArray> Seal::open(const QByteArray &name, const QByteArray &sealed) const
{
    if (sealed.size() < codeSize)
        return std::nullopt;
    const QByteArrayView view(sealed);
    if (!secrets::equalInConstantTime(view.first(codeSize), code(name, view.sliced(codeSize))))
        return std::nullopt;
    return sealed.sliced(codeSize);
}

} // namespace iwd

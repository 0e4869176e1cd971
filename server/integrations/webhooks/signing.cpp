// SPDX-License-Identifier: Apache-2.0
#include "signing.h"

#include <QMessageAuthenticationCode>

namespace iwd::webhooksigning {

QByteArray secretFrom(const QByteArray &installationKey, const QByteArray &context)
{
    return QMessageAuthenticationCode::hash(context, installationKey, QCryptographicHash::Sha256);
}

QString secretText(const QByteArray &secret)
{
    return QStringLiteral("whsec_") + QString::fromLatin1(secret.toBase64());
}

QByteArray signatures(const std::vector<QByteArray> &secrets, const QByteArray &id, qint64 seconds, const QByteArray &body)
{
    const QByteArray content = id + '.' + QByteArray::number(seconds) + '.' + body;
    QByteArrayList all;
    for (const QByteArray &secret : secrets)
        all.append("v1," + QMessageAuthenticationCode::hash(content, secret, QCryptographicHash::Sha256).toBase64());
    return all.join(' ');
}

} // namespace iwd::webhooksigning

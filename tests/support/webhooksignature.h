// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fakehttpserver.h"

#include <QMessageAuthenticationCode>

namespace iwd::test {

/// What a receiver that was given @p secret expects in the header webhook-signature, as it would reckon it: knowing nothing of the server's code.
inline QByteArray webhookSignature(const QString &secret, const FakeRequest &request)
{
    const QByteArray content = request.headers.value("webhook-id") + '.' + request.headers.value("webhook-timestamp") + '.' + request.body;
    const QByteArray key = QByteArray::fromBase64(secret.mid(QStringLiteral("whsec_").size()).toLatin1());
    return "v1," + QMessageAuthenticationCode::hash(content, key, QCryptographicHash::Sha256).toBase64();
}

} // namespace iwd::test

// SPDX-License-Identifier: Apache-2.0
#include "tlsfiles.h"

#include <QFile>
#include <QSslCertificate>
#include <QSslKey>

namespace iwd {

namespace {

/// Whether the private key is the one that the certificate was made for. The numbers of the public key end its DER form (RFC 5280,
/// 4.1.2.7), and a private key has them, too: modulus and exponent (RFC 8017, A.1.2) or the point on the curve (RFC 5915), which may be
/// left out.
bool belongTogether(const QSslCertificate &certificate, const QSslKey &key)
{
    const QSslKey publicKey = certificate.publicKey();
    if (publicKey.algorithm() != key.algorithm() || publicKey.length() != key.length())
        return false;
    const bool isRsa = key.algorithm() == QSsl::Rsa;
    const qsizetype size = isRsa ? key.length() / 8 : 2 * ((key.length() + 7) / 8);
    const QByteArray privateNumbers = key.toDer();
    const bool withoutPoint = !isRsa && privateNumbers.size() < size;
    return withoutPoint || privateNumbers.contains(publicKey.toDer().right(size));
}

} // namespace

Result<QSslConfiguration> loadTls(const TlsFiles &files)
{
    const auto problem = [](const QString &field, const QString &file, const QString &expected) {
        return Error { ErrorCode::ConfigurationInvalid, QStringLiteral("The file %1 cannot be used: expected %2.").arg(file, expected),
            field, { { QStringLiteral("file"), file }, { QStringLiteral("expected"), expected } } };
    };
    const QList<QSslCertificate> chain
        = QSslCertificate::fromPath(files.certificate, QSsl::Pem, QSslCertificate::PatternSyntax::FixedString);
    if (chain.isEmpty())
        return problem(QStringLiteral("http.tls.certificate"), files.certificate, QStringLiteral("a certificate in PEM form"));

    QFile keyFile(files.key);
    const QByteArray pem = keyFile.open(QFile::ReadOnly) ? keyFile.readAll() : QByteArray();
    QSslKey key;
    for (const QSsl::KeyAlgorithm algorithm : { QSsl::Rsa, QSsl::Ec }) {
        if (key.isNull())
            key = QSslKey(pem, algorithm, QSsl::Pem, QSsl::PrivateKey, files.keyPassphrase.toUtf8());
    }
    if (key.isNull())
        return problem(QStringLiteral("http.tls.key"), files.key,
            QStringLiteral("an RSA or EC private key in PEM form (with http.tls.keyPassphrase when it is encrypted)"));
    if (!belongTogether(chain.first(), key))
        return problem(QStringLiteral("http.tls.key"), files.key,
            QStringLiteral("the private key of the first certificate in %1").arg(files.certificate));

    QSslConfiguration configuration;
    configuration.setLocalCertificateChain(chain);
    configuration.setPrivateKey(key);
    configuration.setProtocol(QSsl::TlsV1_2OrLater);
    configuration.setPeerVerifyMode(QSslSocket::VerifyNone);
    configuration.setAllowedNextProtocols({ QByteArrayLiteral("http/1.1") });
    return configuration;
}

} // namespace iwd

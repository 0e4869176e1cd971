// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/result.h>

#include <QSslConfiguration>

namespace iwd {

/// Where certificate and key of a port with TLS lie; both empty: plain HTTP.
struct TlsFiles
{
    QString certificate; ///< PEM, the server's own first, then the chain
    QString key; ///< PEM, RSA or EC
    QString keyPassphrase;

    [[nodiscard]] bool used() const { return !certificate.isEmpty() || !key.isEmpty(); }
};

/// Reads the files. At least TLS 1.2, HTTP/1.1 only.
/// @returns ConfigurationInvalid with the file in question
[[nodiscard]] Result<QSslConfiguration> loadTls(const TlsFiles &files);

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/result.h>

#include <QString>

namespace iwd {

/// The first credentials of a new installation, as an unattended start hands them over.
struct BootstrapCredentials
{
    QString user;
    QString password;
    QString apiKey;
    QString tenant;
};

/// The file that an unattended start finds the first credentials in: JSON {"user","password","apiKey","tenant"}, mode 0600. It
/// appears whole or not at all, is written once, and never replaces or follows what is already there.
///
/// Two steps, so that credentials are not made when they could not be handed over: reserve() before they are stored,
/// publish() with them. What was reserved and not published leaves nothing behind.
class BootstrapFile
{
public:
    /// @returns ConfigurationInvalid when something exists at @p path or its folder cannot be written to
    [[nodiscard]] static Result<BootstrapFile> reserve(const QString &path);

    BootstrapFile(BootstrapFile &&other) noexcept;
    BootstrapFile &operator=(BootstrapFile &&other) noexcept;
    ~BootstrapFile();

    /// Writes and makes durable. To be called once.
    [[nodiscard]] Result<void> publish(const BootstrapCredentials &credentials);

private:
    BootstrapFile(QString path, QString draft, int descriptor);
    void discard();

    QString m_path;
    QString m_draft; ///< beside m_path, so that a rename needs no copy
    int m_descriptor = -1;
};

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "secretstore.h"

namespace QKeychain {
class Job;
}

namespace iwd {

/// The system's keyring (Secret Service or KWallet, the keychain of macOS, the credentials of Windows). Where there is none, every call fails: nothing is ever kept in a plain file.
class Keyring final : public SecretStore
{
public:
    QCoro::Task<Result<QString>> read(QString name) override;
    QCoro::Task<Result<bool>> write(QString name, QString secret) override;
    QCoro::Task<Result<bool>> remove(QString name) override;
};

} // namespace iwd

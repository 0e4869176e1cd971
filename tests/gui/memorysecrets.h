// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <models/secretstore.h>

#include <QMap>

namespace iwd::test {

/// Secrets that are gone with the test; or a keyring that does not work.
class MemorySecrets final : public SecretStore
{
public:
    QCoro::Task<Result<QString>> read(QString name) override
    {
        if (isBroken)
            co_return broken();
        co_return secrets.value(name);
    }
    QCoro::Task<Result<bool>> write(QString name, QString secret) override
    {
        if (isBroken)
            co_return broken();
        secrets.insert(name, secret);
        co_return true;
    }
    QCoro::Task<Result<bool>> remove(QString name) override
    {
        if (isBroken)
            co_return broken();
        secrets.remove(name);
        co_return true;
    }

    QMap<QString, QString> secrets;
    bool isBroken = false;

private:
    static Error broken() { return { ErrorCode::StorageUnavailable, QStringLiteral("The keyring of the test does not work."), {}, {} }; }
};

} // namespace iwd::test

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/result.h>

#include <qcoro/qcorotask.h>

namespace iwd {

/// Where the program keeps what nobody else may read. Lives on one thread with an event loop; may be destroyed while a call runs, which then never ends.
class SecretStore
{
public:
    virtual ~SecretStore() = default;
    /// @returns an empty text when there is none of that name
    [[nodiscard]] virtual QCoro::Task<Result<QString>> read(QString name) = 0;
    /// Replaces what there was.
    [[nodiscard]] virtual QCoro::Task<Result<bool>> write(QString name, QString secret) = 0;
    /// Nothing of that name is there afterwards.
    [[nodiscard]] virtual QCoro::Task<Result<bool>> remove(QString name) = 0;
};

} // namespace iwd

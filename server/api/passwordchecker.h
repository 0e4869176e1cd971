// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/clock.h>
#include <base/result.h>

#include <qcoro/qcorotask.h>

#include <QThreadPool>

#include <atomic>
#include <functional>

namespace iwd {

/// Checks and hashes passwords away from the threads that serve connections, few at a time, because each costs a tenth of a second and
/// 64 MiB by design. Thread-safe.
class PasswordChecker
{
public:
    static constexpr int Threads = 2;
    static constexpr int MostWaiting = 64; ///< more are told that the server is busy

    PasswordChecker();
    ~PasswordChecker();

    /// @param hash empty for an unknown user: matches nothing, but takes as long
    /// @returns whether it matches; Busy or DeadlineExceeded when it was not checked
    [[nodiscard]] QCoro::Task<Result<bool>> check(QString hash, QString password, Deadline deadline);

    /// @returns what to store for the password; Busy or DeadlineExceeded when it was not hashed
    [[nodiscard]] QCoro::Task<Result<QString>> hash(QString password, Deadline deadline);

private:
    template <typename T>
    [[nodiscard]] QCoro::Task<Result<T>> run(std::function<Result<T>()> work, Deadline deadline);

    QThreadPool m_pool;
    std::atomic<int> m_waiting = 0;
};

} // namespace iwd

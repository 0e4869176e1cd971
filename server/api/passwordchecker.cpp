// SPDX-License-Identifier: Apache-2.0
#include "passwordchecker.h"

#include <base/delivery.h>
#include <runtime/secrets.h>

namespace iwd {

namespace {

Error tooMany()
{
    return { ErrorCode::Busy, QStringLiteral("Too many passwords are being checked at this moment. Try again in a few seconds."), {},
        { { QStringLiteral("retryAfterSeconds"), 5 } } };
}

} // namespace

PasswordChecker::PasswordChecker()
{
    m_pool.setMaxThreadCount(Threads);
}

PasswordChecker::~PasswordChecker()
{
    m_pool.waitForDone();
}

template <typename T>
QCoro::Task<Result<T>> PasswordChecker::run(std::function<Result<T>()> work, Deadline deadline)
{
    if (++m_waiting > MostWaiting) {
        --m_waiting;
        co_return tooMany();
    }
    Delivery<Result<T>> done;
    m_pool.start([this, done, work, deadline] {
        --m_waiting;
        if (deadline.passed())
            done.deliver(Error { ErrorCode::DeadlineExceeded,
                QStringLiteral("The server did not get to this request in time and did nothing. Try again."), {}, {} });
        else
            done.deliver(work());
    });
    co_return co_await done;
}

QCoro::Task<Result<bool>> PasswordChecker::check(QString hash, QString password, Deadline deadline)
{
    std::function<Result<bool>()> work = [hash, password]() -> Result<bool> { return secrets::verifyPassword(hash, password); };
    co_return co_await run<bool>(work, deadline);
}

QCoro::Task<Result<QString>> PasswordChecker::hash(QString password, Deadline deadline)
{
    std::function<Result<QString>()> work = [password] { return secrets::hashPassword(password); };
    co_return co_await run<QString>(work, deadline);
}

} // namespace iwd

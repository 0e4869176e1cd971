// SPDX-License-Identifier: Apache-2.0
#include "passwordchecker.h"

#include <base/delivery.h>
#include <runtime/secrets.h>

namespace iwd {

namespace {

Error tooMany()
{
    return { ErrorCode::Busy, QStringLiteral("Too many people are signing in at this moment. Try again in a few seconds."), {},
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

QCoro::Task<Result<bool>> PasswordChecker::check(QString hash, QString password, Deadline deadline)
{
    if (++m_waiting > MostWaiting) {
        --m_waiting;
        co_return tooMany();
    }
    Delivery<Result<bool>> checked;
    m_pool.start([this, checked, hash, password, deadline] {
        --m_waiting;
        if (deadline.passed())
            checked.deliver(Error { ErrorCode::DeadlineExceeded,
                QStringLiteral("The server did not get to this request in time and did nothing. Try again."), {}, {} });
        else
            checked.deliver(secrets::verifyPassword(hash, password));
    });
    co_return co_await checked;
}

} // namespace iwd

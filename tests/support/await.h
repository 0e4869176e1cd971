// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QtGlobal>

namespace iwd {

template <typename T>
QCoro::Task<> keepResult(QCoro::Task<T> task, std::shared_ptr<std::optional<T>> result)
{
    result->emplace(co_await std::move(task));
}

/// Runs the event loop until @p task has its result. QCoro::waitFor() wants results that can be made from nothing; ours cannot.
/// A task that takes more than a minute is a hanging test and ends the program.
template <typename T>
[[nodiscard]] T await(QCoro::Task<T> task)
{
    auto result = std::make_shared<std::optional<T>>();
    keepResult(std::move(task), result);
    const QDeadlineTimer hanging(60'000);
    while (!result->has_value()) {
        QCoreApplication::processEvents(QEventLoop::AllEvents, 50);
        if (hanging.hasExpired())
            qFatal("The task did not end within a minute");
    }
    return std::move(**result);
}

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/clock.h>

#include <qcoro/qcorotask.h>

#include <QByteArray>

#include <optional>

namespace iwd {

/// What saves the database a question, such as looking up the same key for every request. Never the truth: any entry may be
/// gone at any time, and a cache that fails answers "not here", so that the caller asks the database. Thread-safe.
///
/// A caller that reads the truth after a miss and then puts it may be overtaken by a change and its erase() in between, and so
/// put back what has just become false. What must not outlive a change needs a time to live as short as that error may last.
///
/// Answers come as tasks because a cache may be another process; those of a cache in this process are ready at once.
class Cache
{
public:
    virtual ~Cache() = default;

    /// @returns the value, or nothing when it is absent or its time is over
    [[nodiscard]] virtual QCoro::Task<std::optional<QByteArray>> get(QByteArray key) = 0;

    /// Keeps @p value for @p timeToLive, in place of what was there. A time of zero or less keeps nothing.
    [[nodiscard]] virtual QCoro::Task<> put(QByteArray key, QByteArray value, milliseconds timeToLive) = 0;

    /// Forgets the entry. When the task is done, no get() answers with it any more.
    [[nodiscard]] virtual QCoro::Task<> erase(QByteArray key) = 0;
};

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "board.h"
#include "cache.h"
#include "redisoptions.h"

#include <memory>

namespace iwd {

/// A Cache in a Redis, which several processes may share: one server, one that Sentinels watch, or a cluster. Lost, slow or hanging, it costs time only: no
/// call waits longer than the options' timeout, and while Redis is away calls answer "not here" at once.
///
/// An erase() that Redis did not get is made up for before anything is read again, so that what was erased does not come back with Redis; only when more are
/// owed than it can remember, or the process ends, is that left to the entries' time to live.
///
/// A board is a hash, with a field for each notice.
///
/// Thread-safe; all of Redis happens on a thread of its own.
class RedisCache final : public Cache, public Board
{
public:
    explicit RedisCache(RedisOptions options);
    ~RedisCache() override;

    [[nodiscard]] QCoro::Task<std::optional<QByteArray>> get(QByteArray key) override;
    [[nodiscard]] QCoro::Task<> put(QByteArray key, QByteArray value, milliseconds timeToLive) override;
    [[nodiscard]] QCoro::Task<> erase(QByteArray key) override;

    [[nodiscard]] QCoro::Task<std::optional<Notices>> exchange(QByteArray name, QByteArray self, QByteArray notice, milliseconds life) override;
    [[nodiscard]] QCoro::Task<> takeDown(QByteArray name, QByteArray who) override;

    /// Why Redis could not be used when it was last asked; nothing when it could.
    [[nodiscard]] std::optional<QString> trouble() const;

private:
    class Worker;
    class Thread;
    std::unique_ptr<Thread> m_thread;
};

} // namespace iwd

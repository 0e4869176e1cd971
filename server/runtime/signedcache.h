// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "seal.h"

#include <base/clock.h>
#include <cache/cache.h>

#include <atomic>
#include <memory>
#include <mutex>

namespace iwd {

/// A Cache that may be written by others, such as a Redis, of which only what was put through this class is believed: each entry carries an authentication
/// code over its key and its value, by a secret that the servers share. One that somebody else wrote, changed, cut or copied from another key counts as absent,
/// and is counted; the log says so, at most once a minute. Nobody is kept from reading the entries, or from putting an earlier value of a key back: what must
/// not be believed again has to say so itself. Thread-safe.
class SignedCache final : public Cache
{
public:
    SignedCache(std::unique_ptr<Cache> cache, const QByteArray &secret);

    [[nodiscard]] QCoro::Task<std::optional<QByteArray>> get(QByteArray key) override;
    [[nodiscard]] QCoro::Task<> put(QByteArray key, QByteArray value, milliseconds timeToLive) override;
    [[nodiscard]] QCoro::Task<> erase(QByteArray key) override;

    /// Entries that were not believed.
    [[nodiscard]] qint64 refused() const { return m_refused; }

private:
    void refuse(const QByteArray &key);

    const std::unique_ptr<Cache> m_cache;
    const Seal m_seal;
    std::atomic<qint64> m_refused = 0;
    std::mutex m_mutex;
    Deadline m_quietUntil = Deadline::in(milliseconds(0));
};

} // namespace iwd

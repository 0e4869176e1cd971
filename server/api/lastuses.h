// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/clock.h>
#include <pipeline/store.h>

#include <QObject>
#include <QTimer>

#include <map>
#include <mutex>

namespace iwd {

/// When keys and sessions were last used, written down together now and then: people look for keys that nobody needs, and a session ends when it is not used.
/// note() is thread-safe; the object lives on a thread with an event loop.
class LastUses : public QObject
{
    Q_OBJECT
public:
    static constexpr milliseconds Interval { 60'000 };
    static constexpr size_t MostKept = 20'000; ///< further ones are noted when they are used again

    /// @p store and @p clock must outlive this. @param every how often to write
    LastUses(Store &store, const Clock &clock, milliseconds every = Interval);

    void note(TenantId tenant, bool isKey, const QByteArray &hash, const QString &address);

private:
    void write();

    Store &m_store;
    const Clock &m_clock;
    QTimer m_timer;
    std::mutex m_mutex;
    std::map<std::pair<TenantId, QByteArray>, LastUse> m_uses;
};

} // namespace iwd

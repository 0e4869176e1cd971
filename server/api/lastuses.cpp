// SPDX-License-Identifier: Apache-2.0
#include "lastuses.h"

namespace iwd {

LastUses::LastUses(Store &store, const Clock &clock, milliseconds every)
    : m_store(store)
    , m_clock(clock)
{
    connect(&m_timer, &QTimer::timeout, this, &LastUses::write);
    m_timer.start(every);
}

void LastUses::note(TenantId tenant, bool isKey, const QByteArray &hash, const QString &address)
{
    const std::lock_guard lock(m_mutex);
    const std::pair place(tenant, hash);
    if (m_uses.size() >= MostKept && !m_uses.contains(place))
        return;
    m_uses.insert_or_assign(place, LastUse { isKey, hash, m_clock.now(), address });
}

/// Nobody waits for it: what could not be written is noted again when it is used again.
void LastUses::write()
{
    decltype(m_uses) uses;
    {
        const std::lock_guard lock(m_mutex);
        uses.swap(m_uses);
    }
    std::map<TenantId, std::vector<LastUse>> byTenant;
    for (const auto &[place, use] : uses)
        byTenant[place.first].push_back(use);
    for (const auto &[tenant, some] : byTenant) {
        WriteUnit unit { tenant,
            [some = some](Transaction &transaction) {
                for (const LastUse &use : some)
                    transaction.noteUse(use);
            },
            [](const std::optional<Error> &) {} };
        unit.aboutCallers = true;
        m_store.write(std::move(unit));
    }
}

} // namespace iwd

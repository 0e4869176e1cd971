// SPDX-License-Identifier: Apache-2.0
#include "connectionpool.h"

namespace iwd {

ConnectionPool::ConnectionPool(int connections)
{
    for (int left = std::max(1, connections); left > 0; left -= ConnectionsPerManager) {
        auto *manager = new QNetworkAccessManager;
        manager->setRedirectPolicy(QNetworkRequest::ManualRedirectPolicy);
        manager->setAutoDeleteReplies(false);
        m_members.push_back({ manager, std::min(left, ConnectionsPerManager), 0 });
    }
}

ConnectionPool::~ConnectionPool()
{
    // The last user may be inside a signal of one of their replies.
    for (const auto &member : m_members)
        member.manager->deleteLater();
}

std::optional<size_t> ConnectionPool::leastUsed() const
{
    std::optional<size_t> best;
    for (size_t index = 0; index < m_members.size(); ++index) {
        const auto &member = m_members[index];
        if (member.inUse < member.limit && (!best || member.inUse < m_members[*best].inUse))
            best = index;
    }
    return best;
}

QCoro::Task<ConnectionPool::Slot> ConnectionPool::acquire(std::shared_ptr<ConnectionPool> pool, Deadline deadline)
{
    if (pool->m_closed || deadline.passed())
        co_return Slot();
    if (const auto free = pool->leastUsed()) {
        ++pool->m_members[*free].inUse;
        co_return Slot(pool, *free);
    }
    auto waiting = std::make_shared<Waiting>();
    pool->m_waiting.push_back(waiting);
    QTimer timer;
    if (deadline.at() != Deadline::never().at()) {
        ConnectionPool *const raw = pool.get();
        QObject::connect(&timer, &QTimer::timeout, &timer, [raw, waiting] {
            std::erase(raw->m_waiting, waiting);
            waiting->latch.open();
        });
        timer.setSingleShot(true);
        timer.start(std::max(milliseconds(0), std::chrono::ceil<milliseconds>(deadline.at() - std::chrono::steady_clock::now())));
    }
    co_await waiting->latch.wait();
    if (!waiting->index)
        co_return Slot();
    co_return Slot(pool, *waiting->index);
}

void ConnectionPool::giveBack(size_t index)
{
    if (m_waiting.empty()) {
        --m_members[index].inUse;
        return;
    }
    // The connection goes straight to the first in line; the line moves on from the event loop, so that a long one is no deep recursion.
    const auto next = m_waiting.front();
    m_waiting.pop_front();
    next->index = index;
    QTimer::singleShot(0, m_members[index].manager, [next] { next->latch.open(); });
}

void ConnectionPool::close()
{
    m_closed = true;
    const auto waiting = std::exchange(m_waiting, {});
    for (const auto &one : waiting)
        one->latch.open();
}

ConnectionPool::Slot::Slot(std::shared_ptr<ConnectionPool> pool, size_t index)
    : m_pool(std::move(pool))
    , m_index(index)
{
}

ConnectionPool::Slot::~Slot()
{
    if (m_pool)
        m_pool->giveBack(m_index);
}

ConnectionPool::Slot::Slot(Slot &&other) noexcept
    : m_pool(std::exchange(other.m_pool, nullptr))
    , m_index(other.m_index)
{
}

ConnectionPool::Slot &ConnectionPool::Slot::operator=(Slot &&other) noexcept
{
    std::swap(m_pool, other.m_pool);
    std::swap(m_index, other.m_index);
    return *this;
}

QNetworkAccessManager *ConnectionPool::Slot::manager() const
{
    return m_pool->m_members[m_index].manager;
}

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#include "poller.h"

#include <unistd.h>

namespace iwd::http {

Poller::Poller()
    : m_epoll(epoll_create1(EPOLL_CLOEXEC))
    , m_notifier(std::make_unique<QSocketNotifier>(m_epoll, QSocketNotifier::Read))
{
    QObject::connect(m_notifier.get(), &QSocketNotifier::activated, m_notifier.get(), [this] { dispatch(); });
}

Poller::~Poller()
{
    m_notifier.reset();
    ::close(m_epoll);
}

bool Poller::add(int descriptor, quint32 events, Watched *watched)
{
    epoll_event event {};
    event.events = events;
    event.data.ptr = watched;
    return epoll_ctl(m_epoll, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

void Poller::change(int descriptor, quint32 events, Watched *watched)
{
    epoll_event event {};
    event.events = events;
    event.data.ptr = watched;
    epoll_ctl(m_epoll, EPOLL_CTL_MOD, descriptor, &event);
}

void Poller::remove(int descriptor, Watched *watched)
{
    epoll_ctl(m_epoll, EPOLL_CTL_DEL, descriptor, nullptr);
    for (int i = m_next; i < m_count; ++i) {
        if (m_batch[static_cast<size_t>(i)].data.ptr == watched)
            m_batch[static_cast<size_t>(i)].data.ptr = nullptr;
    }
}

void Poller::dispatch()
{
    // A few rounds before going back to Qt's loop, so that a busy server does not pay for that loop at each request;
    // few enough that timers and posted events stay prompt.
    for (int round = 0; round < 4; ++round) {
        m_next = 0;
        m_count = epoll_wait(m_epoll, m_batch.data(), static_cast<int>(m_batch.size()), 0);
        if (m_count <= 0)
            break;
        while (m_next < m_count) {
            const epoll_event event = m_batch[static_cast<size_t>(m_next++)];
            if (event.data.ptr)
                static_cast<Watched *>(event.data.ptr)->ready(event.events);
        }
    }
    m_next = m_count = 0;
}

} // namespace iwd::http

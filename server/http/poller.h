// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QSocketNotifier>

#include <array>
#include <memory>

#include <sys/epoll.h>

namespace iwd::http {

/// One epoll set inside a Qt event loop. Qt's own loop asks the kernel about every descriptor in every round; with thousands of idle
/// connections that costs more than the work. Here Qt watches one descriptor, and a round costs what is ready.
/// Lives on one thread.
class Poller
{
public:
    class Watched
    {
    public:
        /// @param events of epoll(7). May destroy this object.
        virtual void ready(quint32 events) = 0;

    protected:
        ~Watched() = default;
    };

    Poller();
    ~Poller();
    Poller(const Poller &) = delete;
    Poller &operator=(const Poller &) = delete;

    [[nodiscard]] bool add(int descriptor, quint32 events, Watched *watched);
    void change(int descriptor, quint32 events, Watched *watched);
    void remove(int descriptor, Watched *watched);

private:
    void dispatch();

    int m_epoll = -1;
    std::unique_ptr<QSocketNotifier> m_notifier;
    std::array<epoll_event, 256> m_batch {};
    int m_next = 0;
    int m_count = 0;
};

} // namespace iwd::http

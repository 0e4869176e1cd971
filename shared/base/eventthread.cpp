// SPDX-License-Identifier: Apache-2.0
#include "eventthread.h"

#include <future>

namespace iwd {

EventThread::EventThread(const QString &name)
{
    m_thread.setObjectName(name);
    // A promise, because that is something that ThreadSanitizer sees as well.
    std::promise<std::shared_ptr<ThreadInbox>> inbox;
    QObject::connect(
        &m_thread, &QThread::started, &m_thread, [&inbox] { inbox.set_value(ThreadInbox::current()); }, Qt::DirectConnection);
    auto made = inbox.get_future();
    m_thread.start();
    m_inbox = made.get();
}

EventThread::~EventThread()
{
    post([this] { m_thread.quit(); });
    m_thread.wait();
}

void EventThread::run(const std::function<void()> &function) const
{
    std::promise<void> ran;
    post([&] {
        function();
        ran.set_value();
    });
    ran.get_future().wait();
}

} // namespace iwd

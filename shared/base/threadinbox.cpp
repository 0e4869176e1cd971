// SPDX-License-Identifier: Apache-2.0
#include "threadinbox.h"

#include <QCoreApplication>
#include <QEvent>

namespace iwd {

/// Closes the inbox when its thread ends; others may still hold it.
struct ThreadInboxOwner
{
    std::shared_ptr<ThreadInbox> inbox { new ThreadInbox };
    ~ThreadInboxOwner() { inbox->close(); }
};

std::shared_ptr<ThreadInbox> ThreadInbox::current()
{
    thread_local ThreadInboxOwner owner;
    return owner.inbox;
}

ThreadInbox::~ThreadInbox() = default;

bool ThreadInbox::post(std::function<void()> function)
{
    const std::lock_guard lock(m_mutex);
    if (m_closed)
        return false;
    m_functions.push_back(std::move(function));
    if (m_functions.size() == 1)
        QCoreApplication::postEvent(this, new QEvent(QEvent::User));
    return true;
}

bool ThreadInbox::event(QEvent *event)
{
    if (event->type() != QEvent::User)
        return QObject::event(event);
    std::vector<std::function<void()>> functions;
    {
        const std::lock_guard lock(m_mutex);
        functions.swap(m_functions);
    }
    for (const auto &function : functions)
        function();
    return true;
}

void ThreadInbox::close()
{
    std::vector<std::function<void()>> dropped;
    const std::lock_guard lock(m_mutex);
    m_closed = true;
    dropped.swap(m_functions);
}

} // namespace iwd

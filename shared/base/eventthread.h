// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "threadinbox.h"

#include <QThread>

namespace iwd {

/// A thread with an event loop, for objects that are made, used and destroyed on it by functions that are handed to it.
/// To be made and destroyed on one other thread.
class EventThread
{
public:
    /// Starts it. @param name as debuggers and top show it
    explicit EventThread(const QString &name);
    /// Ends it when it has run what was posted, and waits for that.
    ~EventThread();
    EventThread(const EventThread &) = delete;
    EventThread &operator=(const EventThread &) = delete;

    /// Runs @p function on the thread, after all that was posted before. Thread-safe.
    void post(std::function<void()> function) const { m_inbox->post(std::move(function)); }
    /// The same, and waits until it has run. Not to be called on the thread itself.
    void run(const std::function<void()> &function) const;

private:
    QThread m_thread;
    std::shared_ptr<ThreadInbox> m_inbox;
};

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QObject>

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace iwd {

/// Runs functions on a thread that has an event loop, many for one wake-up: what arrives between two turns of the loop is run
/// in one turn, in order. Thread-safe.
class ThreadInbox : public QObject
{
    Q_OBJECT
public:
    /// The inbox of the calling thread; made on first use, closed when the thread ends. Keep the pointer to post from elsewhere.
    [[nodiscard]] static std::shared_ptr<ThreadInbox> current();

    /// @returns false when the thread has ended: @p function will never run
    bool post(std::function<void()> function);

    ~ThreadInbox() override;

private:
    ThreadInbox() = default;
    bool event(QEvent *event) override;
    void close();

    friend struct ThreadInboxOwner;
    std::mutex m_mutex;
    std::vector<std::function<void()>> m_functions;
    bool m_closed = false;
};

} // namespace iwd

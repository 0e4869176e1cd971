// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/pipeline.h>

#include <QTimer>

namespace iwd {

/// What a request that may wait for something asks again and again.
template <typename T>
struct LongPoll
{
    std::function<Delivery<bool>()> news; ///< delivers as soon as there may be more than what a reading after this call finds
    std::function<Result<T>(Snapshot &)> read;
    std::function<bool(const T &)> isThere; ///< whether what was read is worth an answer already
};

/// Reads, and while nothing is there and the server does not stop, waits up to @p patience and reads again.
/// @returns the last reading, or why it failed. @p pipeline must outlive the request
template <typename T>
[[nodiscard]] QCoro::Task<Result<T>> readWhenThere(Pipeline *pipeline, TenantId tenant, Deadline deadline, milliseconds patience, LongPoll<T> poll)
{
    const Deadline end = Deadline::in(patience);
    while (true) {
        // Register first, then read, then wait: nothing can be committed unseen in between.
        const bool mayWait = !end.passed() && !pipeline->stopping();
        const Delivery<bool> news = mayWait ? poll.news() : Delivery<bool>();
        auto found = co_await pipeline->read<T>(tenant, deadline, poll.read);
        if (!mayWait || !found || poll.isThere(*found)) {
            news.deliver(false);
            co_return found;
        }
        QTimer timer;
        timer.setSingleShot(true);
        QObject::connect(&timer, &QTimer::timeout, &timer, [news] { news.deliver(false); });
        timer.start(std::max(milliseconds(1), std::chrono::ceil<milliseconds>(end.at() - std::chrono::steady_clock::now())));
        co_await news;
    }
}

} // namespace iwd

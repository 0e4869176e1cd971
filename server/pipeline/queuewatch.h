// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pipeline.h"

#include <base/delivery.h>

#include <mutex>

namespace iwd {

/// Looks again and again at what waits: keeps what metrics want to know and no event tells, and says in the log when the items of a queue are of so many work classes
/// that takings become slow; of each queue once in some hours.
///
/// Lives on one thread with an event loop; figures() may be called from any.
class QueueWatch
{
public:
    struct Figures
    {
        std::optional<Instant> oldest; ///< epoch of the item that waits with the greatest age; nothing when none does
        int workClasses = 0; ///< in which something waits
    };

    /// @p pipeline must outlive this.
    explicit QueueWatch(Pipeline &pipeline)
        : m_pipeline(pipeline)
    {
    }
    /// Figures of a tenant that cannot be read stay as they were.
    QCoro::Task<> look(TenantRecord tenant);
    /// Waits until no look is under way; none begins any more. To be awaited once, before this or the pipeline ends.
    QCoro::Task<> settle();
    /// As of the last look.
    [[nodiscard]] Figures figures(TenantId tenant, const QString &queueId) const;

    static constexpr std::chrono::hours remindAfter { 6 };

private:
    using Figured = std::map<QString, Figures>; ///< by queue

    QCoro::Task<> lookInto(TenantRecord tenant);
    void keep(TenantId tenant, Figured found);
    [[nodiscard]] bool mayWarn(TenantId tenant, const QString &queueId, int workClasses) const;
    QCoro::Task<> warn(TenantRecord tenant);

    Pipeline &m_pipeline;
    int m_looks = 0; ///< under way
    std::optional<Delivery<bool>> m_settled; ///< delivered with the end of the last one; nothing while looks may begin
    std::map<std::pair<TenantId, QString>, std::chrono::steady_clock::time_point> m_warned;
    mutable std::mutex m_mutex; ///< guards what follows
    std::map<TenantId, Figured> m_figures;
};

} // namespace iwd

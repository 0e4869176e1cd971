// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"

#include <pipeline/backup.h>

#include <QThreadPool>

#include <atomic>

namespace iwd {

/// POST /backup.
class BackupHandlers
{
public:
    /// All must outlive this. @param maker null: the store has other ways, which its database brings
    BackupHandlers(Pipeline &pipeline, Authenticator &authenticator, BackupMaker *maker);
    /// Gives up a backup that is being made, as does the end of the pipeline.
    ~BackupHandlers();
    [[nodiscard]] std::vector<ApiEndpoint> endpoints();

private:
    [[nodiscard]] QCoro::Task<http::Response> backUp(Call call);
    [[nodiscard]] QCoro::Task<Result<void>> checkTenant(Caller caller, Deadline deadline);
    [[nodiscard]] QCoro::Task<Result<std::shared_ptr<Backup>>> make();
    [[nodiscard]] QCoro::Task<Result<void>> note(Call call, BackupFacts facts);

    Pipeline &m_pipeline;
    Authenticator &m_authenticator;
    BackupMaker *const m_maker;
    const std::shared_ptr<std::atomic<bool>> m_running = std::make_shared<std::atomic<bool>>(false);
    std::atomic<bool> m_ending = false;
    QThreadPool m_thread;
};

} // namespace iwd

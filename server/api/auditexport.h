// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "auditreading.h"
#include "pagedexport.h"

#include <contract/exportapi.h>

namespace iwd {

/// All entries of the audit that were asked for, newest first. What is added meanwhile is not among them; nothing is ever changed or taken away, so each of the others is in it once.
class AuditExport final : public PagedExport
{
public:
    /// The first two must outlive this. @param running see PagedExport
    AuditExport(Pipeline &pipeline, Authenticator &authenticator, Call call, EndpointInfo info, AuditQuery query, ExportFormat format, std::shared_ptr<std::atomic<int>> running);

private:
    [[nodiscard]] QCoro::Task<Result<Page>> readPage(Caller caller, int limit, Deadline deadline) override;

    Pipeline &m_pipeline;
    const ExportFormat m_format;
    AuditQuery m_query; ///< with the place of the next page
    bool m_begun = false;
};

} // namespace iwd

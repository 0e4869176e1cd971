// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"

namespace iwd {

/// What was asked for, of both areas, and where the next page begins in each.
struct AuditQuery
{
    AuditFilter filter; ///< its area does not matter
    int limit = 100;
    qint64 beforeConfiguration = std::numeric_limits<qint64>::max();
    qint64 beforeCallers = std::numeric_limits<qint64>::max();
};

/// The names of query parameters that choose entries.
[[nodiscard]] QStringList auditParameters();
/// What these parameters ask for. @returns an Error to be answered with badRequest()
[[nodiscard]] Result<AuditQuery> auditQueryIn(const Call &call);

struct AuditPage
{
    std::vector<AuditRecord> entries; ///< newest first
    AuditQuery next;
    bool isLast = true;
};
/// The newest of both areas together. They may be in different databases, so each is read on a snapshot of its own.
[[nodiscard]] QCoro::Task<Result<AuditPage>> readAudit(Pipeline &pipeline, TenantId tenant, Deadline deadline, AuditQuery query);

[[nodiscard]] QJsonObject encodeAuditEntry(const AuditRecord &record);

} // namespace iwd

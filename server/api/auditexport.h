// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "auditreading.h"

#include <contract/exportapi.h>

#include <atomic>

namespace iwd {

/// All entries of the audit that were asked for, read page by page while they are sent, newest first. What is added meanwhile is not among them; nothing is ever changed or taken away, so
/// each of the others is in it once.
///
/// Like an export of items (ItemExport) it keeps its pieces at a few hundred KiB, waits out trouble that passes, and ends with the rights of its caller.
class AuditExport final : public http::BodySource
{
public:
    /// The first two must outlive this. @param running counts the exports of this server while they live
    AuditExport(Pipeline &pipeline, Authenticator &authenticator, Call call, EndpointInfo info, AuditQuery query, ExportFormat format, std::shared_ptr<std::atomic<int>> running);
    ~AuditExport() override;

    /// Reads the first page, which next() will give out, so that what is wrong can still be answered.
    [[nodiscard]] QCoro::Task<Result<void>> begin(Deadline deadline);
    [[nodiscard]] QCoro::Task<Result<QByteArray>> next() override;

private:
    /// The next page, if the caller still may.
    [[nodiscard]] QCoro::Task<Result<AuditPage>> readNextPage(Deadline deadline);
    [[nodiscard]] QByteArray take(const AuditPage &page);
    [[nodiscard]] bool mayTryAgain(const Error &error, int tries);
    void report(QStringView what) const;

    Pipeline &m_pipeline;
    Authenticator &m_authenticator;
    const Call m_call;
    const EndpointInfo m_info;
    const ExportFormat m_format;
    const std::shared_ptr<std::atomic<int>> m_running;
    AuditQuery m_query; ///< with the place and the limit of the next page
    std::optional<QByteArray> m_first;
    qint64 m_entries = 0;
    bool m_begun = false;
    bool m_finished = false;
};

} // namespace iwd

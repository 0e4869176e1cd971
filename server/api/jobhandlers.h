// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"

#include <contract/bulkapi.h>
#include <pipeline/bulk/bulkjobs.h>
#include <runtime/seal.h>

namespace iwd {

/// /items/bulk and /jobs: one action on many items.
class JobHandlers
{
public:
    /// @p pipeline must outlive this. @param secret by which confirmations are known again; all servers on a database have the same
    JobHandlers(Pipeline &pipeline, QByteArray secret);
    [[nodiscard]] std::vector<ApiEndpoint> endpoints();

private:
    [[nodiscard]] QCoro::Task<http::Response> bulk(Call call);
    [[nodiscard]] QCoro::Task<http::Response> preview(Call call, BulkRequest request);
    [[nodiscard]] QCoro::Task<http::Response> confirm(Call call, BulkRequest request);
    [[nodiscard]] QCoro::Task<http::Response> list(Call call);
    [[nodiscard]] QCoro::Task<http::Response> get(Call call);
    [[nodiscard]] QCoro::Task<http::Response> results(Call call);
    [[nodiscard]] QCoro::Task<http::Response> command(JobCommand command, Call call);
    [[nodiscard]] QCoro::Task<http::Response> undo(Call call);

    Pipeline &m_pipeline;
    const std::shared_ptr<const Seal> m_seal;
};

} // namespace iwd

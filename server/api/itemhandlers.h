// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"

#include <domain/statusmachine.h>

namespace iwd {

/// /items: capture, lists, changes, history.
class ItemHandlers
{
public:
    /// @p pipeline must outlive this.
    explicit ItemHandlers(Pipeline &pipeline)
        : m_pipeline(pipeline)
    {
    }
    [[nodiscard]] std::vector<ApiEndpoint> endpoints();

private:
    [[nodiscard]] QCoro::Task<http::Response> capture(Call call);
    [[nodiscard]] QCoro::Task<http::Response> captureOne(Call call);
    [[nodiscard]] QCoro::Task<http::Response> captureMany(Call call);
    [[nodiscard]] QCoro::Task<http::Response> list(Call call);
    [[nodiscard]] QCoro::Task<http::Response> listInOrder(Call call);
    [[nodiscard]] QCoro::Task<http::Response> listInOrderWithin(Call call, QString queueId, int limit);
    [[nodiscard]] QCoro::Task<http::Response> get(Call call);
    [[nodiscard]] QCoro::Task<http::Response> update(Call call);
    [[nodiscard]] QCoro::Task<http::Response> act(ItemOperation operation, Call call);
    [[nodiscard]] QCoro::Task<http::Response> retry(Call call);
    [[nodiscard]] QCoro::Task<http::Response> history(Call call);
    [[nodiscard]] QCoro::Task<http::Response> explanation(Call call);

    Pipeline &m_pipeline;
};

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pagedexport.h"

#include <contract/exportapi.h>
#include <pipeline/search/searching.h>

#include <unordered_map>

namespace iwd {

/// Numbers of items that were met, a bit each: 125 KB for a million.
class ItemSet
{
public:
    /// @returns whether it was not there before
    bool insert(ItemId id);

private:
    static constexpr qint64 BlockBits = 32'768;
    std::unordered_map<qint64, std::bitset<BlockBits>> m_blocks;
};

/// Everything that an export finds. A page follows the one before by the search's own place, so what an export promises of items that change is what a listing promises
/// (searching.h); and none comes twice, whatever the order.
class ItemExport final : public PagedExport
{
public:
    /// The first two must outlive this. @param running see PagedExport
    ItemExport(Pipeline &pipeline, Authenticator &authenticator, Call call, EndpointInfo info, ExportInput input, std::shared_ptr<std::atomic<int>> running);

private:
    struct Found
    {
        std::shared_ptr<const ItemExporter> exporter;
        std::vector<std::pair<ItemId, QByteArray>> rows;
        QJsonObject next;
    };

    [[nodiscard]] QCoro::Task<Result<Page>> readPage(Caller caller, int limit, Deadline deadline) override;
    [[nodiscard]] Page take(const Found &found);

    Pipeline &m_pipeline;
    const TenantId m_tenant;
    const ExportInput m_input;
    SearchRequest m_search; ///< with the place of the next page
    std::shared_ptr<const ItemExporter> m_exporter; ///< once the first page has been read
    std::optional<ItemSet> m_seen; ///< only where the order can bring an item twice
};

} // namespace iwd

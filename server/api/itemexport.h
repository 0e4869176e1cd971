// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"

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

/// Everything that an export finds, read page by page, each on a snapshot of its own, while it is sent. A page follows the one before by the search's own place, so
/// what an export promises of items that change is what a listing promises (searching.h); and none comes twice, whatever the order.
///
/// The pages are as large as makes a piece of a few hundred KiB. Trouble that passes (a busy or unreachable store) is waited out for as long as a piece may take. The
/// caller is asked for before each page, so that a deleted key or an ended session ends its exports.
class ItemExport final : public http::BodySource
{
public:
    /// The first two must outlive this. @param running counts the exports of this server while they live
    ItemExport(Pipeline &pipeline, Authenticator &authenticator, Call call, EndpointInfo info, ExportInput input, std::shared_ptr<std::atomic<int>> running);
    ~ItemExport() override;

    /// Reads the first page, which next() will give out, so that what is wrong with the search can still be answered.
    [[nodiscard]] QCoro::Task<Result<void>> begin(Deadline deadline);
    [[nodiscard]] QCoro::Task<Result<QByteArray>> next() override;

private:
    struct Page
    {
        std::shared_ptr<const ItemExporter> exporter;
        std::vector<std::pair<ItemId, QByteArray>> rows;
        QJsonObject next;
    };

    [[nodiscard]] QCoro::Task<Result<Page>> readPage(Deadline deadline);
    /// The same, if the caller still may.
    [[nodiscard]] QCoro::Task<Result<Page>> readNextPage(Deadline deadline);
    [[nodiscard]] QByteArray take(Page page);
    [[nodiscard]] bool mayTryAgain(const Error &error, int tries);
    void report(QStringView what) const;

    Pipeline &m_pipeline;
    Authenticator &m_authenticator;
    const Call m_call;
    const EndpointInfo m_info;
    const ExportInput m_input;
    const std::shared_ptr<std::atomic<int>> m_running;
    SearchRequest m_search; ///< with the place and the limit of the next page
    std::shared_ptr<const ItemExporter> m_exporter; ///< once the first page has been read
    std::optional<ItemSet> m_seen; ///< only where the order can bring an item twice
    std::optional<QByteArray> m_first;
    qint64 m_items = 0;
    bool m_finished = false;
};

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"

#include <atomic>

namespace iwd {

/// A file of any length, read page by page while it is sent, each page on a snapshot of its own.
///
/// The pages are as large as makes a piece of a few hundred KiB. Trouble that passes (a busy or unreachable store) is waited out for as long as a piece may take. The
/// caller is asked for before each page, so that a deleted key or an ended session ends its exports.
class PagedExport : public http::BodySource
{
public:
    /// Reads the first page, which next() will give out, so that what is wrong with the request can still be answered.
    [[nodiscard]] QCoro::Task<Result<void>> begin(Deadline deadline);
    [[nodiscard]] QCoro::Task<Result<QByteArray>> next() override;
    ~PagedExport() override;

protected:
    struct Page
    {
        QByteArray text; ///< the first one begins with what stands before all entries
        int entries = 0; ///< in the text
        bool isFull = false; ///< as many as were asked for were found
        bool isLast = false;
    };

    /// @p authenticator must outlive this. @param what is exported, for the log: "items"
    /// @param running counts the exports of a kind of this server while they live
    PagedExport(Authenticator &authenticator, Call call, EndpointInfo info, QString what, std::shared_ptr<std::atomic<int>> running);

    /// Reads on from where the page before ended; what fails is asked for again. @param caller as it is allowed now
    [[nodiscard]] virtual QCoro::Task<Result<Page>> readPage(Caller caller, int limit, Deadline deadline) = 0;

private:
    [[nodiscard]] QCoro::Task<Result<Page>> readNextPage(Deadline deadline);
    [[nodiscard]] QByteArray take(Page page);
    [[nodiscard]] bool mayTryAgain(const Error &error, int tries);
    void report(QStringView what) const;

    Authenticator &m_authenticator;
    const Call m_call;
    const EndpointInfo m_info;
    const QString m_what;
    const std::shared_ptr<std::atomic<int>> m_running;
    std::optional<QByteArray> m_first;
    int m_limit;
    qint64 m_entries = 0;
    bool m_begun = false;
    bool m_finished = false;
};

} // namespace iwd

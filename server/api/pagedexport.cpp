// SPDX-License-Identifier: Apache-2.0
#include "pagedexport.h"

#include <base/log.h>

#include <qcoro/qcorotimer.h>

namespace iwd {

namespace {

constexpr int FirstLimit = 100; // so that the first bytes come soon
constexpr int MostEntries = 1'000;
constexpr qsizetype SmallPiece = 128 * 1024;
constexpr qsizetype LargePiece = 384 * 1024;
constexpr milliseconds PieceTime { 25'000 }; ///< less than the route's timeout, so that the reason is known when it is over
constexpr milliseconds Pause { 250 };

bool mayPass(ErrorCode code)
{
    return code == ErrorCode::Busy || code == ErrorCode::StorageUnavailable;
}

} // namespace

PagedExport::PagedExport(Authenticator &authenticator, Call call, EndpointInfo info, QString what, std::shared_ptr<std::atomic<int>> running)
    : m_authenticator(authenticator)
    , m_call(std::move(call))
    , m_info(std::move(info))
    , m_what(std::move(what))
    , m_running(std::move(running))
    , m_limit(FirstLimit)
{
}

PagedExport::~PagedExport()
{
    --*m_running;
    if (m_begun && !m_finished)
        report(u"An export ended before everything was sent.");
}

QCoro::Task<Result<void>> PagedExport::begin(Deadline deadline)
{
    auto page = co_await readPage(m_call.caller, m_limit, deadline);
    while (!page && mayTryAgain(page.error(), 0)) {
        auto again = co_await readPage(m_call.caller, m_limit, deadline);
        page = std::move(again);
    }
    if (!page)
        co_return page.error();
    m_begun = true;
    m_first = take(std::move(*page));
    co_return {};
}

QCoro::Task<Result<QByteArray>> PagedExport::next()
{
    if (m_first && !m_first->isEmpty())
        co_return std::exchange(m_first, std::nullopt).value();
    m_first.reset();
    const auto deadline = Deadline::in(PieceTime);
    QByteArray piece;
    for (int tries = 0; piece.isEmpty() && !m_finished;) {
        auto page = co_await readNextPage(deadline);
        if (page) {
            piece = take(std::move(*page));
            tries = 0;
            continue;
        }
        const Error failure = page.error();
        ++tries;
        if (deadline.passed() || !mayTryAgain(failure, tries))
            co_return failure;
        if (mayPass(failure.code))
            co_await QCoro::sleepFor(Pause);
    }
    if (m_finished && piece.isEmpty())
        report(u"An export was sent.");
    co_return piece;
}

/// A search that has to look at too much for a page may find fewer entries in time.
bool PagedExport::mayTryAgain(const Error &error, int tries)
{
    if (error.code == ErrorCode::SearchTooBroad && m_limit > 1) {
        m_limit = std::max(1, m_limit / 10);
        return true;
    }
    return tries > 0 && mayPass(error.code);
}

QCoro::Task<Result<PagedExport::Page>> PagedExport::readNextPage(Deadline deadline)
{
    http::Request request = m_call.request;
    request.deadline = deadline;
    const auto caller = co_await identify(m_authenticator, request, m_info);
    if (!caller)
        co_return caller.error();
    auto page = co_await readPage(*caller, m_limit, deadline);
    co_return page;
}

QByteArray PagedExport::take(Page page)
{
    m_finished = page.isLast;
    m_entries += page.entries;
    if (page.text.size() > LargePiece)
        m_limit = std::max(1, m_limit / 2);
    else if (page.text.size() < SmallPiece && page.isFull)
        m_limit = std::min(MostEntries, m_limit * 2);
    return page.text;
}

void PagedExport::report(QStringView what) const
{
    const log::Correlation correlation(m_call.request.correlationId);
    log::info(what, { { QLatin1StringView("tenant"), m_call.caller.tenantId }, { QLatin1StringView("by"), m_call.caller.actor.name }, { QLatin1StringView("of"), m_what }, { QLatin1StringView("entries"), m_entries } });
}

} // namespace iwd

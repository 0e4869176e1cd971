// SPDX-License-Identifier: Apache-2.0
#include "itemexport.h"

#include <base/log.h>
#include <pipeline/itemlookup.h>

#include <qcoro/qcorotimer.h>

namespace iwd {

namespace {

constexpr int FirstLimit = 100; // so that the first bytes come soon
constexpr int MostItems = 1'000;
constexpr qsizetype SmallPiece = 128 * 1024;
constexpr qsizetype LargePiece = 384 * 1024;
constexpr milliseconds PieceTime { 25'000 }; ///< less than the route's timeout, so that the reason is known when it is over
constexpr milliseconds Pause { 250 };

QStringList definedAttributes(Snapshot &snapshot)
{
    QStringList names;
    for (const auto &[attribute, definition] : snapshot.configuration()->attributes())
        names.append(attribute);
    return names;
}

bool mayPass(ErrorCode code)
{
    return code == ErrorCode::Busy || code == ErrorCode::StorageUnavailable;
}

} // namespace

bool ItemSet::insert(ItemId id)
{
    auto &block = m_blocks[id.number / BlockBits];
    const auto bit = static_cast<size_t>(id.number % BlockBits);
    const bool isNew = !block.test(bit);
    block.set(bit);
    return isNew;
}

ItemExport::ItemExport(Pipeline &pipeline, Authenticator &authenticator, Call call, EndpointInfo info, ExportInput input, std::shared_ptr<std::atomic<int>> running)
    : m_pipeline(pipeline)
    , m_authenticator(authenticator)
    , m_call(std::move(call))
    , m_info(std::move(info))
    , m_input(std::move(input))
    , m_running(std::move(running))
{
    m_search.search = { m_input.search.condition, m_input.search.text, {} };
    m_search.scope = { m_call.caller.categories };
    m_search.sort = m_input.search.sort;
    m_search.byPriority = m_input.search.byPriority;
    m_search.limit = FirstLimit;
    if (!isOrderedForGood(m_input.search))
        m_seen.emplace();
}

ItemExport::~ItemExport()
{
    --*m_running;
    if (m_exporter && !m_finished)
        report(u"An export ended before everything was sent.");
}

QCoro::Task<Result<void>> ItemExport::begin(Deadline deadline)
{
    auto page = co_await readPage(deadline);
    while (!page && mayTryAgain(page.error(), 0)) {
        auto again = co_await readPage(deadline);
        page = std::move(again);
    }
    if (!page)
        co_return page.error();
    m_first = page->exporter->beginning();
    *m_first += take(std::move(*page));
    co_return {};
}

QCoro::Task<Result<QByteArray>> ItemExport::next()
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
        report(u"Exported items.");
    co_return piece;
}

/// A search that has to look at too many items for a page may find fewer of them in time.
bool ItemExport::mayTryAgain(const Error &error, int tries)
{
    if (error.code == ErrorCode::SearchTooBroad && m_search.limit > 1) {
        m_search.limit = std::max(1, m_search.limit / 10);
        return true;
    }
    return tries > 0 && mayPass(error.code);
}

QCoro::Task<Result<ItemExport::Page>> ItemExport::readPage(Deadline deadline)
{
    std::function<Result<Page>(Snapshot &)> work = [request = m_search, exporter = m_exporter, input = m_exporter ? ExportInput() : m_input](Snapshot &snapshot) -> Result<Page> {
        const auto found = searchItems(snapshot, request);
        if (!found)
            return found.error();
        Page page;
        page.exporter = exporter ? exporter : std::make_shared<const ItemExporter>(input, definedAttributes(snapshot));
        page.next = found->next;
        page.rows.reserve(found->items.size());
        for (const ItemRecord &record : found->items)
            page.rows.emplace_back(record.item.id, page.exporter->row(record.item, viewOf(snapshot, record)));
        return page;
    };
    return m_pipeline.search<Page>(m_call.caller.tenant, deadline, work);
}

QCoro::Task<Result<ItemExport::Page>> ItemExport::readNextPage(Deadline deadline)
{
    http::Request request = m_call.request;
    request.deadline = deadline;
    const auto caller = co_await identify(m_authenticator, request, m_info);
    if (!caller)
        co_return caller.error();
    m_search.scope = { caller->categories }; // as it is allowed now
    auto page = co_await readPage(deadline);
    co_return page;
}

QByteArray ItemExport::take(Page page)
{
    m_exporter = page.exporter;
    m_search.place = page.next;
    m_finished = page.next.isEmpty();
    QByteArray piece;
    for (const auto &[id, row] : page.rows) {
        if (m_seen && !m_seen->insert(id))
            continue;
        piece += row;
        ++m_items;
    }
    if (piece.size() > LargePiece)
        m_search.limit = std::max(1, m_search.limit / 2);
    else if (piece.size() < SmallPiece && page.rows.size() == static_cast<size_t>(m_search.limit))
        m_search.limit = std::min(MostItems, m_search.limit * 2);
    return piece;
}

void ItemExport::report(QStringView what) const
{
    const log::Correlation correlation(m_call.request.correlationId);
    log::info(what, { { QLatin1StringView("tenant"), m_call.caller.tenantId }, { QLatin1StringView("by"), m_call.caller.actor.name }, { QLatin1StringView("items"), m_items } });
}

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#include "itemexport.h"

#include <pipeline/itemlookup.h>

namespace iwd {

namespace {

QStringList definedAttributes(Snapshot &snapshot)
{
    QStringList names;
    for (const auto &[attribute, definition] : snapshot.configuration()->attributes())
        names.append(attribute);
    return names;
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
    : PagedExport(authenticator, call, std::move(info), QStringLiteral("items"), std::move(running))
    , m_pipeline(pipeline)
    , m_tenant(call.caller.tenant)
    , m_input(std::move(input))
{
    m_search.search = { m_input.search.condition, m_input.search.text, {} };
    m_search.sort = m_input.search.sort;
    m_search.byPriority = m_input.search.byPriority;
    if (!isOrderedForGood(m_input.search))
        m_seen.emplace();
}

QCoro::Task<Result<PagedExport::Page>> ItemExport::readPage(Caller caller, int limit, Deadline deadline)
{
    m_search.scope = { caller.categories };
    m_search.limit = limit;
    std::function<Result<Found>(Snapshot &)> work = [request = m_search, exporter = m_exporter, input = m_exporter ? ExportInput() : m_input](Snapshot &snapshot) -> Result<Found> {
        const auto page = searchItems(snapshot, request);
        if (!page)
            return page.error();
        Found found;
        found.exporter = exporter ? exporter : std::make_shared<const ItemExporter>(input, definedAttributes(snapshot));
        found.next = page->next;
        found.rows.reserve(page->items.size());
        for (const ItemRecord &record : page->items)
            found.rows.emplace_back(record.item.id, found.exporter->row(record.item, viewOf(snapshot, record)));
        return found;
    };
    const auto found = co_await m_pipeline.search<Found>(m_tenant, deadline, work);
    if (!found)
        co_return found.error();
    co_return take(*found);
}

PagedExport::Page ItemExport::take(const Found &found)
{
    Page page;
    if (!m_exporter)
        page.text = found.exporter->beginning();
    m_exporter = found.exporter;
    m_search.place = found.next;
    page.isLast = found.next.isEmpty();
    page.isFull = found.rows.size() == static_cast<size_t>(m_search.limit);
    for (const auto &[id, row] : found.rows) {
        if (m_seen && !m_seen->insert(id))
            continue;
        page.text += row;
        ++page.entries;
    }
    return page;
}

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#include "tenantcache.h"

namespace iwd {

namespace {

constexpr size_t mostPlaces = 64; ///< of a front
constexpr size_t bytesOfSmallItem = 1'500; ///< what a record takes beside its texts

/// About what a record takes in memory.
size_t bytesOf(const WorkItem &item)
{
    qsizetype characters = item.error.size();
    for (auto attribute = item.custom.constBegin(); attribute != item.custom.constEnd(); ++attribute)
        characters += 20 + attribute.key().size() + attribute.value().toString().size();
    return bytesOfSmallItem + 2 * static_cast<size_t>(characters);
}

} // namespace

void WaitingFronts::forget()
{
    *this = {};
}

void WaitingFronts::load(const std::map<qint64, Waiting> &oldest)
{
    forget();
    m_loaded = true;
    for (const auto &[classId, place] : oldest)
        refill(classId, { place }, false);
}

void WaitingFronts::drop(qint64 classId)
{
    const auto front = m_fronts.find(classId);
    if (front == m_fronts.end())
        return;
    for (const Waiting &place : front->second.places)
        m_classes.erase(place.id.number);
    m_fronts.erase(front);
}

void WaitingFronts::refill(qint64 classId, std::vector<Waiting> places, bool all)
{
    m_stale.erase(classId);
    drop(classId);
    if (places.empty()) {
        m_oldest.erase(classId);
        return;
    }
    m_oldest[classId] = places.front();
    for (const Waiting &place : places)
        m_classes[place.id.number] = classId;
    m_fronts[classId] = { { places.begin(), places.end() }, all };
}

void WaitingFronts::arrived(qint64 classId, const Waiting &place)
{
    if (!m_loaded || m_stale.contains(classId))
        return;
    const auto found = m_fronts.find(classId);
    if (found == m_fronts.end())
        return refill(classId, { place }, true);
    auto &[places, all] = found->second;
    if (places.back() < place && !all)
        return;
    places.insert(std::upper_bound(places.begin(), places.end(), place), place);
    m_classes[place.id.number] = classId;
    if (places.size() > mostPlaces) {
        m_classes.erase(places.back().id.number);
        places.pop_back();
        all = false;
    }
    m_oldest[classId] = places.front();
}

void WaitingFronts::left(ItemId item)
{
    const auto known = m_classes.find(item.number);
    if (known == m_classes.end())
        return;
    const qint64 classId = known->second;
    m_classes.erase(known);
    auto &[places, all] = m_fronts[classId];
    std::erase_if(places, [item](const Waiting &place) { return place.id == item; });
    if (!places.empty()) {
        m_oldest[classId] = places.front();
        return;
    }
    if (all)
        m_oldest.erase(classId);
    else
        m_stale.insert(classId);
    m_fronts.erase(classId);
}

void WaitingFronts::changed(qint64 classId)
{
    if (!m_loaded)
        return;
    drop(classId);
    m_stale.insert(classId);
}

std::vector<ItemId> WaitingFronts::from(ItemId item, size_t most) const
{
    const auto known = m_classes.find(item.number);
    if (known == m_classes.end())
        return { item };
    const auto &places = m_fronts.at(known->second).places;
    std::vector<ItemId> ids;
    for (auto place = std::find_if(places.begin(), places.end(), [item](const Waiting &one) { return one.id == item; }); place != places.end() && ids.size() < most; ++place)
        ids.push_back(place->id);
    return ids;
}

const ItemRecord *RememberedItems::find(ItemId item) const
{
    const auto record = m_records.find(item.number);
    return record == m_records.end() ? nullptr : &record->second.record;
}

void RememberedItems::put(const ItemRecord &record)
{
    const qint64 number = record.item.id.number;
    const auto [found, isNew] = m_records.try_emplace(number);
    Remembered &remembered = found->second;
    if (isNew)
        remembered.place = m_order.insert(m_order.end(), number);
    m_bytes -= remembered.bytes;
    remembered.record = record;
    remembered.bytes = bytesOf(record.item);
    m_bytes += remembered.bytes;
    while (m_bytes > MostBytes)
        forget({ m_order.front() });
}

void RememberedItems::forget(ItemId item)
{
    const auto known = m_records.find(item.number);
    if (known == m_records.end())
        return;
    m_bytes -= known->second.bytes;
    m_order.erase(known->second.place);
    m_records.erase(known);
}

void RememberedItems::forget()
{
    *this = {};
}

void TenantCache::forgetRows()
{
    items.forget();
    fronts.forget();
    forgetHands();
}

void TenantCache::forgetHands()
{
    desksLoaded = refusalsLoaded = false;
    segmentServices.clear();
}

void TenantCache::follow(const ToldChanges &changes)
{
    for (const ChangedItem &changed : changes.items) {
        items.forget(changed.item);
        fronts.left(changed.item);
        if (changed.waitsIn)
            fronts.arrived(*changed.waitsIn, { changed.anchor, changed.item });
    }
    if (changes.hands)
        forgetHands();
}

} // namespace iwd

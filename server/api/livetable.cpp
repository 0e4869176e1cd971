// SPDX-License-Identifier: Apache-2.0
#include "livetable.h"

namespace iwd {

namespace {

QJsonObject without(QJsonObject object, const QStringList &members)
{
    for (const QString &member : members)
        object.remove(member);
    return object;
}

} // namespace

LiveTable::LiveTable(Options options, Reading read, LastEvent lastEvent)
    : m_options(std::move(options))
    , m_read(std::move(read))
    , m_lastEvent(std::move(lastEvent))
    , m_flight(m_options.interval)
{
}

WhenAgain LiveTable::due() const
{
    const qint64 event = m_lastEvent();
    const std::lock_guard lock(m_mutex);
    const auto age = std::chrono::steady_clock::now() - m_looked;
    if (m_revision == 0 || event > m_event || age >= m_options.longest)
        return std::nullopt;
    return std::chrono::ceil<milliseconds>(m_options.longest - age);
}

QCoro::Task<Result<WhenAgain>> LiveTable::refresh()
{
    if (const WhenAgain later = due())
        co_return later;
    const WhenAgain wait = co_await m_flight.begin();
    if (wait)
        co_return standing(*wait);
    if (const WhenAgain later = due()) { // whoever was at it has seen to that
        m_flight.end();
        co_return later;
    }
    const qint64 event = m_lastEvent(); // before the look: what is committed meanwhile is looked for again
    const auto objects = co_await m_read();
    take(objects, event);
    m_flight.end();
    co_return standing(m_options.interval);
}

Result<WhenAgain> LiveTable::standing(milliseconds wait) const
{
    if (const WhenAgain later = due())
        return later;
    const std::lock_guard lock(m_mutex);
    if (m_trouble)
        return *m_trouble;
    return WhenAgain(wait);
}

void LiveTable::take(const Result<QJsonArray> &objects, qint64 event)
{
    const std::lock_guard lock(m_mutex);
    m_trouble = objects ? std::nullopt : std::optional(objects.error());
    if (!objects)
        return;
    const qint64 next = m_revision + 1;
    bool changed = m_revision == 0; // also when there is nothing: then that is known
    std::set<QString> there;
    for (const QJsonValue &value : *objects) {
        QJsonObject object = value.toObject();
        const QString key = object.value(m_options.key).toString();
        there.insert(key);
        Known &known = m_rows[key];
        if (known.object && without(*known.object, m_options.unnoticed) == without(object, m_options.unnoticed))
            continue;
        known = { next, std::move(object) };
        changed = true;
    }
    for (auto &[key, known] : m_rows) {
        if (known.object && !there.contains(key)) {
            known = { next, std::nullopt };
            changed = true;
        }
    }
    if (changed)
        m_revision = next;
    forgetGone();
    m_event = event;
    m_looked = std::chrono::steady_clock::now();
}

void LiveTable::forgetGone()
{
    const auto gone = std::count_if(m_rows.begin(), m_rows.end(), [](const auto &row) { return !row.second.object; });
    if (gone <= static_cast<std::ptrdiff_t>(MostGone))
        return;
    std::erase_if(m_rows, [](const auto &row) { return !row.second.object; });
    m_knownSince = m_revision;
}

LiveTable::News LiveTable::since(qint64 revision) const
{
    const std::lock_guard lock(m_mutex);
    const bool whole = revision < m_knownSince;
    News news { m_revision, whole, {} };
    for (const auto &[key, known] : m_rows) {
        if (whole ? known.object.has_value() : known.changed > revision)
            news.rows.push_back({ key, known.object });
    }
    return news;
}

qint64 LiveTable::revision() const
{
    const std::lock_guard lock(m_mutex);
    return m_revision;
}

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#include "health.h"

#include <base/log.h>

#include <QJsonArray>
#include <QTimer>

namespace iwd {

Health::Health(std::shared_ptr<const Clock> clock)
    : m_clock(std::move(clock))
{
}

void Health::set(const QString &component, bool ready, const QString &sentence)
{
    put(component, { ready, true, sentence });
}

void Health::inform(const QString &component, bool ready, const QString &sentence)
{
    put(component, { ready, false, sentence });
}

void Health::put(const QString &component, Report report)
{
    const std::lock_guard lock(m_mutex);
    const auto [entry, isNew] = m_components.try_emplace(component);
    const bool changed = isNew || entry->second.ready != report.ready;
    entry->second = std::move(report);
    if (changed)
        log::info(entry->second.ready ? u"A component is ready." : u"A component is not ready.",
            { { QLatin1StringView("component"), component }, { QLatin1StringView("text"), entry->second.sentence } });
}

void Health::beatOn(QObject *context)
{
    auto *timer = new QTimer(context);
    QObject::connect(timer, &QTimer::timeout, context, [this] { beat(); });
    timer->start(std::chrono::seconds(1));
    beat();
}

void Health::beat()
{
    const std::lock_guard lock(m_mutex);
    m_lastBeat = m_clock->steady();
}

bool Health::live() const
{
    const std::lock_guard lock(m_mutex);
    return !m_lastBeat || m_clock->steady() - *m_lastBeat <= LongestSilence;
}

bool Health::ready() const
{
    const std::lock_guard lock(m_mutex);
    return allReady();
}

bool Health::allReady() const
{
    return std::all_of(m_components.begin(), m_components.end(), [](const auto &entry) { return entry.second.ready || !entry.second.needed; });
}

QJsonObject Health::toJson() const
{
    const std::lock_guard lock(m_mutex);
    QJsonArray components;
    for (const auto &[name, report] : m_components)
        components.append(QJsonObject {
            { QStringLiteral("name"), name }, { QStringLiteral("ready"), report.ready }, { QStringLiteral("needed"), report.needed }, { QStringLiteral("text"), report.sentence } });
    return { { QStringLiteral("status"), allReady() ? QStringLiteral("ready") : QStringLiteral("notReady") },
        { QStringLiteral("components"), components } };
}

} // namespace iwd

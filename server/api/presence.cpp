// SPDX-License-Identifier: Apache-2.0
#include "presence.h"

#include <cache/cachekeys.h>
#include <contract/jsonreading.h>

#include <QDataStream>
#include <QIODevice>

namespace iwd {

namespace {

constexpr quint8 format = 1;
constexpr qsizetype mostAgents = 20'000; ///< of a tenant; whoever may act for agents could name any
constexpr qsizetype mostAgentsTold = 5'000; ///< of a tenant, to other servers
constexpr std::chrono::seconds cleaningInterval { 10 };

} // namespace

bool Presence::Figures::isConnected(const QString &agentId, Instant now) const
{
    const auto seen = lastSeen.find(agentId);
    return seen != lastSeen.end() && now - *seen <= Lingers;
}

void Presence::forgetOld()
{
    const Instant now = m_clock.now();
    // A clock that was set back must not keep everybody.
    if (now - m_cleaned < cleaningInterval && now >= m_cleaned)
        return;
    m_cleaned = now;
    for (auto &[tenant, there] : m_own)
        there.agents.removeIf([now](const auto &agent) { return agent->stays == 0 && (now - agent->lastSeen > Lingers || agent->lastSeen > now); });
}

/// @returns null: there are too many, or nobody can have this id
Presence::Agent *Presence::agent(TenantId tenant, const QString &agentId)
{
    // It comes from the path, before anybody looks whether there is such an agent.
    if (!json::isObjectId(agentId))
        return nullptr;
    forgetOld();
    OfTenant &there = m_own[tenant];
    if (there.agents.size() >= mostAgents && !there.agents.contains(agentId))
        return nullptr;
    Agent &agent = there.agents[agentId];
    agent.lastSeen = m_clock.now();
    return &agent;
}

void Presence::seen(TenantId tenant, const QString &agentId)
{
    const std::lock_guard lock(m_mutex);
    (void)agent(tenant, agentId);
}

Presence::Stay Presence::stay(TenantId tenant, const QString &agentId)
{
    const std::lock_guard lock(m_mutex);
    Agent *known = agent(tenant, agentId);
    Stay stay;
    if (!known)
        return stay;
    ++known->stays;
    stay.m_presence = this;
    stay.m_tenant = tenant;
    stay.m_agentId = agentId;
    return stay;
}

Presence::Stay Presence::follow(TenantId tenant)
{
    const std::lock_guard lock(m_mutex);
    ++m_own[tenant].streams;
    Stay stay;
    stay.m_presence = this;
    stay.m_tenant = tenant;
    return stay;
}

void Presence::leave(TenantId tenant, const QString &agentId)
{
    const std::lock_guard lock(m_mutex);
    OfTenant &there = m_own[tenant];
    if (agentId.isNull()) {
        --there.streams;
        return;
    }
    Agent &agent = there.agents[agentId];
    --agent.stays;
    agent.lastSeen = m_clock.now();
}

Presence::Figures Presence::figures(TenantId tenant) const
{
    const std::lock_guard lock(m_mutex);
    const Instant now = m_clock.now();
    Figures figures;
    const auto add = [&](const Tenants &tenants) {
        const auto there = tenants.find(tenant);
        if (there == tenants.end())
            return;
        figures.streams += there->second.streams;
        for (auto agent = there->second.agents.begin(); agent != there->second.agents.end(); ++agent) {
            Instant &seen = figures.lastSeen[agent.key()];
            seen = std::max(seen, agent->stays > 0 ? now : std::min(agent->lastSeen, now));
        }
    };
    add(m_own);
    for (const auto &[who, tenants] : m_others)
        add(tenants);
    figures.servers += static_cast<int>(m_others.size());
    return figures;
}

/// How long ago somebody was seen, not when: the clocks of servers differ.
QByteArray Presence::notice() const
{
    const std::lock_guard lock(m_mutex);
    const Instant now = m_clock.now();
    QByteArray text;
    QDataStream stream(&text, QIODevice::WriteOnly);
    stream << format << toMillis(now) << static_cast<quint32>(m_own.size());
    for (const auto &[tenant, there] : m_own) {
        const qsizetype agents = std::min(there.agents.size(), mostAgentsTold);
        stream << tenant.number << static_cast<qint32>(there.streams) << static_cast<quint32>(agents);
        auto agent = there.agents.begin();
        for (qsizetype i = 0; i < agents; ++i, ++agent)
            stream << agent.key() << (agent->stays > 0 ? qint64(0) : std::max<qint64>(0, (now - agent->lastSeen) / milliseconds(1)));
    }
    return text;
}

bool Presence::learn(const QByteArray &who, const QByteArray &notice)
{
    QDataStream stream(notice);
    quint8 version = 0;
    qint64 sent = 0;
    quint32 count = 0;
    stream >> version >> sent >> count;
    if (stream.status() != QDataStream::Ok || version != format)
        return false;
    const Instant now = m_clock.now();
    Tenants tenants;
    for (; count > 0 && stream.status() == QDataStream::Ok; --count) {
        TenantId tenant;
        qint32 streams = 0;
        quint32 agents = 0;
        stream >> tenant.number >> streams >> agents;
        OfTenant &there = tenants[tenant];
        there.streams = std::max(0, streams);
        for (; agents > 0 && stream.status() == QDataStream::Ok; --agents) {
            QString id;
            qint64 ago = 0;
            stream >> id >> ago;
            there.agents.insert(id, { now - milliseconds(std::clamp<qint64>(ago, 0, 86'400'000)), 0 });
        }
    }
    if (stream.status() != QDataStream::Ok)
        return false;
    const std::lock_guard lock(m_mutex);
    m_others[who] = std::move(tenants);
    return true;
}

void Presence::forget(const QByteArray &who)
{
    const std::lock_guard lock(m_mutex);
    m_others.erase(who);
}

SharedPresence::SharedPresence(Presence &presence, Board &board, const QByteArray &secret)
    : SharedNotices(board, cachekey::presence(), secret, Interval)
    , m_presence(presence)
{
}

bool SharedPresence::learn(const QByteArray &who, const QByteArray &notice)
{
    QByteArray &last = m_last[who];
    if (last == notice)
        return false; // it says when it was written, so a server that lives never says the same again
    last = notice;
    return m_presence.learn(who, notice);
}

void SharedPresence::forget(const QByteArray &who)
{
    m_last.erase(who);
    m_presence.forget(who);
}

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sharednotices.h"

#include <pipeline/itemrecord.h>

#include <QHash>

#include <mutex>

namespace iwd {

/// Who is there at the moment: agents whose clients ask for work, act on it or wait for offers, and readers of the live stream of events. Of this server,
/// and of others that it is told of (SharedPresence). Kept in memory only: it is what can be seen from outside, and nothing is decided by it. Thread-safe.
class Presence
{
public:
    /// How long an agent that holds no connection open counts as there: longer than a client takes to ask again.
    static constexpr std::chrono::seconds Lingers { 30 };

    /// Something that goes on: a request that waits, an open stream.
    class Stay
    {
    public:
        Stay() = default;
        Stay(Stay &&other) noexcept
            : m_presence(std::exchange(other.m_presence, nullptr))
            , m_tenant(other.m_tenant)
            , m_agentId(std::move(other.m_agentId))
        {
        }
        Stay &operator=(Stay &&) = delete;
        ~Stay()
        {
            if (m_presence)
                m_presence->leave(m_tenant, m_agentId);
        }

    private:
        friend class Presence;
        Presence *m_presence = nullptr;
        TenantId m_tenant;
        QString m_agentId; ///< null: a reader of events
    };

    /// @p clock must outlive this.
    explicit Presence(const Clock &clock)
        : m_clock(clock)
    {
    }

    /// The agent's client has just done something.
    void seen(TenantId tenant, const QString &agentId);
    /// Something of the agent's begins; it ends with what is returned, which this must outlive.
    [[nodiscard]] Stay stay(TenantId tenant, const QString &agentId);
    /// A reader of the tenant's live stream.
    [[nodiscard]] Stay follow(TenantId tenant);

    struct Figures
    {
        QHash<QString, Instant> lastSeen; ///< by agent, those who are there or were a moment ago
        int streams = 0; ///< readers of the live stream
        int servers = 1; ///< that are told of
        /// Whether the agent is there at @p now.
        [[nodiscard]] bool isConnected(const QString &agentId, Instant now) const;
    };
    [[nodiscard]] Figures figures(TenantId tenant) const;

    // For SharedPresence
    [[nodiscard]] QByteArray notice() const;
    /// @returns whether @p notice was sound
    bool learn(const QByteArray &who, const QByteArray &notice);
    void forget(const QByteArray &who);

private:
    struct Agent
    {
        Instant lastSeen;
        int stays = 0;
    };
    struct OfTenant
    {
        QHash<QString, Agent> agents;
        int streams = 0;
    };
    using Tenants = std::map<TenantId, OfTenant>;

    void leave(TenantId tenant, const QString &agentId);
    Agent *agent(TenantId tenant, const QString &agentId);
    void forgetOld();

    const Clock &m_clock;
    mutable std::mutex m_mutex;
    Tenants m_own;
    std::map<QByteArray, Tenants> m_others;
    Instant m_cleaned;
};

/// Makes the servers of a cluster tell each other who is there.
class SharedPresence final : public SharedNotices
{
    Q_OBJECT
public:
    static constexpr std::chrono::seconds Interval { 2 };

    /// @p presence and @p board must outlive this.
    SharedPresence(Presence &presence, Board &board, const QByteArray &secret);

protected:
    QByteArray ownNotice() override { return m_presence.notice(); }
    bool learn(const QByteArray &who, const QByteArray &notice) override;
    void forget(const QByteArray &who) override;

private:
    Presence &m_presence;
    std::map<QByteArray, QByteArray> m_last; ///< notices, by server: one that has not changed says nothing new
};

} // namespace iwd

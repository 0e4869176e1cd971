// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"
#include "presence.h"

namespace iwd {

/// What is told to those alone who look after the installation.
struct InstallationFacts
{
    qint64 freeBytes = 0; ///< of the disk of the data folder
    qint64 diskBytes = 0; ///< its size
    int migration = 0; ///< the newest one that this server knows
    std::optional<milliseconds> clockAhead; ///< of the database's; nothing: they have one clock
    QString cache = QStringLiteral("local"); ///< or "redis"
    bool cacheAnswers = true;
};

/// What the API tells of the server it runs in. The callbacks are called on any thread and answer at once.
struct ServerFacts
{
    QString version;
    Instant started;
    std::function<int()> connections = [] { return 0; };
    std::function<int()> requestsInFlight = [] { return 0; };
    std::function<InstallationFacts()> installation = [] { return InstallationFacts {}; };
};

/// /stats: live figures, from what is kept up to date with each commit.
class StatsHandlers
{
public:
    /// Both must outlive this.
    StatsHandlers(Pipeline &pipeline, const Presence &presence, ServerFacts facts)
        : m_pipeline(pipeline)
        , m_presence(presence)
        , m_facts(std::move(facts))
    {
    }
    [[nodiscard]] std::vector<ApiEndpoint> endpoints();

private:
    [[nodiscard]] QCoro::Task<http::Response> queues(Call call);
    [[nodiscard]] QCoro::Task<http::Response> agents(Call call);
    [[nodiscard]] QCoro::Task<http::Response> server(Call call);

    Pipeline &m_pipeline;
    const Presence &m_presence;
    const ServerFacts m_facts;
};

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "processes.h"

#include <QByteArrayList>

namespace iwd::bench {

inline constexpr int Agents = 16;

/// Items as a service desk sends them: about 900 bytes, twenty-odd attributes, four queues, three channels, two schemas of four bands
/// and five requested skills, which makes about 240 work classes.
class Workload
{
public:
    Workload();

    /// The next item as JSON; every one has a key of its own.
    [[nodiscard]] QByteArray nextItem();
    [[nodiscard]] QByteArray nextArray(int count);
    /// Bodies without regard to keys, for raw SQLite.
    [[nodiscard]] const QByteArrayList &samples() const { return m_samples; }

private:
    QByteArrayList m_samples;
    qint64 m_next = 0;
};

/// Queues, schemas, categories, skills and agents that the items need.
void configure(const Server &server);

/// The body of the first schema; the priority of a new item is @p start.
[[nodiscard]] QByteArray schemaBody(int start);

[[nodiscard]] QByteArray agentPath(int agent, const char *action);

} // namespace iwd::bench

// SPDX-License-Identifier: Apache-2.0
#include "sqlitetransaction.h"

#include "columns.h"

namespace iwd {

using namespace column;

std::vector<Assignment> SqliteTransaction::readAssignments(Statement &rows)
{
    std::vector<Assignment> assignments;
    if (!rows.run())
        return assignments;
    while (rows.next()) {
        assignments.push_back({ rows.integer(0), { rows.integer(1) }, rows.text(2), rows.text(3), fromMillis(rows.integer(4)), fromMillis(rows.integer(6)),
            milliseconds(rows.integer(5)) });
    }
    return assignments;
}

std::optional<Assignment> SqliteTransaction::assignment(ItemId item)
{
    auto row = statement("assignment/get");
    row.bind(QStringLiteral(":item_id"), item.number);
    const auto found = readAssignments(row);
    return found.empty() ? std::nullopt : std::optional(found.front());
}

std::vector<Assignment> SqliteTransaction::assignmentsOf(const QString &agentId)
{
    auto rows = statement("assignment/of_agent");
    rows.bind(QStringLiteral(":agent_id"), agentId);
    return readAssignments(rows);
}

std::vector<Assignment> SqliteTransaction::expiredAssignments(int limit)
{
    auto rows = statement("assignment/expired");
    rows.bind(QStringLiteral(":now_ms"), toMillis(m_now)).bind(QStringLiteral(":limit"), limit);
    return readAssignments(rows);
}

Assignment SqliteTransaction::insertAssignment(Assignment assignment)
{
    auto row = statement("assignment/insert");
    row.bind(QStringLiteral(":item_id"), assignment.item.number)
        .bind(QStringLiteral(":agent_id"), assignment.agentId)
        .bind(QStringLiteral(":channel"), present(assignment.channel))
        .bind(QStringLiteral(":taken_ms"), toMillis(assignment.taken))
        .bind(QStringLiteral(":lease_ms"), static_cast<qint64>(assignment.lease.count()))
        .bind(QStringLiteral(":lease_until_ms"), toMillis(assignment.leaseUntil));
    if (change(row))
        assignment.token = row.insertedId();
    return assignment;
}

void SqliteTransaction::extendAssignment(qint64 token, Instant leaseUntil)
{
    auto row = statement("assignment/extend");
    row.bind(QStringLiteral(":token"), token).bind(QStringLiteral(":lease_until_ms"), toMillis(leaseUntil));
    change(row);
}

void SqliteTransaction::removeAssignment(ItemId item)
{
    auto row = statement("assignment/remove");
    row.bind(QStringLiteral(":item_id"), item.number);
    change(row);
}

std::map<QString, int> SqliteTransaction::assignmentCounts()
{
    auto rows = statement("assignment/count_by_agent");
    std::map<QString, int> counts;
    if (rows.run()) {
        while (rows.next())
            counts.emplace(rows.text(0), static_cast<int>(rows.integer(1)));
    }
    return counts;
}

AgentStatus SqliteTransaction::agentStatus(const QString &agentId)
{
    auto row = statement("agent/get_status");
    row.bind(QStringLiteral(":agent_id"), agentId);
    if (!row.run() || !row.next())
        return {};
    return { static_cast<AgentState>(row.integer(0)), row.text(1), fromMillis(row.integer(2)) };
}

std::map<QString, AgentStatus> SqliteTransaction::agentStatuses()
{
    auto rows = statement("agent/list_status");
    std::map<QString, AgentStatus> statuses;
    if (rows.run()) {
        while (rows.next())
            statuses.emplace(rows.text(0), AgentStatus { static_cast<AgentState>(rows.integer(1)), rows.text(2), fromMillis(rows.integer(3)) });
    }
    return statuses;
}

void SqliteTransaction::setAgentStatus(const QString &agentId, const AgentStatus &status)
{
    auto row = statement("agent/set_status");
    row.bind(QStringLiteral(":agent_id"), agentId)
        .bind(QStringLiteral(":state"), static_cast<int>(status.state))
        .bind(QStringLiteral(":reason"), present(status.reason))
        .bind(QStringLiteral(":since_ms"), toMillis(status.since.value_or(m_now)));
    change(row);
}

} // namespace iwd

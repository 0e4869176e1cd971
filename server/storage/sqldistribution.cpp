// SPDX-License-Identifier: Apache-2.0
#include "sqltransaction.h"

#include "columns.h"

namespace iwd {

using namespace column;

std::vector<Assignment> SqlTransaction::readAssignments(Statement &rows)
{
    std::vector<Assignment> assignments;
    if (!rows.run())
        return assignments;
    while (rows.next()) {
        assignments.push_back({ rows.integer(0), { rows.integer(1) }, rows.text(2), rows.text(3), fromMillis(rows.integer(4)), fromMillis(rows.integer(6)),
            milliseconds(rows.integer(5)), rows.integer(7) != 0, static_cast<int>(rows.integer(8)), rows.text(9) });
    }
    return assignments;
}

std::optional<Assignment> SqlTransaction::assignment(ItemId item)
{
    if (m_cache.desksLoaded) {
        const auto holder = m_cache.holders.find(item);
        if (holder == m_cache.holders.end())
            return std::nullopt;
        const std::vector<Assignment> &inHand = m_cache.desks[holder->second].inHand;
        return *std::find_if(inHand.begin(), inHand.end(), [item](const Assignment &assignment) { return assignment.item == item; });
    }
    auto row = statement("assignment/get");
    row.bind(QStringLiteral(":item_id"), item.number);
    const auto found = readAssignments(row);
    return found.empty() ? std::nullopt : std::optional(found.front());
}

std::vector<Assignment> SqlTransaction::assignmentsOf(const QString &agentId)
{
    auto rows = statement("assignment/of_agent");
    rows.bind(QStringLiteral(":agent_id"), agentId);
    return readAssignments(rows);
}

std::vector<Assignment> SqlTransaction::expiredAssignments(int limit)
{
    auto rows = statement("assignment/expired");
    rows.bind(QStringLiteral(":now_ms"), toMillis(m_now)).bind(QStringLiteral(":limit"), limit);
    return readAssignments(rows);
}

void SqlTransaction::storeAssignment(Assignment &assignment)
{
    auto row = statement("assignment/insert");
    row.bind(QStringLiteral(":item_id"), assignment.item.number)
        .bind(QStringLiteral(":agent_id"), assignment.agentId)
        .bind(QStringLiteral(":channel"), present(assignment.channel))
        .bind(QStringLiteral(":taken_ms"), toMillis(assignment.taken))
        .bind(QStringLiteral(":lease_ms"), static_cast<qint64>(assignment.lease.count()))
        .bind(QStringLiteral(":lease_until_ms"), toMillis(assignment.leaseUntil))
        .bind(QStringLiteral(":offered"), assignment.offered ? 1 : 0)
        .bind(QStringLiteral(":weight"), assignment.weight)
        .bind(QStringLiteral(":queue_id"), present(assignment.queueId));
    if (change(row))
        assignment.token = row.insertedId();
}

Assignment SqlTransaction::insertAssignment(Assignment assignment)
{
    storeAssignment(assignment);
    if (m_cache.desksLoaded && !failed()) {
        m_cache.desks[assignment.agentId].inHand.push_back(assignment);
        m_cache.holders[assignment.item] = assignment.agentId;
    }
    return assignment;
}

void SqlTransaction::extendAssignment(qint64 token, Instant leaseUntil)
{
    auto row = statement("assignment/extend");
    row.bind(QStringLiteral(":token"), token).bind(QStringLiteral(":lease_until_ms"), toMillis(leaseUntil));
    change(row);
    if (Assignment *assignment = inHand(token))
        assignment->leaseUntil = leaseUntil;
}

void SqlTransaction::acceptOffer(qint64 token, milliseconds lease)
{
    auto row = statement("assignment/accept");
    row.bind(QStringLiteral(":token"), token)
        .bind(QStringLiteral(":lease_ms"), static_cast<qint64>(lease.count()))
        .bind(QStringLiteral(":lease_until_ms"), toMillis(m_now + lease));
    change(row);
    if (Assignment *assignment = inHand(token)) {
        assignment->offered = false;
        assignment->lease = lease;
        assignment->leaseUntil = m_now + lease;
    }
}

void SqlTransaction::shiftLeases(milliseconds by, Instant from)
{
    auto row = statement("assignment/shift_leases");
    row.bind(QStringLiteral(":by_ms"), qint64(by.count())).bind(QStringLiteral(":from_ms"), toMillis(from)).bind(QStringLiteral(":to_ms"), toMillis(m_now));
    change(row);
    m_cache.desksLoaded = false;
}

void SqlTransaction::dropAssignment(ItemId item)
{
    auto row = statement("assignment/remove");
    row.bind(QStringLiteral(":item_id"), item.number);
    change(row);
}

void SqlTransaction::removeAssignment(ItemId item)
{
    dropAssignment(item);
    if (const auto holder = m_cache.holders.find(item); m_cache.desksLoaded && holder != m_cache.holders.end()) {
        std::erase_if(m_cache.desks[holder->second].inHand, [item](const Assignment &assignment) { return assignment.item == item; });
        m_cache.holders.erase(holder);
    }
}

Assignment *SqlTransaction::inHand(qint64 token)
{
    if (!m_cache.desksLoaded)
        return nullptr;
    for (auto &[agentId, desk] : m_cache.desks) {
        for (Assignment &assignment : desk.inHand) {
            if (assignment.token == token)
                return &assignment;
        }
    }
    return nullptr;
}

const AgentDesks &SqlTransaction::desks()
{
    if (!m_cache.desksLoaded)
        loadDesks();
    return m_cache.desks;
}

void SqlTransaction::loadDesks()
{
    m_cache.desks.clear();
    m_cache.holders.clear();
    {
        auto rows = statement("agent/list_status");
        rows.run();
        while (!failed() && rows.next()) {
            AgentDesk &desk = m_cache.desks[rows.text(0)];
            desk.status = { static_cast<AgentState>(rows.integer(1)), rows.text(2), fromMillis(rows.integer(3)) };
            desk.idleSince = std::max(fromMillis(rows.integer(4)), *desk.status.since);
        }
    }
    {
        auto rows = statement("agent/list_channels");
        rows.run();
        while (!failed() && rows.next())
            m_cache.desks[rows.text(0)].channels[rows.text(1)] = { static_cast<AgentState>(rows.integer(2)), rows.text(3), fromMillis(rows.integer(4)) };
    }
    auto rows = statement("assignment/all");
    for (Assignment &assignment : readAssignments(rows)) {
        m_cache.holders[assignment.item] = assignment.agentId;
        m_cache.desks[assignment.agentId].inHand.push_back(std::move(assignment));
    }
    m_cache.desksLoaded = !failed();
}

const Refusals &SqlTransaction::refusals()
{
    if (!m_cache.refusalsLoaded) {
        m_cache.refusals.clear();
        auto rows = statement("refusal/list");
        rows.run();
        while (!failed() && rows.next())
            m_cache.refusals[{ rows.integer(0) }][rows.text(1)] = fromMillis(rows.integer(2));
        m_cache.refusalsLoaded = !failed();
    }
    return m_cache.refusals;
}

void SqlTransaction::addRefusal(ItemId item, const QString &agentId, Instant until)
{
    auto row = statement("refusal/add");
    row.bind(QStringLiteral(":item_id"), item.number).bind(QStringLiteral(":agent_id"), agentId).bind(QStringLiteral(":until_ms"), toMillis(until));
    change(row);
    if (m_cache.refusalsLoaded)
        m_cache.refusals[item][agentId] = until;
}

int SqlTransaction::forgetRefusals(int limit)
{
    std::vector<std::pair<ItemId, QString>> over;
    {
        auto rows = statement("refusal/due");
        rows.bind(QStringLiteral(":now_ms"), toMillis(m_now)).bind(QStringLiteral(":limit"), limit).run();
        while (!failed() && rows.next())
            over.emplace_back(ItemId { rows.integer(0) }, rows.text(1));
    }
    for (const auto &[item, agentId] : over) {
        auto row = statement("refusal/remove");
        row.bind(QStringLiteral(":item_id"), item.number).bind(QStringLiteral(":agent_id"), agentId);
        change(row);
        if (const auto known = m_cache.refusals.find(item); known != m_cache.refusals.end()) {
            known->second.erase(agentId);
            if (known->second.empty())
                m_cache.refusals.erase(known);
        }
    }
    return static_cast<int>(over.size());
}

const std::map<QString, SegmentService> &SqlTransaction::segmentServices(const QString &queueId)
{
    const auto [services, isNew] = m_cache.segmentServices.try_emplace(queueId);
    if (isNew) {
        auto rows = statement("segment/list");
        rows.bind(QStringLiteral(":queue_id"), queueId).run();
        while (!failed() && rows.next())
            services->second[rows.text(0)] = { rows.integer(1), rows.integer(2) };
    }
    return services->second;
}

void SqlTransaction::storeSegmentService(const QString &queueId, const QString &segment, const SegmentService &service)
{
    auto row = statement("segment/set");
    row.bind(QStringLiteral(":queue_id"), queueId)
        .bind(QStringLiteral(":segment"), present(segment))
        .bind(QStringLiteral(":start"), service.start)
        .bind(QStringLiteral(":finish"), service.finish);
    change(row);
}

void SqlTransaction::setSegmentService(const QString &queueId, const QString &segment, const SegmentService &service)
{
    (void)segmentServices(queueId);
    storeSegmentService(queueId, segment, service);
    m_cache.segmentServices[queueId][segment] = service;
}

int SqlTransaction::countWaiting(const QString &queueId, int limit)
{
    auto row = statement("item/count_waiting");
    row.bind(QStringLiteral(":queue_id"), queueId).bind(QStringLiteral(":limit"), limit);
    return row.run() && row.next() ? static_cast<int>(row.integer(0)) : 0;
}

AgentStatus SqlTransaction::agentStatus(const QString &agentId)
{
    auto row = statement("agent/get_status");
    row.bind(QStringLiteral(":agent_id"), agentId);
    if (!row.run() || !row.next())
        return {};
    return { static_cast<AgentState>(row.integer(0)), row.text(1), fromMillis(row.integer(2)) };
}

void SqlTransaction::setAgentStatus(const QString &agentId, const AgentStatus &status)
{
    auto row = statement("agent/set_status");
    row.bind(QStringLiteral(":agent_id"), agentId)
        .bind(QStringLiteral(":state"), static_cast<int>(status.state))
        .bind(QStringLiteral(":reason"), present(status.reason))
        .bind(QStringLiteral(":since_ms"), toMillis(status.since.value_or(m_now)));
    change(row);
    if (m_cache.desksLoaded) {
        AgentDesk &desk = m_cache.desks[agentId];
        desk.status = status;
        desk.idleSince = std::max(desk.idleSince, status.since.value_or(m_now));
    }
}

void SqlTransaction::setChannelStatus(const QString &agentId, const QString &channel, const AgentStatus &status)
{
    auto row = statement("agent/set_channel");
    row.bind(QStringLiteral(":agent_id"), agentId)
        .bind(QStringLiteral(":channel"), present(channel))
        .bind(QStringLiteral(":state"), static_cast<int>(status.state))
        .bind(QStringLiteral(":reason"), present(status.reason))
        .bind(QStringLiteral(":since_ms"), toMillis(status.since.value_or(m_now)));
    change(row);
    if (m_cache.desksLoaded)
        m_cache.desks[agentId].channels[channel] = status;
}

void SqlTransaction::storeIdle(const QString &agentId)
{
    auto row = statement("agent/set_idle");
    row.bind(QStringLiteral(":agent_id"), agentId).bind(QStringLiteral(":idle_since_ms"), toMillis(m_now));
    change(row);
}

void SqlTransaction::setIdle(const QString &agentId)
{
    storeIdle(agentId);
    if (m_cache.desksLoaded)
        m_cache.desks[agentId].idleSince = m_now;
}

} // namespace iwd

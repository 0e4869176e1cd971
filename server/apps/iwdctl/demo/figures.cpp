// SPDX-License-Identifier: Apache-2.0
#include "figures.h"

#include <cmath>

using namespace Qt::StringLiterals;

namespace iwd::demo {
namespace {

Instant instantOf(const QJsonValue &value)
{
    const auto instant = instantFromIso(value.toString());
    return instant ? *instant : Instant();
}

} // namespace

Feed::Feed(std::set<QString> captureIds)
    : m_captureIds(std::move(captureIds))
{
}

void Feed::consider(const QString &type, Happening happening)
{
    m_news[type] = std::move(happening);
}

std::optional<Happening> Feed::takeNews()
{
    const auto news = std::exchange(m_news, {});
    if (news.empty())
        return std::nullopt;
    const auto best = std::max_element(news.begin(), news.end(), [this](const auto &a, const auto &b) {
        return std::pair(a.first != m_lastType, a.second.interest) < std::pair(b.first != m_lastType, b.second.interest);
    });
    m_lastType = best->first;
    return best->second;
}

void Feed::noteWait(const QString &type, const QString &item, Instant at)
{
    static const std::set<QString> toQueue { u"item.queued"_s, u"item.resumed"_s, u"item.released"_s, u"item.requeued"_s, u"item.restarted"_s,
        u"item.lease_expired"_s };
    if (toQueue.contains(type)) {
        m_waitingSince[item] = at;
    } else if (type == "item.assigned"_L1) {
        const auto since = m_waitingSince.find(item);
        if (since != m_waitingSince.end())
            m_waits.push_back(std::chrono::duration<double>(at - since->second).count());
        m_waitingSince.erase(item);
    }
}

void Feed::take(const QJsonObject &event)
{
    const QString captureId = event["captureId"_L1].toString();
    if (!m_captureIds.contains(captureId))
        return;
    const QString type = event["type"_L1].toString();
    const Instant at = instantOf(event["time"_L1]);
    const QString queue = event["class"_L1]["queue"_L1].toString();
    const QString reason = event["reason"_L1].toString();
    const QString actor = event["actor"_L1]["name"_L1].toString();
    noteWait(type, event["item"_L1].toString(), at);
    if (type == "item.created"_L1) {
        ++m_counts.arrived;
    } else if (type == "item.assigned"_L1) {
        ++m_counts.taken;
        const QString agent = event["after"_L1]["assignedToUser"_L1].toString();
        consider(type, { at, u"%1 taken by %2"_s.arg(captureId, agent.isEmpty() ? actor : agent), 0 });
    } else if (type == "item.completed"_L1) {
        ++m_counts.completed;
        const auto sla = instantFromIso(event["times"_L1]["sla"_L1].toString());
        const bool missed = sla && *sla < at;
        consider(type, { at, u"%1 completed%2"_s.arg(captureId, missed ? u", SLA missed"_s : u", SLA met"_s), 1 });
    } else if (type == "item.held"_L1) {
        ++m_counts.held;
        consider(type, { at, u"%1 held%2"_s.arg(captureId, reason.isEmpty() ? QString() : QString(u": "_s + reason)), 2 });
    } else if (type == "item.resumed"_L1) {
        consider(type, { at, u"%1 resumed: the user has answered"_s.arg(captureId), 1 });
    } else if (type == "item.restarted"_L1) {
        const bool wasDone = event["before"_L1]["status"_L1].toString() == "completed"_L1;
        ++(wasDone ? m_counts.reopened : m_counts.moved);
        const QString where = queue.isEmpty() ? QString() : u" to queue %1"_s.arg(queue);
        consider(type, { at, wasDone ? u"%1 reopened"_s.arg(captureId) : u"%1 moved%2"_s.arg(captureId, where), wasDone ? 4 : 1 });
    } else if (type == "item.released"_L1) {
        ++m_counts.released;
        consider(type, { at, u"%1 released: %2"_s.arg(captureId, reason), 2 });
    } else if (type == "item.lease_expired"_L1) {
        ++m_counts.leasesExpired;
        consider(type, { at, u"%1 returned to its queue: the lease ran out"_s.arg(captureId), 5 });
    } else if (type == "item.errorheld"_L1) {
        ++m_counts.unclassified;
        consider(type, { at, u"%1 fits no category"_s.arg(captureId), 5 });
    }
}

std::vector<double> Feed::waits() const
{
    std::vector<double> sorted = m_waits;
    std::sort(sorted.begin(), sorted.end());
    return sorted;
}

double quantileOf(const std::vector<double> &values, double quantile)
{
    if (values.empty())
        return 0;
    const auto rank = static_cast<size_t>(std::ceil(quantile * static_cast<double>(values.size())));
    return values[std::clamp<size_t>(rank, 1, values.size()) - 1];
}

double counterSum(const QByteArray &metrics, const QByteArray &name)
{
    double sum = 0;
    for (const QByteArray &line : metrics.split('\n')) {
        if (!line.startsWith(name))
            continue;
        const char next = line.size() > name.size() ? line.at(name.size()) : '\0';
        if (next != '{' && next != ' ')
            continue;
        const auto labelsEnd = line.lastIndexOf('}');
        sum += line.mid(labelsEnd < 0 ? name.size() : labelsEnd + 1).trimmed().split(' ').constFirst().toDouble();
    }
    return sum;
}

} // namespace iwd::demo

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pipelinefixture.h"

#include <random>
#include <set>

namespace iwd::test {

using namespace Qt::StringLiterals;

inline PrioritizationSchema schemaOf(const QString &id, bool excludeHoldTime, bool autoComplete, std::vector<CurvePoint> points)
{
    PrioritizationSchema schema;
    schema.id = schema.name = id;
    schema.sla = std::chrono::hours(2);
    schema.managedPeriod = std::chrono::hours(30);
    schema.excludeHoldTime = excludeHoldTime;
    schema.autoComplete = autoComplete;
    schema.bands = { { 100, 5 }, { 1000, 20 } };
    schema.curve = *PriorityCurve::create(Interpolation::Linear, std::move(points));
    return schema;
}

/// A server's life at random, the same for the same seed.
class Life
{
public:
    Life(PipelineFixture &fixture, unsigned seed)
        : m_fixture(fixture)
        , m_random(seed)
    {
        for (const auto &id : { u"north"_s, u"south"_s })
            fixture.addQueue(id, {}, std::chrono::minutes(20));
        fixture.addSchema(schemaOf(u"rising"_s, true, false, { { std::chrono::hours(0), 1 }, { std::chrono::hours(10), 60 } }));
        fixture.addSchema(schemaOf(u"falling"_s, false, true, { { std::chrono::hours(0), 50 }, { std::chrono::hours(3), 10 }, { std::chrono::hours(6), 70 } }));
        const auto kind = [](const QString &value) { return QJsonObject { { u"attribute"_s, u"custom.kind"_s }, { u"operator"_s, u"equals"_s }, { u"value"_s, value } }; };
        fixture.addCategory(u"general"_s, kind(u"a"_s), u"north"_s, 1, {}, u"rising"_s);
        fixture.addCategory(u"other"_s, kind(u"b"_s), u"south"_s, 2, {}, u"falling"_s);
        for (const auto &id : { u"anna"_s, u"ben"_s })
            fixture.addAgent(id, {}, { { QString(), 4 } });
    }

    void step()
    {
        switch (number(16)) {
        case 0:
        case 1:
        case 2:
            return capture();
        case 3:
            return take();
        case 4:
            return handBack();
        case 5:
            return change();
        case 6:
            return patch();
        case 7:
            return bands();
        case 8:
            return m_fixture.advance(std::chrono::minutes(number(number(6) == 0 ? 600 : 15)));
        case 9:
            return retry();
        case 10:
            return divide();
        case 11:
            return pause();
        default:
            return change();
        }
    }

private:
    int number(int below) { return static_cast<int>(m_random() % static_cast<unsigned>(below)); }
    QString oneOf(std::initializer_list<QString> texts) { return *(texts.begin() + number(static_cast<int>(texts.size()))); }
    QString someItem() { return u"wi-%1"_s.arg(1 + number(std::max(1, m_items))); }
    Instant near() { return m_fixture.clock.now() + std::chrono::minutes(number(2000) - 600); }

    QJsonObject fields()
    {
        QJsonObject json;
        if (number(4) == 0)
            json.insert(u"dueDateTime"_s, toIso(near()));
        if (number(6) == 0)
            json.insert(u"activationDateTime"_s, toIso(near()));
        if (number(8) == 0)
            json.insert(u"expirationDateTime"_s, toIso(near()));
        if (number(3) == 0)
            json.insert(u"businessValue"_s, number(1500));
        if (number(5) == 0)
            json.insert(u"priority"_s, number(2) == 0 ? QJsonValue(u"+7"_s) : QJsonValue(number(100)));
        if (number(5) == 0)
            json.insert(u"channel"_s, oneOf({ u"email"_s, u"chat"_s }));
        json.insert(u"kind"_s, oneOf({ u"a"_s, u"a"_s, u"b"_s, u"b"_s, u"unknown"_s }));
        return json;
    }

    void capture()
    {
        QJsonObject json = fields();
        if (number(3) == 0)
            json.insert(u"createdDateTime"_s, toIso(m_fixture.clock.now() - std::chrono::minutes(number(600))));
        if (number(8) == 0)
            json.insert(u"category"_s, u"other"_s);
        if (m_fixture.capture(json))
            ++m_items;
    }

    void take() { (void)m_fixture.next(oneOf({ u"anna"_s, u"ben"_s })); }

    void pause()
    {
        m_fixture.setState(oneOf({ u"anna"_s, u"ben"_s }), number(3) == 0 ? AgentState::NotReady : AgentState::Ready);
    }

    void handBack()
    {
        const QString agent = oneOf({ u"anna"_s, u"ben"_s });
        const auto held = m_fixture.look<std::vector<Assignment>>([agent](Snapshot &snapshot) -> Result<std::vector<Assignment>> { return snapshot.assignmentsOf(agent); });
        if (held->empty())
            return;
        const Assignment &assignment = held->at(static_cast<size_t>(number(static_cast<int>(held->size()))));
        const AgentAction action = std::array { AgentAction::Complete, AgentAction::Release, AgentAction::Extend }[static_cast<size_t>(number(3))];
        (void)m_fixture.act(action, agent, assignment.item.toString(), assignment.token);
    }

    void change()
    {
        using O = ItemOperation;
        const auto operation = std::array { O::Hold, O::Hold, O::Resume, O::Resume, O::Complete, O::Cancel, O::Restart, O::Activate, O::Assign, O::Requeue }[static_cast<size_t>(number(10))];
        (void)m_fixture.change(operation, someItem(), [this](ItemCommand &command) {
            command.agentId = oneOf({ u"anna"_s, u"ben"_s });
            if (number(2) == 0)
                command.queueId = oneOf({ u"north"_s, u"south"_s, u"general"_s });
            if (number(4) == 0)
                command.categoryId = oneOf({ u"general"_s, u"other"_s });
        });
    }

    void patch() { (void)m_fixture.patch(someItem(), fields()); }

    void bands()
    {
        if (number(5) != 0)
            return;
        PrioritizationSchema schema = schemaOf(u"rising"_s, true, false, { { std::chrono::hours(0), 1 }, { std::chrono::hours(10), 60 } });
        schema.bands = { { 50 + number(300), 9 } };
        if (number(2) == 0)
            schema.bands.push_back({ 700 + number(300), 12 });
        m_fixture.addSchema(schema);
    }

    /// Waiting work moves to other classes, and no event tells of it.
    void divide()
    {
        if (number(4) != 0)
            return;
        Queue queue;
        queue.id = queue.name = u"north"_s;
        queue.lease = std::chrono::minutes(20);
        if (number(2) == 0) {
            queue.segmentation.attribute = u"channel"_s;
            queue.segmentation.shares = { { u"chat"_s, 1 + number(3) } };
        }
        PipelineFixture::must(m_fixture.put(ConfigKind::Queue, encodeQueue(queue)));
    }

    void retry()
    {
        (void)m_fixture.run<int>([this](Transaction &transaction) -> Result<int> { return retryClassification(transaction, {}, {}, 5, m_fixture.actor).classified; });
    }

    PipelineFixture &m_fixture;
    std::mt19937 m_random;
    int m_items = 0;
};

/// All that is stored of an item.
inline QString textOf(const ItemRecord &record)
{
    const WorkItem &item = record.item;
    return QString::fromUtf8(QJsonDocument(encodeItem(item, {})).toJson(QJsonDocument::Compact))
        + u" version %1, class %2, anchor %3, captured %4, SLA met %5, held %6, assigned %7"_s.arg(item.version)
              .arg(record.classId.value_or(0))
              .arg(toMillis(record.anchor))
              .arg(toMillis(record.captured))
              .arg(record.slaMet ? int(*record.slaMet) : -1)
              .arg(item.held ? toMillis(*item.held) : 0)
              .arg(item.assigned ? toMillis(*item.assigned) : 0);
}

/// Where what the tables say about each other, and what is remembered says about the tables, does not agree.
inline QStringList contradictions(Transaction &transaction)
{
    QStringList found;
    std::map<qint64, std::set<Waiting>> waiting;
    for (const ItemRecord &record : transaction.items({}, 0, false, 10'000)) {
        const WorkItem &item = record.item;
        const QString id = item.id.toString() + u' ' + statusName(item.status) + u": "_s;
        if (const auto remembered = transaction.item(item.id); !remembered || textOf(*remembered) != textOf(record))
            found.append(id + u"remembered as "_s + (remembered ? textOf(*remembered) : QString()) + u" instead of "_s + textOf(record));
        const auto assignment = transaction.assignment(item.id);
        if (assignment.has_value() != (item.status == ItemStatus::Assigned))
            found.append(id + u"assignment"_s);
        if (assignment && assignment->agentId != item.assignedToUser)
            found.append(id + u"in other hands"_s);
        if ((item.status == ItemStatus::Held) != item.held.has_value())
            found.append(id + u"held since"_s);
        if (isFinal(item.status) != item.completed.has_value())
            found.append(id + u"ended at"_s);
        if ((item.status == ItemStatus::Completed) != record.slaMet.has_value())
            found.append(id + u"SLA"_s);
        if (!assignment && !isFinal(item.status) && (!item.assignedToUser.isEmpty() || item.assigned))
            found.append(id + u"agent left behind"_s);
        if (record.classId && transaction.workClass(*record.classId).queueId != item.queueId)
            found.append(id + u"queue"_s);
        if (!record.classId && !item.queueId.isEmpty())
            found.append(id + u"queue without class"_s);
        if (item.status == ItemStatus::ErrorHeld && item.error.isEmpty())
            found.append(id + u"no reason"_s);
        if ((item.status == ItemStatus::Queued || item.status == ItemStatus::Captured) && !item.error.isEmpty())
            found.append(id + u"reason left behind"_s);
        if (item.status == ItemStatus::Captured && (!item.activation || *item.activation <= transaction.now()))
            found.append(id + u"sleeps for nothing"_s);
        if (item.status == ItemStatus::Queued)
            waiting[*record.classId].insert({ record.anchor, item.id });
    }
    for (const auto &[agentId, desk] : transaction.desks()) {
        const AgentStatus status = transaction.agentStatus(agentId);
        if (desk.status.state != status.state || desk.status.reason != status.reason)
            found.append(u"state of "_s + agentId);
        const auto isThere = [&desk = desk](const Assignment &stored) {
            return std::any_of(desk.inHand.begin(), desk.inHand.end(), [&stored](const Assignment &one) {
                return one.token == stored.token && one.item == stored.item && one.leaseUntil == stored.leaseUntil && one.offered == stored.offered;
            });
        };
        const std::vector<Assignment> stored = transaction.assignmentsOf(agentId);
        if (stored.size() != desk.inHand.size() || !std::all_of(stored.begin(), stored.end(), isThere))
            found.append(u"what is in the hands of "_s + agentId);
    }
    const auto &heads = transaction.oldestWaiting();
    for (const auto &[classId, places] : waiting) {
        const auto head = heads.find(classId);
        if (head == heads.end() || head->second != *places.begin())
            found.append(u"head of class %1"_s.arg(classId));
    }
    if (heads.size() != waiting.size())
        found.append(u"heads of empty classes"_s);
    return found;
}

} // namespace iwd::test

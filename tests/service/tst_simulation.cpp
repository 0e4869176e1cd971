// SPDX-License-Identifier: Apache-2.0
#include <support/pipelinefixture.h>

#include <pipeline/prioritize/ordering.h>
#include <storage/sqlitedatabase.h>
#include <storage/sqlitetransaction.h>

#include <QTest>

#include <random>
#include <set>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

/// The distribution core on one thread, without store, sockets or timers: commands and a clock go in, events come out, and the same seed always gives the same
/// life. Between two commands everything may crash, and then only what was committed counts.
///
/// The rules it is judged by are written again here, item by item and agent by agent, without classes, indexes or caches.
class Life
{
public:
    Life(const QString &path, unsigned seed, bool divided)
        : m_random(seed)
        , m_path(path)
        , m_divided(divided)
    {
        makeInstallation();
        open();
        configure();
    }

    /// @returns what is wrong after @p steps steps, or an empty text
    QString live(int steps)
    {
        for (m_step = 0; m_step < steps && m_wrong.isEmpty(); ++m_step) {
            step();
            if (m_wrong.isEmpty() && m_step % 1'000 == 0)
                checkEverything();
        }
        if (m_wrong.isEmpty())
            checkEverything();
        return m_wrong.isEmpty() ? QString() : u"step %1: %2"_s.arg(m_step).arg(m_wrong);
    }

    std::map<QString, int> done; ///< how often what happened
    /// The most items that were taken from a queue while one segment of it waited all the time.
    [[nodiscard]] int longestWindow() const { return m_longestWindow; }

private:
    struct Wish
    {
        std::shared_ptr<NextRequest> request;
        bool answered = false;
    };

    // ---- Chance

    int number(int below) { return static_cast<int>(m_random() % static_cast<unsigned>(below)); }
    bool oneIn(int times) { return number(times) == 0; }
    QString oneOf(const QStringList &texts) { return texts[number(static_cast<int>(texts.size()))]; }
    QString someItem() { return u"wi-%1"_s.arg(m_items.empty() ? 1 : 1 + number(static_cast<int>(m_items.rbegin()->first.number))); }

    // ---- The installation

    void makeInstallation()
    {
        SqliteOptions options;
        options.path = m_path;
        auto store = SqliteStore::open(options, m_clock);
        PipelineFixture::must(store);
        m_tenant = *(*store)->createTenant(u"100"_s, u"t100"_s, u"6a2f41a3-c54c-fce8-32d2-0324e1c32e22"_s);
    }

    void open()
    {
        m_database.reset();
        auto database = SqliteDatabase::open(m_path, {});
        PipelineFixture::must(database);
        m_database = *std::move(database);
        m_database->execute(u"pragma synchronous = off"_s); // power cuts are not what this is about
        forgetEverything();
    }

    /// What a process loses when it dies.
    void forgetEverything()
    {
        m_cache = {};
        m_distributor = std::make_unique<Distributor>();
        m_wishes.clear();
        TenantCache nothing;
        m_configuration = SqliteTransaction(*m_database, m_tenant, m_clock.now(), nullptr, nothing).configuration();
    }

    void putObject(Transaction &transaction, ConfigKind kind, const QJsonObject &document)
    {
        const QString id = document.value(u"id"_s).toString();
        const auto stored = transaction.configRecord(kind, id);
        const PutCommand command { kind, id, document, stored ? PutMode::Replace : PutMode::Create, std::nullopt, stored.has_value(), m_actor };
        const auto outcome = iwd::putObject(transaction, command);
        if (!outcome)
            wrong(u"configuration was refused: "_s + outcome.error().text);
    }

    void configure()
    {
        command(u"configure"_s, [this](Transaction &transaction) {
            seedConfiguration(transaction);
            for (const auto &id : m_skillIds)
                putObject(transaction, ConfigKind::Skill, { { u"id"_s, id }, { u"name"_s, id } });
            for (const QString &id : { u"c"_s, u"b"_s, u"a"_s }) // a may overflow to b
                putObject(transaction, ConfigKind::Queue, encodeQueue(randomQueue(id)));
            for (const QString &id : m_queueIds) {
                const QJsonObject rule { { u"attribute"_s, u"custom.queue"_s }, { u"operator"_s, u"equals"_s }, { u"value"_s, id } };
                putObject(transaction, ConfigKind::Schema, encodePrioritizationSchema(randomSchema(u"schema-"_s + id)));
                const QJsonObject category { { u"id"_s, QString(u"for-"_s + id) }, { u"name"_s, id }, { u"rule"_s, rule }, { u"queue"_s, id }, { u"schema"_s, QString(u"schema-"_s + id) },
                    { u"order"_s, -1 } };
                putObject(transaction, ConfigKind::Category, category);
            }
            for (const QString &id : m_agentIds)
                putObject(transaction, ConfigKind::Agent, encodeAgent(randomAgent(id)));
        });
    }

    SkillLevels randomSkills(int most)
    {
        SkillLevels skills;
        for (const QString &id : m_skillIds) {
            if (!m_divided && oneIn(2))
                skills[id] = 1 + number(most);
        }
        return skills;
    }

    Queue randomQueue(const QString &id)
    {
        Queue queue;
        queue.id = queue.name = id;
        queue.mode = oneIn(3) ? DistributionMode::Pull : DistributionMode::Push;
        queue.choice = oneIn(2) ? AgentChoice::BestMatch : AgentChoice::LongestIdle;
        queue.requiredSkills = oneIn(2) ? SkillLevels() : randomSkills(3);
        queue.lease = seconds(30 + number(600));
        queue.offerTime = seconds(5 + number(60));
        queue.refusalPause = seconds(m_divided ? 0 : number(300));
        queue.weight = 1 + number(2);
        queue.requestedAgentTime = minutes(number(10));
        queue.requestedGroupTime = minutes(number(10));
        if (oneIn(3))
            queue.offerLimit = 1 + number(3);
        if (!m_divided && oneIn(6))
            queue.state = QueueState::Paused;
        if (!queue.requiredSkills.empty() && oneIn(2)) {
            SkillLevels less = queue.requiredSkills;
            for (auto &[skill, level] : less)
                level = std::max(1, level - 1);
            queue.relaxation = { { minutes(3), less, true }, { minutes(12), {}, oneIn(2) } };
        }
        if (!m_divided && id == u"a"_s && oneIn(2)) {
            OverflowRule rule { u"b"_s, {}, {}, false };
            if (oneIn(2))
                rule.after = hours(1 + number(20));
            else
                rule.backlogAbove = 5 + number(30);
            queue.overflow = { rule };
        }
        if (m_divided)
            queue.segmentation = { u"customerSegment"_s, { { u"gold"_s, 5 }, { u"silver"_s, 3 } }, 2 };
        return queue;
    }

    PrioritizationSchema randomSchema(const QString &id)
    {
        PrioritizationSchema schema;
        schema.id = schema.name = id;
        schema.sla = hours(1 + number(4));
        schema.managedPeriod = hours(30);
        schema.excludeHoldTime = oneIn(2);
        schema.autoComplete = oneIn(4);
        schema.bands = { { 100, 5 }, { 1000, 20 } };
        std::vector<CurvePoint> points;
        for (int i = 0, age = 0; i < 4; ++i, age += 1 + number(300))
            points.push_back({ minutes(age), number(100) });
        schema.curve = *PriorityCurve::create(oneIn(2) ? Interpolation::Linear : Interpolation::Step, points);
        return schema;
    }

    Agent randomAgent(const QString &id)
    {
        Agent agent;
        agent.id = agent.name = id;
        agent.skills = randomSkills(5);
        agent.capacity = { { QString(), 2 + number(3) }, { u"chat"_s, m_divided ? 4 : number(3) } };
        if (!m_divided && oneIn(4))
            agent.queueIds = { oneOf(m_queueIds) };
        agent.groups = { id < u"agent3"_s ? u"north"_s : u"south"_s }; // fixed: classes look at them when they are made
        return agent;
    }

    // ---- One step: a transaction with its matching, committed or lost

    void command(const QString &name, const std::function<void(Transaction &)> &work)
    {
        ++done[name];
        m_forced = {};
        const bool crash = m_step > 0 && oneIn(150);
        if (!m_database->execute(u"begin immediate"_s))
            return wrong(u"begin: "_s + m_database->failure()->text);
        {
            SqliteTransaction transaction(*m_database, m_tenant, m_clock.now(), m_configuration, m_cache);
            const auto before = m_holders;
            work(transaction);
            const bool timePassed = m_timePassed;
            if (std::exchange(m_timePassed, false))
                m_distributor->timePassed(m_tenant);
            m_distributor->match(transaction);
            if (transaction.failed())
                return wrong(u"%1 failed: %2"_s.arg(name, transaction.failure()->text));
            if (crash)
                return crashNow();
            const bool changed = transaction.changeCount() > 0 || timePassed;
            takeOver(transaction);
            if (auto configuration = transaction.changedConfiguration())
                m_configuration = std::move(configuration);
            if (!m_database->execute(u"commit"_s))
                return wrong(u"commit: "_s + m_database->failure()->text);
            m_distributor->committed();
            std::erase_if(m_wishes, [](const std::shared_ptr<Wish> &wish) { return wish->answered; });
            judge(name, before, changed);
        }
    }

    void crashNow()
    {
        ++done[u"crash"_s];
        m_database->execute(u"rollback"_s);
        m_database->clearFailure();
        if (oneIn(5))
            open();
        else
            forgetEverything();
        checkEverything();
    }

    /// What the world knows once the transaction holds.
    void takeOver(SqliteTransaction &transaction)
    {
        std::set<ItemId> touched;
        for (const Event &event : transaction.appended()) {
            if (event.id <= m_lastEvent)
                wrong(u"event %1 comes after %2"_s.arg(event.id).arg(m_lastEvent));
            m_lastEvent = event.id;
            if (event.item.number == 0)
                continue;
            touched.insert(event.item);
            m_told[event.item] = event.after->status;
            ++done[eventTypeName(event.type)];
        }
        for (const ItemId id : touched) {
            const auto record = transaction.item(id);
            if (!record)
                return wrong(u"%1 is gone"_s.arg(id.toString()));
            m_items[id] = *record;
            if (record->item.status == ItemStatus::Queued)
                m_waiting.insert(id);
            else
                m_waiting.erase(id);
        }
        // Read back without any cache: what the next process would see.
        TenantCache fresh;
        SqliteTransaction reader(*m_database, m_tenant, m_clock.now(), m_configuration, fresh);
        m_desks = reader.desks();
        m_refusals = reader.refusals();
        m_holders.clear();
        for (const auto &[agentId, desk] : m_desks) {
            for (const Assignment &assignment : desk.inHand) {
                if (!m_holders.emplace(assignment.item, assignment).second)
                    wrong(u"%1 is in two hands"_s.arg(assignment.item.toString()));
            }
        }
    }

    // ---- The rules, written again

    const PrioritizationSchema &schemaOf(const ItemRecord &record) const
    {
        const QString own = m_configuration->category(record.item.categoryId)->schemaId;
        return *m_configuration->schema(own);
    }
    Instant epochOf(const ItemRecord &record) const { return record.anchor - (record.item.due ? schemaOf(record).sla : milliseconds(0)); }

    OrderKey keyOf(const ItemRecord &record) const
    {
        const PrioritizationSchema &schema = schemaOf(record);
        const int band = schema.bandOf(record.item.businessValue);
        OrderKey key;
        key.priority = schema.curve.valueAt(m_clock.now() - epochOf(record)) + schema.bandShift(band) + record.item.priorityShift;
        key.band = band;
        key.epoch = epochOf(record);
        key.id = record.item.id;
        return key;
    }

    int load(const QString &agentId, const Agent &agent, const QString &channel) const
    {
        int sum = 0;
        const auto desk = m_desks.find(agentId);
        if (desk != m_desks.end()) {
            for (const Assignment &one : desk->second.inHand) {
                const bool together = one.channel == channel || (!agent.capacity.contains(one.channel) && !agent.capacity.contains(channel));
                sum += together ? one.weight : 0;
            }
        }
        return sum;
    }

    /// Whether the agent may have the item, capacity aside.
    bool may(const Agent &agent, const ItemRecord &record) const
    {
        const WorkItem &item = record.item;
        const Queue &queue = *m_configuration->queue(item.queueId);
        const auto desk = m_desks.find(agent.id);
        if (queue.state == QueueState::Paused || desk == m_desks.end() || desk->second.status.state != AgentState::Ready)
            return false;
        const auto channel = desk->second.channels.find(item.channel);
        if (channel != desk->second.channels.end() && channel->second.state != AgentState::Ready)
            return false;
        if (!agent.queueIds.isEmpty() && !agent.queueIds.contains(item.queueId))
            return false;
        const milliseconds age = m_clock.now() - epochOf(record);
        SkillLevels required = queue.requiredSkills;
        bool requested = true;
        for (const RelaxationStep &step : queue.relaxation) {
            if (age >= step.after) {
                required = step.requiredSkills;
                requested = step.requestedSkill;
            }
        }
        for (const auto &[skill, level] : required) {
            if (!agent.skills.contains(skill) || agent.skills.at(skill) < level)
                return false;
        }
        if (requested && !item.requestedSkill.isEmpty() && !agent.skills.contains(item.requestedSkill))
            return false;
        const bool wantsAgent = m_agentIds.contains(item.requestedAgent);
        const bool wantsGroup = item.requestedAgentGroup == u"north"_s || item.requestedAgentGroup == u"south"_s;
        if (wantsAgent && agent.id == item.requestedAgent)
            return true;
        milliseconds wait = wantsAgent ? queue.requestedAgentTime : milliseconds(0);
        if (wantsGroup && !agent.groups.contains(item.requestedAgentGroup))
            wait += queue.requestedGroupTime;
        return wait == milliseconds(0) || age >= wait;
    }

    bool hasRoom(const Agent &agent, const ItemRecord &record, int givenBack = 0) const
    {
        return agent.capacityFor(record.item.channel) - load(agent.id, agent, record.item.channel) + givenBack >= m_configuration->queue(record.item.queueId)->weight;
    }

    bool refused(const Agent &agent, const ItemRecord &record) const
    {
        const auto ofItem = m_refusals.find(record.item.id);
        return ofItem != m_refusals.end() && ofItem->second.contains(agent.id) && ofItem->second.at(agent.id) > m_clock.now();
    }

    bool limitReached(const Queue &queue, int less = 0) const
    {
        int open = -less;
        for (const auto &[item, assignment] : m_holders)
            open += assignment.offered && assignment.queueId == queue.id ? 1 : 0;
        return queue.offerLimit && open >= *queue.offerLimit;
    }

    // ---- Judging one step

    void judge(const QString &name, const std::map<ItemId, Assignment> &before, bool changed)
    {
        std::vector<Assignment> taken;
        for (const auto &[item, assignment] : m_holders) {
            const auto old = before.find(item);
            if (old == before.end() || old->second.token != assignment.token)
                taken.push_back(assignment);
        }
        std::sort(taken.begin(), taken.end(), [](const Assignment &left, const Assignment &right) { return left.token < right.token; });
        for (const Assignment &assignment : taken) {
            if (assignment.token <= m_lastToken)
                wrong(u"token %1 was given after %2"_s.arg(assignment.token).arg(m_lastToken));
            m_lastToken = std::max(m_lastToken, assignment.token);
            const Agent *agent = m_configuration->agent(assignment.agentId);
            if (assignment.item != m_forced && load(agent->id, *agent, assignment.channel) > agent->capacityFor(assignment.channel))
                wrong(u"%1 got %2 beyond its capacity"_s.arg(agent->id, assignment.item.toString()));
        }
        for (const Assignment &assignment : taken) {
            const Queue &queue = *m_configuration->queue(assignment.queueId);
            const bool transferred = name == u"transfer to an agent"_s && before.contains(assignment.item);
            if (assignment.offered && !transferred && limitReached(queue, 1))
                wrong(u"%1 was offered beyond the limit of queue %2"_s.arg(assignment.item.toString(), queue.id));
        }
        if (name == u"next"_s && taken.size() == 1 && !taken.front().offered)
            judgeOrderOfTaking(taken.front());
        if (taken.size() == 1 && taken.front().offered && name != u"transfer to an agent"_s)
            judgeOrderOfOffer(taken.front());
        // What goes from hand to hand takes no turn, nor what a supervisor puts into a hand. What goes back to a queue first is taken from there like any other.
        if (name == u"transfer to an agent"_s)
            std::erase_if(taken, [&](const Assignment &assignment) { return before.contains(assignment.item); });
        std::erase_if(taken, [this](const Assignment &assignment) { return assignment.item == m_forced; });
        if (m_divided)
            countTurns(taken);
        if (changed)
            judgeThatNobodyIsPassedOver();
    }

    void judgeOrderOfTaking(const Assignment &taken)
    {
        const ItemRecord &best = m_items.at(taken.item);
        const Agent &agent = *m_configuration->agent(taken.agentId);
        if (m_divided)
            return;
        for (const ItemId id : m_waiting) {
            const ItemRecord &record = m_items.at(id);
            const bool together = record.item.channel == taken.channel || (!agent.capacity.contains(record.item.channel) && !agent.capacity.contains(taken.channel));
            if (keyOf(record).before(keyOf(best)) && may(agent, record) && hasRoom(agent, record, together ? taken.weight : 0))
                wrong(u"%1 took %2 before %3"_s.arg(agent.id, taken.item.toString(), id.toString()));
        }
    }

    void judgeOrderOfOffer(const Assignment &taken)
    {
        if (m_divided)
            return;
        const ItemRecord &best = m_items.at(taken.item);
        for (const ItemId id : m_waiting) {
            const ItemRecord &record = m_items.at(id);
            if (!keyOf(record).before(keyOf(best)))
                continue;
            const Queue &queue = *m_configuration->queue(record.item.queueId);
            if (queue.mode != DistributionMode::Push || limitReached(queue, queue.id == taken.queueId ? 1 : 0))
                continue;
            for (const Agent &agent : m_configuration->agents()) {
                const bool together = record.item.channel == taken.channel || (!agent.capacity.contains(record.item.channel) && !agent.capacity.contains(taken.channel));
                if (may(agent, record) && !refused(agent, record) && hasRoom(agent, record, agent.id == taken.agentId && together ? taken.weight : 0))
                    wrong(u"%1 was offered to %2 before %3, which %4 could have had"_s.arg(taken.item.toString(), taken.agentId, id.toString(), agent.id));
            }
        }
    }

    void judgeThatNobodyIsPassedOver()
    {
        for (const ItemId id : m_waiting) {
            const ItemRecord &record = m_items.at(id);
            const Queue &queue = *m_configuration->queue(record.item.queueId);
            for (const Agent &agent : m_configuration->agents()) {
                if (!may(agent, record) || !hasRoom(agent, record))
                    continue;
                if (queue.mode == DistributionMode::Push && !refused(agent, record) && !limitReached(queue))
                    wrong(u"%1 waits although %2 is free for it"_s.arg(id.toString(), agent.id));
                for (const auto &wish : m_wishes) {
                    if (wish->request->agentId == agent.id)
                        wrong(u"%1 waits although %2 asks for work"_s.arg(id.toString(), agent.id));
                }
            }
        }
    }

    /// A segment that waits gets its share, less what the turns of fair queueing can be behind: one item, and its share of one item of each of the others.
    void countTurns(const std::vector<Assignment> &taken)
    {
        for (const QString &queueId : m_queueIds) {
            const Segmentation &segmentation = m_configuration->queue(queueId)->segmentation;
            const auto segmentOf = [&](ItemId id) { return segmentation.segmentOf(m_items.at(id).item.customerSegment); };
            // What waited before the takings of this step began, of everything that anybody may have.
            std::map<QString, int> waiting;
            for (const ItemId id : m_waiting) {
                if (m_items.at(id).item.queueId == queueId)
                    ++waiting[segmentOf(id)];
            }
            for (const Assignment &assignment : taken) {
                if (assignment.queueId == queueId)
                    ++waiting[segmentOf(assignment.item)];
            }
            for (const Assignment &assignment : taken) {
                if (assignment.queueId == queueId)
                    countTurn(queueId, segmentation, segmentOf(assignment.item), waiting);
            }
            for (const QString &segment : { u"gold"_s, u"silver"_s, QString() }) {
                if (waiting[segment] == 0)
                    m_turns[{ queueId, segment }] = {};
            }
        }
    }

    void countTurn(const QString &queueId, const Segmentation &segmentation, const QString &taken, std::map<QString, int> &waiting)
    {
        for (const QString &segment : { u"gold"_s, u"silver"_s, QString() }) {
            auto &[all, own] = m_turns[{ queueId, segment }];
            if (waiting[segment] == 0) {
                all = own = 0;
                continue;
            }
            ++all;
            own += taken == segment ? 1 : 0;
            const double share = double(segmentation.shareOf(segment)) / segmentation.totalShares();
            if (own < (all - 2) * share - 1)
                wrong(u"segment \"%1\" of queue %2 got %3 of %4"_s.arg(segment, queueId).arg(own).arg(all));
            m_longestWindow = std::max(m_longestWindow, all);
        }
        --waiting[taken];
    }

    void checkEverything()
    {
        TenantCache fresh;
        m_database->execute(u"begin"_s);
        {
            SqliteTransaction reader(*m_database, m_tenant, m_clock.now(), m_configuration, fresh);
            const auto stored = reader.items({}, 0, false, 1'000'000);
            if (stored.size() != m_items.size())
                wrong(u"%1 items are stored, %2 were acknowledged"_s.arg(stored.size()).arg(m_items.size()));
            for (const ItemRecord &record : stored) {
                const auto known = m_items.find(record.item.id);
                if (known == m_items.end() || known->second.item.status != record.item.status || known->second.anchor != record.anchor
                    || known->second.item.assignedToUser != record.item.assignedToUser)
                    wrong(u"%1 is not as it was acknowledged"_s.arg(record.item.id.toString()));
                const bool inHands = record.item.status == ItemStatus::Assigned || record.item.status == ItemStatus::Distributed;
                const auto assignment = reader.assignment(record.item.id);
                if (inHands != assignment.has_value() || (assignment && assignment->offered != (record.item.status == ItemStatus::Distributed)))
                    wrong(u"%1 is %2, which does not fit who holds it"_s.arg(record.item.id.toString(), statusName(record.item.status)));
                if (m_told[record.item.id] != record.item.status)
                    wrong(u"the last event about %1 says otherwise"_s.arg(record.item.id.toString()));
            }
            if (reader.lastEvent() != m_lastEvent)
                wrong(u"the log ends at %1, not at %2"_s.arg(reader.lastEvent()).arg(m_lastEvent));
        }
        m_database->execute(u"rollback"_s);
    }

    // ---- What happens

    void step()
    {
        switch (number(20)) {
        case 0:
        case 1:
        case 2:
        case 3:
            return capture();
        case 4:
        case 5:
            return wish();
        case 6:
        case 7:
        case 8:
        case 9:
        case 10:
        case 11:
            return act();
        case 12:
        case 13:
            return changeState();
        case 14:
            return operate();
        case 15:
            return oneIn(4) ? reconfigure() : patch();
        default:
            return passTime();
        }
    }

    void capture()
    {
        if (m_waiting.size() > 60)
            return act();
        QJsonObject json { { u"custom"_s, QJsonObject { { u"queue"_s, oneOf(m_queueIds) } } }, { u"channel"_s, m_divided ? u"email"_s : oneOf({ u"email"_s, u"chat"_s }) },
            { u"customerSegment"_s, oneOf({ u"gold"_s, u"silver"_s, u"bronze"_s }) } };
        if (oneIn(4))
            json.insert(u"businessValue"_s, number(1500));
        if (oneIn(5))
            json.insert(u"dueDateTime"_s, toIso(m_clock.now() + minutes(number(600))));
        if (oneIn(5))
            json.insert(u"createdDateTime"_s, toIso(m_clock.now() - minutes(number(600))));
        if (!m_divided && oneIn(5))
            json.insert(u"requestedSkill"_s, oneOf(m_skillIds));
        if (!m_divided && oneIn(5))
            json.insert(u"requestedAgent"_s, oneOf(m_agentIds));
        if (!m_divided && oneIn(5))
            json.insert(u"requestedAgentGroup"_s, oneOf({ u"north"_s, u"south"_s, u"nowhere"_s }));
        if (oneIn(8))
            json.insert(u"activationDateTime"_s, toIso(m_clock.now() + minutes(number(100))));
        if (oneIn(10))
            json.insert(u"expirationDateTime"_s, toIso(m_clock.now() + minutes(1 + number(600))));
        command(u"capture"_s, [&](Transaction &transaction) {
            const auto captured = captureItem(transaction, *decodeItemInput(json, InputMode::Create), m_actor);
            if (!captured)
                wrong(u"capture was refused: "_s + captured.error().text);
        });
    }

    void wish()
    {
        const auto wish = std::make_shared<Wish>();
        wish->request = std::make_shared<NextRequest>();
        wish->request->tenant = m_tenant;
        wish->request->agentId = oneOf(m_agentIds);
        wish->request->actor = m_actor;
        wish->request->wait = oneIn(2);
        wish->request->encode = [](const NextOutcome &) { return Answer {}; };
        wish->request->answer = [wish = std::weak_ptr(wish)](const Result<Answer> &) {
            if (const auto told = wish.lock())
                told->answered = true;
        };
        // One client asks once at a time.
        if (std::any_of(m_wishes.begin(), m_wishes.end(), [&](const auto &other) { return other->request->agentId == wish->request->agentId; }))
            return act();
        m_wishes.push_back(wish);
        command(u"next"_s, [&](Transaction &) { m_distributor->arrive(wish->request); });
    }

    void act()
    {
        if (m_holders.empty())
            return changeState();
        const Assignment held = std::next(m_holders.begin(), number(static_cast<int>(m_holders.size())))->second;
        const AgentAction ofOffer[] { AgentAction::Accept, AgentAction::Accept, AgentAction::Accept, AgentAction::Decline };
        const AgentAction inHand[] { AgentAction::Complete, AgentAction::Complete, AgentAction::Complete, AgentAction::Release, AgentAction::Extend, AgentAction::Transfer };
        AgentCommand order;
        order.action = held.offered ? ofOffer[number(4)] : inHand[number(6)];
        order.agentId = held.agentId;
        order.item = { held.item.toString(), {} };
        order.token = held.token;
        order.actor = m_actor;
        if (order.action == AgentAction::Transfer)
            (oneIn(2) ? order.toQueueId : order.toAgentId) = oneIn(2) ? oneOf(m_queueIds) : oneOf(m_agentIds);
        const bool stale = oneIn(12);
        if (stale)
            (oneIn(2) ? order.token : order.token) -= 1 + number(5);
        const QString name = order.action != AgentAction::Transfer ? u"act"_s : order.toAgentId.isEmpty() ? u"transfer to a queue"_s : u"transfer to an agent"_s;
        command(name, [&](Transaction &transaction) {
            const int changes = transaction.changeCount();
            const auto acted = actOnAssignment(transaction, order);
            if (stale && acted)
                wrong(u"a stale token was accepted"_s);
            if (!acted && transaction.changeCount() != changes)
                wrong(u"a refused call changed something: "_s + acted.error().text);
            if (!acted && !stale && order.action != AgentAction::Transfer)
                wrong(u"a sound call was refused: "_s + acted.error().text);
        });
    }

    void changeState()
    {
        const AgentState states[] { AgentState::Ready, AgentState::Ready, AgentState::Ready, AgentState::NotReady, AgentState::LoggedOut };
        AgentStateCommand order { oneOf(m_agentIds), {}, states[number(5)], {}, m_actor };
        if (oneIn(4)) {
            order.channel = oneOf({ u"email"_s, u"chat"_s });
            order.state = states[number(4)];
        }
        command(u"state"_s, [&](Transaction &transaction) { (void)setAgentState(transaction, order); });
    }

    void operate()
    {
        const ItemOperation operations[] { ItemOperation::Hold, ItemOperation::Resume, ItemOperation::Resume, ItemOperation::Complete, ItemOperation::Cancel, ItemOperation::Restart,
            ItemOperation::Activate, ItemOperation::Requeue, ItemOperation::Assign };
        ItemCommand order;
        order.operation = operations[number(9)];
        order.item = { someItem(), {} };
        order.actor = m_actor;
        if (order.operation == ItemOperation::Assign)
            order.agentId = oneOf(m_agentIds);
        if (order.operation == ItemOperation::Requeue && oneIn(2))
            order.queueId = oneOf(m_queueIds);
        command(u"operate"_s, [&](Transaction &transaction) {
            const int changes = transaction.changeCount();
            const auto changed = changeItem(transaction, order);
            if (changed && order.operation == ItemOperation::Assign)
                m_forced = changed->record.item.id;
            if (!changed && transaction.changeCount() != changes)
                wrong(u"a refused operation changed something: "_s + changed.error().text);
        });
    }

    void patch()
    {
        QJsonObject json { { u"businessValue"_s, number(1500) } };
        if (oneIn(2))
            json = { { u"priority"_s, u"+%1"_s.arg(number(50)) } };
        if (oneIn(3))
            json = { { u"customerSegment"_s, oneOf({ u"gold"_s, u"bronze"_s }) } };
        ItemCommand order;
        order.operation = ItemOperation::Update;
        order.item = { someItem(), {} };
        order.input = *decodeItemInput(json, InputMode::Update);
        order.actor = m_actor;
        command(u"patch"_s, [&](Transaction &transaction) { (void)changeItem(transaction, order); });
    }

    void reconfigure()
    {
        command(u"reconfigure"_s, [&](Transaction &transaction) {
            switch (number(3)) {
            case 0:
                if (!m_divided) // turns are counted over times without a change
                    putObject(transaction, ConfigKind::Queue, encodeQueue(randomQueue(oneOf(m_queueIds))));
                break;
            case 1:
                putObject(transaction, ConfigKind::Agent, encodeAgent(randomAgent(oneOf(m_agentIds))));
                break;
            default:
                putObject(transaction, ConfigKind::Schema, encodePrioritizationSchema(randomSchema(u"schema-"_s + oneOf(m_queueIds))));
            }
        });
    }

    void passTime()
    {
        if (oneIn(100)) {
            const int jump = number(4000) - 1500;
            m_clock.advance(minutes(jump));
            ++done[jump < 0 ? u"clock back"_s : u"clock ahead"_s];
        } else {
            m_clock.advance(seconds(number(oneIn(10) ? 3000 : 40)));
        }
        command(u"time"_s, [this](Transaction &transaction) {
            m_timePassed = true;
            while (runDueWork(transaction, 100)) { }
        });
    }

    void wrong(const QString &text)
    {
        if (m_wrong.isEmpty())
            m_wrong = text;
    }

    std::mt19937 m_random;
    QString m_path;
    bool m_divided;
    int m_step = 0;
    QString m_wrong;

    ManualClock m_clock;
    TenantId m_tenant;
    std::unique_ptr<SqliteDatabase> m_database;
    TenantCache m_cache;
    std::unique_ptr<Distributor> m_distributor;
    std::shared_ptr<const ConfigurationSnapshot> m_configuration;
    std::vector<std::shared_ptr<Wish>> m_wishes;
    bool m_timePassed = false;
    ItemId m_forced; ///< put into a hand by the command of this step, whatever the rules say

    const QStringList m_queueIds { u"a"_s, u"b"_s, u"c"_s };
    const QStringList m_agentIds { u"agent1"_s, u"agent2"_s, u"agent3"_s, u"agent4"_s, u"agent5"_s, u"agent6"_s };
    const QStringList m_skillIds { u"french"_s, u"network"_s };
    const Actor m_actor { u"apiKey"_s, u"key-1"_s, u"Simulation"_s };

    // What was acknowledged
    std::map<ItemId, ItemRecord> m_items;
    std::set<ItemId> m_waiting; ///< those of m_items that are queued
    std::map<ItemId, ItemStatus> m_told; ///< by events
    std::map<ItemId, Assignment> m_holders;
    AgentDesks m_desks;
    Refusals m_refusals;
    qint64 m_lastEvent = 0;
    qint64 m_lastToken = 0;
    std::map<std::pair<QString, QString>, std::pair<int, int>> m_turns; ///< queue and segment -> taken from the queue and from the segment while it waited
    int m_longestWindow = 0;
};

} // namespace

/// Long random lives of the distribution core. IWD_SIMULATION_SEED=<number> repeats one, IWD_SIMULATION_STEPS=<number> changes its length.
class TestSimulation : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void nothingIsLostDoubledOrUnfair_data();
    void nothingIsLostDoubledOrUnfair();
    void theLivesWereEventful();

private:
    std::map<QString, int> m_done;
    int m_longestWindow = 0;
};

void TestSimulation::nothingIsLostDoubledOrUnfair_data()
{
    QTest::addColumn<unsigned>("seed");
    QTest::addColumn<bool>("divided");
    const QByteArray only = qgetenv("IWD_SIMULATION_SEED");
    const unsigned first = only.isEmpty() ? 1 : only.toUInt();
    const unsigned last = only.isEmpty() ? 24 : first;
    for (unsigned seed = first; seed <= last; ++seed)
        QTest::addRow("seed %u", seed) << seed << (seed % 4 == 0);
}

void TestSimulation::nothingIsLostDoubledOrUnfair()
{
    QFETCH(unsigned, seed);
    QFETCH(bool, divided);
    const QByteArray wanted = qgetenv("IWD_SIMULATION_STEPS");
    QTemporaryDir folder;
    Life life(folder.filePath(u"iwd.db"_s), seed, divided);
    const QString wrong = life.live(wanted.isEmpty() ? 5'000 : wanted.toInt());
    QVERIFY2(wrong.isEmpty(), qPrintable(u"%1 (replay with IWD_SIMULATION_SEED=%2)"_s.arg(wrong).arg(seed)));
    for (const auto &[what, times] : life.done)
        m_done[what] += times;
    m_longestWindow = std::max(m_longestWindow, life.longestWindow());
}

/// Lives in which nothing happens prove nothing.
void TestSimulation::theLivesWereEventful()
{
    if (!qEnvironmentVariableIsEmpty("IWD_SIMULATION_SEED"))
        return; // one life need not see everything
    for (const QString &what : { u"crash"_s, u"clock back"_s, u"clock ahead"_s, u"next"_s, u"transfer to a queue"_s, u"transfer to an agent"_s, u"reconfigure"_s, u"item.offered"_s, u"item.assigned"_s, u"item.completed"_s,
             u"item.offer_declined"_s, u"item.offer_expired"_s, u"item.offer_withdrawn"_s, u"item.lease_expired"_s, u"item.overflowed"_s, u"item.expired"_s, u"item.activated"_s })
        QVERIFY2(m_done[what] > 0, qPrintable(what));
    QVERIFY2(m_longestWindow > 20, qPrintable(QString::number(m_longestWindow)));
}

QTEST_GUILESS_MAIN(TestSimulation)
#include "tst_simulation.moc"

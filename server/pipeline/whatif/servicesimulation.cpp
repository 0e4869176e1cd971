// SPDX-License-Identifier: Apache-2.0
#include "servicesimulation.h"

#include <pipeline/distribute/eligibility.h>
#include <pipeline/prioritize/ordering.h>

#include <queue>
#include <set>

namespace iwd {

namespace {

/// How late the opening of a calendar, or the age at which less is required, may be noticed.
constexpr std::chrono::minutes LookInterval { 5 };

class Service
{
public:
    Service(const ConfigurationSnapshot &configuration, std::span<const WorkClass> classes, std::span<const SimulatedItem> items, std::span<const SimulatedAgent> agents, Instant from, Instant to,
        qint64 mostSteps)
        : m_configuration(configuration)
        , m_items(items)
        , m_from(from)
        , m_to(to)
        , m_mostSteps(mostSteps)
    {
        m_classes.reserve(classes.size());
        for (const WorkClass &terms : classes)
            addClass(terms);
        for (const SimulatedAgent &agent : agents)
            addAgent(agent);
    }

    SimulationOutcome run()
    {
        for (size_t i = 0; i < m_items.size(); ++i) {
            if (m_items[i].terms < 0 || !classOf(i).schema || m_items[i].arrives >= m_to)
                continue;
            if (m_items[i].arrives <= m_from)
                classOf(i).backlog.push_back(i);
            else
                m_events.push({ m_items[i].arrives, Event::Arrival, i });
        }
        for (OfClass &one : m_classes) {
            std::sort(one.backlog.begin(), one.backlog.end(), [&](size_t left, size_t right) { return std::pair(m_items[left].anchor, left) < std::pair(m_items[right].anchor, right); });
            one.end = one.backlog.size();
        }
        for (Instant look = m_from; look < m_to; look += LookInterval)
            m_events.push({ look, Event::Look, 0 });
        while (!m_events.empty() && m_outcome.finished && m_events.top().at < m_to) {
            const Instant at = m_events.top().at;
            for (; !m_events.empty() && m_events.top().at == at; m_events.pop())
                happen(m_events.top());
            match(at);
        }
        end();
        return m_outcome;
    }

private:
    struct OfClass
    {
        WorkClass terms;
        const Queue *queue = nullptr;
        const PrioritizationSchema *schema = nullptr;
        std::unique_ptr<Aging> aging;
        const PriorityCurve *curve = nullptr;
        int shift = 0;
        bool ageDecides = true;
        /// What waited at the beginning, oldest first; of that [begin, end) still waits, because only the oldest and the youngest are ever taken.
        std::vector<size_t> backlog;
        size_t begin = 0;
        size_t end = 0;
        std::set<std::pair<Instant, size_t>> arrived; ///< what came since and waits

        [[nodiscard]] bool isEmpty() const { return begin == end && arrived.empty(); }
    };
    /// Agents who can do the same.
    struct Crew
    {
        Agent agent;
        std::vector<std::optional<milliseconds>> leastAge; ///< by class; made when it is asked for
        std::vector<bool> known;
    };
    struct AtWork
    {
        size_t crew = 0;
        std::map<QString, int> inHand; ///< weights by channel, as capacity has it
        Instant idleSince;
        int held = 0;
    };
    struct Event
    {
        enum Kind { End, Arrival, Look }; ///< in this order at one instant

        Instant at;
        Kind kind;
        size_t number; ///< of the item, or of the work that ends
        bool operator<(const Event &other) const { return std::tie(other.at, other.kind, other.number) < std::tie(at, kind, number); }
    };
    struct Work
    {
        size_t agent;
        QString channel;
        int weight;
        std::optional<size_t> item;
    };

    void addClass(const WorkClass &terms)
    {
        OfClass &one = m_classes.emplace_back();
        one.terms = terms;
        one.queue = m_configuration.queue(terms.queueId);
        one.schema = m_configuration.schema(terms.schemaId);
        if (!one.schema)
            return;
        one.aging = std::make_unique<Aging>(m_configuration, one.terms, *one.schema);
        one.curve = &m_configuration.curve(terms.queueId, *one.schema);
        one.shift = totalShift(terms, *one.schema);
        one.ageDecides = one.curve->stretches().size() == 1 && !one.curve->stretches().front().falling;
    }

    static QString capacityName(const Agent &agent, const QString &channel) { return agent.capacity.contains(channel) ? channel : QString(); }

    void addAgent(const SimulatedAgent &agent)
    {
        const auto isAlike = [&](const Crew &crew) {
            const Agent &other = crew.agent;
            // Whoever is asked for by name is alike nobody.
            const bool isNamed = std::any_of(m_classes.begin(), m_classes.end(), [&](const OfClass &one) { return one.terms.requestedAgent == agent.agent.id || one.terms.requestedAgent == other.id; });
            return !isNamed && other.skills == agent.agent.skills && other.capacity == agent.agent.capacity && other.queueIds == agent.agent.queueIds && other.groups == agent.agent.groups;
        };
        auto crew = std::find_if(m_crews.begin(), m_crews.end(), isAlike);
        if (crew == m_crews.end()) {
            m_crews.push_back({ agent.agent, std::vector<std::optional<milliseconds>>(m_classes.size()), std::vector<bool>(m_classes.size()) });
            crew = std::prev(m_crews.end());
        }
        AtWork working;
        working.crew = static_cast<size_t>(crew - m_crews.begin());
        working.idleSince = m_from;
        const size_t number = m_agents.size();
        m_agents.push_back(working);
        if (agent.busyFor > milliseconds(0))
            begin(m_from, { number, QString(), std::max(1, agent.agent.capacityFor(QString())), std::nullopt }, agent.busyFor);
        else
            m_free.insert({ m_from, number });
    }

    void begin(Instant at, Work work, milliseconds time)
    {
        AtWork &agent = m_agents[work.agent];
        m_free.erase({ agent.idleSince, work.agent });
        agent.inHand[capacityName(m_crews[agent.crew].agent, work.channel)] += work.weight;
        ++agent.held;
        m_outcome.busySeconds += static_cast<double>(std::min(time, m_to - at).count()) / 1000;
        m_events.push({ at + time, Event::End, m_work.size() });
        m_work.push_back(std::move(work));
        if (hasAnyRoom(agent))
            m_free.insert({ agent.idleSince, m_work.back().agent });
    }

    [[nodiscard]] bool hasAnyRoom(const AtWork &agent) const
    {
        const Agent &can = m_crews[agent.crew].agent;
        const auto room = [&](const QString &name, int capacity) {
            const auto held = agent.inHand.find(name);
            return capacity > (held == agent.inHand.end() ? 0 : held->second);
        };
        return room(QString(), can.capacityFor(QString())) || std::any_of(can.capacity.begin(), can.capacity.end(), [&](const auto &channel) { return room(channel.first, channel.second); });
    }

    [[nodiscard]] int roomFor(const AtWork &agent, const QString &channel) const
    {
        const Agent &can = m_crews[agent.crew].agent;
        const auto held = agent.inHand.find(capacityName(can, channel));
        return can.capacityFor(channel) - (held == agent.inHand.end() ? 0 : held->second);
    }

    void happen(const Event &event)
    {
        if (event.kind == Event::Arrival) {
            classOf(event.number).arrived.insert(placeOf(event.number));
        } else if (event.kind == Event::End) {
            const Work &work = m_work[event.number];
            AtWork &agent = m_agents[work.agent];
            m_free.erase({ agent.idleSince, work.agent });
            agent.inHand[capacityName(m_crews[agent.crew].agent, work.channel)] -= work.weight;
            if (--agent.held == 0)
                agent.idleSince = event.at;
            m_free.insert({ agent.idleSince, work.agent });
            if (work.item)
                complete(*work.item, event.at);
        }
    }

    void complete(size_t item, Instant at)
    {
        SimulatedQueue &queue = queueOf(item);
        ++queue.completed;
        const auto due = dueOf(item);
        if (due && *due > m_from && at > *due)
            ++queue.missed;
    }

    [[nodiscard]] OfClass &classOf(size_t item) { return m_classes[static_cast<size_t>(m_items[item].terms)]; }
    [[nodiscard]] std::pair<Instant, size_t> placeOf(size_t item) const { return { m_items[item].anchor, item }; }
    [[nodiscard]] std::optional<Instant> dueOf(size_t item) const { return m_classes[static_cast<size_t>(m_items[item].terms)].aging->slaDue(m_items[item].anchor); }
    SimulatedQueue &queueOf(size_t item) { return m_outcome.queues[classOf(item).terms.queueId]; }

    [[nodiscard]] std::pair<Instant, size_t> oldestOf(const OfClass &one) const
    {
        if (one.begin == one.end)
            return *one.arrived.begin();
        const auto place = placeOf(one.backlog[one.begin]);
        return one.arrived.empty() ? place : std::min(place, *one.arrived.begin());
    }
    [[nodiscard]] std::pair<Instant, size_t> youngestOf(const OfClass &one) const
    {
        if (one.begin == one.end)
            return *one.arrived.rbegin();
        const auto place = placeOf(one.backlog[one.end - 1]);
        return one.arrived.empty() ? place : std::max(place, *one.arrived.rbegin());
    }
    /// @param item the oldest or the youngest
    void take(OfClass &one, size_t item)
    {
        if (one.begin < one.end && one.backlog[one.begin] == item)
            ++one.begin;
        else if (one.begin < one.end && one.backlog[one.end - 1] == item)
            --one.end;
        else
            one.arrived.erase(placeOf(item));
    }

    std::optional<milliseconds> leastAgeOf(Crew &crew, size_t classNumber)
    {
        if (!crew.known[classNumber]) {
            crew.known[classNumber] = true;
            const OfClass &one = m_classes[classNumber];
            if (one.queue)
                crew.leastAge[classNumber] = leastAge(m_configuration, crew.agent, *one.queue, one.terms);
        }
        return crew.leastAge[classNumber];
    }

    /// The best waiting item of a class of at least some age.
    [[nodiscard]] std::optional<std::pair<OrderKey, size_t>> headOf(const OfClass &one, Instant at, milliseconds least) const
    {
        const auto keyOf = [&](const std::pair<Instant, size_t> &place) {
            return OrderKey { one.curve->valueAt(one.aging->age(place.first, at)) + one.shift, one.terms.band, one.aging->epoch(place.first), one.aging->rest(place.first), { static_cast<qint64>(place.second) } };
        };
        const auto oldest = oldestOf(one);
        if (one.aging->age(oldest.first, at) < least)
            return std::nullopt;
        std::pair best { keyOf(oldest), oldest.second };
        if (!one.ageDecides) {
            const auto youngest = youngestOf(one);
            const OrderKey key = keyOf(youngest);
            if (one.aging->age(youngest.first, at) >= least && key.before(best.first))
                best = { key, youngest.second };
        }
        return best;
    }

    /// Free agents take what they may have, who has been idle longest first.
    void match(Instant at)
    {
        std::set<size_t> nothingFor; // crews whose members are alike in what they hold, too, as a rule; whoever has less room looks again
        for (auto free = m_free.begin(); free != m_free.end() && m_outcome.finished;) {
            const size_t number = free->second;
            AtWork &agent = m_agents[number];
            const bool isIdle = agent.held == 0;
            if (isIdle && nothingFor.contains(agent.crew)) {
                ++free;
                continue;
            }
            const auto taken = choose(agent, at);
            if (!taken) {
                if (isIdle)
                    nothingFor.insert(agent.crew);
                ++free;
                continue;
            }
            const SimulatedItem &item = m_items[*taken];
            OfClass &one = m_classes[static_cast<size_t>(item.terms)];
            take(one, *taken);
            const auto time = std::max(milliseconds(1), milliseconds(static_cast<qint64>(item.handlingSeconds * 1000)));
            begin(at, { number, one.terms.channel, one.queue->weight, *taken }, time);
            free = m_free.begin();
        }
    }

    std::optional<size_t> choose(const AtWork &agent, Instant at)
    {
        Crew &crew = m_crews[agent.crew];
        std::optional<std::pair<OrderKey, size_t>> best;
        for (size_t i = 0; i < m_classes.size(); ++i) {
            const OfClass &one = m_classes[i];
            if (one.isEmpty() || !one.queue)
                continue;
            if (++m_outcome.steps > m_mostSteps) {
                m_outcome.finished = false;
                return std::nullopt;
            }
            const auto least = leastAgeOf(crew, i);
            if (!least || roomFor(agent, one.terms.channel) < one.queue->weight || !isServed(m_configuration, *one.queue, at))
                continue;
            const auto head = headOf(one, at, *least);
            if (head && (!best || head->first.before(best->first)))
                best = head;
        }
        return best ? std::optional(best->second) : std::nullopt;
    }

    /// What is not done by the end.
    void end()
    {
        for (const OfClass &one : m_classes) {
            SimulatedQueue &queue = m_outcome.queues[one.terms.queueId];
            queue.waiting += static_cast<qint64>(one.end - one.begin + one.arrived.size());
            for (const auto &[anchor, item] : one.arrived)
                queue.missed += isMissedAtEnd(item);
            // The older the item, the earlier its SLA ends.
            const auto left = std::span(one.backlog).subspan(one.begin, one.end - one.begin);
            const auto endsBy = [&](Instant at) {
                return std::partition_point(left.begin(), left.end(), [&](size_t item) {
                    const auto due = dueOf(item);
                    return due && *due <= at;
                });
            };
            queue.missed += endsBy(m_to) - endsBy(m_from);
        }
        for (; !m_events.empty(); m_events.pop()) {
            const Event &event = m_events.top();
            if (event.kind == Event::End && m_work[event.number].item)
                queueOf(*m_work[event.number].item).missed += isMissedAtEnd(*m_work[event.number].item);
        }
    }

    [[nodiscard]] int isMissedAtEnd(size_t item) const
    {
        const auto due = dueOf(item);
        return due && *due > m_from && *due <= m_to ? 1 : 0;
    }

    const ConfigurationSnapshot &m_configuration;
    std::span<const SimulatedItem> m_items;
    Instant m_from;
    Instant m_to;
    qint64 m_mostSteps;
    std::vector<OfClass> m_classes;
    std::vector<Crew> m_crews;
    std::vector<AtWork> m_agents;
    std::set<std::pair<Instant, size_t>> m_free; ///< agents who can take something, by the beginning of their idleness
    std::vector<Work> m_work;
    std::priority_queue<Event> m_events;
    SimulationOutcome m_outcome;
};

} // namespace

SimulationOutcome simulateService(const ConfigurationSnapshot &configuration, std::span<const WorkClass> classes, std::span<const SimulatedItem> items, std::span<const SimulatedAgent> agents,
    Instant from, Instant to, qint64 mostSteps)
{
    return Service(configuration, classes, items, agents, from, to, mostSteps).run();
}

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#include "whatif.h"

#include "servicesimulation.h"

#include <pipeline/classify/classifier.h>
#include <pipeline/prioritize/ordering.h>
#include <pipeline/report/expectation.h>

#include <array>
#include <cmath>
#include <numeric>
#include <random>

namespace iwd {

namespace {

constexpr size_t DocumentsAtOnce = 500;
constexpr int RandomSeed = 20'260'701; ///< the same question has the same answer

/// Where an item stands in one of the two cases.
struct Stand
{
    int terms = -1; ///< index into Case::classes; negative: it is in no order
    OrderKey key;
    qint64 place = 0; ///< in its queue, from 1 on
};

struct LookedAt
{
    ItemId id;
    Instant anchor;
    std::array<Stand, 2> stands; ///< now, proposed
};

/// The configuration as it is, or as it would be.
struct Case
{
    std::shared_ptr<const ConfigurationSnapshot> configuration;
    std::vector<WorkClass> classes;
    std::map<WorkClass, int> numbers;

    int numberOf(const WorkClass &terms)
    {
        const auto [known, isNew] = numbers.try_emplace(terms, static_cast<int>(classes.size()));
        if (isNew)
            classes.push_back(terms);
        return known->second;
    }
};

bool limitsDiffer(const PrioritizationSchema &left, const PrioritizationSchema &right)
{
    return !std::equal(left.bands.begin(), left.bands.end(), right.bands.begin(), right.bands.end(), [](const BusinessValueBand &one, const BusinessValueBand &other) { return one.from == other.from; });
}

/// Whether the class of an item in the proposed case cannot be told from its class now.
bool needsDocuments(const ConfigurationSnapshot &now, const ConfigurationSnapshot &proposed, const Proposal &proposal)
{
    return std::any_of(proposal.objects.begin(), proposal.objects.end(), [&](const ProposedObject &object) {
        if (object.kind == ConfigKind::Category)
            return true;
        if (object.kind == ConfigKind::Schema) {
            const PrioritizationSchema *before = now.schema(object.id);
            const PrioritizationSchema *after = proposed.schema(object.id);
            return before && after && limitsDiffer(*before, *after);
        }
        return false;
    });
}

class WhatIf
{
public:
    WhatIf(Snapshot &snapshot, const Proposal &proposal, const HourlyProfile &profile, const WhatIfLimits &limits)
        : m_snapshot(snapshot)
        , m_proposal(proposal)
        , m_profile(profile)
        , m_limits(limits)
        , m_now(snapshot.now())
    {
    }

    Result<WhatIfOutcome> run(qint64 waiting)
    {
        m_cases[0].configuration = m_snapshot.configuration();
        const auto proposed = proposedConfiguration(m_snapshot, m_proposal);
        if (!proposed)
            return proposed.error();
        m_cases[1].configuration = *proposed;
        m_needsDocuments = needsDocuments(*m_cases[0].configuration, **proposed, m_proposal);
        look(m_needsDocuments ? m_limits.documents : m_limits.items);
        if (m_needsDocuments)
            readDocuments();
        for (size_t which = 0; which < m_cases.size(); ++which)
            rank(which);
        compare();
        m_outcome.lookedAt = static_cast<qint64>(m_items.size());
        m_outcome.waiting = m_outcome.exact ? m_outcome.lookedAt : std::max(waiting, m_outcome.lookedAt);
        if (m_proposal.horizon > std::chrono::hours(0))
            forecast();
        return std::move(m_outcome);
    }

private:
    /// The oldest items of each class, as many as may be looked at.
    void look(int most)
    {
        std::vector<std::pair<qint64, int>> classes; // by id, with the number of its terms
        for (const auto &[id, oldest] : m_snapshot.oldestWaiting())
            classes.emplace_back(id, 0);
        std::vector<WaitingRange> ranges;
        for (auto &[id, number] : classes) {
            number = m_cases[0].numberOf(m_snapshot.workClass(id));
            ranges.push_back({ id, Instant::min(), Instant::max(), std::nullopt });
        }
        std::vector<std::vector<Waiting>> places(classes.size());
        // First each class gets the same share, then those that have more get what others left.
        int left = most;
        for (int round = 0; round < 3 && !ranges.empty() && left > 0; ++round) {
            const int limit = std::max(1, left / static_cast<int>(ranges.size()));
            const auto read = m_snapshot.waiting(ranges, limit);
            std::vector<WaitingRange> further;
            for (size_t i = 0; i < read.size(); ++i) {
                const auto at = std::find_if(classes.begin(), classes.end(), [&](const auto &one) { return one.first == ranges[i].classId; }) - classes.begin();
                auto &of = places[static_cast<size_t>(at)];
                of.insert(of.end(), read[i].begin(), read[i].end());
                left -= static_cast<int>(read[i].size());
                if (static_cast<int>(read[i].size()) == limit) {
                    ranges[i].after = of.back();
                    further.push_back(ranges[i]);
                }
            }
            ranges = std::move(further);
        }
        // Whoever has just been read to the end is among these, too.
        m_outcome.exact = ranges.empty();
        if (!ranges.empty()) {
            const auto more = m_snapshot.waiting(ranges, 1);
            m_outcome.exact = std::all_of(more.begin(), more.end(), [](const auto &rest) { return rest.empty(); });
        }
        for (size_t i = 0; i < classes.size(); ++i) {
            for (const Waiting &place : places[i]) {
                LookedAt item { place.id, place.anchor, {} };
                item.stands[0].terms = classes[i].second;
                const int proposed = m_needsDocuments ? -1 : m_cases[1].numberOf(m_cases[0].classes[static_cast<size_t>(classes[i].second)]);
                item.stands[1].terms = proposed;
                m_items.push_back(item);
            }
        }
    }

    void readDocuments()
    {
        for (size_t from = 0; from < m_items.size(); from += DocumentsAtOnce) {
            const auto portion = std::span(m_items).subspan(from, std::min(DocumentsAtOnce, m_items.size() - from));
            std::vector<ItemId> ids;
            for (const LookedAt &item : portion)
                ids.push_back(item.id);
            std::map<ItemId, WorkItem> documents;
            for (ItemRecord &record : m_snapshot.items(ids))
                documents.emplace(record.item.id, std::move(record.item));
            for (LookedAt &item : portion) {
                if (const auto found = documents.find(item.id); found != documents.end())
                    item.stands[1].terms = proposedTerms(item, found->second);
            }
        }
    }

    int proposedTerms(const LookedAt &item, WorkItem &document)
    {
        const ConfigurationSnapshot &proposed = *m_cases[1].configuration;
        const WorkClass &before = m_cases[0].classes[static_cast<size_t>(item.stands[0].terms)];
        QString queueId = before.queueId;
        QString schemaId = before.schemaId;
        const auto then = classify(*m_cases[0].configuration, document, m_now);
        const auto after = classify(proposed, document, m_now);
        if (then && !after) {
            ++m_outcome.unclassified;
            return -1;
        }
        if (then && after) {
            if (then->queueId != after->queueId)
                queueId = queueForNewWork(proposed, after->queueId);
            if (then->schemaId != after->schemaId)
                schemaId = after->schemaId;
            if (then->categoryId != after->categoryId)
                document.categoryId = after->categoryId;
        }
        WorkClass terms = workClassFor(proposed, document, queueId, schemaId);
        terms.shift = before.shift;
        return m_cases[1].numberOf(terms);
    }

    /// Every item's place in its queue.
    void rank(size_t which)
    {
        Case &of = m_cases[which];
        struct Prepared
        {
            std::optional<Aging> aging;
            const PriorityCurve *curve = nullptr;
            int shift = 0;
        };
        std::vector<Prepared> prepared(of.classes.size());
        for (size_t i = 0; i < of.classes.size(); ++i) {
            const WorkClass &terms = of.classes[i];
            if (const PrioritizationSchema *schema = of.configuration->schema(terms.schemaId)) {
                prepared[i].aging.emplace(*of.configuration, terms, *schema);
                prepared[i].curve = &of.configuration->curve(terms.queueId, *schema);
                prepared[i].shift = totalShift(terms, *schema);
            }
        }
        std::vector<LookedAt *> order;
        for (LookedAt &item : m_items) {
            Stand &stand = item.stands[which];
            if (stand.terms < 0)
                continue;
            const Prepared &with = prepared[static_cast<size_t>(stand.terms)];
            if (!with.aging) {
                stand.terms = -1;
                continue;
            }
            stand.key = { with.curve->valueAt(with.aging->age(item.anchor, m_now)) + with.shift, of.classes[static_cast<size_t>(stand.terms)].band, with.aging->epoch(item.anchor), with.aging->rest(item.anchor), item.id };
            order.push_back(&item);
        }
        std::sort(order.begin(), order.end(), [which](const LookedAt *left, const LookedAt *right) { return left->stands[which].key.before(right->stands[which].key); });
        std::map<QString, qint64> places;
        for (LookedAt *item : order) {
            item->stands[which].place = ++places[queueOf(*item, which)];
            if (item->stands[which].place <= m_proposal.first)
                m_fronts[which].push_back(item);
        }
    }

    [[nodiscard]] QString queueOf(const LookedAt &item, size_t which) const
    {
        const int terms = item.stands[which].terms;
        return terms < 0 ? QString() : m_cases[which].classes[static_cast<size_t>(terms)].queueId;
    }

    [[nodiscard]] NextItem nextItem(const LookedAt &item, size_t which) const
    {
        const Stand &stand = item.stands[which];
        const Stand &other = item.stands[1 - which];
        return { item.id, stand.place, stand.key.priority, queueOf(item, 1 - which), other.place, other.key.priority };
    }

    void compare()
    {
        for (const auto configuration : { m_cases[0].configuration.get(), m_cases[1].configuration.get() }) {
            for (const Queue &queue : configuration->queues())
                m_outcome.queues.try_emplace(queue.id);
        }
        for (const LookedAt &item : m_items) {
            const auto &[now, proposed] = item.stands;
            const QString from = queueOf(item, 0);
            const QString to = queueOf(item, 1);
            if (now.terms >= 0)
                ++m_outcome.queues[from].waiting;
            if (proposed.terms >= 0)
                ++m_outcome.queues[to].proposedWaiting;
            if (now.terms >= 0 && proposed.terms >= 0 && now.key.priority != proposed.key.priority)
                ++m_outcome.priorityChanged;
            if (from != to) {
                m_outcome.queueChanged += now.terms >= 0 && proposed.terms >= 0;
                if (now.terms >= 0)
                    ++m_outcome.queues[from].left;
                if (proposed.terms >= 0)
                    ++m_outcome.queues[to].came;
            } else if (now.terms >= 0) {
                m_outcome.placeChanged += now.place != proposed.place;
                m_outcome.queues[from].placeChanged += now.place != proposed.place;
                m_outcome.queues[from].priorityChanged += now.key.priority != proposed.key.priority;
            }
        }
        for (const LookedAt *item : m_fronts[0])
            m_outcome.queues[queueOf(*item, 0)].next.push_back(nextItem(*item, 0));
        for (const LookedAt *item : m_fronts[1])
            m_outcome.queues[queueOf(*item, 1)].proposedNext.push_back(nextItem(*item, 1));
    }

    // The forecast

    void forecast()
    {
        ServiceForecast forecast;
        forecast.from = m_now;
        forecast.to = m_now + m_proposal.horizon;
        const auto &desks = m_snapshot.desks();
        const bool anybody = std::any_of(desks.begin(), desks.end(), [&](const auto &desk) { return desk.second.status.state != AgentState::LoggedOut && m_cases[0].configuration->agent(desk.first); });
        forecast.allAgents = m_proposal.basis == StaffBasis::All || !anybody;
        for (const Queue &queue : m_cases[1].configuration->queues()) {
            m_handling[queue.id] = handlingTime(m_profile, queue.id);
            QueueForecast &of = forecast.queues[queue.id];
            of.handlingSeconds = m_handling[queue.id].mean;
            of.handlingMeasured = m_handling[queue.id].measured;
        }
        prepareArrivals(forecast);
        std::map<QString, std::array<std::vector<qint64>, 4>> figures; // missed, missed proposed, waiting, waiting proposed
        std::array<double, 2> busySeconds {};
        qint64 stepsLeft = m_limits.steps;
        qint64 played = 0;
        for (int run = 0; run < m_limits.runs; ++run) {
            std::mt19937 random(static_cast<unsigned>(RandomSeed + run));
            const auto drawn = draw(random, forecast);
            std::array<SimulationOutcome, 2> outcomes;
            for (size_t which = 0; which < m_cases.size(); ++which) {
                const auto agents = staff(which, forecast.allAgents, run);
                (which == 0 ? forecast.agents : forecast.proposedAgents) = static_cast<qint64>(agents.size());
                outcomes[which] = simulateService(*m_cases[which].configuration, m_cases[which].classes, drawn[which], agents, forecast.from, forecast.to, std::max<qint64>(stepsLeft / 2, 1));
            }
            const qint64 steps = outcomes[0].steps + outcomes[1].steps;
            stepsLeft -= steps;
            const bool finished = outcomes[0].finished && outcomes[1].finished;
            if (!finished && run > 0)
                break;
            ++forecast.runs;
            forecast.finished = finished;
            for (auto &[queueId, of] : forecast.queues) {
                auto &[missed, proposedMissed, waiting, proposedWaiting] = figures[queueId];
                missed.push_back(outcomes[0].queues[queueId].missed);
                proposedMissed.push_back(outcomes[1].queues[queueId].missed);
                waiting.push_back(outcomes[0].queues[queueId].waiting);
                proposedWaiting.push_back(outcomes[1].queues[queueId].waiting);
            }
            for (size_t which = 0; which < busySeconds.size(); ++which)
                busySeconds[which] += outcomes[which].busySeconds;
            played += static_cast<qint64>(drawn[0].size());
            if (!finished || stepsLeft < steps || played >= m_limits.played)
                break;
        }
        const auto share = [&](double seconds, qint64 agents) {
            const auto all = static_cast<double>(agents) * forecast.runs * static_cast<double>(std::chrono::seconds(m_proposal.horizon).count());
            return all > 0 ? std::min(1.0, seconds / all) : 0;
        };
        forecast.busy = share(busySeconds[0], forecast.agents);
        forecast.proposedBusy = share(busySeconds[1], forecast.proposedAgents);
        for (auto &[queueId, of] : forecast.queues) {
            auto &[missed, proposedMissed, waiting, proposedWaiting] = figures[queueId];
            of.missed = spread(missed);
            of.proposedMissed = spread(proposedMissed);
            of.waitingAtEnd = spread(waiting);
            of.proposedWaitingAtEnd = spread(proposedWaiting);
        }
        m_outcome.forecast = std::move(forecast);
    }

    static Spread spread(std::vector<qint64> values)
    {
        if (values.empty())
            return {};
        std::sort(values.begin(), values.end());
        const double sum = std::accumulate(values.begin(), values.end(), 0.0);
        const auto at = [&](double share) { return values[static_cast<size_t>(std::lround(share * static_cast<double>(values.size() - 1)))]; };
        return { sum / static_cast<double>(values.size()), at(0.1), at(0.9) };
    }

    /// What arrives where in each hour, and what it is like.
    struct HourOfArrivals
    {
        QString queueId;
        Instant from;
        milliseconds length;
        double expected;
    };

    void prepareArrivals(ServiceForecast &forecast)
    {
        for (size_t i = 0; i < m_items.size(); ++i) {
            if (m_items[i].stands[0].terms >= 0)
                m_likes[queueOf(m_items[i], 0)].push_back(m_items[i].stands);
        }
        if (!m_profile.firstHour)
            return;
        const qint64 until = HourlyProfile::lastHour(m_now) + 1;
        for (const auto &[queueId, hours] : m_profile.queues) {
            if (!m_cases[0].configuration->queue(queueId) || !likes(queueId))
                continue;
            const Expectation expectation(hours, *m_profile.firstHour, until);
            for (qint64 hour = until; Instant(std::chrono::hours(hour)) < forecast.to; ++hour) {
                const Instant from = std::max(m_now, Instant(std::chrono::hours(hour)));
                const Instant to = std::min(forecast.to, Instant(std::chrono::hours(hour + 1)));
                const double share = static_cast<double>((to - from).count()) / 3'600'000;
                const double expected = expectation.of(&HourlyCount::arrived, hour) * share;
                if (expected > 0)
                    m_arrivals.push_back({ queueId, from, to - from, expected });
                forecast.queues[queueId].arrivals += expected;
            }
        }
    }

    /// What items that arrive in the queue are like: those that wait there or, when none does, any item of a category that leads there.
    bool likes(const QString &queueId)
    {
        auto &known = m_likes[queueId];
        if (!known.empty())
            return true;
        for (const auto &[id, node] : m_cases[0].configuration->categories()) {
            if (node->deleted || node->queueId != queueId || !m_cases[0].configuration->schema(node->schemaId))
                continue;
            WorkClass terms;
            terms.queueId = queueId;
            terms.schemaId = node->schemaId;
            terms.calendarId = node->calendarId;
            std::array<Stand, 2> stands;
            stands[0].terms = m_cases[0].numberOf(terms);
            if (const CategoryNode *proposed = m_cases[1].configuration->category(id); proposed && !proposed->deleted) {
                terms.queueId = proposed->queueId;
                terms.schemaId = proposed->schemaId;
                terms.calendarId = proposed->calendarId;
            }
            stands[1].terms = m_cases[1].numberOf(terms);
            known.push_back(stands);
        }
        return !known.empty();
    }

    double handling(std::mt19937 &random, const QString &queueId)
    {
        const HandlingTime &time = m_handling[queueId];
        if (time.variance <= 0)
            return time.measured > 0 ? time.mean : std::exponential_distribution(1 / time.mean)(random);
        return std::gamma_distribution(time.mean * time.mean / time.variance, time.variance / time.mean)(random);
    }

    /// All the items of one run, for both cases the same.
    std::array<std::vector<SimulatedItem>, 2> draw(std::mt19937 &random, const ServiceForecast &forecast)
    {
        std::array<std::vector<SimulatedItem>, 2> drawn;
        const auto add = [&](Instant arrives, Instant anchor, const std::array<Stand, 2> &stands, double seconds) {
            for (size_t which = 0; which < drawn.size(); ++which)
                drawn[which].push_back({ arrives, anchor, stands[which].terms, seconds });
        };
        for (const LookedAt &item : m_items)
            add(forecast.from, item.anchor, item.stands, handling(random, queueOf(item, 0)));
        for (const HourOfArrivals &hour : m_arrivals) {
            const auto &known = m_likes[hour.queueId];
            for (int count = std::poisson_distribution(hour.expected)(random); count > 0 && drawn[0].size() < 2 * static_cast<size_t>(m_limits.items); --count) {
                const Instant at = hour.from + milliseconds(std::uniform_int_distribution<qint64>(0, hour.length.count() - 1)(random));
                const auto &stands = known[std::uniform_int_distribution<size_t>(0, known.size() - 1)(random)];
                add(at, anchorOf(stands, at), stands, handling(random, hour.queueId));
            }
        }
        return drawn;
    }

    /// Of an item that arrives: its creation, or the due date that its SLA would give it.
    [[nodiscard]] Instant anchorOf(const std::array<Stand, 2> &stands, Instant at) const
    {
        WorkClass terms = m_cases[0].classes[static_cast<size_t>(stands[0].terms)];
        const PrioritizationSchema *schema = m_cases[0].configuration->schema(terms.schemaId);
        if (terms.anchor == AnchorKind::Created || !schema)
            return at;
        terms.anchor = AnchorKind::Created;
        return Aging(*m_cases[0].configuration, terms, *schema).slaDue(at).value_or(at);
    }

    std::vector<SimulatedAgent> staff(size_t which, bool all, int run)
    {
        std::vector<SimulatedAgent> agents;
        if (which == 1 && !m_proposal.staff.empty()) {
            for (const StaffGroup &group : m_proposal.staff) {
                SimulatedAgent one;
                one.agent.id = QStringLiteral(" "); // nobody's
                one.agent.queueIds = group.queueIds;
                one.agent.skills = group.skills;
                one.agent.capacity = { { QString(), group.capacity } };
                agents.insert(agents.end(), static_cast<size_t>(group.agents), one);
            }
            return agents;
        }
        std::mt19937 random(static_cast<unsigned>(RandomSeed - 1 - run));
        const auto &desks = m_snapshot.desks();
        const auto &known = m_cases[which].configuration->agents();
        std::map<QString, const Agent *> byId;
        for (const Agent &agent : known)
            byId.emplace(agent.id, &agent);
        for (const auto &[id, agent] : byId) {
            const auto desk = desks.find(id);
            const bool isNew = which == 1 && !m_cases[0].configuration->agent(id);
            const bool present = isNew || (desk != desks.end() && desk->second.status.state != AgentState::LoggedOut);
            if (!all && !present)
                continue;
            SimulatedAgent one { *agent, {} };
            if (desk != desks.end() && !desk->second.inHand.empty())
                one.busyFor = milliseconds(static_cast<qint64>(1000 * handling(random, desk->second.inHand.front().queueId)));
            agents.push_back(std::move(one));
        }
        return agents;
    }

    Snapshot &m_snapshot;
    const Proposal &m_proposal;
    const HourlyProfile &m_profile;
    const WhatIfLimits &m_limits;
    const Instant m_now;
    std::array<Case, 2> m_cases; ///< now, proposed
    std::vector<LookedAt> m_items;
    bool m_needsDocuments = false;
    std::array<std::vector<const LookedAt *>, 2> m_fronts; ///< in order
    std::map<QString, std::vector<std::array<Stand, 2>>> m_likes; ///< by queue now
    std::vector<HourOfArrivals> m_arrivals;
    std::map<QString, HandlingTime> m_handling;
    WhatIfOutcome m_outcome;
};

} // namespace

Result<WhatIfOutcome> whatIf(Snapshot &snapshot, const Proposal &proposal, const HourlyProfile &profile, qint64 waiting, const WhatIfLimits &limits)
{
    return WhatIf(snapshot, proposal, profile, limits).run(waiting);
}

} // namespace iwd

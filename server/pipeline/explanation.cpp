// SPDX-License-Identifier: Apache-2.0
#include "explanation.h"

#include "distribute/eligibility.h"
#include "prioritize/ordering.h"

namespace iwd {

namespace {

constexpr int FirstShown = 5; ///< of those ahead
constexpr int PageSize = 1'000;

QString hours(milliseconds time)
{
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(time).count();
    return QStringLiteral("%1 h %2 min").arg(minutes / 60).arg(minutes % 60);
}

/// What explaining one item needs again and again.
struct Subject
{
    Snapshot &snapshot;
    const ItemRecord &record;
    std::shared_ptr<const ConfigurationSnapshot> configuration;
    WorkClass terms;
    const PrioritizationSchema *schema;
    const Queue *queue;
    Aging aging;
};

int priorityAt(const Subject &subject, Instant at)
{
    const milliseconds age = subject.aging.age(subject.record.anchor, at);
    return effectivePriority(subject.configuration->curve(subject.terms.queueId, *subject.schema), age, totalShift(subject.terms, *subject.schema));
}

std::vector<PriorityTerm> termsOf(const Subject &subject, milliseconds age)
{
    const PrioritizationSchema &schema = *subject.schema;
    const int base = schema.curve.valueAt(age);
    const int escalated = subject.configuration->curve(subject.terms.queueId, schema).valueAt(age);
    const int ofBand = totalShift(subject.terms, schema) - subject.terms.shift;
    std::vector<PriorityTerm> terms;
    terms.push_back({ QStringLiteral("curve"), base, QStringLiteral("The curve of schema %1 gives %2 at the age of %3.").arg(schema.id).arg(base).arg(hours(age)) });
    if (escalated != base)
        terms.push_back({ QStringLiteral("escalation"), escalated - base, QStringLiteral("Queue %1 escalates items of this age.").arg(subject.terms.queueId) });
    terms.push_back({ QStringLiteral("businessValue"), ofBand, QStringLiteral("Business value %1 is in band %2 of the schema.").arg(subject.record.item.businessValue).arg(subject.terms.band) });
    terms.push_back({ QStringLiteral("manual"), subject.terms.shift, QStringLiteral("The sum of the changes that people or the source made to the priority.") });
    return terms;
}

std::optional<PriorityAt> nextChangeOf(const Subject &subject, milliseconds age)
{
    const PriorityCurve &curve = subject.configuration->curve(subject.terms.queueId, *subject.schema);
    const auto changesAt = curve.nextChange(age);
    const auto at = changesAt ? subject.aging.reaches(subject.record.anchor, *changesAt) : std::nullopt;
    return at ? std::optional(PriorityAt { *at, priorityAt(subject, *at) }) : std::nullopt;
}

PriorityExplanation explainPriority(const Subject &subject)
{
    const Instant now = subject.snapshot.now();
    PriorityExplanation explained;
    explained.age = subject.aging.age(subject.record.anchor, now);
    explained.priority = priorityAt(subject, now);
    explained.terms = termsOf(subject, explained.age);
    explained.epoch = subject.aging.epoch(subject.record.anchor);
    explained.slaDue = subject.aging.slaDue(subject.record.anchor);
    explained.nextChange = nextChangeOf(subject, explained.age);
    for (int hour = 0; hour <= 24; ++hour)
        explained.nextDay.push_back({ now + std::chrono::hours(hour), priorityAt(subject, now + std::chrono::hours(hour)) });
    return explained;
}

Position positionAmong(const Subject &subject, const std::function<bool(const WorkClass &)> &accepts)
{
    Position position;
    std::optional<OrderKey> after;
    while (position.ahead < Position::MostCounted) {
        const auto page = waitingInOrder(subject.snapshot, accepts, subject.snapshot.now(), after, PageSize);
        for (const Candidate &candidate : page) {
            if (candidate.key.id == subject.record.item.id)
                return position;
            if (position.ahead < FirstShown)
                position.first.push_back(candidate);
            ++position.ahead;
        }
        if (page.size() < PageSize)
            return position;
        after = page.back().key;
    }
    position.exact = false;
    return position;
}

bool hasRefused(const Subject &subject, const QString &agentId)
{
    const auto &refusals = subject.snapshot.refusals();
    const auto ofItem = refusals.find(subject.record.item.id);
    if (ofItem == refusals.end())
        return false;
    const auto until = ofItem->second.find(agentId);
    return until != ofItem->second.end() && until->second > subject.snapshot.now();
}

Prospect prospectOf(const Subject &subject, const Agent &agent, const AgentDesk &desk)
{
    Prospect prospect { agent.id, agent.name, false, std::nullopt, {} };
    const auto add = [&](const char16_t *code, const QString &text) { prospect.obstacles.push_back({ QString::fromUtf16(code), text }); };
    const auto least = leastAge(*subject.configuration, agent, *subject.queue, subject.terms);
    if (!least) {
        const bool otherQueues = !agent.queueIds.isEmpty() && !agent.queueIds.contains(subject.queue->id);
        add(otherQueues ? u"otherQueues" : u"missingSkill", otherQueues ? QStringLiteral("serves other queues only") : QStringLiteral("lacks a skill or its level"));
        return prospect;
    }
    if (subject.aging.age(subject.record.anchor, subject.snapshot.now()) >= *least) {
        prospect.eligibleFrom = subject.snapshot.now();
    } else {
        prospect.eligibleFrom = subject.aging.reaches(subject.record.anchor, *least);
        add(u"notYetEligible", QStringLiteral("may have it only when it is older"));
    }
    if (desk.status.state != AgentState::Ready)
        add(u"notReady", QStringLiteral("is %1").arg(agentStateName(desk.status.state)));
    else if (!desk.isReadyFor(subject.terms.channel))
        add(u"channelNotReady", QStringLiteral("is not ready for channel %1").arg(subject.terms.channel));
    if (freeCapacity(agent, desk, subject.terms.channel) < subject.queue->weight)
        add(u"atCapacity", QStringLiteral("has no free capacity"));
    if (hasRefused(subject, agent.id))
        add(u"refused", QStringLiteral("declined it, let its offer pass or released it a moment ago"));
    prospect.couldTakeNow = prospect.obstacles.empty();
    return prospect;
}

std::vector<Prospect> allProspects(const Subject &subject)
{
    const AgentDesks &desks = subject.snapshot.desks();
    std::vector<Prospect> prospects;
    for (const Agent &agent : subject.configuration->agents()) {
        const auto desk = desks.find(agent.id);
        prospects.push_back(prospectOf(subject, agent, desk == desks.end() ? AgentDesk() : desk->second));
    }
    const auto rank = [](const Prospect &prospect) {
        return std::tuple(!prospect.couldTakeNow, prospect.eligibleFrom.value_or(Instant::max()), prospect.obstacles.size(), prospect.agentId);
    };
    std::sort(prospects.begin(), prospects.end(), [&](const Prospect &left, const Prospect &right) { return rank(left) < rank(right); });
    return prospects;
}

/// What stands in the way of an item that waits.
void explainWaiting(const Subject &subject, Explanation &explanation)
{
    auto &obstacles = explanation.notAssigned;
    const Queue &queue = *subject.queue;
    const Instant now = subject.snapshot.now();
    if (queue.state == QueueState::Paused)
        obstacles.push_back({ QStringLiteral("queuePaused"), QStringLiteral("Queue %1 is paused.").arg(queue.id) });
    if (!isOpen(*subject.configuration, queue, now)) {
        const auto opens = subject.configuration->calendar(queue.calendarId)->nextOpen(now);
        obstacles.push_back({ QStringLiteral("calendarClosed"),
            opens ? QStringLiteral("Queue %1 is closed until %2.").arg(queue.id, toIso(*opens)) : QStringLiteral("The calendar of queue %1 never opens again.").arg(queue.id) });
    }
    int openOffers = 0;
    for (const auto &[agentId, desk] : subject.snapshot.desks())
        openOffers += static_cast<int>(std::count_if(desk.inHand.begin(), desk.inHand.end(), [&](const Assignment &one) { return one.offered && one.queueId == queue.id; }));
    if (queue.mode == DistributionMode::Push && queue.offerLimit && openOffers >= *queue.offerLimit)
        obstacles.push_back({ QStringLiteral("offerLimit"), QStringLiteral("%1 offers of queue %2 are open, which is its limit.").arg(openOffers).arg(queue.id) });

    const auto prospects = allProspects(subject);
    const auto count = [&](const std::function<bool(const Prospect &)> &is) { return std::count_if(prospects.begin(), prospects.end(), is); };
    const auto able = count([](const Prospect &prospect) { return prospect.eligibleFrom.has_value(); });
    const auto eligible = count([&](const Prospect &prospect) { return prospect.eligibleFrom && *prospect.eligibleFrom <= now; });
    const auto free = count([](const Prospect &prospect) { return prospect.couldTakeNow; });
    if (able == 0)
        obstacles.push_back({ QStringLiteral("nobodyAble"), QStringLiteral("No agent serves queue %1 and has the skills that are asked for, now or later.").arg(queue.id) });
    else if (eligible == 0)
        obstacles.push_back({ QStringLiteral("nobodyEligibleYet"), QStringLiteral("Only when it is older may any of %1 agents have it, the first at %2.").arg(able).arg(toIso(*prospects.front().eligibleFrom)) });
    else if (free == 0)
        obstacles.push_back({ QStringLiteral("nobodyFree"), QStringLiteral("Of %1 agents who may have it nobody is ready with free capacity.").arg(eligible) });
    if (obstacles.empty()) {
        const int ahead = explanation.inQueue ? explanation.inQueue->ahead : 0;
        obstacles.push_back(queue.mode == DistributionMode::Pull
                ? Obstacle { QStringLiteral("nobodyAsked"), QStringLiteral("%1 agents could have it as soon as they ask for work; %2 items of the queue come first.").arg(free).arg(ahead) }
                : Obstacle { QStringLiteral("othersFirst"), QStringLiteral("%1 items of the queue come first.").arg(ahead) });
    }
    explanation.prospectCount = static_cast<int>(prospects.size());
    explanation.prospects.assign(prospects.begin(), prospects.begin() + std::min<qsizetype>(Explanation::MostProspects, qsizetype(prospects.size())));
}

/// Why an item that does not wait is with nobody.
void explainStatus(const ItemRecord &record, Explanation &explanation)
{
    const WorkItem &item = record.item;
    auto &obstacles = explanation.notAssigned;
    switch (item.status) {
    case ItemStatus::New:
        obstacles.push_back({ QStringLiteral("notClassified"), QStringLiteral("It has not been classified yet.") });
        break;
    case ItemStatus::Captured:
        obstacles.push_back({ QStringLiteral("asleep"), item.activation ? QStringLiteral("It sleeps until %1.").arg(toIso(*item.activation)) : QStringLiteral("It sleeps.") });
        break;
    case ItemStatus::Held:
        obstacles.push_back({ QStringLiteral("held"), QStringLiteral("It is held since %1. Resume it to let it wait again.").arg(item.held ? toIso(*item.held) : QString()) });
        break;
    case ItemStatus::ErrorHeld:
        obstacles.push_back({ QStringLiteral("errorHeld"), item.error });
        break;
    case ItemStatus::Distributed:
        obstacles.push_back({ QStringLiteral("offered"), QStringLiteral("It is offered to agent %1, who has not answered yet.").arg(item.assignedToUser) });
        break;
    case ItemStatus::Queued:
    case ItemStatus::Assigned:
    case ItemStatus::Completed:
    case ItemStatus::Canceled:
    case ItemStatus::Rejected:
        break;
    }
}

} // namespace

namespace {

void nameOnlySeen(Snapshot &snapshot, const CategoryScope &scope, Position &position)
{
    if (scope.isEverything())
        return;
    std::erase_if(position.first, [&](const Candidate &candidate) {
        const auto ahead = snapshot.item(candidate.key.id);
        return !ahead || !scope.covers(*snapshot.configuration(), ahead->item.categoryId);
    });
}

} // namespace

Explanation explain(Snapshot &snapshot, const ItemRecord &record, const CategoryScope &scope)
{
    Explanation explanation;
    explanation.at = snapshot.now();
    explanation.record = record;
    explanation.steps = upcomingSteps(snapshot, record);
    explainStatus(record, explanation);
    if (!record.classId || isFinal(record.item.status))
        return explanation;
    const auto configuration = snapshot.configuration();
    const WorkClass terms = snapshot.workClass(*record.classId);
    const PrioritizationSchema *schema = configuration->schema(terms.schemaId);
    const Queue *queue = configuration->queue(terms.queueId);
    if (!schema || !queue)
        return explanation;
    const Subject subject { snapshot, record, configuration, terms, schema, queue, Aging(*configuration, terms, *schema) };
    explanation.priority = explainPriority(subject);
    if (record.item.status != ItemStatus::Queued)
        return explanation;
    explanation.inQueue = positionAmong(subject, [&](const WorkClass &other) { return other.queueId == terms.queueId; });
    explanation.overall = positionAmong(subject, [](const WorkClass &) { return true; });
    for (auto *position : { &explanation.inQueue, &explanation.overall })
        nameOnlySeen(snapshot, scope, **position);
    explainWaiting(subject, explanation);
    return explanation;
}

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#include "ordering.h"

#include <queue>

namespace iwd {

namespace {

constexpr int readAtOnce = 16; ///< items of a class that a page reads when it needs more of it

constexpr auto OpenStart = milliseconds::min();
constexpr auto OpenEnd = milliseconds::max();

} // namespace

ClassOrder::ClassOrder(Snapshot &snapshot, qint64 classId, const WorkClass &terms, const PrioritizationSchema &schema, Instant at,
    const std::optional<OrderKey> &after, int readAhead, milliseconds leastAge)
    : m_snapshot(snapshot)
    , m_classId(classId)
    , m_configuration(snapshot.configuration())
    , m_aging(*m_configuration, terms, schema)
    , m_curve(m_configuration->curve(terms.queueId, schema))
    , m_at(at)
    , m_shift(totalShift(terms, schema))
    , m_band(terms.band)
    , m_readAhead(readAhead)
{
    const Instant latest = anchorAtAge(leastAge);
    for (const auto &stretch : m_curve.stretches()) {
        if (stretch.ages.to <= leastAge)
            continue;
        Stretch state;
        state.falling = stretch.falling;
        state.range = { classId, anchorAtAge(stretch.ages.to), anchorAtAge(stretch.ages.from), std::nullopt };
        if (after)
            skipTo(state, stretch, *after);
        state.range.to = std::min(state.range.to, latest);
        state.plateau.to = std::min(state.plateau.to, latest);
        m_stretches.push_back(std::move(state));
    }
}

/// Ages [from, to) are anchors (anchorAtAge(to), anchorAtAge(from)].
Instant ClassOrder::anchorAtAge(milliseconds age) const
{
    if (age == OpenStart)
        return Instant::max();
    if (age == OpenEnd)
        return Instant::min();
    return m_aging.latestAnchor(age, m_at);
}

OrderKey ClassOrder::keyOf(const Waiting &place) const
{
    return { m_curve.valueAt(m_aging.age(place.anchor, m_at)) + m_shift, m_band, m_aging.epoch(place.anchor), m_aging.rest(place.anchor), place.id };
}

/// The least age of the stretch at which the curve has reached @p value in the direction of the stretch (at least it where the
/// curve rises, at most it where it falls), or the stretch's end. Bisection: the curve is monotone there.
milliseconds ClassOrder::youngestAgeWith(const PriorityCurve::Stretch &stretch, qint64 value) const
{
    const auto reached = [&](milliseconds age) { return stretch.falling ? m_curve.valueAt(age) <= value : m_curve.valueAt(age) >= value; };
    // Outside of its points the curve is constant, so the open ends may be cut there.
    milliseconds low = std::max(stretch.ages.from, milliseconds(-1));
    milliseconds high = std::min(stretch.ages.to, PriorityCurve::MaxAge + milliseconds(2));
    if (reached(low))
        return stretch.ages.from;
    if (!reached(high - milliseconds(1)))
        return stretch.ages.to;
    while (high - low > milliseconds(1)) {
        const milliseconds middle = low + (high - low) / 2;
        (reached(middle) ? high : low) = middle;
    }
    return high;
}

/// Behind which place of this class the key lies. It may be the key of another class's item, which no anchor of this one hits.
Waiting ClassOrder::placeOf(const OrderKey &key) const
{
    const Instant anchor = m_aging.lastAnchorUpTo(key.epoch, key.rest);
    const bool hit = m_aging.epoch(anchor) == key.epoch && m_aging.rest(anchor) == key.rest;
    return { anchor, hit ? key.id : ItemId { std::numeric_limits<qint64>::max() } };
}

void ClassOrder::skipTo(Stretch &state, const PriorityCurve::Stretch &stretch, const OrderKey &after)
{
    const qint64 value = qint64(after.priority) - m_shift;
    const Waiting last = placeOf(after);
    if (!stretch.falling) {
        // Oldest first: whoever is old enough for more than the value has been handed out.
        const bool tiesAreLeft = m_band <= after.band;
        state.range.from = anchorAtAge(youngestAgeWith(stretch, tiesAreLeft ? value + 1 : value));
        if (m_band == after.band) {
            // Inside the group of equal priority the place decides. Behind it all is left, however old: another class's epochs say nothing here.
            const Instant endOfTies = anchorAtAge(youngestAgeWith(stretch, value));
            if (last.anchor > endOfTies)
                state.range.from = endOfTies;
            else if (last.anchor > state.range.from)
                state.range.after = last;
        }
    } else {
        // Youngest first: whoever is young enough for more than the value has been handed out.
        const bool tiesAreLeft = m_band <= after.band;
        state.range.to = anchorAtAge(youngestAgeWith(stretch, tiesAreLeft ? value : value - 1));
        if (m_band == after.band) {
            const milliseconds from = youngestAgeWith(stretch, value);
            const milliseconds to = youngestAgeWith(stretch, value - 1);
            if (from < to) {
                state.plateau = { m_classId, anchorAtAge(to), anchorAtAge(from), last };
                state.range.to = state.plateau.from;
                state.inPlateau = true;
            }
        }
    }
}

/// Finds the next group of equal priority on a falling stretch.
bool ClassOrder::openPlateau(Stretch &state)
{
    const auto youngest = m_snapshot.newestWaiting(state.range);
    if (!youngest)
        return false;
    const auto ages = m_curve.plateau(m_aging.age(youngest->anchor, m_at));
    state.plateau = { m_classId, std::max(state.range.from, anchorAtAge(ages.to)), std::min(state.range.to, anchorAtAge(ages.from)), std::nullopt };
    state.range.to = state.plateau.from;
    state.inPlateau = true;
    return true;
}

void ClassOrder::fill(Stretch &state)
{
    while (state.read.empty() && !state.exhausted) {
        if (state.falling && !state.inPlateau && !openPlateau(state)) {
            state.exhausted = true;
            return;
        }
        take(state, m_snapshot.waiting(state.current(), m_readAhead), m_readAhead);
    }
}

void ClassOrder::take(Stretch &state, const std::vector<Waiting> &places, int limit)
{
    state.read.assign(places.begin(), places.end());
    if (!places.empty())
        (state.falling ? state.plateau : state.range).after = places.back();
    if (static_cast<int>(places.size()) < limit) {
        state.inPlateau = false;
        state.exhausted = !state.falling || state.range.to <= state.range.from;
    }
}

std::vector<WaitingRange> ClassOrder::wanted() const
{
    std::vector<WaitingRange> ranges;
    for (const Stretch &stretch : m_stretches) {
        if (stretch.wants())
            ranges.push_back(stretch.current());
    }
    return ranges;
}

void ClassOrder::give(std::span<const std::vector<Waiting>> places, int limit)
{
    auto next = places.begin();
    for (Stretch &stretch : m_stretches) {
        if (stretch.wants())
            take(stretch, *next++, limit);
    }
}

ClassOrder::Stretch *ClassOrder::best()
{
    Stretch *best = nullptr;
    for (Stretch &stretch : m_stretches) {
        fill(stretch);
        if (!stretch.read.empty() && (!best || keyOf(stretch.read.front()).before(keyOf(best->read.front()))))
            best = &stretch;
    }
    return best;
}

std::optional<Candidate> ClassOrder::head()
{
    Stretch *stretch = best();
    if (!stretch)
        return std::nullopt;
    const Waiting &place = stretch->read.front();
    return Candidate { keyOf(place), m_classId, m_aging.age(place.anchor, m_at) };
}

void ClassOrder::pop()
{
    if (Stretch *stretch = best())
        stretch->read.pop_front();
}

std::optional<Candidate> headOfClass(Snapshot &snapshot, qint64 classId, const WorkClass &terms, const PrioritizationSchema &schema, Instant at,
    const std::optional<Waiting> &oldest, milliseconds leastAge)
{
    const auto configuration = snapshot.configuration();
    const PriorityCurve &curve = configuration->curve(terms.queueId, schema);
    const auto &stretches = curve.stretches();
    if (oldest && stretches.size() == 1 && !stretches.front().falling) {
        const Aging aging(*configuration, terms, schema);
        const milliseconds age = aging.age(oldest->anchor, at);
        if (age < leastAge)
            return std::nullopt;
        return Candidate { { curve.valueAt(age) + totalShift(terms, schema), terms.band, aging.epoch(oldest->anchor), aging.rest(oldest->anchor), oldest->id }, classId, age };
    }
    return ClassOrder(snapshot, classId, terms, schema, at, std::nullopt, 1, leastAge).head();
}

std::vector<Candidate> waitingInOrder(
    Snapshot &snapshot, const std::function<bool(const WorkClass &)> &accepts, Instant at, const std::optional<OrderKey> &after, int limit)
{
    const auto configuration = snapshot.configuration();
    struct Source
    {
        std::unique_ptr<ClassOrder> order;
        size_t wanted; ///< how many ranges
        Candidate head = {};
    };
    const auto worse = [](const Source *left, const Source *right) { return right->head.key.before(left->head.key); };
    std::vector<Source> sources;
    std::vector<WaitingRange> wanted;
    for (const auto &[classId, oldest] : snapshot.oldestWaiting()) {
        const WorkClass terms = snapshot.workClass(classId);
        const PrioritizationSchema *schema = configuration->schema(terms.schemaId);
        if (!schema || !accepts(terms))
            continue;
        auto order = std::make_unique<ClassOrder>(snapshot, classId, terms, *schema, at, after, readAtOnce);
        const auto ranges = order->wanted();
        wanted.insert(wanted.end(), ranges.begin(), ranges.end());
        sources.push_back({ std::move(order), ranges.size() });
    }
    // Of many classes each gives little to a page.
    const int first = std::clamp(2 * limit / static_cast<int>(sources.size() + 1), 2, readAtOnce);
    const auto read = snapshot.waiting(wanted, first);
    std::span places(read);
    std::priority_queue<Source *, std::vector<Source *>, decltype(worse)> queue(worse);
    for (Source &source : sources) {
        source.order->give(places.first(source.wanted), first);
        places = places.subspan(source.wanted);
        if (const auto head = source.order->head()) {
            source.head = *head;
            queue.push(&source);
        }
    }
    std::vector<Candidate> page;
    while (!queue.empty() && static_cast<int>(page.size()) < limit) {
        Source *source = queue.top();
        queue.pop();
        page.push_back(source->head);
        source->order->pop();
        if (const auto next = source->order->head()) {
            source->head = *next;
            queue.push(source);
        }
    }
    return page;
}

} // namespace iwd

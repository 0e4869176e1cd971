// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aging.h"
#include "placement.h"

#include <deque>
#include <functional>
#include <span>
#include <vector>

namespace iwd {

/// What decides between two waiting items: the higher effective priority; then the higher business value band; then the older epoch; among due dates
/// in the same closed hours, which share their epoch, the earlier one; then the lower id. The order is total, so it is the same for everybody who looks at the same instant.
struct OrderKey
{
    int priority = 0;
    int band = 0;
    Instant epoch;
    milliseconds rest { 0 }; ///< see Aging
    ItemId id;

    [[nodiscard]] bool before(const OrderKey &other) const
    {
        return std::tie(other.priority, other.band, epoch, rest, id) < std::tie(priority, band, other.epoch, other.rest, other.id);
    }
    bool operator==(const OrderKey &) const = default;
};

struct Candidate
{
    OrderKey key;
    qint64 classId = 0;
    milliseconds age { 0 }; ///< as the curve counts it
};

/// Walks the waiting items of one class in strict order without sorting or reading more than it hands out.
///
/// On a stretch of the curve that never falls with age the oldest item is first; on one that falls, the youngest group of equal
/// priority (a plateau), and inside the group the oldest. So each stretch is a range of the index, or a chain of ranges.
class ClassOrder
{
public:
    /// @param schema must outlive this; @param after items up to and including this key are left out; @param leastAge items whose age,
    /// counted as for the curve, is less are left out
    ClassOrder(Snapshot &snapshot, qint64 classId, const WorkClass &terms, const PrioritizationSchema &schema, Instant at,
        const std::optional<OrderKey> &after = std::nullopt, int readAhead = 1, milliseconds leastAge = milliseconds::min());

    /// What has to be read for head(), as far as that is known before anything is read; give() brings it. So the beginnings of many classes are read at once.
    [[nodiscard]] std::vector<WaitingRange> wanted() const;
    /// @param places a list for each range of wanted(), of which none has more than @p limit
    void give(std::span<const std::vector<Waiting>> places, int limit);

    /// @returns the best one left, or nothing
    [[nodiscard]] std::optional<Candidate> head();
    void pop();

private:
    struct Stretch
    {
        WaitingRange range; ///< what is left of the stretch, in anchors
        bool falling = false;
        WaitingRange plateau; ///< falling: what is left of the current group
        bool inPlateau = false;
        std::deque<Waiting> read;
        bool exhausted = false;

        [[nodiscard]] bool wants() const { return read.empty() && !exhausted && (!falling || inPlateau); }
        [[nodiscard]] const WaitingRange &current() const { return falling ? plateau : range; }
    };

    [[nodiscard]] Instant anchorAtAge(milliseconds age) const;
    [[nodiscard]] OrderKey keyOf(const Waiting &place) const;
    [[nodiscard]] Waiting placeOf(const OrderKey &key) const;
    [[nodiscard]] milliseconds youngestAgeWith(const PriorityCurve::Stretch &stretch, qint64 value) const;
    void skipTo(Stretch &state, const PriorityCurve::Stretch &stretch, const OrderKey &after);
    void fill(Stretch &state);
    /// @param places of the range that the stretch is at
    void take(Stretch &state, const std::vector<Waiting> &places, int limit);
    bool openPlateau(Stretch &state);
    Stretch *best();

    Snapshot &m_snapshot;
    qint64 m_classId;
    std::shared_ptr<const ConfigurationSnapshot> m_configuration;
    Aging m_aging;
    const PriorityCurve &m_curve;
    Instant m_at;
    int m_shift;
    int m_band;
    int m_readAhead;
    std::vector<Stretch> m_stretches;
};

/// The best waiting item of a class. @param oldest the class's oldest waiting item, when it is known: saves the probe on curves that never fall;
/// @param leastAge items whose age, counted as for the curve, is less are left out
[[nodiscard]] std::optional<Candidate> headOfClass(Snapshot &snapshot, qint64 classId, const WorkClass &terms, const PrioritizationSchema &schema, Instant at,
    const std::optional<Waiting> &oldest, milliseconds leastAge = milliseconds::min());

/// A page of the Universal Queue in strict order: a merge of the classes.
/// @param accepts which classes count; @param at the instant that decides, the same for all pages of a listing
[[nodiscard]] std::vector<Candidate> waitingInOrder(
    Snapshot &snapshot, const std::function<bool(const WorkClass &)> &accepts, Instant at, const std::optional<OrderKey> &after, int limit);

} // namespace iwd

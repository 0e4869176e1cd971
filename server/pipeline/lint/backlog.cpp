// SPDX-License-Identifier: Apache-2.0
#include "backlog.h"

namespace iwd {

namespace {

constexpr size_t ClassesAtOnce = 20;

} // namespace

std::vector<WaitingClass> waitingByClass(Snapshot &snapshot, int most, int samples)
{
    std::vector<WaitingClass> classes;
    for (const auto &[id, oldest] : snapshot.oldestWaiting())
        classes.push_back({ id, {}, oldest, 0, true, {} });
    for (WaitingClass &one : classes)
        one.terms = snapshot.workClass(one.id);
    int left = most;
    for (size_t from = 0; from < classes.size(); from += ClassesAtOnce) {
        const auto portion = std::span(classes).subspan(from, std::min(ClassesAtOnce, classes.size() - from));
        std::vector<WaitingRange> ranges;
        for (const WaitingClass &one : portion)
            ranges.push_back({ one.id, Instant::min(), Instant::max(), std::nullopt });
        // Of every class something is looked at, however many there are.
        const int limit = std::max(samples + 1, left / static_cast<int>(ClassesAtOnce));
        const auto places = snapshot.waiting(ranges, limit);
        for (size_t i = 0; i < portion.size() && i < places.size(); ++i) {
            portion[i].count = static_cast<qint64>(places[i].size());
            portion[i].exact = portion[i].count < limit;
            left -= static_cast<int>(places[i].size());
            for (const Waiting &place : std::span(places[i]).first(std::min(places[i].size(), static_cast<size_t>(samples))))
                portion[i].samples.push_back(place.id);
        }
        left = std::max(left, 0);
    }
    return classes;
}

} // namespace iwd

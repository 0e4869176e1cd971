// SPDX-License-Identifier: Apache-2.0
#include "sqltransaction.h"

namespace iwd {

namespace {

constexpr qint64 sampleSize = 2'000; ///< how many items a count looks at to estimate

} // namespace

MatchCount SqlTransaction::countMatches(const ItemSearch &search, int exactUpTo)
{
    const qint64 counted = countUpTo(search, exactUpTo + 1);
    if (failed())
        return {};
    return counted <= exactUpTo ? MatchCount { counted, true } : MatchCount { std::max(counted, estimateMatches(search)), false };
}

/// Items are numbered without gaps, but for other tenants' ones where tenants share the numbers: so evenly spaced numbers are a fair sample.
qint64 SqlTransaction::estimateMatches(const ItemSearch &search)
{
    qint64 first = 0;
    qint64 last = 0;
    {
        auto row = statement("search/range");
        if (!row.run() || !row.next())
            return 0;
        first = row.integer(0);
        last = row.integer(1);
    }
    const qint64 range = last - first + 1;
    const auto size = std::min(sampleSize, range);
    const double step = double(range) / double(size);
    std::vector<ItemId> sample;
    for (qint64 i = 0; i < size; ++i)
        sample.push_back({ first + static_cast<qint64>((double(i) + 0.5) * step) });
    const auto found = matching(search, sample);
    return static_cast<qint64>(double(found.size()) / double(size) * double(range));
}

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/report/livefigures.h>
#include <pipeline/store.h>

namespace iwd {

enum class Severity {
    Hint, ///< worth knowing: something is of no use
    Warning, ///< will hardly do what its author meant
    Error, ///< work is stuck, or will be
};

[[nodiscard]] QString severityName(Severity severity); ///< "hint", "warning", "error"

/// Something that is wrong with the configuration, or with what it makes of the work that is there.
struct Finding
{
    QLatin1StringView code; ///< stable: what programs go by
    Severity severity = Severity::Warning;
    QString kind; ///< of the object, as configKindName() has it; empty: it is about the work as a whole
    QString id;
    QString field; ///< the part of the object, as a path: "rule", "overflow[1]"; empty: all of it
    QString text; ///< what is wrong and what to do, for people
    std::optional<qint64> items; ///< how many are concerned; nothing where that is no question
    bool itemsExact = true; ///< else there are at least so many
    QStringList sampleItems; ///< ids of a few of them
};

/// How much is looked at, so that it costs no more with a million items than with some thousands.
struct LintLimits
{
    int waiting = 100'000; ///< waiting items that are counted one by one
    int arrivals = 50'000; ///< the youngest items, in which capture points are looked for
    int samples = 5; ///< ids of items named in a finding
};

/// What there is to be found, the most severe first, then by code and object. Every finding is true of this moment, as far as is said in its text; a rule is called impossible only
/// where that is proved (domain/contradiction.h). An empty list does not promise that nothing is wrong.
///
/// It looks at the whole configuration and, within the limits, at what waits: call it in Store::search().
/// @param figures of the tenant, just now
[[nodiscard]] std::vector<Finding> lint(Snapshot &snapshot, const LiveFigures::Figures &figures, const LintLimits &limits = {});

} // namespace iwd

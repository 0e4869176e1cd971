// SPDX-License-Identifier: Apache-2.0
#include "checks.h"

#include <pipeline/report/classspread.h>

namespace iwd {

using namespace Qt::StringLiterals;

QString severityName(Severity severity)
{
    switch (severity) {
    case Severity::Hint:
        return u"hint"_s;
    case Severity::Warning:
        return u"warning"_s;
    case Severity::Error:
        return u"error"_s;
    }
    Q_UNREACHABLE();
}

void Concerned::add(const WaitingClass &one)
{
    count += one.count;
    exact = exact && one.exact;
    samples.insert(samples.end(), one.samples.begin(), one.samples.end());
}

void Concerned::fill(Finding &finding, const LintLimits &limits) const
{
    finding.items = count;
    finding.itemsExact = exact;
    std::vector<ItemId> oldest = samples;
    std::sort(oldest.begin(), oldest.end());
    for (const ItemId id : std::span(oldest).first(std::min(oldest.size(), static_cast<size_t>(limits.samples))))
        finding.sampleItems.append(id.toString());
}

QString Concerned::inWords() const
{
    const QString number = exact ? QString::number(count) : u"at least %1"_s.arg(count);
    return number + (count == 1 && exact ? u" item"_s : u" items"_s);
}

Finding aFinding(QLatin1StringView code, Severity severity, ConfigKind kind, const QString &id, const QString &text, const QString &field)
{
    return { code, severity, configKindName(kind), id, field, text, std::nullopt, true, {} };
}

void checkClasses(const LintMatter &matter, std::vector<Finding> &findings)
{
    for (const auto &[queueId, spread] : crowdedQueues(matter.snapshot)) {
        if (const Queue *queue = matter.configuration.queue(queueId))
            findings.push_back(aFinding("queue.many_classes"_L1, Severity::Warning, ConfigKind::Queue, queueId, crowdingText(*queue, spread)));
    }
}

std::vector<Finding> lint(Snapshot &snapshot, const LiveFigures::Figures &figures, const LintLimits &limits)
{
    const auto configuration = snapshot.configuration();
    std::vector<Finding> findings;
    const LintMatter matter { snapshot, *configuration, figures, limits, waitingByClass(snapshot, limits.waiting, limits.samples) };
    for (const auto check : { checkCategories, checkService, checkSkills, checkOverflow, checkUse, checkSources, checkErrorHeld, checkClasses })
        check(matter, findings);
    std::stable_sort(findings.begin(), findings.end(), [](const Finding &left, const Finding &right) {
        return left.severity != right.severity ? left.severity > right.severity : std::tie(left.code, left.id, left.field) < std::tie(right.code, right.id, right.field);
    });
    return findings;
}

} // namespace iwd

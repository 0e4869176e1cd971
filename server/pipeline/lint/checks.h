// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "backlog.h"
#include "lint.h"

namespace iwd {

/// What all checks look at.
struct LintMatter
{
    Snapshot &snapshot;
    const ConfigurationSnapshot &configuration;
    const LiveFigures::Figures &figures;
    const LintLimits &limits;
    std::vector<WaitingClass> waiting;
};

/// How many of the waiting items are concerned, and which.
struct Concerned
{
    qint64 count = 0;
    bool exact = true;
    std::vector<ItemId> samples;

    void add(const WaitingClass &one);
    /// Writes it into a finding.
    void fill(Finding &finding, const LintLimits &limits) const;
    [[nodiscard]] QString inWords() const; ///< "12 items", "at least 100,000 items"
};

[[nodiscard]] Finding aFinding(QLatin1StringView code, Severity severity, ConfigKind kind, const QString &id, const QString &text, const QString &field = {});

// Each appends what it finds.
void checkCategories(const LintMatter &matter, std::vector<Finding> &findings); ///< rules that cannot match, categories that lead nowhere
void checkService(const LintMatter &matter, std::vector<Finding> &findings); ///< queues, segments and items that nobody can serve; agents who can serve nothing
void checkSkills(const LintMatter &matter, std::vector<Finding> &findings);
void checkOverflow(const LintMatter &matter, std::vector<Finding> &findings); ///< rules that can never fire
void checkUse(const LintMatter &matter, std::vector<Finding> &findings); ///< schemas and calendars that nobody uses, calendars that never open
void checkSources(const LintMatter &matter, std::vector<Finding> &findings); ///< capture points that have fallen silent
void checkErrorHeld(const LintMatter &matter, std::vector<Finding> &findings);
void checkClasses(const LintMatter &matter, std::vector<Finding> &findings); ///< queues whose items are of too many work classes

} // namespace iwd

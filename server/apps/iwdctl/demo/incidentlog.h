// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/instant.h>

#include <vector>

namespace iwd::demo {

/// One incident as the service desk recorded it. Unknown values are empty.
struct Incident
{
    struct Update
    {
        Instant at;
        QString state;
        QString group;
        QString assignedTo;
        int reopenCount = 0;
    };

    QString number;
    Instant opened;
    QString category;
    QString subcategory;
    QString symptom;
    QString location;
    QString caller;
    QString contactType;
    QString impact;
    QString urgency;
    QString priority;
    QString resolvedBy;
    std::vector<Update> updates; ///< in order of time, at least one
};

/// Reads the file that resources/demo/README.md describes; incidents in order of opening.
[[nodiscard]] Result<std::vector<Incident>> readIncidents(const QByteArray &csv);

enum class StepKind {
    Hold, ///< the user has to answer first
    Resume,
    Reassign, ///< to another group
    HandOver, ///< to somebody else of the same group
    Resolve,
    Reopen,
};

/// What the player has to do to an item, and when in the incident's own time.
struct Step
{
    StepKind kind = StepKind::Resolve;
    Instant at;
    QString group; ///< of a Reassign
    QString reason; ///< of a Hold: the incident's state

    bool operator==(const Step &) const = default;
};

/// The steps after the opening. Every incident ends resolved: one whose record ends earlier does so at its last update.
[[nodiscard]] std::vector<Step> stepsOf(const Incident &incident);

} // namespace iwd::demo

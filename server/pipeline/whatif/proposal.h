// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/store.h>

namespace iwd {

/// Agents as they might be: so many of one kind.
struct StaffGroup
{
    int agents = 0;
    QStringList queueIds; ///< that they serve; empty: all that the skills allow
    SkillLevels skills;
    int capacity = 1;
};

/// An object as it would be, in the place of the one with its id or besides those that there are.
struct ProposedObject
{
    ConfigKind kind = ConfigKind::Queue;
    QString id;
    QJsonObject document; ///< as decoded and encoded again by the contract
    QString path; ///< where it stood in what was sent: "queues[0]"
};

enum class StaffBasis {
    Present, ///< agents that are logged in
    All,
};

/// What is to be tried.
struct Proposal
{
    static constexpr int MaxObjects = 500;
    static constexpr int MaxStaffGroups = 100;
    static constexpr int MaxStaff = 5'000; ///< in all groups together
    static constexpr int MaxFirst = 50;
    static constexpr std::chrono::hours MaxHorizon { 7 * 24 };

    std::vector<ProposedObject> objects;
    std::vector<StaffGroup> staff; ///< who works in the proposed case, instead of all agents; empty: those who do
    StaffBasis basis = StaffBasis::Present; ///< whose work is reckoned with; when nobody is present, that of all
    int first = 10; ///< how many of those who come next are told of each queue
    std::chrono::hours horizon { 8 }; ///< of the forecast; 0: none
};

/// The configuration as it would be. Nothing is written.
/// @returns an Error about the first object that would be refused, with its path
[[nodiscard]] Result<std::shared_ptr<const ConfigurationSnapshot>> proposedConfiguration(Snapshot &snapshot, const Proposal &proposal);

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/store.h>

#include <span>

namespace iwd {

/// Above so many work classes of one queue in which something waits, somebody should know: every taking looks at the head of each of them.
inline constexpr int ManyWorkClasses = 2'000;

/// What two classes of a queue can differ by.
enum class ClassTerm { Schema, BusinessValue, Shift, DueDate, Channel, Skill, Calendar, Agent, Group, Segment };

/// How the work of one queue is spread over classes.
struct ClassSpread
{
    int classes = 0;
    ClassTerm widest = ClassTerm::Schema; ///< what multiplies them most: did all items agree in it, the fewest would be left. Of equals the first of ClassTerm
    int withoutWidest = 0; ///< how many would be left
};

/// @param classes of one queue, each once
[[nodiscard]] ClassSpread classSpread(std::span<const WorkClass> classes);

/// How many classes of each queue something waits in; queues in which nothing waits are absent. Costs a look-up in memory a class.
[[nodiscard]] std::map<QString, int> waitingClasses(Snapshot &snapshot);

/// The spread of each queue with more than @p most such classes.
[[nodiscard]] std::map<QString, ClassSpread> crowdedQueues(Snapshot &snapshot, int most = ManyWorkClasses);

/// A sentence for whoever looks after the queue: how many classes, what multiplies them, and what can be done about it.
/// @param queue whose attribute of division the sentence may name
[[nodiscard]] QString crowdingText(const Queue &queue, const ClassSpread &spread);

} // namespace iwd

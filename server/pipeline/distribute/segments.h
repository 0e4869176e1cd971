// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/prioritize/ordering.h>

#include <span>

namespace iwd {

/// The segment that an item belongs to in a divided queue, as WorkClass::segment holds it: with a mark of how the queue divided its work then, so that
/// classes made under another division can be told. Empty when the queue does not divide its work.
[[nodiscard]] QString segmentTerm(const Queue &queue, const WorkItem &item);

/// The segment of a class: the attribute's value, or empty for all that has no share of its own, or was placed under another division.
[[nodiscard]] QString segmentOf(const Queue &queue, const WorkClass &terms);

/// Whether the class was made under another division of its queue, so that its items have to be placed again.
[[nodiscard]] bool isOfOldDivision(const Queue &queue, const WorkClass &terms);

/// The best item that could be taken from one class, with what decides whose turn it is.
struct Choice
{
    Candidate candidate;
    const Queue *queue;
    QString segment;
};

/// Which of several items is taken: the first in the order of the Universal Queue; but of a divided queue the best item of the segment whose
/// turn it is. Turns follow start-time fair queueing (Goyal, Vin, Cheng 1996): of the items taken while a segment waits and could be
/// taken, it gets at least its share of all but one for each other segment, less one; one that was empty saves up nothing.
/// @returns null when there is nothing to choose from
[[nodiscard]] const Choice *chosen(Transaction &transaction, std::span<const Choice> choices);

/// Notes that an item of the segment was taken; does nothing for a queue that is not divided.
void noteTurn(Transaction &transaction, const Queue &queue, const QString &segment);

} // namespace iwd

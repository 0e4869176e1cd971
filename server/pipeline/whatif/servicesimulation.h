// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/configurationsnapshot.h>
#include <pipeline/itemrecord.h>

#include <map>
#include <span>
#include <vector>

namespace iwd {

/// An item in a simulation.
struct SimulatedItem
{
    Instant arrives; ///< the beginning of the simulation, when it waits already
    Instant anchor; ///< see WorkClass
    int terms = -1; ///< index of its class; negative: it is not in the order
    double handlingSeconds = 0;
};

struct SimulatedAgent
{
    Agent agent;
    milliseconds busyFor { 0 }; ///< with what it has in hand at the beginning
};

/// What became of a queue's items.
struct SimulatedQueue
{
    qint64 missed = 0; ///< the SLA ended during the simulation, and the item was not completed by then
    qint64 completed = 0;
    qint64 waiting = 0; ///< at the end
};

struct SimulationOutcome
{
    std::map<QString, SimulatedQueue> queues;
    double busySeconds = 0; ///< of all agents
    qint64 steps = 0;
    bool finished = true; ///< else it took too many steps and was broken off
};

/// Plays how agents serve items for a while, event by event (discrete event simulation; Law: Simulation Modeling and Analysis, chapter 1): each free agent takes the first item in the order of the Universal Queue that it may
/// have, by skills, relaxation, capacity, states and calendars of queues. Inside of a class the oldest item comes first or, on a curve that falls, the youngest where it is worth more.
/// Offers are taken at once. What is not played: shares of divided queues, overflow, holding, and agents who come and go.
///
/// The same input has the same outcome.
/// @param classes terms of the items
/// @param mostSteps looks at heads of classes; then it is broken off
[[nodiscard]] SimulationOutcome simulateService(const ConfigurationSnapshot &configuration, std::span<const WorkClass> classes, std::span<const SimulatedItem> items, std::span<const SimulatedAgent> agents,
    Instant from, Instant to, qint64 mostSteps);

} // namespace iwd

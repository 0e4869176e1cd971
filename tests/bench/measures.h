// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "options.h"
#include "report.h"
#include "yardstick.h"

namespace iwd::bench {

/// The HTTP edge alone.
void measureEdge(const Options &options, Yardstick &yardstick, Report &report);
/// Single POSTs beside the database alone with one row a transaction.
void measureSingles(const Options &options, Yardstick &yardstick, Report &report);
/// Arrays beside the database alone in batches.
void measureArrays(const Options &options, Yardstick &yardstick, Report &report);
/// From POST to the agent whose request waits for it.
void measureLatency(const Options &options, Yardstick &yardstick, Report &report);
/// From POST to those who follow items live.
void measureLive(const Options &options, Yardstick &yardstick, Report &report);
/// Many agents at once who take items and complete them.
void measureCycles(const Options &options, Yardstick &yardstick, Report &report);
/// Taking, pages, memory and a change of the curve while more and more items wait.
void measureGrowth(const Options &options, Yardstick &yardstick, Report &report);
/// Mixed traffic for minutes: what grows without bound shows.
void measureSoak(const Options &options, Yardstick &yardstick, Report &report);
/// The same work by job queues that one scripts around PostgreSQL and Redis.
void measureOthers(const Options &options, Yardstick &yardstick, Report &report);

} // namespace iwd::bench

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "options.h"
#include "report.h"

namespace iwd::bench {

/// The HTTP edge alone.
void measureEdge(const Options &options, Report &report);
/// Single POSTs beside raw SQLite with one row a transaction.
void measureSingles(const Options &options, Report &report);
/// Arrays beside raw SQLite in batches.
void measureArrays(const Options &options, Report &report);
/// From POST to the agent whose request waits for it.
void measureLatency(const Options &options, Report &report);
/// Taking, pages, memory and a change of the curve while more and more items wait.
void measureGrowth(const Options &options, Report &report);

} // namespace iwd::bench

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "httpload.h"
#include "options.h"
#include "processes.h"
#include "workload.h"

#include <functional>
#include <vector>

namespace iwd::bench {

// What a server of ours is given to do; several measures ask for the same.

/// Single POSTs for a while, each connection waiting for its answer.
[[nodiscard]] LoadOutcome postSingles(const Server &server, Workload &workload, int connections, double seconds);
/// Arrays for a while, as options say.
[[nodiscard]] LoadOutcome postArrays(const Server &server, Workload &workload, const Options &options);
/// Sends @p items in arrays.
/// @param progress called now and then with how many were sent; may be empty
void fill(const Server &server, Workload &workload, const Options &options, qint64 items, const std::function<void(qint64)> &progress = {});
/// Gives up unless @p items are there, as many as were acknowledged.
void checkAccepted(const Server &server, qint64 items);

/// The first captureId of an item's JSON; empty when there is none.
[[nodiscard]] QByteArray captureIdIn(QByteArrayView json);
/// The body that completes what an answer of get-next gave.
[[nodiscard]] QByteArray completion(QByteArrayView answer);

struct Cycles
{
    qint64 count = 0;
    double seconds = 0;
    std::vector<double> takings; ///< milliseconds

    [[nodiscard]] double perSecond() const { return static_cast<double>(count) / seconds; }
};
/// Each connection takes the best item and completes it, again and again, until @p mayTake refuses.
[[nodiscard]] Cycles takeAndComplete(const Server &server, int connections, const std::function<bool()> &mayTake);

/// Changes a curve, and takes and completes the next item, which has to be of the new order.
/// @returns of each change, milliseconds from the request that changes it to the answer with that item
[[nodiscard]] std::vector<double> changeCurves(const Server &server, int changes);

} // namespace iwd::bench

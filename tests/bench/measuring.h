// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "httpload.h"

#include <QByteArray>
#include <QJsonObject>

#include <chrono>
#include <vector>

namespace iwd::bench {

using Clock = std::chrono::steady_clock;

[[nodiscard]] Clock::duration duration(double seconds);
[[nodiscard]] double secondsSince(Clock::time_point start);
[[nodiscard]] double milliseconds(Nanoseconds time);

/// @param part 0.99 for the 99th percentile, 1 for the largest
[[nodiscard]] double quantile(std::vector<double> values, double part);

[[nodiscard]] QByteArray compact(const QJsonObject &object);

/// Gives requests for a while.
class ForSeconds
{
public:
    explicit ForSeconds(double seconds)
        : m_end(Clock::now() + duration(seconds))
    {
    }
    [[nodiscard]] bool over() const { return Clock::now() >= m_end; }

private:
    Clock::time_point m_end;
};

/// What a run cost the server and this program, in seconds of CPU.
struct Cost
{
    explicit Cost(qint64 process);
    void end();

    qint64 process;
    double server;
    double own;
};

/// Gives up when a request failed.
void checkAllGood(const LoadOutcome &outcome);
void checkGood(const HttpConnections::Answer &answer);

} // namespace iwd::bench

// SPDX-License-Identifier: Apache-2.0
#include "measuring.h"

#include "failure.h"
#include "processes.h"

#include <QJsonDocument>

#include <algorithm>

namespace iwd::bench {

Clock::duration duration(double seconds)
{
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

double secondsSince(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

double milliseconds(Nanoseconds time)
{
    return std::chrono::duration<double, std::milli>(time).count();
}

double quantile(std::vector<double> values, double part)
{
    if (values.empty())
        return 0;
    const auto at = std::min(values.size() - 1, static_cast<size_t>(part * static_cast<double>(values.size())));
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
    return values[at];
}

QByteArray compact(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

Cost::Cost(qint64 process)
    : process(process)
    , server(cpuSeconds(process))
    , own(ownCpuSeconds())
{
}

void Cost::end()
{
    server = cpuSeconds(process) - server;
    own = ownCpuSeconds() - own;
}

void checkAllGood(const LoadOutcome &outcome)
{
    if (outcome.failures > 0)
        giveUp(QStringLiteral("%1 of %2 requests failed, the first with: %3").arg(outcome.failures).arg(outcome.answers).arg(QString::fromUtf8(outcome.firstFailure)));
}

void checkGood(const HttpConnections::Answer &answer)
{
    if (answer.status != 200)
        giveUp(QStringLiteral("A request was answered %1: %2").arg(answer.status).arg(QString::fromUtf8(answer.body)));
}

} // namespace iwd::bench

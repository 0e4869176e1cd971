// SPDX-License-Identifier: Apache-2.0
#include "jobrecord.h"

namespace iwd {

namespace {

const QLatin1StringView namePrefix("job-");

} // namespace

QString jobStateName(JobState state)
{
    switch (state) {
    case JobState::Queued:
        return QStringLiteral("queued");
    case JobState::Running:
        return QStringLiteral("running");
    case JobState::Paused:
        return QStringLiteral("paused");
    case JobState::Finished:
        return QStringLiteral("finished");
    case JobState::Canceled:
        return QStringLiteral("canceled");
    case JobState::Failed:
        return QStringLiteral("failed");
    }
    Q_UNREACHABLE();
}

QString jobName(qint64 id)
{
    return namePrefix + QString::number(id);
}

std::optional<qint64> jobNamed(QStringView name)
{
    if (!name.startsWith(namePrefix))
        return std::nullopt;
    bool isNumber = false;
    const qint64 id = name.sliced(namePrefix.size()).toLongLong(&isNumber);
    return isNumber && id > 0 && jobName(id) == name ? std::optional(id) : std::nullopt;
}

QString jobOutcomeName(JobOutcome outcome)
{
    switch (outcome) {
    case JobOutcome::Done:
        return QStringLiteral("ok");
    case JobOutcome::Skipped:
        return QStringLiteral("skipped");
    case JobOutcome::Failed:
        return QStringLiteral("failed");
    }
    Q_UNREACHABLE();
}

std::optional<JobOutcome> jobOutcomeNamed(QStringView name)
{
    for (const JobOutcome outcome : { JobOutcome::Done, JobOutcome::Skipped, JobOutcome::Failed }) {
        if (name == jobOutcomeName(outcome))
            return outcome;
    }
    return std::nullopt;
}

} // namespace iwd

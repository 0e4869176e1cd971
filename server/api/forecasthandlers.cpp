// SPDX-License-Identifier: Apache-2.0
#include "forecasthandlers.h"

#include "encoding.h"
#include "pagecursor.h"

#include <pipeline/configure/configobjects.h>
#include <pipeline/prioritize/aging.h>
#include <pipeline/report/forecast.h>

namespace iwd {

using namespace Qt::StringLiterals;

namespace {

constexpr int MostQueues = 50; ///< of a page: each is played some hundred times
constexpr int UsualQueues = 20;
constexpr int MostDays = 28; ///< that are looked back to
constexpr int UsualDays = 7;
constexpr int ReadingRounds = 10; ///< in which history is read that is not known yet; between them other searches have their turn

struct ForecastQuestion
{
    QString queueId; ///< empty: all
    QString after;
    int limit = UsualQueues;
    int days = UsualDays;
};

QJsonObject expectedJson(const Expected &expected)
{
    return { { u"mean"_s, expected.mean }, { u"low"_s, expected.low }, { u"high"_s, expected.high } };
}

QJsonArray hoursJson(const std::vector<ForecastHour> &hours)
{
    QJsonArray json;
    for (const ForecastHour &hour : hours) {
        json.append(QJsonObject { { u"from"_s, toIso(Instant(std::chrono::hours(hour.hour))) }, { u"arrivals"_s, expectedJson(hour.arrivals) }, { u"waitingAtEnd"_s, expectedJson(hour.backlog) },
            { u"slaMissed"_s, expectedJson(hour.missed) } });
    }
    return json;
}

QJsonValue accuracyJson(const ForecastAccuracy &accuracy)
{
    if (accuracy.hours == 0)
        return QJsonValue();
    return QJsonObject { { u"hours"_s, accuracy.hours }, { u"arrivalsError"_s, accuracy.arrivalsError }, { u"arrivalsWithin"_s, accuracy.arrivalsWithin }, { u"waitingError"_s, accuracy.backlogError },
        { u"waitingWithin"_s, accuracy.backlogWithin } };
}

/// When the SLA of items ends that come to the queue: by the first category that leads there.
std::function<std::optional<Instant>(Instant)> slaOf(const ConfigurationSnapshot &configuration, const QString &queueId)
{
    for (const auto &[id, node] : configuration.categories()) {
        const PrioritizationSchema *schema = node->deleted || node->queueId != queueId ? nullptr : configuration.schema(node->schemaId);
        if (!schema)
            continue;
        WorkClass terms;
        terms.queueId = queueId;
        terms.schemaId = schema->id;
        terms.calendarId = node->calendarId;
        return [aging = Aging(configuration, terms, *schema)](Instant created) { return aging.slaDue(created); };
    }
    return {};
}

QString reliability(qint64 known)
{
    if (known < LeastHistoryHours)
        return u"Less than a day of history is known, so no forecast is made."_s;
    if (known < EnoughHistoryHours)
        return u"Hardly more than a week of history is known: nothing is known of how days of the week differ."_s;
    return {};
}

QJsonObject queueJson(const Snapshot &snapshot, const ConfigurationSnapshot &configuration, const HourlyProfile &profile, const QString &queueId, qint64 waiting, int days)
{
    static const HourlyProfile::Hours nothing;
    const auto found = profile.queues.find(queueId);
    const HandlingTime handling = handlingTime(profile, queueId);
    const qint64 until = HourlyProfile::lastHour(snapshot.now()) + 1;
    const ForecastInput input { found == profile.queues.end() ? &nothing : &found->second, profile.firstHour.value_or(until), until, waiting, handling.mean, slaOf(configuration, queueId) };
    const auto hours = forecast(input);
    const auto accuracy = backTest(input, days);
    return { { u"queue"_s, queueId }, { u"waiting"_s, waiting }, { u"handlingSeconds"_s, handling.mean }, { u"handlingMeasured"_s, handling.measured }, { u"hours"_s, hoursJson(hours) },
        { u"accuracy"_s, accuracyJson(accuracy) } };
}

Result<Answer> answerForecast(Snapshot &snapshot, const Call &call, const ForecastQuestion &question, HourlyProfiles &profiles, const LiveFigures::Figures &figures)
{
    const auto configuration = snapshot.configuration();
    if (!question.queueId.isEmpty() && !configuration->queue(question.queueId))
        return noSuchObject(ConfigKind::Queue, question.queueId);
    const HourlyProfile profile = profiles.profile(snapshot);
    const qint64 until = HourlyProfile::lastHour(snapshot.now()) + 1;
    QStringList ids = question.queueId.isEmpty() ? QStringList(configuration->queues().keys()) : QStringList { question.queueId };
    ids.sort();
    QJsonArray data;
    QString next;
    for (const QString &id : ids) {
        if (!question.after.isEmpty() && id <= question.after)
            continue;
        if (data.size() == question.limit) {
            next = cursorAfter(call, data.last().toObject().value(u"queue"_s));
            break;
        }
        const auto live = figures.queues.find(id);
        const qint64 waiting = live == figures.queues.end() ? 0 : std::max<qint64>(0, live->second.byStatus[static_cast<size_t>(ItemStatus::Queued)]);
        data.append(queueJson(snapshot, *configuration, profile, id, waiting, question.days));
    }
    QJsonValue since;
    if (profile.firstHour)
        since = toIso(Instant(std::chrono::hours(*profile.firstHour)));
    const qint64 known = profile.firstHour ? std::max<qint64>(0, until - *profile.firstHour) : 0;
    const QJsonObject history { { u"since"_s, since }, { u"hours"_s, known }, { u"complete"_s, profile.complete }, { u"items"_s, profile.items }, { u"caution"_s, textOrNull(reliability(known)) } };
    return jsonAnswer({ { u"asOf"_s, toIso(snapshot.now()) }, { u"history"_s, history }, { u"data"_s, data }, { u"nextCursor"_s, textOrNull(next) } });
}

Result<ForecastQuestion> questionOf(const Call &call)
{
    ForecastQuestion question;
    question.queueId = call.parameter(u"queue");
    const auto limit = call.integerParameter(u"limit"_s, 1, MostQueues, UsualQueues);
    if (!limit)
        return limit.error();
    const auto days = call.integerParameter(u"days"_s, 0, MostDays, UsualDays);
    if (!days)
        return days.error();
    const auto after = textAfter(call);
    if (!after)
        return after.error();
    question.limit = static_cast<int>(*limit);
    question.days = static_cast<int>(*days);
    question.after = *after;
    return question;
}

} // namespace

std::vector<ApiEndpoint> ForecastHandlers::endpoints()
{
    return { { { .method = "GET", .pattern = u"/iwd/v3/forecast"_s, .privilege = Privilege::DashboardView, .parameters = { u"queue"_s, u"days"_s, u"limit"_s, u"cursor"_s } },
        [this](Call call) { return forecast(std::move(call)); } } };
}

QCoro::Task<http::Response> ForecastHandlers::forecast(Call call)
{
    const auto question = questionOf(call);
    if (!question)
        co_return call.badRequest(question.error());
    const std::function<Result<bool>(Snapshot &)> read = [this](Snapshot &snapshot) -> Result<bool> { return m_profiles.profile(snapshot).complete; };
    for (int round = 0; round < ReadingRounds; ++round) {
        const auto complete = co_await m_pipeline.search<bool>(call.caller.tenant, call.request.deadline, read);
        if (!complete)
            co_return call.problem(complete.error());
        if (*complete)
            break;
    }
    const auto figures = std::make_shared<const LiveFigures::Figures>(m_pipeline.figures().figures(call.caller.tenant, m_pipeline.clock().now()));
    std::function<Result<Answer>(Snapshot &)> work
        = [this, call, asked = *question, figures](Snapshot &snapshot) { return answerForecast(snapshot, call, asked, m_profiles, *figures); };
    const auto answer = co_await m_pipeline.search<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

} // namespace iwd

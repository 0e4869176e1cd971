// SPDX-License-Identifier: Apache-2.0
#include "simulationhandlers.h"

#include "confighandlers.h"
#include "encoding.h"

#include <contract/configurationobject.h>
#include <contract/jsonreading.h>
#include <pipeline/whatif/whatif.h>

namespace iwd {

using namespace Qt::StringLiterals;

namespace {

constexpr ConfigKind proposable[] { ConfigKind::Queue, ConfigKind::Category, ConfigKind::Schema, ConfigKind::Agent, ConfigKind::Skill, ConfigKind::Calendar };

Result<QJsonArray> listOf(const QString &path, const QJsonValue &json, int most)
{
    if (json.isUndefined() || json.isNull())
        return QJsonArray();
    if (!json.isArray() || json.toArray().size() > most)
        return invalidField(path, u"a list of at most %1 objects"_s.arg(most), json::describe(json));
    return json.toArray();
}

Result<void> readObjects(Proposal &proposal, const ConfigResource &resource, const QJsonValue &json)
{
    const auto list = listOf(resource.path, json, Proposal::MaxObjects - static_cast<int>(proposal.objects.size()));
    if (!list)
        return list.error();
    for (qsizetype i = 0; i < list->size(); ++i) {
        const QString path = u"%1[%2]"_s.arg(resource.path).arg(i);
        const auto object = json::object(path, list->at(i));
        if (!object)
            return object.error();
        const auto checked = completeDocument(resource.kind, *object);
        if (!checked)
            return inside(path, checked.error());
        const QString id = checked->value(u"id"_s).toString();
        const bool twice = std::any_of(proposal.objects.begin(), proposal.objects.end(), [&](const ProposedObject &other) { return other.kind == resource.kind && other.id == id; });
        if (twice)
            return invalidField(path + u".id"_s, u"an id that is named once"_s, u'"' + id + u'"');
        proposal.objects.push_back({ resource.kind, id, *checked, path });
    }
    return {};
}

Result<StaffGroup> readGroup(const QString &path, const QJsonValue &json)
{
    const auto object = json::object(path, json);
    if (!object)
        return object.error();
    ObjectReader reader(*object, path);
    StaffGroup group;
    group.agents = reader.requiredInteger(u"agents"_s, 0, Proposal::MaxStaff);
    group.queueIds = reader.objectIds(u"queues"_s, 1'000);
    group.skills = configuration::readSkillLevels(reader, u"skills"_s);
    group.capacity = reader.integer(u"capacity"_s, 1, 1'000, 1);
    if (const auto finished = reader.finish(); !finished)
        return finished.error();
    return group;
}

Result<void> readStaff(Proposal &proposal, const QJsonValue &json)
{
    const auto list = listOf(u"staff"_s, json, Proposal::MaxStaffGroups);
    if (!list)
        return list.error();
    int agents = 0;
    for (qsizetype i = 0; i < list->size(); ++i) {
        const QString path = u"staff[%1]"_s.arg(i);
        const auto group = readGroup(path, list->at(i));
        if (!group)
            return group.error();
        agents += group->agents;
        if (agents > Proposal::MaxStaff)
            return invalidField(path + u".agents"_s, u"at most %1 agents in all groups together"_s.arg(Proposal::MaxStaff), QString::number(agents));
        proposal.staff.push_back(*group);
    }
    return {};
}

Result<Proposal> decodeProposal(const QJsonObject &json)
{
    ObjectReader reader(json);
    Proposal proposal;
    for (const ConfigResource &resource : configResources()) {
        if (std::find(std::begin(proposable), std::end(proposable), resource.kind) == std::end(proposable))
            continue;
        if (const auto read = readObjects(proposal, resource, reader.value(resource.path)); !read)
            reader.fail(read.error());
    }
    if (const auto read = readStaff(proposal, reader.value(u"staff"_s)); !read)
        reader.fail(read.error());
    const QString basis = reader.text(u"staffBasis"_s, 20);
    if (!basis.isEmpty() && basis != u"present" && basis != u"all")
        reader.fail(invalidField(u"staffBasis"_s, u"present or all"_s, u'"' + basis + u'"'));
    proposal.basis = basis == u"all" ? StaffBasis::All : StaffBasis::Present;
    proposal.first = reader.integer(u"first"_s, 0, Proposal::MaxFirst, proposal.first);
    proposal.horizon = std::chrono::hours(reader.integer(u"horizonHours"_s, 0, static_cast<int>(Proposal::MaxHorizon.count()), static_cast<int>(proposal.horizon.count())));
    if (const auto finished = reader.finish(); !finished)
        return finished.error();
    return proposal;
}

/// The staff's queues are looked for among the proposed ones, too.
Result<void> checkStaff(Snapshot &snapshot, const Proposal &proposal)
{
    const auto configuration = snapshot.configuration();
    const auto isKnown = [&](ConfigKind kind, const QString &id, bool stored) {
        return stored || std::any_of(proposal.objects.begin(), proposal.objects.end(), [&](const ProposedObject &object) { return object.kind == kind && object.id == id; });
    };
    for (size_t i = 0; i < proposal.staff.size(); ++i) {
        const auto unknown = [&](const QString &field, const QString &kind, const QString &id) {
            return Error { ErrorCode::InvalidReference, u"There is no %1 \"%2\". Propose it as well, or create it first."_s.arg(kind, id), u"staff[%1].%2"_s.arg(i).arg(field), { { u"kind"_s, kind }, { u"id"_s, id } } };
        };
        const StaffGroup &group = proposal.staff[i];
        for (qsizetype at = 0; at < group.queueIds.size(); ++at) {
            if (!isKnown(ConfigKind::Queue, group.queueIds[at], configuration->queue(group.queueIds[at])))
                return unknown(u"queues[%1]"_s.arg(at), u"queue"_s, group.queueIds[at]);
        }
        for (const auto &[skill, level] : group.skills) {
            if (!isKnown(ConfigKind::Skill, skill, configuration->skill(skill)))
                return unknown(u"skills."_s + skill, u"skill"_s, skill);
        }
    }
    return {};
}

QJsonArray nextJson(const std::vector<NextItem> &items, const QString &otherCase)
{
    QJsonArray json;
    for (const NextItem &item : items) {
        QJsonValue other;
        if (!item.otherQueueId.isEmpty())
            other = QJsonObject { { u"queue"_s, item.otherQueueId }, { u"place"_s, item.otherPlace }, { u"priority"_s, item.otherPriority } };
        json.append(QJsonObject { { u"id"_s, item.id.toString() }, { u"place"_s, item.place }, { u"priority"_s, item.priority }, { otherCase, other } });
    }
    return json;
}

QJsonObject spreadJson(const Spread &spread)
{
    return { { u"mean"_s, spread.mean }, { u"low"_s, spread.low }, { u"high"_s, spread.high } };
}

QJsonObject forecastJson(const ServiceForecast &forecast, const HourlyProfile &profile)
{
    QJsonArray queues;
    for (const auto &[id, queue] : forecast.queues) {
        queues.append(QJsonObject { { u"queue"_s, id }, { u"arrivals"_s, queue.arrivals }, { u"handlingSeconds"_s, queue.handlingSeconds }, { u"handlingMeasured"_s, queue.handlingMeasured },
            { u"now"_s, QJsonObject { { u"slaMissed"_s, spreadJson(queue.missed) }, { u"waitingAtEnd"_s, spreadJson(queue.waitingAtEnd) } } },
            { u"proposed"_s, QJsonObject { { u"slaMissed"_s, spreadJson(queue.proposedMissed) }, { u"waitingAtEnd"_s, spreadJson(queue.proposedWaitingAtEnd) } } } });
    }
    QJsonValue since;
    if (profile.firstHour)
        since = toIso(Instant(std::chrono::hours(*profile.firstHour)));
    return { { u"from"_s, toIso(forecast.from) }, { u"to"_s, toIso(forecast.to) }, { u"runs"_s, forecast.runs }, { u"finished"_s, forecast.finished },
        { u"staffBasis"_s, forecast.allAgents ? u"all"_s : u"present"_s }, { u"historySince"_s, since }, { u"historyComplete"_s, profile.complete },
        { u"now"_s, QJsonObject { { u"agents"_s, forecast.agents }, { u"busy"_s, forecast.busy } } }, { u"proposed"_s, QJsonObject { { u"agents"_s, forecast.proposedAgents }, { u"busy"_s, forecast.proposedBusy } } },
        { u"queues"_s, queues } };
}

Answer outcomeJson(Instant now, const WhatIfOutcome &outcome, const HourlyProfile &profile)
{
    QJsonArray queues;
    for (const auto &[id, queue] : outcome.queues) {
        queues.append(QJsonObject { { u"queue"_s, id }, { u"waiting"_s, queue.waiting }, { u"proposedWaiting"_s, queue.proposedWaiting }, { u"came"_s, queue.came }, { u"left"_s, queue.left },
            { u"placeChanged"_s, queue.placeChanged }, { u"priorityChanged"_s, queue.priorityChanged }, { u"next"_s, nextJson(queue.next, u"proposed"_s) },
            { u"proposedNext"_s, nextJson(queue.proposedNext, u"now"_s) } });
    }
    QJsonValue forecast;
    if (outcome.forecast)
        forecast = forecastJson(*outcome.forecast, profile);
    return jsonAnswer({ { u"asOf"_s, toIso(now) }, { u"waiting"_s, outcome.waiting }, { u"lookedAt"_s, outcome.lookedAt }, { u"exact"_s, outcome.exact }, { u"queueChanged"_s, outcome.queueChanged },
        { u"placeChanged"_s, outcome.placeChanged }, { u"priorityChanged"_s, outcome.priorityChanged }, { u"unclassified"_s, outcome.unclassified }, { u"queues"_s, queues },
        { u"forecast"_s, forecast } });
}

Result<Answer> answerSimulation(Snapshot &snapshot, const Proposal &proposal, HourlyProfiles &profiles, qint64 waiting)
{
    if (const auto known = checkStaff(snapshot, proposal); !known)
        return known.error();
    HourlyProfile profile;
    if (proposal.horizon > std::chrono::hours(0))
        profile = profiles.profile(snapshot);
    const auto outcome = whatIf(snapshot, proposal, profile, waiting);
    if (!outcome)
        return outcome.error();
    return outcomeJson(snapshot.now(), *outcome, profile);
}

} // namespace

std::vector<ApiEndpoint> SimulationHandlers::endpoints()
{
    return { { { .method = "POST", .pattern = u"/iwd/v3/simulations"_s, .privilege = Privilege::PrioritizationView, .showsWork = true, .body = BodyUse::Object },
        [this](Call call) { return simulate(std::move(call)); } } };
}

QCoro::Task<http::Response> SimulationHandlers::simulate(Call call)
{
    const auto proposal = decodeProposal(call.body.toObject());
    if (!proposal)
        co_return call.problem(proposal.error());
    qint64 waiting = 0;
    const auto figures = m_pipeline.figures().figures(call.caller.tenant, m_pipeline.clock().now());
    for (const auto &[id, queue] : figures.queues)
        waiting += std::max<qint64>(0, queue.byStatus[static_cast<size_t>(ItemStatus::Queued)]);
    const auto kept = std::make_shared<const Proposal>(*proposal);
    std::function<Result<Answer>(Snapshot &)> work = [this, kept, waiting](Snapshot &snapshot) { return answerSimulation(snapshot, *kept, m_profiles, waiting); };
    const auto answer = co_await m_pipeline.search<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

} // namespace iwd

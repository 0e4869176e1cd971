// SPDX-License-Identifier: Apache-2.0
#include "confighandlers.h"

#include "encoding.h"
#include "pagecursor.h"

#include <contract/jsonreading.h>
#include <pipeline/configure/configwarnings.h>

#include <QCryptographicHash>

namespace iwd {

namespace {

/// An object as stored and as shown, both of one moment.
struct ShownObject
{
    QJsonObject json;
    qint64 version = 0;
    bool created = false;
};

/// What an agent does just now.
void addAgentStatus(QJsonObject &json, const AgentDesk &desk)
{
    const auto add = [](QJsonObject &object, const AgentStatus &status) {
        object.insert(QStringLiteral("state"), agentStateName(status.state));
        object.insert(QStringLiteral("stateReason"), textOrNull(status.reason));
        object.insert(QStringLiteral("stateSinceDateTime"), isoOrNull(status.since));
    };
    QJsonObject channels;
    for (const auto &[channel, status] : desk.channels) {
        QJsonObject one;
        add(one, status);
        channels.insert(channel, one);
    }
    const auto offered = std::count_if(desk.inHand.begin(), desk.inHand.end(), [](const Assignment &assignment) { return assignment.offered; });
    add(json, desk.status);
    json.insert(QStringLiteral("channels"), channels);
    json.insert(QStringLiteral("assigned"), qint64(desk.inHand.size()) - offered);
    json.insert(QStringLiteral("offered"), qint64(offered));
}

AgentDesk deskOf(Snapshot &snapshot, const QString &agentId)
{
    const auto &desks = snapshot.desks();
    const auto desk = desks.find(agentId);
    return desk == desks.end() ? AgentDesk() : desk->second;
}

QJsonObject recordJson(const ConfigRecord &record)
{
    QJsonObject json = record.document;
    json.insert(QStringLiteral("version"), record.version);
    json.insert(QStringLiteral("createdDateTime"), toIso(record.created));
    json.insert(QStringLiteral("updatedDateTime"), toIso(record.updated));
    return json;
}

Result<void> checkIdInPath(const QString &id)
{
    const auto valid = json::objectId(QStringLiteral("id"), id);
    return valid ? Result<void>() : valid.error();
}

Result<Answer> listObjects(
    Snapshot &snapshot, const Call &call, const ConfigResource &resource, bool deleted, const QString &after, int limit)
{
    auto records = snapshot.configRecords(resource.kind, deleted);
    std::sort(records.begin(), records.end(), [](const ConfigRecord &left, const ConfigRecord &right) { return left.id < right.id; });
    const bool isAgent = resource.kind == ConfigKind::Agent;
    QJsonArray data;
    for (const ConfigRecord &record : records) {
        if (record.deleted.has_value() != deleted || (!after.isEmpty() && record.id <= after))
            continue;
        if (data.size() == limit)
            return encodeList(data, cursorAfter(call, data.last().toObject().value(QStringLiteral("id"))));
        QJsonObject json = recordJson(record);
        if (isAgent)
            addAgentStatus(json, deskOf(snapshot, record.id));
        data.append(json);
    }
    return encodeList(data, {});
}

/// What a calendar says of an instant, and when @p duration of business time from then on has passed.
Answer calendarPreview(const BusinessCalendar &calendar, Instant from, milliseconds duration)
{
    return jsonAnswer({ { QStringLiteral("from"), toIso(from) }, { QStringLiteral("open"), calendar.isOpen(from) },
        { QStringLiteral("nextOpenDateTime"), isoOrNull(calendar.nextOpen(from)) },
        { QStringLiteral("nextCloseDateTime"), isoOrNull(calendar.nextClose(from)) },
        { QStringLiteral("durationSeconds"), qint64(std::chrono::floor<std::chrono::seconds>(duration).count()) },
        { QStringLiteral("dueDateTime"), isoOrNull(calendar.add(duration, from)) } });
}

std::optional<ConfigRecord> present(Snapshot &snapshot, ConfigKind kind, const QString &id)
{
    auto record = snapshot.configRecord(kind, id);
    return record && !record->deleted ? record : std::nullopt;
}

} // namespace

const std::vector<ConfigResource> &configResources()
{
    static const std::vector<ConfigResource> resources {
        { ConfigKind::Queue, QStringLiteral("queues"), Privilege::QueuesView, Privilege::QueuesUpdate },
        { ConfigKind::Category, QStringLiteral("categories"), Privilege::CategoriesView, Privilege::CategoriesUpdate },
        { ConfigKind::Schema, QStringLiteral("schemas"), Privilege::PrioritizationView, Privilege::PrioritizationUpdate },
        { ConfigKind::CapturePoint, QStringLiteral("capture-points"), Privilege::CapturePointsView, Privilege::CapturePointsUpdate },
        { ConfigKind::Agent, QStringLiteral("agents"), Privilege::AgentsView, Privilege::AgentsUpdate },
        { ConfigKind::Skill, QStringLiteral("skills"), Privilege::AgentsView, Privilege::AgentsUpdate },
        { ConfigKind::Calendar, QStringLiteral("calendars"), Privilege::CalendarsView, Privilege::CalendarsUpdate },
        { ConfigKind::Attribute, QStringLiteral("attributes"), Privilege::AttributesView, Privilege::AttributesUpdate },
    };
    return resources;
}

QJsonObject configObjectJson(Snapshot &snapshot, const ConfigRecord &record)
{
    QJsonObject json = recordJson(record);
    if (record.kind == ConfigKind::Agent)
        addAgentStatus(json, deskOf(snapshot, record.id));
    return json;
}

Answer encodeConfigObject(const QJsonObject &json, qint64 version)
{
    Answer answer = jsonAnswer(json);
    answer.etag = etagOf(version);
    if (json.contains(QStringLiteral("stateSinceDateTime"))) {
        // What an agent does changes without a new version; its tag must change all the same, or a client would be told "not modified".
        const QByteArray digest = QCryptographicHash::hash(answer.body, QCryptographicHash::Sha256).left(6).toHex();
        answer.etag.insert(answer.etag.size() - 1, '-' + digest);
    }
    return answer;
}

Result<Answer> agentAnswer(Snapshot &snapshot, const QString &agentId)
{
    const auto record = present(snapshot, ConfigKind::Agent, agentId);
    if (!record)
        return noSuchObject(ConfigKind::Agent, agentId);
    return encodeConfigObject(configObjectJson(snapshot, *record), record->version);
}

Result<void> mayChangeReceiver(const Caller &caller, const QJsonObject &before, const QJsonObject &after)
{
    const QString webhook = QStringLiteral("webhook");
    if (caller.categories.isEmpty() || before.value(webhook) == after.value(webhook))
        return {};
    return Error { ErrorCode::NotAllowed,
        QStringLiteral("\"%1\" sees the work of some categories only, and a webhook tells of all work of its capture point. Ask somebody who sees all.").arg(caller.actor.name), webhook,
        { { QStringLiteral("categories"), QJsonArray::fromStringList(caller.categories) } } };
}

std::vector<ApiEndpoint> ConfigHandlers::endpoints()
{
    using enum Privilege;
    const QStringList page { QStringLiteral("limit"), QStringLiteral("cursor") };
    std::vector<ApiEndpoint> all;
    for (const ConfigResource &resource : configResources()) {
        const QString many = QStringLiteral("/iwd/v3/") + resource.path;
        const QString one = many + QStringLiteral("/{id}");
        const QStringList listParameters = resource.kind == ConfigKind::Category ? QStringList { QStringLiteral("deleted") } + page : page;
        const ConfigResource *of = &resource;
        all.push_back({ { .method = "GET", .pattern = many, .privilege = resource.view, .parameters = listParameters },
            [this, of](Call call) { return list(of, std::move(call)); } });
        all.push_back(
            { { .method = "POST", .pattern = many, .privilege = resource.update, .body = BodyUse::Object, .idempotent = true },
                [this, of](Call call) { return create(of, std::move(call)); } });
        all.push_back({ { .method = "GET", .pattern = one, .privilege = resource.view },
            [this, of](Call call) { return get(of, std::move(call)); } });
        all.push_back({ { .method = "PUT",
                            .pattern = one,
                            .privilege = resource.update,
                            .body = BodyUse::Object,
                            .idempotent = true,
                            .versioned = true },
            [this, of](Call call) { return replace(of, std::move(call)); } });
        all.push_back({ { .method = "DELETE", .pattern = one, .privilege = resource.update, .idempotent = true, .versioned = true },
            [this, of](Call call) { return remove(of, std::move(call)); } });
    }
    all.push_back({ { .method = "POST",
                        .pattern = QStringLiteral("/iwd/v3/categories/{id}/restore"),
                        .privilege = CategoriesUpdate,
                        .idempotent = true },
        [this](Call call) { return restore(std::move(call)); } });
    all.push_back({ { .method = "GET",
                        .pattern = QStringLiteral("/iwd/v3/calendars/{id}/preview"),
                        .privilege = CalendarsView,
                        .parameters = { QStringLiteral("from"), QStringLiteral("duration") } },
        [this](Call call) { return previewCalendar(std::move(call)); } });
    return all;
}

QCoro::Task<http::Response> ConfigHandlers::list(const ConfigResource *resource, Call call)
{
    const auto limit = call.limit();
    if (!limit)
        co_return call.badRequest(limit.error());
    const auto after = textAfter(call);
    if (!after)
        co_return call.badRequest(after.error());
    const QString deleted = call.request.queryValue(u"deleted").value_or(QStringLiteral("false"));
    if (deleted != QLatin1StringView("true") && deleted != QLatin1StringView("false"))
        co_return call.badRequest(invalidField(QStringLiteral("deleted"), QStringLiteral("true or false"), deleted.left(60)));
    std::function<Result<Answer>(Snapshot &)> work
        = [resource, call, isDeleted = deleted == QLatin1StringView("true"), after = *after, limit = *limit](
              Snapshot &snapshot) { return listObjects(snapshot, call, *resource, isDeleted, after, limit); };
    const auto answer = co_await m_pipeline.read<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> ConfigHandlers::get(const ConfigResource *resource, Call call)
{
    std::function<Result<Answer>(Snapshot &)> work = [kind = resource->kind, id = call.id()](Snapshot &snapshot) -> Result<Answer> {
        const auto record = present(snapshot, kind, id);
        if (!record)
            return noSuchObject(kind, id);
        return encodeConfigObject(configObjectJson(snapshot, *record), record->version);
    };
    const auto answer = co_await m_pipeline.read<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> ConfigHandlers::create(const ConfigResource *resource, Call call)
{
    const auto document = completeDocument(resource->kind, call.body.toObject());
    if (!document)
        co_return call.problem(document.error());
    PutCommand command;
    command.document = *document;
    command.mode = PutMode::Create;
    co_return co_await put(resource, std::move(call), std::move(command));
}

QCoro::Task<http::Response> ConfigHandlers::replace(const ConfigResource *resource, Call call)
{
    if (const auto valid = checkIdInPath(call.id()); !valid)
        co_return call.problem(valid.error());
    const auto document = completeDocument(resource->kind, call.body.toObject(), call.id());
    if (!document)
        co_return call.problem(document.error());
    PutCommand command;
    command.document = *document;
    command.mode = PutMode::Replace;
    command.ifVersion = call.ifVersion;
    command.anyVersion = call.anyVersion;
    co_return co_await put(resource, std::move(call), std::move(command));
}

QCoro::Task<http::Response> ConfigHandlers::put(const ConfigResource *resource, Call call, PutCommand command)
{
    command.kind = resource->kind;
    command.id = command.document.value(QStringLiteral("id")).toString();
    command.actor = call.caller.actor;
    std::function<Result<ShownObject>(Transaction &)> work = [command, caller = call.caller](Transaction &transaction) -> Result<ShownObject> {
        if (command.kind == ConfigKind::CapturePoint && !caller.categories.isEmpty()) {
            const auto stored = present(transaction, command.kind, command.id);
            if (const auto may = mayChangeReceiver(caller, stored ? stored->document : QJsonObject(), command.document); !may)
                return may.error();
        }
        const auto outcome = putObject(transaction, command);
        if (!outcome)
            return outcome.error();
        QJsonObject json = configObjectJson(transaction, outcome->record);
        const QStringList warnings = configurationWarnings(*transaction.configuration(), command.kind, command.id);
        if (!warnings.isEmpty())
            json.insert(QStringLiteral("warnings"), QJsonArray::fromStringList(warnings));
        return ShownObject { json, outcome->record.version, outcome->created };
    };
    std::function<Answer(const ShownObject &)> encode = [path = resource->path, id = command.id](const ShownObject &shown) {
        Answer answer = encodeConfigObject(shown.json, shown.version);
        if (shown.created) {
            answer.status = 201;
            answer.location = "/iwd/v3/" + path.toLatin1() + '/' + id.toLatin1();
        }
        return answer;
    };
    const auto answer = co_await m_pipeline.write<ShownObject>(call.writeContext(), work, encode);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> ConfigHandlers::remove(const ConfigResource *resource, Call call)
{
    const DeleteCommand command { resource->kind, call.id(), call.ifVersion, call.caller.actor };
    std::function<Result<bool>(Transaction &)> work = [command](Transaction &transaction) -> Result<bool> {
        const auto deleted = deleteObject(transaction, command);
        return deleted ? Result<bool>(true) : deleted.error();
    };
    std::function<Answer(const bool &)> encode = [](const bool &) { return noContent(); };
    const auto answer = co_await m_pipeline.write<bool>(call.writeContext(), work, encode);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> ConfigHandlers::restore(Call call)
{
    std::function<Result<ShownObject>(Transaction &)> work
        = [id = call.id(), actor = call.caller.actor](Transaction &transaction) -> Result<ShownObject> {
        const auto record = restoreCategory(transaction, id, actor);
        if (!record)
            return record.error();
        return ShownObject { configObjectJson(transaction, *record), record->version, false };
    };
    std::function<Answer(const ShownObject &)> encode
        = [](const ShownObject &shown) { return encodeConfigObject(shown.json, shown.version); };
    const auto answer = co_await m_pipeline.write<ShownObject>(call.writeContext(), work, encode);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> ConfigHandlers::previewCalendar(Call call)
{
    Instant from = m_pipeline.clock().now();
    if (const auto text = call.request.queryValue(u"from")) {
        const auto read = instantFromIso(*text);
        if (!read)
            co_return call.badRequest(inside(QStringLiteral("from"), read.error()));
        from = *read;
    }
    const qint64 most = std::chrono::duration_cast<std::chrono::seconds>(PriorityCurve::MaxAge).count();
    const auto duration = call.integerParameter(QStringLiteral("duration"), 0, most, 0);
    if (!duration)
        co_return call.badRequest(duration.error());
    std::function<Result<Answer>(Snapshot &)> work
        = [id = call.id(), from, duration = std::chrono::seconds(*duration)](Snapshot &snapshot) -> Result<Answer> {
        const auto configuration = snapshot.configuration();
        const BusinessCalendar *calendar = configuration->calendar(id);
        if (!calendar)
            return noSuchObject(ConfigKind::Calendar, id);
        return calendarPreview(*calendar, from, duration);
    };
    const auto answer = co_await m_pipeline.read<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

} // namespace iwd

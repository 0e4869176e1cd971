// SPDX-License-Identifier: Apache-2.0
#include "filterhandlers.h"

#include "namedfilter.h"
#include "pagecursor.h"

namespace iwd {

namespace {

/// What a person has to know of a filter whose search this server does not understand.
QJsonValue encodeProblem(const SavedFilter &filter)
{
    const auto sound = problemOf(filter);
    if (sound)
        return QJsonValue();
    return QJsonObject { { QStringLiteral("field"), textOrNull(sound.error().field) }, { QStringLiteral("detail"), sound.error().text } };
}

QJsonObject shown(const FilterRecord &record, const FilterUser &user)
{
    QJsonObject json = encodeFilter(record.filter);
    json.insert(QStringLiteral("id"), filterName(record.id));
    json.insert(QStringLiteral("owner"),
        QJsonObject { { QStringLiteral("kind"), record.owner.kind }, { QStringLiteral("id"), record.owner.id }, { QStringLiteral("name"), record.owner.name } });
    json.insert(QStringLiteral("own"), record.isOf(user.actor));
    json.insert(QStringLiteral("problem"), encodeProblem(record.filter));
    json.insert(QStringLiteral("version"), record.version);
    json.insert(QStringLiteral("createdDateTime"), toIso(record.created));
    json.insert(QStringLiteral("updatedDateTime"), toIso(record.updated));
    return json;
}

Answer encodeShown(const FilterRecord &record, const FilterUser &user)
{
    Answer answer = jsonAnswer(shown(record, user));
    answer.etag = etagOf(record.version);
    return answer;
}

Answer encodeNew(const FilterRecord &record, const FilterUser &user)
{
    Answer answer = encodeShown(record, user);
    answer.status = 201;
    answer.location = "/iwd/v3/filters/" + filterName(record.id).toLatin1();
    return answer;
}

Result<Answer> listFilters(Snapshot &snapshot, const Call &call, qint64 after, int limit)
{
    const FilterUser user = filterUserOf(call.caller);
    auto records = filtersFor(snapshot, user, after, limit + 1);
    const bool more = records.size() > static_cast<size_t>(limit);
    if (more)
        records.pop_back();
    QJsonArray data;
    for (const FilterRecord &record : records)
        data.append(shown(record, user));
    return encodeList(data, more ? cursorAfter(call, records.back().id) : QString());
}

QStringList namesOfRoles(Snapshot &snapshot)
{
    QStringList names = namesOf(stockRoles());
    for (const RoleRecord &record : snapshot.roles())
        names.append(record.role.id);
    return names;
}

} // namespace

std::vector<ApiEndpoint> FilterHandlers::endpoints()
{
    // Publishing asks for more; see createFilter().
    const Privilege view = Privilege::FiltersView;
    const QString filters = QStringLiteral("/iwd/v3/filters");
    const QString filter = filters + QStringLiteral("/{id}");
    return {
        { { .method = "GET", .pattern = filters, .privilege = view, .parameters = { QStringLiteral("limit"), QStringLiteral("cursor") } }, [this](Call call) { return list(std::move(call)); } },
        { { .method = "POST", .pattern = filters, .privilege = view, .body = BodyUse::Object, .idempotent = true }, [this](Call call) { return create(std::move(call)); } },
        { { .method = "GET", .pattern = filter, .privilege = view }, [this](Call call) { return get(std::move(call)); } },
        { { .method = "PUT", .pattern = filter, .privilege = view, .body = BodyUse::Object, .idempotent = true, .versioned = true }, [this](Call call) { return replace(std::move(call)); } },
        { { .method = "DELETE", .pattern = filter, .privilege = view, .idempotent = true, .versioned = true }, [this](Call call) { return remove(std::move(call)); } },
    };
}

QCoro::Task<http::Response> FilterHandlers::list(Call call)
{
    const auto limit = call.limit();
    if (!limit)
        co_return call.badRequest(limit.error());
    const auto after = numberAfter(call);
    if (!after)
        co_return call.badRequest(after.error());
    std::function<Result<Answer>(Snapshot &)> work = [call, after = *after, limit = *limit](Snapshot &snapshot) { return listFilters(snapshot, call, after, limit); };
    const auto answer = co_await m_pipeline.read<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> FilterHandlers::get(Call call)
{
    std::function<Result<Answer>(Snapshot &)> work = [id = call.id(), user = filterUserOf(call.caller)](Snapshot &snapshot) -> Result<Answer> {
        const auto record = findFilter(snapshot, id, user);
        return record ? Result<Answer>(encodeShown(*record, user)) : record.error();
    };
    const auto answer = co_await m_pipeline.read<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

QCoro::Task<Result<PutFilterCommand>> FilterHandlers::commandIn(Call call)
{
    const auto filter = decodeFilter(call.body.toObject());
    if (!filter)
        co_return filter.error();
    PutFilterCommand command;
    command.filter = *filter;
    command.user = filterUserOf(call.caller);
    command.ifVersion = call.ifVersion;
    command.anyVersion = call.anyVersion;
    if (filter->roles.isEmpty())
        co_return command;
    std::function<Result<QStringList>(Snapshot &)> look = [](Snapshot &snapshot) -> Result<QStringList> { return namesOfRoles(snapshot); };
    const auto roles = co_await m_pipeline.readCallers<QStringList>(call.caller.tenant, call.request.deadline, look);
    if (!roles)
        co_return roles.error();
    command.knownRoles = *roles;
    co_return command;
}

QCoro::Task<http::Response> FilterHandlers::create(Call call)
{
    const auto command = co_await commandIn(call);
    if (!command)
        co_return call.problem(command.error());
    std::function<Result<FilterRecord>(Transaction &)> work = [command = *command](Transaction &transaction) { return createFilter(transaction, command); };
    std::function<Answer(const FilterRecord &)> encode = [user = command->user](const FilterRecord &record) { return encodeNew(record, user); };
    const auto answer = co_await m_pipeline.write<FilterRecord>(call.writeContext(), work, encode);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> FilterHandlers::replace(Call call)
{
    const auto command = co_await commandIn(call);
    if (!command)
        co_return call.problem(command.error());
    std::function<Result<FilterRecord>(Transaction &)> work = [id = call.id(), command = *command](Transaction &transaction) { return replaceFilter(transaction, id, command); };
    std::function<Answer(const FilterRecord &)> encode = [user = command->user](const FilterRecord &record) { return encodeShown(record, user); };
    const auto answer = co_await m_pipeline.write<FilterRecord>(call.writeContext(), work, encode);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> FilterHandlers::remove(Call call)
{
    std::function<Result<bool>(Transaction &)> work = [id = call.id(), ifVersion = call.ifVersion, user = filterUserOf(call.caller)](Transaction &transaction) -> Result<bool> {
        const auto removed = removeFilter(transaction, id, ifVersion, user);
        return removed ? Result<bool>(true) : removed.error();
    };
    std::function<Answer(const bool &)> encode = [](const bool &) { return noContent(); };
    const auto answer = co_await m_pipeline.write<bool>(call.writeContext(), work, encode);
    co_return call.respond(answer);
}

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#include "wholeconfigurationhandlers.h"

#include "confighandlers.h"
#include "encoding.h"
#include "pagecursor.h"

#include <contract/jsonreading.h>
#include <pipeline/report/eventwriter.h>

namespace iwd {

using namespace Qt::StringLiterals;

namespace {

constexpr int format = 1;
constexpr qsizetype mostObjects = 10'000;
constexpr http::RouteOptions forWholeConfigurations { .maxBody = 16 * 1024 * 1024, .timeout = milliseconds(60'000) };

Privilege viewOf(ConfigKind kind)
{
    const auto &resources = configResources();
    const auto resource = std::find_if(resources.begin(), resources.end(), [kind](const ConfigResource &one) { return one.kind == kind; });
    return resource == resources.end() ? Privilege::SettingsView : resource->view;
}

Privilege updateOf(ConfigKind kind)
{
    const auto &resources = configResources();
    const auto resource = std::find_if(resources.begin(), resources.end(), [kind](const ConfigResource &one) { return one.kind == kind; });
    return resource == resources.end() ? Privilege::SettingsUpdate : resource->update;
}

std::function<Result<void>(const ConfigurationChange &)> updatesOf(const Caller &caller)
{
    return [caller](const ConfigurationChange &change) -> Result<void> {
        const Privilege update = updateOf(change.kind);
        return caller.may(update) ? mayChangeReceiver(caller, change.before, change.after) : lacks(caller, update);
    };
}

/// Whoever learns what is different has to be one who may see it.
Result<void> mayView(const Caller &caller, const ConfigurationContent &content)
{
    for (const auto &[kind, objects] : content) {
        if (!caller.may(viewOf(kind)))
            return lacks(caller, viewOf(kind));
    }
    return {};
}

void keepVisible(const Caller &caller, ConfigurationContent &content)
{
    std::erase_if(content, [&](const auto &entry) { return !caller.may(viewOf(entry.first)); });
}

// ---- What is sent

struct Wanted
{
    ConfigurationContent content;
    OtherObjects others = OtherObjects::Stay;
    std::vector<Error> problems; ///< with the objects themselves
};

void readObject(Wanted &wanted, ConfigKind kind, const QString &id, const QString &path, const QJsonValue &json)
{
    const auto refuse = [&](const Error &error) { wanted.problems.push_back(error); };
    const bool hasId = kind != ConfigKind::Settings;
    if (const auto valid = hasId ? json::objectId(path, id) : Result<QString>(id); !valid)
        return refuse(valid.error());
    const auto object = json::object(path, json);
    if (!object)
        return refuse(object.error());
    const auto complete = completeDocument(kind, *object, hasId ? id : QString());
    if (!complete)
        return refuse(inside(path, complete.error()));
    wanted.content[kind].insert_or_assign(id, *complete);
}

Result<void> readKind(Wanted &wanted, ConfigKind kind, const QJsonValue &json)
{
    if (json.isUndefined() || json.isNull())
        return {};
    const QString member = configMember(kind);
    const auto objects = json::object(member, json);
    if (!objects)
        return objects.error();
    wanted.content[kind]; // spoken of, even if it is empty
    if (kind == ConfigKind::Settings) {
        readObject(wanted, kind, u"settings"_s, member, json);
        return {};
    }
    for (auto object = objects->begin(); object != objects->end(); ++object)
        readObject(wanted, kind, object.key(), member + u'.' + object.key(), object.value());
    return {};
}

qsizetype sizeOf(const QJsonObject &configuration)
{
    qsizetype size = 0;
    for (const ConfigKind kind : configKinds())
        size += configuration.value(configMember(kind)).toObject().size();
    return size;
}

Result<Wanted> readContent(const QJsonObject &json)
{
    if (const qsizetype size = sizeOf(json); size > mostObjects) {
        return Error { ErrorCode::TooManyItems, u"A configuration has at most %1 objects; these are %2."_s.arg(mostObjects).arg(size), u"configuration"_s,
            { { u"limit"_s, mostObjects }, { u"got"_s, size } } };
    }
    ObjectReader reader(json);
    reader.ignore({ u"version"_s, u"time"_s });
    if (reader.integer(u"format"_s, 1, std::numeric_limits<int>::max(), format) > format)
        reader.fail(invalidField(u"format"_s, u"%1, which is what this server knows; a newer one wrote this"_s.arg(format)));
    Wanted wanted;
    for (const ConfigKind kind : configKinds()) {
        if (const auto read = readKind(wanted, kind, reader.value(configMember(kind))); !read)
            reader.fail(read.error());
    }
    const auto finished = reader.finish();
    return finished ? Result<Wanted>(wanted) : finished.error();
}

Result<Wanted> readWanted(ObjectReader &reader)
{
    const OtherObjects others = reader.boolean(u"removeOthers"_s, false) ? OtherObjects::Go : OtherObjects::Stay;
    const auto configuration = json::object(u"configuration"_s, reader.value(u"configuration"_s));
    if (!configuration) {
        reader.fail(configuration.error());
        return configuration.error();
    }
    auto wanted = readContent(*configuration);
    if (wanted)
        wanted->others = others;
    else
        reader.fail(wanted.error());
    return wanted;
}

/// An earlier version, or some kinds of it.
struct Earlier
{
    qint64 version = 0;
    std::set<ConfigKind> kinds; ///< empty: all
};

Earlier readEarlier(ObjectReader &reader)
{
    Earlier earlier;
    const QJsonValue version = reader.value(u"version"_s);
    earlier.version = version.toInteger(-1);
    if (earlier.version < 0)
        reader.fail(version.isUndefined() ? missingField(u"version"_s, u"the number of a version"_s) : invalidField(u"version"_s, u"the number of a version"_s, json::describe(version)));
    const auto names = json::textList(u"kinds"_s, reader.value(u"kinds"_s), 20, 40);
    if (!names)
        reader.fail(names.error());
    for (qsizetype i = 0; names && i < names->size(); ++i) {
        const auto kinds = configKinds();
        const auto kind = std::find_if(kinds.begin(), kinds.end(), [&](ConfigKind one) { return configMember(one) == names->at(i); });
        if (kind == kinds.end())
            reader.fail(invalidField(u"kinds[%1]"_s.arg(i), u"a kind such as queues"_s, u'"' + names->at(i) + u'"'));
        else
            earlier.kinds.insert(*kind);
    }
    return earlier;
}

Result<ConfigurationContent> contentOf(Snapshot &snapshot, const Earlier &earlier)
{
    auto content = configurationAt(snapshot, earlier.version);
    if (content && !earlier.kinds.empty())
        std::erase_if(*content, [&](const auto &entry) { return !earlier.kinds.contains(entry.first); });
    return content;
}

// ---- What is answered

QJsonObject contentJson(const ConfigurationContent &content)
{
    QJsonObject json { { u"format"_s, format } };
    for (const auto &[kind, objects] : content) {
        QJsonObject some;
        for (const auto &[id, document] : objects) {
            const QJsonObject brief = withoutDefaults(kind, kind == ConfigKind::Settings ? QString() : id, document);
            if (kind == ConfigKind::Settings)
                some = brief;
            else
                some.insert(id, brief);
        }
        json.insert(configMember(kind), some);
    }
    return json;
}

QJsonObject changeJson(const ConfigurationChange &change)
{
    return { { u"action"_s, changeActionName(change.action) }, { u"kind"_s, configKindName(change.kind) }, { u"id"_s, change.id } };
}

/// What is different in one of the two; of an object that comes or goes, what differs from the defaults.
QJsonValue told(const ConfigurationChange &change, const QJsonObject &of, const QJsonObject &from)
{
    if (of.isEmpty())
        return {};
    if (change.action == ChangeAction::Update)
        return changedMembers(of, from);
    return withoutDefaults(change.kind, change.kind == ConfigKind::Settings ? QString() : change.id, of);
}

QJsonArray changesJson(const std::vector<ConfigurationChange> &changes)
{
    QJsonArray json;
    for (const ConfigurationChange &change : changes) {
        QJsonObject one = changeJson(change);
        one.insert(u"before"_s, told(change, change.before, change.after));
        one.insert(u"after"_s, told(change, change.after, change.before));
        json.append(one);
    }
    return json;
}

QJsonObject planJson(const ConfigurationPlan &plan)
{
    QJsonArray problems;
    for (const Error &problem : plan.problems)
        problems.append(QJsonObject { { u"code"_s, errorKey(problem.code) }, { u"field"_s, problem.field }, { u"text"_s, problem.text } });
    return { { u"version"_s, plan.version }, { u"changes"_s, changesJson(plan.changes) }, { u"unchanged"_s, plan.unchanged }, { u"problems"_s, problems },
        { u"warnings"_s, QJsonArray::fromStringList(plan.warnings) } };
}

Answer planAnswer(const ConfigurationPlan &plan)
{
    Answer answer = jsonAnswer(planJson(plan));
    answer.etag = etagOf(plan.version);
    return answer;
}

/// A plan for somebody: what he may not do is one of its problems.
void addMissingPrivileges(const Caller &caller, ConfigurationPlan &plan)
{
    std::set<ConfigKind> told;
    for (const ConfigurationChange &change : plan.changes) {
        if (!caller.may(updateOf(change.kind)) && told.insert(change.kind).second) {
            Error error = lacks(caller, updateOf(change.kind));
            error.field = configMember(change.kind);
            plan.problems.push_back(error);
        }
    }
}

QJsonObject versionJson(const Caller &caller, const ConfigurationVersion &version)
{
    QJsonArray changes;
    for (const ConfigurationChange &change : version.changes) {
        if (caller.may(viewOf(change.kind)))
            changes.append(changeJson(change));
    }
    return { { u"version"_s, version.version }, { u"time"_s, toIso(version.at) },
        { u"actor"_s, QJsonObject { { u"kind"_s, version.actor.kind }, { u"id"_s, version.actor.id }, { u"name"_s, version.actor.name } } }, { u"count"_s, version.count }, { u"changes"_s, changes } };
}

/// The parameter as the number of a version; nothing when it was not sent.
Result<std::optional<qint64>> versionIn(const Call &call, const QString &name)
{
    if (!call.request.queryValue(name))
        return std::optional<qint64>();
    const auto version = call.integerParameter(name, 0, std::numeric_limits<qint64>::max(), 0);
    return version ? Result<std::optional<qint64>>(std::optional(*version)) : version.error();
}

Result<ConfigurationContent> contentAt(Snapshot &snapshot, std::optional<qint64> version)
{
    return version ? configurationAt(snapshot, *version) : Result<ConfigurationContent>(configurationContent(snapshot));
}

} // namespace

std::vector<ApiEndpoint> WholeConfigurationHandlers::endpoints()
{
    using enum Privilege;
    const QString all = u"/iwd/v3/configuration"_s;
    return {
        { { .method = "GET", .pattern = all, .privilege = SettingsView, .parameters = { u"version"_s } }, [this](Call call) { return get(std::move(call)); } },
        { { .method = "PUT", .pattern = all, .privilege = SettingsUpdate, .body = BodyUse::Object, .idempotent = true, .versioned = true, .options = forWholeConfigurations },
            [this](Call call) { return apply(std::move(call)); } },
        { { .method = "POST", .pattern = all + u"/plan"_s, .privilege = SettingsView, .body = BodyUse::Object, .options = forWholeConfigurations },
            [this](Call call) { return plan(std::move(call)); } },
        { { .method = "GET", .pattern = all + u"/versions"_s, .privilege = SettingsView, .parameters = { u"limit"_s, u"cursor"_s } }, [this](Call call) { return listVersions(std::move(call)); } },
        { { .method = "GET", .pattern = all + u"/changes"_s, .privilege = SettingsView, .parameters = { u"from"_s, u"to"_s } }, [this](Call call) { return compare(std::move(call)); } },
        { { .method = "POST", .pattern = all + u"/restore"_s, .privilege = SettingsUpdate, .body = BodyUse::Object, .idempotent = true, .versioned = true },
            [this](Call call) { return restore(std::move(call)); } },
    };
}

QCoro::Task<http::Response> WholeConfigurationHandlers::get(Call call)
{
    const auto version = versionIn(call, u"version"_s);
    if (!version)
        co_return call.badRequest(version.error());
    std::function<Result<Answer>(Snapshot &)> work = [caller = call.caller, version = *version](Snapshot &snapshot) -> Result<Answer> {
        auto content = contentAt(snapshot, version);
        if (!content)
            return content.error();
        keepVisible(caller, *content);
        const qint64 shown = version ? *version : configurationVersion(snapshot);
        QJsonObject json = contentJson(*content);
        json.insert(u"version"_s, shown);
        json.insert(u"time"_s, toIso(snapshot.now()));
        Answer answer = jsonAnswer(json);
        answer.etag = etagOf(shown);
        return answer;
    };
    const auto answer = co_await m_pipeline.search<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> WholeConfigurationHandlers::plan(Call call)
{
    const QJsonObject body = call.body.toObject();
    ObjectReader reader(body);
    const bool isEarlier = body.contains(u"version"_s);
    const auto wanted = isEarlier ? Result<Wanted>(Wanted()) : readWanted(reader);
    const Earlier earlier = isEarlier ? readEarlier(reader) : Earlier();
    if (const auto finished = reader.finish(); !finished)
        co_return call.problem(finished.error());
    const auto kept = std::make_shared<const Wanted>(*wanted);
    std::function<Result<Answer>(Snapshot &)> work = [kept, isEarlier, earlier, caller = call.caller](Snapshot &snapshot) -> Result<Answer> {
        const auto content = isEarlier ? contentOf(snapshot, earlier) : Result<ConfigurationContent>(kept->content);
        if (!content)
            return content.error();
        if (const auto visible = mayView(caller, *content); !visible)
            return visible.error();
        // An object that cannot be read is not one that shall go, and what refers to it is not wrong.
        const bool isReadable = kept->problems.empty();
        const OtherObjects others = isEarlier ? OtherObjects::Go : isReadable ? kept->others : OtherObjects::Stay;
        ConfigurationPlan plan = planConfiguration(snapshot, *content, others);
        if (!isReadable)
            plan.problems = kept->problems;
        addMissingPrivileges(caller, plan);
        return planAnswer(plan);
    };
    const auto answer = co_await m_pipeline.search<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> WholeConfigurationHandlers::apply(Call call)
{
    ObjectReader reader(call.body.toObject());
    const auto wanted = readWanted(reader);
    if (const auto finished = reader.finish(); !finished)
        co_return call.problem(finished.error());
    if (const auto visible = mayView(call.caller, wanted->content); !visible)
        co_return call.problem(visible.error());
    if (!wanted->problems.empty())
        co_return call.problem(asOneError(wanted->problems));
    if (!call.ifVersion && !call.anyVersion) {
        co_return call.problem({ ErrorCode::VersionRequired,
            u"Say in If-Match which version of the configuration you planned with (its ETag), so that nobody's change is lost; \"If-Match: *\" overwrites any."_s, {}, {} });
    }
    ApplyCommand command;
    command.wanted = wanted->content;
    command.others = wanted->others;
    co_return co_await write(std::move(call), std::move(command));
}

QCoro::Task<http::Response> WholeConfigurationHandlers::restore(Call call)
{
    ObjectReader reader(call.body.toObject());
    const Earlier earlier = readEarlier(reader);
    if (const auto finished = reader.finish(); !finished)
        co_return call.problem(finished.error());
    // What was, stays what it was, whatever is changed meanwhile; so it may be found out before the transaction, which others wait for.
    std::function<Result<ConfigurationContent>(Snapshot &)> work = [earlier](Snapshot &snapshot) { return contentOf(snapshot, earlier); };
    const auto content = co_await m_pipeline.search<ConfigurationContent>(call.caller.tenant, call.request.deadline, work);
    if (!content)
        co_return call.problem(content.error());
    if (const auto visible = mayView(call.caller, *content); !visible)
        co_return call.problem(visible.error());
    ApplyCommand command;
    command.wanted = *content;
    command.others = OtherObjects::Go;
    co_return co_await write(std::move(call), std::move(command));
}

QCoro::Task<http::Response> WholeConfigurationHandlers::write(Call call, ApplyCommand command)
{
    command.ifVersion = call.ifVersion;
    command.actor = call.caller.actor;
    command.mayChange = updatesOf(call.caller);
    const auto kept = std::make_shared<const ApplyCommand>(std::move(command));
    std::function<Result<ConfigurationPlan>(Transaction &)> work = [kept](Transaction &transaction) { return applyConfiguration(transaction, *kept); };
    std::function<Answer(const ConfigurationPlan &)> encode = planAnswer;
    const auto answer = co_await m_pipeline.write<ConfigurationPlan>(call.writeContext(), work, encode);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> WholeConfigurationHandlers::listVersions(Call call)
{
    const auto limit = call.limit();
    if (!limit)
        co_return call.badRequest(limit.error());
    const auto before = numberAfter(call);
    if (!before)
        co_return call.badRequest(before.error());
    const qint64 from = *before > 0 ? *before : std::numeric_limits<qint64>::max();
    std::function<Result<Answer>(Snapshot &)> work = [call, from, limit = *limit](Snapshot &snapshot) -> Result<Answer> {
        const auto versions = configurationVersions(snapshot, from, limit + 1);
        QJsonArray data;
        for (size_t i = 0; i < std::min(versions.size(), static_cast<size_t>(limit)); ++i)
            data.append(versionJson(call.caller, versions[i]));
        const bool more = versions.size() > static_cast<size_t>(limit);
        return encodeList(data, more ? cursorAfter(call, versions[static_cast<size_t>(limit) - 1].first) : QString());
    };
    const auto answer = co_await m_pipeline.search<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> WholeConfigurationHandlers::compare(Call call)
{
    const auto from = versionIn(call, u"from"_s);
    if (!from)
        co_return call.badRequest(from.error());
    if (!*from)
        co_return call.badRequest(missingField(u"from"_s, u"the number of a version"_s));
    const auto to = versionIn(call, u"to"_s);
    if (!to)
        co_return call.badRequest(to.error());
    std::function<Result<Answer>(Snapshot &)> work = [caller = call.caller, from = **from, to = *to](Snapshot &snapshot) -> Result<Answer> {
        auto before = configurationAt(snapshot, from);
        if (!before)
            return before.error();
        const auto after = contentAt(snapshot, to);
        if (!after)
            return after.error();
        keepVisible(caller, *before);
        return jsonAnswer({ { u"from"_s, from }, { u"to"_s, to ? *to : configurationVersion(snapshot) }, { u"changes"_s, changesJson(differences(*before, *after)) } });
    };
    const auto answer = co_await m_pipeline.search<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

} // namespace iwd

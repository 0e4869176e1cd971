// SPDX-License-Identifier: Apache-2.0
#include "audithandlers.h"

#include "pagecursor.h"

#include <pipeline/report/eventwriter.h>

namespace iwd {

namespace {

/// What was asked for, of both areas.
struct AuditQuery
{
    AuditFilter filter;
    int limit = 100;
    qint64 beforeConfiguration = std::numeric_limits<qint64>::max();
    qint64 beforeCallers = std::numeric_limits<qint64>::max();
};

const QString configurationKey = QStringLiteral("configuration");
const QString callersKey = QStringLiteral("callers");

Result<std::optional<Instant>> instantIn(const Call &call, const QString &name)
{
    const auto text = call.request.queryValue(name);
    if (!text)
        return std::optional<Instant>();
    const auto instant = instantFromIso(*text);
    return instant ? Result<std::optional<Instant>>(std::optional(*instant)) : inside(name, instant.error());
}

Result<qint64> placeIn(const QJsonObject &cursor, const QString &key)
{
    const QJsonValue place = cursor.value(key);
    if (!place.isString())
        return damagedCursor();
    bool isNumber = false;
    const qint64 number = place.toString().toLongLong(&isNumber);
    return isNumber ? Result<qint64>(number) : damagedCursor();
}

Result<AuditQuery> queryIn(const Call &call)
{
    AuditQuery query;
    const auto limit = call.limit();
    if (!limit)
        return limit.error();
    query.limit = *limit;
    query.filter.actor = call.parameter(u"actor");
    query.filter.action = call.parameter(u"action");
    query.filter.kind = call.parameter(u"kind");
    query.filter.objectId = call.parameter(u"object");
    const auto from = instantIn(call, QStringLiteral("from"));
    if (!from)
        return from.error();
    query.filter.from = *from;
    const auto until = instantIn(call, QStringLiteral("until"));
    if (!until)
        return until.error();
    query.filter.until = *until;
    const auto cursor = readCursor(call);
    if (!cursor)
        return cursor.error();
    if (cursor->isEmpty())
        return query;
    const auto configuration = placeIn(*cursor, configurationKey);
    if (!configuration)
        return configuration.error();
    const auto callers = placeIn(*cursor, callersKey);
    if (!callers)
        return callers.error();
    query.beforeConfiguration = *configuration;
    query.beforeCallers = *callers;
    return query;
}

QJsonObject encodeEntry(const AuditRecord &record)
{
    const QJsonObject before = record.before.value_or(QJsonObject());
    const QJsonObject after = record.after.value_or(QJsonObject());
    // Of something new all is told, and of something that is gone; otherwise only what is different.
    const auto changed = [](const std::optional<QJsonObject> &of, const QJsonObject &from) { return of ? QJsonValue(changedMembers(*of, from)) : QJsonValue(); };
    return { { QStringLiteral("id"), QStringLiteral("%1-%2").arg(record.area == AuditArea::Callers ? QStringLiteral("a") : QStringLiteral("c")).arg(record.id) },
        { QStringLiteral("time"), toIso(record.at) },
        { QStringLiteral("actor"),
            QJsonObject { { QStringLiteral("kind"), record.actor.kind }, { QStringLiteral("id"), record.actor.id }, { QStringLiteral("name"), record.actor.name } } },
        { QStringLiteral("address"), textOrNull(record.actor.address) }, { QStringLiteral("action"), record.action }, { QStringLiteral("kind"), record.kind },
        { QStringLiteral("object"), record.objectId }, { QStringLiteral("version"), record.version > 0 ? QJsonValue(record.version) : QJsonValue() },
        { QStringLiteral("before"), changed(record.before, after) }, { QStringLiteral("after"), changed(record.after, before) } };
}

/// The newest of both lists together, which are each in order.
Answer merged(const Call &call, const AuditQuery &query, const std::vector<AuditRecord> &configuration, const std::vector<AuditRecord> &callers)
{
    QJsonArray data;
    auto one = configuration.begin();
    auto other = callers.begin();
    AuditQuery next = query;
    while (data.size() < query.limit && (one != configuration.end() || other != callers.end())) {
        const bool takeOne = other == callers.end() || (one != configuration.end() && one->at >= other->at);
        const AuditRecord &record = takeOne ? *one++ : *other++;
        (takeOne ? next.beforeConfiguration : next.beforeCallers) = record.id;
        data.append(encodeEntry(record));
    }
    if (one == configuration.end() && other == callers.end())
        return encodeList(data, {});
    return encodeList(data, makeCursor(call, { { configurationKey, QString::number(next.beforeConfiguration) }, { callersKey, QString::number(next.beforeCallers) } }));
}

using Entries = std::vector<AuditRecord>;

std::function<Result<Entries>(Snapshot &)> readingOf(AuditQuery query, AuditArea area)
{
    query.filter.area = area;
    const qint64 before = area == AuditArea::Callers ? query.beforeCallers : query.beforeConfiguration;
    // One more than is shown, to know whether there is another page.
    return [query, before](Snapshot &snapshot) -> Result<Entries> { return snapshot.audit(query.filter, before, query.limit + 1); };
}

} // namespace

std::vector<ApiEndpoint> AuditHandlers::endpoints()
{
    return { { { .method = "GET",
                   .pattern = QStringLiteral("/iwd/v3/audit"),
                   .privilege = Privilege::AuditView,
                   .parameters = { QStringLiteral("actor"), QStringLiteral("action"), QStringLiteral("kind"), QStringLiteral("object"), QStringLiteral("from"), QStringLiteral("until"),
                       QStringLiteral("limit"), QStringLiteral("cursor") } },
        [this](Call call) { return list(std::move(call)); } } };
}

QCoro::Task<http::Response> AuditHandlers::list(Call call)
{
    const auto query = queryIn(call);
    if (!query)
        co_return call.badRequest(query.error());
    // An actor, say, may have left only few entries among many.
    std::function<Result<Entries>(Snapshot &)> configuration = readingOf(*query, AuditArea::Configuration);
    const auto ofConfiguration = co_await m_pipeline.search<Entries>(call.caller.tenant, call.request.deadline, configuration);
    if (!ofConfiguration)
        co_return call.problem(ofConfiguration.error());
    std::function<Result<Entries>(Snapshot &)> callers = readingOf(*query, AuditArea::Callers);
    const auto ofCallers = co_await m_pipeline.readCallers<Entries>(call.caller.tenant, call.request.deadline, callers);
    if (!ofCallers)
        co_return call.problem(ofCallers.error());
    co_return toResponse(merged(call, *query, *ofConfiguration, *ofCallers));
}

} // namespace iwd

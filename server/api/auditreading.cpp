// SPDX-License-Identifier: Apache-2.0
#include "auditreading.h"

#include "encoding.h"

#include <pipeline/report/eventwriter.h>

namespace iwd {

namespace {

using Entries = std::vector<AuditRecord>;

Result<std::optional<Instant>> instantIn(const Call &call, const QString &name)
{
    const auto text = call.request.queryValue(name);
    if (!text)
        return std::optional<Instant>();
    const auto instant = instantFromIso(*text);
    return instant ? Result<std::optional<Instant>>(std::optional(*instant)) : inside(name, instant.error());
}

std::function<Result<Entries>(Snapshot &)> readingOf(AuditQuery query, AuditArea area)
{
    query.filter.area = area;
    const qint64 before = area == AuditArea::Callers ? query.beforeCallers : query.beforeConfiguration;
    // One more than is shown, to know whether there is another page.
    return [query, before](Snapshot &snapshot) -> Result<Entries> { return snapshot.audit(query.filter, before, query.limit + 1); };
}

/// Behind which id the next page begins: before what was read and not taken. An area without further entries gets none by what is added to it later.
qint64 beforeRest(Entries::const_iterator rest, const Entries &entries, qint64 before)
{
    if (rest != entries.end())
        return rest->id + 1;
    return entries.empty() ? 0 : before;
}

/// The newest of both lists together, which are each in order.
AuditPage merged(const AuditQuery &query, Entries configuration, Entries callers)
{
    AuditPage page;
    page.next = query;
    auto one = configuration.begin();
    auto other = callers.begin();
    while (page.entries.size() < static_cast<size_t>(query.limit) && (one != configuration.end() || other != callers.end())) {
        const bool takeOne = other == callers.end() || (one != configuration.end() && one->at >= other->at);
        AuditRecord &record = takeOne ? *one++ : *other++;
        (takeOne ? page.next.beforeConfiguration : page.next.beforeCallers) = record.id;
        page.entries.push_back(std::move(record));
    }
    page.next.beforeConfiguration = beforeRest(one, configuration, page.next.beforeConfiguration);
    page.next.beforeCallers = beforeRest(other, callers, page.next.beforeCallers);
    page.isLast = one == configuration.end() && other == callers.end();
    return page;
}

} // namespace

QStringList auditParameters()
{
    return { QStringLiteral("actor"), QStringLiteral("action"), QStringLiteral("kind"), QStringLiteral("object"), QStringLiteral("from"), QStringLiteral("until") };
}

Result<AuditQuery> auditQueryIn(const Call &call)
{
    AuditQuery query;
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
    return query;
}

QCoro::Task<Result<AuditPage>> readAudit(Pipeline &pipeline, TenantId tenant, Deadline deadline, AuditQuery query)
{
    // An actor, say, may have left only few entries among many.
    std::function<Result<Entries>(Snapshot &)> configuration = readingOf(query, AuditArea::Configuration);
    const auto ofConfiguration = co_await pipeline.search<Entries>(tenant, deadline, configuration);
    if (!ofConfiguration)
        co_return ofConfiguration.error();
    std::function<Result<Entries>(Snapshot &)> callers = readingOf(query, AuditArea::Callers);
    const auto ofCallers = co_await pipeline.readCallers<Entries>(tenant, deadline, callers);
    if (!ofCallers)
        co_return ofCallers.error();
    co_return merged(query, *ofConfiguration, *ofCallers);
}

QJsonObject encodeAuditEntry(const AuditRecord &record)
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

} // namespace iwd

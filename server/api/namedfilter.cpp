// SPDX-License-Identifier: Apache-2.0
#include "namedfilter.h"

#include <base/log.h>

namespace iwd {

namespace {

/// Whoever deletes a caller does not wait for long for another database, which may be away.
constexpr milliseconds PatienceToForget { 2'000 };

} // namespace

FilterUser filterUserOf(const Caller &caller)
{
    return { caller.actor, caller.roles, caller.may(Privilege::FiltersUpdate) };
}

QCoro::Task<Result<QJsonObject>> bodyWithNamedFilter(Pipeline &pipeline, Call call)
{
    const QJsonObject body = call.body.toObject();
    const auto id = filterNamedIn(body);
    if (!id)
        co_return id.error();
    if (id->isEmpty()) {
        QJsonObject plain = body;
        plain.remove(QStringLiteral("filter")); // null
        co_return plain;
    }
    if (!call.caller.may(Privilege::FiltersView))
        co_return lacks(call.caller, Privilege::FiltersView);
    std::function<Result<FilterRecord>(Snapshot &)> look = [id = *id, user = filterUserOf(call.caller)](Snapshot &snapshot) { return findFilter(snapshot, id, user); };
    const auto found = co_await pipeline.read<FilterRecord>(call.caller.tenant, call.request.deadline, look);
    if (found)
        co_return withFilter(body, found->filter);
    Error error = found.error();
    if (error.code == ErrorCode::ObjectNotFound) {
        error.code = ErrorCode::InvalidReference;
        error.field = QStringLiteral("filter");
    }
    co_return error;
}

QCoro::Task<> forgetFiltersOf(Pipeline &pipeline, Call call, Actor gone)
{
    // Without the idempotency key of the request, which is that of another write.
    WriteContext context = call.writeContext();
    context.idempotency.reset();
    context.deadline = Deadline::in(PatienceToForget);
    std::function<Result<bool>(Transaction &)> work = [gone](Transaction &transaction) -> Result<bool> {
        transaction.removePrivateFilters(gone);
        return true;
    };
    std::function<Answer(const bool &)> encode = [](const bool &) { return noContent(); };
    const auto forgotten = co_await pipeline.write<bool>(context, work, encode);
    if (!forgotten) {
        const log::Correlation correlation(call.request.correlationId);
        log::warning(u"The private filters of a caller that is gone could not be forgotten.",
            { { QLatin1StringView("tenant"), call.caller.tenantId }, { QLatin1StringView("caller"), gone.id }, { QLatin1StringView("reason"), forgotten.error().text } });
    }
}

} // namespace iwd

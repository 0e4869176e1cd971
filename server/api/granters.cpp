// SPDX-License-Identifier: Apache-2.0
#include "granters.h"

namespace iwd {

QCoro::Task<Result<Granter>> granterFor(Pipeline &pipeline, Call call, QStringList categories)
{
    if (categories.isEmpty() && call.caller.categories.isEmpty())
        co_return granterOf(call.caller);
    std::function<Result<Granter>(Snapshot &)> look = [caller = call.caller](Snapshot &snapshot) -> Result<Granter> { return granterOf(caller, snapshot.configuration()); };
    co_return co_await pipeline.read<Granter>(call.caller.tenant, call.request.deadline, look);
}

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"

#include <pipeline/search/savedfilters.h>

namespace iwd {

/// What a caller is to saved filters.
[[nodiscard]] FilterUser filterUserOf(const Caller &caller);

/// The body of a search or an export with the search of the saved filter that it names; the body as it is when it names none.
/// @returns NotAllowed, InvalidReference about "filter", or what is wrong with the two searches together
[[nodiscard]] QCoro::Task<Result<QJsonObject>> bodyWithNamedFilter(Pipeline &pipeline, Call call);

/// Forgets the private filters of a caller that is gone, so that nobody finds them who is called the same later. Callers may be kept in another database than the filters, so this is a
/// write of its own; when it fails the filters stay, and the log says so.
QCoro::Task<> forgetFiltersOf(Pipeline &pipeline, Call call, Actor gone);

} // namespace iwd

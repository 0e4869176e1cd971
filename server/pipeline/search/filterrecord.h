// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/instant.h>
#include <contract/filterapi.h>
#include <pipeline/report/event.h>

#include <optional>

namespace iwd {

/// A saved filter as it is stored.
struct FilterRecord
{
    qint64 id = 0; ///< people see "filter-<number>"
    Actor owner; ///< a user or an API key: who made it
    SavedFilter filter;
    qint64 version = 0;
    Instant created;
    Instant updated;

    [[nodiscard]] bool isOf(const Actor &actor) const { return owner.kind == actor.kind && owner.id == actor.id; }
};

} // namespace iwd

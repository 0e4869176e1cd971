// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "database.h"

#include <pipeline/access/callerrecords.h>

/// Rows of callers as statements answer them, whether or not the tenant is known.
namespace iwd::callercolumns {

[[nodiscard]] ApiKeyRecord readKey(Statement &row);
/// @param first the column of the name
[[nodiscard]] UserRecord readUser(Statement &row, TenantId tenant, int first);
[[nodiscard]] SessionRecord readSession(Statement &row, TenantId tenant, int first);
[[nodiscard]] RoleRecord readRole(Statement &row);

/// Ids in one column, with a space between.
[[nodiscard]] QString joined(const QStringList &ids);
/// What a server of the version before may let the user do: everything, or nothing.
[[nodiscard]] QString scopesFor(const User &user, bool changePassword);

} // namespace iwd::callercolumns

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/store.h>

namespace iwd {

/// What somebody who makes or changes a caller has, and so may hand on: nobody gives what he lacks himself.
struct Granter
{
    Actor actor;
    Privileges privileges;
    QStringList categories; ///< see Caller::categories
    /// What categories there are. Callers may be kept in another database than those.
    std::shared_ptr<const ConfigurationSnapshot> configuration = {};
};

/// @returns NotAllowed, naming a privilege of @p wanted that the granter lacks
[[nodiscard]] Result<void> checkGrantOf(const Granter &granter, const Privileges &wanted);

/// @param before what the caller has already: roots that are not there any more may stay
/// @returns InvalidReference about a category that there is not, NotAllowed about one that the granter does not see, or about seeing everything
[[nodiscard]] Result<void> checkGrantOf(const Granter &granter, const QStringList &categories, const QStringList &before = {});

/// The sum of what @p roles grant: stock roles, and those that the tenant has made. An unknown one grants nothing.
[[nodiscard]] Privileges privilegesOfRoles(const QStringList &roles, const std::vector<RoleRecord> &made);

} // namespace iwd

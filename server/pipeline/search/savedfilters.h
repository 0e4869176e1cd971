// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <domain/privilege.h>
#include <pipeline/store.h>

namespace iwd {

inline constexpr int MaxFiltersOfOwner = 500;

[[nodiscard]] QString filterName(qint64 id); ///< "filter-17"
/// @returns nothing for what is no such name
[[nodiscard]] std::optional<qint64> filterNamed(QStringView name);

/// Who looks for filters, or changes them.
struct FilterUser
{
    Actor actor;
    QStringList roles; ///< of a user
    bool publishes = false; ///< Filters.Update: may change what others find
};

/// Whether the filter is there for the user: its own, and what others share with one of its roles or with everybody. Whoever may change what is published finds all of that.
[[nodiscard]] bool isThereFor(const FilterRecord &record, const FilterUser &user);

/// @returns ObjectNotFound also about a filter that is there for others only
[[nodiscard]] Result<FilterRecord> findFilter(Snapshot &snapshot, const QString &name, const FilterUser &user);

/// In the order in which they were made. @param after the last id of the page before; 0 starts
[[nodiscard]] std::vector<FilterRecord> filtersFor(Snapshot &snapshot, const FilterUser &user, qint64 after, int limit);

struct PutFilterCommand
{
    SavedFilter filter;
    FilterUser user;
    QStringList knownRoles; ///< all that there are; they may be kept in another database than the filters
    std::optional<qint64> ifVersion; ///< of a replacement
    bool anyVersion = false; ///< If-Match: *
};
/// What others find, and what ceases to be there for them, is written into the audit; what was and stays private is not.
/// @returns NotAllowed to publish it, InvalidReference about a role, ObjectExists, TooManyItems
[[nodiscard]] Result<FilterRecord> createFilter(Transaction &transaction, const PutFilterCommand &command);
/// The owner stays who it is. @returns ObjectNotFound, VersionMismatch, VersionRequired, and what createFilter() does
[[nodiscard]] Result<FilterRecord> replaceFilter(Transaction &transaction, const QString &name, const PutFilterCommand &command);
/// @returns ObjectNotFound, VersionMismatch, NotAllowed
[[nodiscard]] Result<void> removeFilter(Transaction &transaction, const QString &name, std::optional<qint64> ifVersion, const FilterUser &user);

} // namespace iwd

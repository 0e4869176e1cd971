// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/result.h>

#include <QJsonObject>
#include <QStringList>

namespace iwd {

/// Who finds a saved filter besides its owner. The names (visibilityName()) are part of the API; the numbers are stored.
enum class FilterVisibility {
    Private = 0, ///< nobody
    Shared = 1, ///< users with one of SavedFilter::roles
    Public = 2, ///< everybody of the tenant
};
[[nodiscard]] QString visibilityName(FilterVisibility visibility);

/// A search that has a name.
struct SavedFilter
{
    QString name;
    QString description;
    FilterVisibility visibility = FilterVisibility::Private;
    QStringList roles; ///< ids of roles, or names of stock roles; only of a shared one
    /// `text`, `condition`, `sort` and `columns` of POST /items/search, as far as they say something. What is stored may come from another version of the
    /// server and make no sense to this one: see problemOf().
    QJsonObject search;

    [[nodiscard]] bool isPublished() const { return visibility != FilterVisibility::Private; }
};

inline constexpr int MaxFilterSearchBytes = 32 * 1024; ///< of SavedFilter::search as JSON
inline constexpr int MaxRolesOfFilter = 20;

/// @returns an Error whose field is the path inside @p json
[[nodiscard]] Result<SavedFilter> decodeFilter(const QJsonObject &json);
[[nodiscard]] QJsonObject encodeFilter(const SavedFilter &filter);

/// Why the search of a filter cannot be used; success when it can.
[[nodiscard]] Result<void> problemOf(const SavedFilter &filter);

/// The body of a search or an export that names a saved filter, with that filter's search in it instead: what the request asks for with `text` and `condition`
/// is asked for besides; its own `sort` and `columns` come before those of the filter.
/// @returns an Error whose field is the path inside @p request; one about "filter" when the filter's search cannot be used
[[nodiscard]] Result<QJsonObject> withFilter(const QJsonObject &request, const SavedFilter &filter);

/// The id that "filter" of a search or an export names; empty: it names none.
[[nodiscard]] Result<QString> filterNamedIn(const QJsonObject &request);

} // namespace iwd

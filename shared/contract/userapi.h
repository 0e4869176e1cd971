// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/result.h>
#include <domain/user.h>

#include <QJsonObject>

namespace iwd {

inline constexpr int MaxUserNameLength = 200;
inline constexpr int MaxRolesOfUser = 20;
inline constexpr int MaxCategoriesOfCaller = 50;

/// Whether somebody may be called so: a name is typed, sorted and written into logs, so it has nothing that cannot be seen, and nothing around it.
[[nodiscard]] bool isUserName(const QString &text);

/// @param nameInPath the name in the address of a PUT, which a name in the body must repeat; empty in a POST
/// @returns an Error whose field is the path inside @p json
[[nodiscard]] Result<User> decodeUser(const QJsonObject &json, const QString &nameInPath = {});
[[nodiscard]] QJsonObject encodeUser(const User &user);

/// @param idInPath see decodeUser()
[[nodiscard]] Result<Role> decodeRole(const QJsonObject &json, const QString &idInPath = {});
[[nodiscard]] QJsonObject encodeRole(const Role &role);

} // namespace iwd

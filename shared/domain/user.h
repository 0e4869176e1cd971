// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "privilege.h"

namespace iwd {

/// Privileges that a tenant grants together, besides those of stockRoles().
struct Role
{
    QString id;
    QString name;
    QString description;
    Privileges privileges;
};

/// A person who signs in.
struct User
{
    QString name; ///< with which it signs in; unique in its tenant
    QString displayName;
    QString email;
    QStringList roles; ///< ids of roles, or names of stock roles
    QStringList categories; ///< the roots of the subtrees of categories whose work it may see; empty: all work
    bool disabled = false; ///< cannot sign in

    /// Whether it may do everything, to all of the tenant's work.
    [[nodiscard]] bool isAdministrator() const { return !disabled && categories.isEmpty() && roles.contains(QStringLiteral("Administrator")); }
};

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <QStringList>

#include <map>

namespace iwd {

/// Who signs people in for a tenant, by OpenID Connect, and what those may do whom it signs in. The client's secret is kept apart.
struct IdentityProvider
{
    QString id;
    QString name; ///< that people see
    QString issuer; ///< exactly as its discovery document and its ID tokens say it
    QString clientId;
    QStringList scopes; ///< that are asked for besides "openid"
    QString nameClaim; ///< what the user is called; empty: preferred_username, else email if it is verified, else sub
    QString groupsClaim;
    std::map<QString, QString> rolesOfGroups; ///< group -> role
    QString defaultRole; ///< of whom no group gives a role; empty: he is refused
    QStringList categories; ///< what new users see of the work, as in User
    bool enabled = true;

    /// All roles that somebody may get through it, each once.
    [[nodiscard]] QStringList roles() const
    {
        QStringList all;
        for (const auto &[group, role] : rolesOfGroups)
            all.append(role);
        if (!defaultRole.isEmpty())
            all.append(defaultRole);
        all.removeDuplicates();
        return all;
    }
};

} // namespace iwd

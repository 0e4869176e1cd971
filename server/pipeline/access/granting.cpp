// SPDX-License-Identifier: Apache-2.0
#include "granting.h"

#include "categoryscope.h"

namespace iwd {

Result<void> checkGrantOf(const Granter &granter, const Privileges &wanted)
{
    const QStringList lacking = namesOf(wanted & ~granter.privileges);
    if (lacking.isEmpty())
        return {};
    return Error { ErrorCode::NotAllowed, QStringLiteral("\"%1\" lacks the privilege %2 and so cannot give it to others.").arg(granter.actor.name, lacking.constFirst()), {},
        { { QStringLiteral("privilege"), lacking.constFirst() } } };
}

Result<void> checkGrantOf(const Granter &granter, const QStringList &categories, const QStringList &before)
{
    const QString field = QStringLiteral("categories");
    const CategoryScope own { granter.categories };
    if (categories.isEmpty() && !own.isEverything()) {
        return Error { ErrorCode::NotAllowed, QStringLiteral("\"%1\" sees some categories only and so cannot let others see all: name categories.").arg(granter.actor.name), field,
            { { QStringLiteral("privilege"), QString() } } };
    }
    for (qsizetype i = 0; i < categories.size(); ++i) {
        const QString &id = categories[i];
        const QString path = QStringLiteral("%1[%2]").arg(field).arg(i);
        if (!before.contains(id) && (!granter.configuration || !granter.configuration->category(id))) {
            return Error { ErrorCode::InvalidReference, QStringLiteral("There is no category \"%1\". Create it first.").arg(id), path,
                { { QStringLiteral("kind"), QStringLiteral("category") }, { QStringLiteral("id"), id } } };
        }
        if (!own.isEverything() && !(granter.configuration && own.covers(*granter.configuration, id))) {
            return Error { ErrorCode::NotAllowed, QStringLiteral("\"%1\" does not see the category \"%2\" and so cannot let others see it.").arg(granter.actor.name, id), path,
                { { QStringLiteral("privilege"), QString() } } };
        }
    }
    return {};
}

Privileges privilegesOfRoles(const QStringList &roles, const std::vector<RoleRecord> &made)
{
    Privileges sum;
    for (const QString &name : roles) {
        if (const Grant *stock = grantNamed(stockRoles(), name)) {
            sum |= stock->privileges;
            continue;
        }
        const auto own = std::find_if(made.begin(), made.end(), [&](const RoleRecord &record) { return record.role.id == name; });
        if (own != made.end())
            sum |= own->role.privileges;
    }
    return sum;
}

} // namespace iwd

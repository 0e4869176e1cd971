// SPDX-License-Identifier: Apache-2.0
#include "caller.h"

namespace iwd {

Privileges privilegesOf(const QStringList &scopes)
{
    Privileges sum;
    for (const QString &name : scopes) {
        if (const Grant *scope = grantNamed(stockScopes(), name))
            sum |= scope->privileges;
        else if (const auto privilege = privilegeNamed(name))
            sum.set(static_cast<size_t>(*privilege));
    }
    return sum;
}

} // namespace iwd

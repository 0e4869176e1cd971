// SPDX-License-Identifier: Apache-2.0
#include "webhook.h"

namespace iwd {

const QStringList &statusEventTypes()
{
    static const QStringList types { QStringLiteral("item.created"), QStringLiteral("item.captured"), QStringLiteral("item.queued"), QStringLiteral("item.errorheld"),
        QStringLiteral("item.rejected"), QStringLiteral("item.held"), QStringLiteral("item.resumed"), QStringLiteral("item.activated"), QStringLiteral("item.assigned"),
        QStringLiteral("item.released"), QStringLiteral("item.lease_expired"), QStringLiteral("item.requeued"), QStringLiteral("item.restarted"), QStringLiteral("item.completed"),
        QStringLiteral("item.canceled"), QStringLiteral("item.expired"), QStringLiteral("item.offered"), QStringLiteral("item.offer_declined"), QStringLiteral("item.offer_expired"),
        QStringLiteral("item.offer_withdrawn") };
    return types;
}

const QStringList &webhookEventTypes()
{
    static const QStringList types = statusEventTypes() + QStringList { QStringLiteral("item.updated"), QStringLiteral("item.extended"), QStringLiteral("item.overflowed") };
    return types;
}

} // namespace iwd

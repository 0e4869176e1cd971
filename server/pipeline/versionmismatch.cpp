// SPDX-License-Identifier: Apache-2.0
#include "versionmismatch.h"

namespace iwd {

Error versionMismatch(const QString &what, qint64 actual, qint64 expected)
{
    const bool known = expected > 0;
    const QString text = known
        ? QStringLiteral("%1 has changed since you read it (version %2, you have %3). Read it again and decide anew.")
              .arg(what)
              .arg(actual)
              .arg(expected)
        : QStringLiteral("%1 never had the ETag in If-Match. Read it again: it has version %2.").arg(what).arg(actual);
    return { ErrorCode::VersionMismatch, text, {},
        { { QStringLiteral("expected"), known ? QJsonValue(expected) : QJsonValue() }, { QStringLiteral("actual"), actual } } };
}

} // namespace iwd

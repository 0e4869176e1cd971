// SPDX-License-Identifier: Apache-2.0
#include "capturepointapi.h"

#include "configurationobject.h"

#include <domain/itemfields.h>

namespace iwd {

Result<CapturePoint> decodeCapturePoint(const QJsonObject &json, const QString &idInPath)
{
    ObjectReader reader(json);
    CapturePoint capturePoint;
    configuration::readHead(reader, capturePoint, idInPath);
    capturePoint.enabled = reader.boolean(QStringLiteral("enabled"), true);
    capturePoint.defaultChannel = reader.text(QStringLiteral("defaultChannel"), limits::Text);
    if (const auto finished = reader.finish(); !finished)
        return finished.error();
    return capturePoint;
}

QJsonObject encodeCapturePoint(const CapturePoint &capturePoint)
{
    QJsonObject json = configuration::encodeHead(capturePoint);
    json.insert(QStringLiteral("enabled"), capturePoint.enabled);
    json.insert(QStringLiteral("defaultChannel"), capturePoint.defaultChannel);
    return json;
}

} // namespace iwd

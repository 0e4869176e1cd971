// SPDX-License-Identifier: Apache-2.0
#include "webaddress.h"

namespace iwd {

Result<QUrl> webAddress(const QString &text, const QString &field)
{
    const QUrl url(text, QUrl::StrictMode);
    const bool isHttp = url.scheme() == QLatin1StringView("https") || url.scheme() == QLatin1StringView("http");
    if (!url.isValid() || !isHttp || url.host().isEmpty())
        return invalidField(field, QStringLiteral("an address that begins with https:// and names a host"));
    if (!url.userInfo().isEmpty() || url.hasFragment())
        return invalidField(field, QStringLiteral("an address without user, password and fragment"));
    return url;
}

} // namespace iwd

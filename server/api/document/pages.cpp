// SPDX-License-Identifier: Apache-2.0
#include "pages.h"

#include "apidocument.h"

#include <QFile>

namespace iwd {
namespace {

constexpr char Html[] = "text/html; charset=utf-8";
constexpr char Style[] = "text/css; charset=utf-8";
constexpr char Script[] = "text/javascript; charset=utf-8";
constexpr char Json[] = "application/json";

QByteArray embedded(const QString &name)
{
    QFile file(QStringLiteral(":/iwd/pages/") + name);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("The embedded page %s is missing from this program.", qUtf8Printable(name));
    return file.readAll().replace("@version@", IWD_VERSION);
}

QList<Page> allPages()
{
    return {
        { QStringLiteral("/"), Html, embedded(QStringLiteral("landing.html")) },
        { QStringLiteral("/docs"), Html, embedded(QStringLiteral("reference.html")) },
        { QStringLiteral("/docs/style.css"), Style, embedded(QStringLiteral("style.css")) },
        { QStringLiteral("/docs/reference.js"), Script, embedded(QStringLiteral("reference.js")) },
        { QStringLiteral("/docs/landing.js"), Script, embedded(QStringLiteral("landing.js")) },
        { QStringLiteral("/iwd/v3/openapi.json"), Json, apiDocumentJson() },
    };
}

} // namespace

const QList<Page> &pages()
{
    static const QList<Page> all = allPages();
    return all;
}

} // namespace iwd

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

QByteArray embedded(const char *name)
{
    QFile file(QStringLiteral(":/iwd/pages/") + QLatin1StringView(name));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("The embedded page %s is missing from this program.", name);
    return file.readAll().replace("@version@", IWD_VERSION);
}

QList<Page> allPages()
{
    return {
        { QStringLiteral("/"), Html, [] { return embedded("landing.html"); } },
        { QStringLiteral("/docs"), Html, [] { return embedded("reference.html"); } },
        { QStringLiteral("/docs/style.css"), Style, [] { return embedded("style.css"); } },
        { QStringLiteral("/docs/reference.js"), Script, [] { return embedded("reference.js"); } },
        { QStringLiteral("/docs/landing.js"), Script, [] { return embedded("landing.js"); } },
        { QStringLiteral("/iwd/v3/openapi.json"), Json, apiDocumentJson },
    };
}

} // namespace

const QList<Page> &pages()
{
    static const QList<Page> all = allPages();
    return all;
}

} // namespace iwd

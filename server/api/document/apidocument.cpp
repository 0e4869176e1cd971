// SPDX-License-Identifier: Apache-2.0
#include "apidocument.h"

#include <base/jsonfromyaml.h>

#include <QFile>
#include <QJsonDocument>

namespace iwd {
namespace {

QByteArray convertedDocument()
{
    QFile file(QStringLiteral(":/iwd/openapi/iwd.yaml"));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("The embedded API document is missing from this program.");
    const Result<QByteArray> json = jsonFromYaml(file.readAll());
    if (!json)
        qFatal("The embedded API document cannot be read. %s", qUtf8Printable(json.error().text));
    return json.value();
}

} // namespace

QByteArray apiDocumentJson()
{
    static const QByteArray json = convertedDocument();
    return json;
}

QJsonObject apiDocument()
{
    static const QJsonObject document = QJsonDocument::fromJson(apiDocumentJson()).object();
    return document;
}

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#include "printing.h"

#include "connection.h"
#include "console.h"

using namespace Qt::StringLiterals;

namespace iwd {

bool wantsJson(const CommandLine &line)
{
    return line.value(u"output"_s) == "json"_L1;
}

int tableWidth()
{
    return console::isTerminal() ? console::size().width : 0;
}

QString fieldText(const QJsonValue &value)
{
    if (value.isDouble())
        return QString::number(value.toDouble(), 'g', 12);
    if (value.isBool())
        return value.toBool() ? u"true"_s : u"false"_s;
    if (value.isArray()) {
        QStringList parts;
        for (const auto &part : value.toArray())
            parts.append(fieldText(part));
        return parts.join(u", "_s);
    }
    if (value.isObject())
        return QString::fromUtf8(QJsonDocument(value.toObject()).toJson(QJsonDocument::Compact));
    return value.toString();
}

QString shortTime(const QJsonValue &value)
{
    return value.toString().left(19).replace(u'T', u' ');
}

QString pretty(const QJsonObject &object)
{
    return QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Indented));
}

QString jsonLine(const QJsonObject &object)
{
    return QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact)) + u'\n';
}

int fail(const Error &error)
{
    console::complain(error);
    return exitCodeOf(error);
}

int failUsage(const Error &error)
{
    console::complain(error);
    return ExitUsage;
}

} // namespace iwd

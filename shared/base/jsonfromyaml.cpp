// SPDX-License-Identifier: Apache-2.0
#include "jsonfromyaml.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QRegularExpression>
#include <QSet>

#include <yaml-cpp/yaml.h>

namespace iwd {
namespace {

/// What is left to be converted. Far more than anybody means; a few lines of aliases of aliases would otherwise become more than any memory holds.
struct Budget
{
    qsizetype values = 500'000;
    qsizetype bytes = 64 * 1024 * 1024;
};

/// A single value as JSON text. Qt writes whole documents only, so the value travels in an array.
QByteArray jsonText(const QJsonValue &value)
{
    const QByteArray array = QJsonDocument(QJsonArray { value }).toJson(QJsonDocument::Compact);
    return array.mid(1, array.size() - 2);
}

Error problemAt(const YAML::Mark &mark, const QString &what)
{
    return { ErrorCode::ConfigurationInvalid, QStringLiteral("Line %1, column %2: %3").arg(mark.line + 1).arg(mark.column + 1).arg(what),
        {}, {} };
}

std::optional<qint64> coreInteger(const QString &text)
{
    static const QRegularExpression decimal(QStringLiteral("^[-+]?[0-9]+$"));
    static const QRegularExpression octal(QStringLiteral("^0o[0-7]+$"));
    static const QRegularExpression hexadecimal(QStringLiteral("^0x[0-9a-fA-F]+$"));
    bool ok = false;
    qint64 number = 0;
    if (decimal.match(text).hasMatch())
        number = text.toLongLong(&ok, 10);
    else if (octal.match(text).hasMatch())
        number = text.mid(2).toLongLong(&ok, 8);
    else if (hexadecimal.match(text).hasMatch())
        number = text.mid(2).toLongLong(&ok, 16);
    return ok ? std::optional(number) : std::nullopt;
}

std::optional<double> coreFloat(const QString &text)
{
    static const QRegularExpression number(QStringLiteral("^[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?$"));
    if (!number.match(text).hasMatch())
        return std::nullopt;
    return text.toDouble();
}

Result<QByteArray> plainScalar(const QString &text, const YAML::Mark &mark)
{
    static const QStringList nulls { QString(), QStringLiteral("~"), QStringLiteral("null"), QStringLiteral("Null"),
        QStringLiteral("NULL") };
    static const QStringList trues { QStringLiteral("true"), QStringLiteral("True"), QStringLiteral("TRUE") };
    static const QStringList falses { QStringLiteral("false"), QStringLiteral("False"), QStringLiteral("FALSE") };
    static const QRegularExpression infinite(QStringLiteral("^([-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN))$"));
    if (nulls.contains(text))
        return QByteArray("null");
    if (trues.contains(text))
        return QByteArray("true");
    if (falses.contains(text))
        return QByteArray("false");
    if (const auto integer = coreInteger(text))
        return QByteArray::number(*integer);
    if (const auto number = coreFloat(text))
        return jsonText(*number);
    if (infinite.match(text).hasMatch())
        return problemAt(mark, QStringLiteral("JSON has no way to write %1.").arg(text));
    return jsonText(text);
}

Result<QByteArray> scalar(const YAML::Node &node)
{
    const QString text = QString::fromStdString(node.Scalar());
    const bool isPlain = node.Tag() == "?";
    return isPlain ? plainScalar(text, node.Mark()) : Result<QByteArray>(jsonText(text));
}

Result<QByteArray> convert(const YAML::Node &node, Budget &budget);

Result<QByteArray> mapping(const YAML::Node &node, Budget &budget)
{
    QByteArray json = "{";
    QSet<QString> names;
    for (const auto &member : node) {
        if (!member.first.IsScalar())
            return problemAt(member.first.Mark(), QStringLiteral("The name of a member has to be a text."));
        const QString name = QString::fromStdString(member.first.Scalar());
        if (names.contains(name))
            return problemAt(member.first.Mark(), QStringLiteral("\"%1\" appears twice.").arg(name));
        names.insert(name);
        const Result<QByteArray> value = convert(member.second, budget);
        if (!value)
            return value.error();
        json += (names.size() > 1 ? "," : "") + jsonText(name) + ':' + *value;
    }
    return QByteArray(json + '}');
}

Result<QByteArray> sequence(const YAML::Node &node, Budget &budget)
{
    QByteArray json = "[";
    for (const auto &entry : node) {
        const Result<QByteArray> value = convert(entry, budget);
        if (!value)
            return value.error();
        json += (json.size() > 1 ? "," : "") + *value;
    }
    return QByteArray(json + ']');
}

Result<QByteArray> convert(const YAML::Node &node, Budget &budget)
{
    budget.bytes -= node.IsScalar() ? static_cast<qsizetype>(node.Scalar().size()) : 0;
    if (--budget.values < 0 || budget.bytes < 0)
        return problemAt(node.Mark(), QStringLiteral("With aliases written out, this is too much to be read."));
    switch (node.Type()) {
    case YAML::NodeType::Map:
        return mapping(node, budget);
    case YAML::NodeType::Sequence:
        return sequence(node, budget);
    case YAML::NodeType::Scalar:
        return scalar(node);
    case YAML::NodeType::Null:
    case YAML::NodeType::Undefined:
        break;
    }
    return QByteArray("null");
}

} // namespace

Result<QByteArray> jsonFromYaml(const QByteArray &yaml)
{
    try {
        Budget budget;
        return convert(YAML::Load(yaml.toStdString()), budget);
    } catch (const YAML::Exception &exception) {
        return problemAt(exception.mark, QString::fromStdString(exception.msg));
    }
}

} // namespace iwd

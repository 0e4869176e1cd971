// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QMap>
#include <QRegularExpression>
#include <QString>

namespace iwd::test {

/// Reads the text format of Prometheus strictly: a line that it does not understand, a sample without its type or of two
/// families mixed makes it invalid.
struct MetricsText
{
    bool valid = true;
    QString complaint;
    QMap<QString, QString> types; ///< family -> "counter", "gauge" …
    QMap<QString, double> samples; ///< "name{label=\"value\"}" as it stands in the text -> value

    explicit MetricsText(const QByteArray &text)
    {
        static const QRegularExpression help(QStringLiteral(R"(^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) .+$)"));
        static const QRegularExpression type(QStringLiteral(R"(^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)$)"));
        static const QRegularExpression sample(QStringLiteral(
            R"(^(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\["\\n])*"(,[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\["\\n])*")*\})?) (-?[0-9.]+(e[-+]?[0-9]+)?|\+Inf|Nan)$)"));
        QString family;
        const QStringList lines = QString::fromUtf8(text).split(u'\n');
        if (!lines.last().isEmpty())
            complain(QStringLiteral("the last line has no end"));
        for (const QString &line : lines) {
            if (line.isEmpty() || help.match(line).hasMatch())
                continue;
            if (const auto match = type.match(line); match.hasMatch()) {
                family = match.captured(1);
                if (types.contains(family))
                    complain(QStringLiteral("two types of ") + family);
                types.insert(family, match.captured(2));
                continue;
            }
            const auto match = sample.match(line);
            if (!match.hasMatch() || !belongs(match.captured(2), family))
                complain(line);
            else if (samples.contains(match.captured(1)))
                complain(QStringLiteral("twice: ") + line);
            else
                samples.insert(match.captured(1), match.captured(7).toDouble());
        }
    }

    /// @returns the sample's value, or -1 when there is none
    [[nodiscard]] double value(const QString &sample) const { return samples.value(sample, -1); }

private:
    void complain(const QString &what)
    {
        valid = false;
        complaint += what + u'\n';
    }
    [[nodiscard]] bool belongs(const QString &name, const QString &family) const
    {
        if (types.value(family) != QStringLiteral("histogram"))
            return name == family;
        return name == family + QStringLiteral("_bucket") || name == family + QStringLiteral("_sum")
            || name == family + QStringLiteral("_count");
    }
};

} // namespace iwd::test

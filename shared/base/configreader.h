// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QList>
#include <QMap>
#include <QString>
#include <QStringList>

#include <functional>
#include <vector>

namespace iwd {

/// One key that a program can be configured with.
struct ConfigKey
{
    QString name; ///< dotted path with camelCase words: "http.idleTimeout"
    QString expected; ///< completes "expected …", with an example
    QString description; ///< for the person who sets it; one or two sentences
    QString defaultText; ///< what is in force when nobody sets it, as it would be written
    bool secret = false; ///< never shown; may be given by the name of a file that holds it: "<name>File", "…_FILE"
    std::function<bool(const QString &text)> set; ///< takes the value over, or returns false when it is not what is expected
};

/// "http.idleTimeout" -> "IWD_HTTP_IDLE_TIMEOUT"
[[nodiscard]] QString environmentName(const QString &prefix, const QString &key);

/// Where values come from; what is further down wins.
struct ConfigSources
{
    QString file; ///< YAML; empty: none
    QMap<QString, QString> environment;
    QString environmentPrefix; ///< "IWD_"
    QStringList otherVariables; ///< with the prefix, but not keys: other uses that are no mistake
    struct Option
    {
        QString name; ///< as it is typed: "--listen"
        QString key;
        QString value;
    };
    QList<Option> options;
};

/// Something that keeps the program from starting.
struct ConfigProblem
{
    QString where; ///< "/etc/iwd.yaml:12", "environment variable IWD_HTTP_LISTEN", "option --listen"
    QString key; ///< empty when it is about the whole source
    QString text; ///< one or two sentences: what is wrong and what is expected

    [[nodiscard]] QString toText() const;
};

struct ConfigValue
{
    QString text; ///< as it was given; empty for a secret
    QString origin; ///< like ConfigProblem::where, or "default"
};

struct ConfigReading
{
    QMap<QString, ConfigValue> values; ///< of every key: the one in force
    QList<ConfigProblem> problems; ///< all of them; when there are any, what the setters took over is not to be used
    QStringList remarks; ///< sentences worth a warning in the log
};

/// Reads every source and hands each value to its key's setter, in the order of precedence, so that the last one to be set is
/// in force. Never stops at the first problem: a person wants to correct the file once.
///
/// An empty environment variable counts as absent. An unknown variable with our prefix is a problem when it looks like a
/// misspelt key, else a remark; the variables that Kubernetes makes from the names of services are neither.
[[nodiscard]] ConfigReading readConfig(const std::vector<ConfigKey> &keys, const ConfigSources &sources);

/// A YAML file that names every key, commented out at its default, below its description. Accepted by readConfig() as it is.
[[nodiscard]] QString exampleConfig(const std::vector<ConfigKey> &keys, const QString &environmentPrefix, const QString &title);

/// @p text as a YAML scalar, in quotes where it needs them.
[[nodiscard]] QString yamlScalar(const QString &text);

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#include "serverconfig.h"

#include "datafolder.h"
#include "serverkeys.h"

#include <QCommandLineParser>
#include <QDir>

namespace iwd {

namespace {

constexpr QLatin1StringView EnvironmentPrefix("IWD_");
constexpr QLatin1StringView ConfigVariable("IWD_CONFIG");

struct Option
{
    QString name;
    QString valueName; ///< empty: a switch
    QString description;
    QString key; ///< of the configuration; empty: none
};

const QList<Option> &options()
{
    static const QList<Option> all {
        { QStringLiteral("config"), QStringLiteral("FILE"), QStringLiteral("Read the configuration from this YAML file."), {} },
        { QStringLiteral("data"), QStringLiteral("DIR"), QStringLiteral("Keep all data in this folder."), QStringLiteral("data") },
        { QStringLiteral("listen"), QStringLiteral("ADDRESS:PORT"), QStringLiteral("Serve the API here."), QStringLiteral("http.listen") },
        { QStringLiteral("metrics"), QStringLiteral("ADDRESS:PORT"), QStringLiteral("Serve metrics and health here."),
            QStringLiteral("metrics.listen") },
        { QStringLiteral("bootstrap-file"), QStringLiteral("FILE"),
            QStringLiteral("Write the first credentials of a new installation to this file, which must not exist."), {} },
        { QStringLiteral("restore"), QStringLiteral("FILE"), QStringLiteral("Put this backup (of iwdctl backup) in the place of the data, which is kept under another name, then end."), {} },
        { QStringLiteral("check-config"), {}, QStringLiteral("Say whether the configuration is valid and what is in force, then end."),
            {} },
        { QStringLiteral("print-config"), {}, QStringLiteral("Print a configuration file with every key and its default, then end."), {} },
        { QStringLiteral("version"), {}, QStringLiteral("Print the version, then end."), {} },
        { QStringLiteral("help"), {}, QStringLiteral("Print this text, then end."), {} },
    };
    return all;
}

template <typename TextOf>
int widest(const std::vector<ConfigKey> &keys, const TextOf &textOf)
{
    qsizetype width = 0;
    for (const ConfigKey &key : keys)
        width = std::max(width, textOf(key).size());
    return static_cast<int>(width);
}

QString helpText(const ServerConfig &defaults, const std::vector<ConfigKey> &keys)
{
    QString text = QStringLiteral("Usage: iwd-server [options]\n\nThe server of IWD, Intelligent Workload Distribution. Without any option "
                                  "it keeps its data in\n%1\nand serves the API on %2.\n\nOptions:\n")
                       .arg(defaults.data, defaults.http.listen.toText());
    for (const Option &option : options())
        text += QStringLiteral("  %1 %2\n")
                    .arg(QString(QStringLiteral("--") + option.name
                             + (option.valueName.isEmpty() ? QString() : QString(u' ' + option.valueName))),
                        -28)
                    .arg(option.description);
    text += QStringLiteral("\nKeys of the configuration file, the environment variable that overrides each, and its default.\nA command "
                           "line option overrides both. A value may also come from a file where a _FILE variable is named.\n");
    const auto variable = [](const ConfigKey &key) -> QString { return environmentName(EnvironmentPrefix, key.name) + (key.secret ? QStringLiteral("[_FILE]") : QString()); };
    const int names = -widest(keys, [](const ConfigKey &key) { return key.name; });
    const int variables = -widest(keys, variable);
    for (const ConfigKey &key : keys)
        text += QStringLiteral("  %1  %2  %3\n").arg(key.name, names).arg(variable(key), variables).arg(key.defaultText.isEmpty() ? QStringLiteral("-") : key.defaultText);
    return text
        + QStringLiteral("\n%1 names the configuration file when --config does not. --print-config explains every key.\n")
              .arg(ConfigVariable);
}

/// The values in force as YAML, each with where it comes from.
QString effectiveText(const std::vector<ConfigKey> &keys, const ConfigReading &reading)
{
    QString text;
    const int names = -widest(keys, [](const ConfigKey &key) { return key.name; }) - 1;
    for (const ConfigKey &key : keys) {
        const ConfigValue value = reading.values.value(key.name);
        const bool isDefault = value.origin == QLatin1StringView("default");
        const QString shown = isDefault ? (key.defaultText.isEmpty() ? QStringLiteral("-") : yamlScalar(key.defaultText))
                                        : (key.secret ? QStringLiteral("(not shown)") : yamlScalar(value.text));
        text += QStringLiteral("%1 %2 # %3\n").arg(QString(key.name + u':'), names).arg(shown, -22).arg(value.origin);
    }
    return text;
}

/// Rules about several keys at once.
void checkTogether(const ServerConfig &config, ConfigReading &reading)
{
    const auto whereOf = [&reading](const QString &key) { return reading.values.value(key).origin; };
    const QString certificate = QStringLiteral("http.tls.certificate");
    const QString key = QStringLiteral("http.tls.key");
    const TlsFiles &tls = config.http.tls;
    if (tls.used() && tls.certificate.isEmpty()) {
        reading.problems.append({ whereOf(key), key, QStringLiteral("Expected http.tls.certificate as well.") });
    } else if (tls.used() && tls.key.isEmpty()) {
        reading.problems.append({ whereOf(certificate), certificate, QStringLiteral("Expected http.tls.key as well.") });
    } else if (tls.used()) {
        const auto loaded = loadTls(tls);
        if (!loaded)
            reading.problems.append({ whereOf(loaded.error().field), loaded.error().field, loaded.error().text });
    }

    if (!config.cache.redis) {
        for (const char *name : { "cache.user", "cache.password", "cache.sentinelPassword", "cache.tls.authority" }) {
            const QString key = QString::fromLatin1(name);
            if (whereOf(key) != QLatin1StringView("default"))
                reading.problems.append({ whereOf(key), key, QStringLiteral("Expected the address of a Redis in cache.url as well.") });
        }
    }

    const QString own = QStringLiteral("storage.tenantDatabases");
    if (config.storage.ownDatabases && config.storage.url.isEmpty())
        reading.problems.append({ whereOf(own), own, QStringLiteral("Expected the address of a PostgreSQL server in storage.url as well: SQLite keeps all tenants in one file.") });

    const Endpoint &api = config.http.listen;
    const Endpoint &metrics = config.metrics.listen;
    if (api.port != 0 && api.port == metrics.port && api.address == metrics.address) {
        const QString metricsKey = QStringLiteral("metrics.listen");
        reading.problems.append({ whereOf(metricsKey), metricsKey,
            QStringLiteral("Expected an address and port other than http.listen's, got %1 for both.").arg(api.toText()) });
    }
}

QString absolutePath(const QString &path)
{
    return QDir::cleanPath(QDir::current().absoluteFilePath(path));
}

void completeDatabaseFile(ServerConfig &config)
{
    if (!config.storage.url.isEmpty()) {
        config.databaseFile.clear();
        return;
    }
    const QString name = config.databaseFile.isEmpty() ? QStringLiteral("iwd.db") : config.databaseFile;
    config.databaseFile = QDir::cleanPath(QDir(config.data).absoluteFilePath(name));
}

ServerStart print(const QString &output)
{
    return { ServerStart::Action::Print, {}, output, {}, {} };
}

class ArgumentsParser
{
public:
    explicit ArgumentsParser(const QStringList &arguments)
    {
        for (const Option &option : options())
            m_parser.addOption({ option.name, option.description, option.valueName });
        if (!m_parser.parse(arguments))
            m_problems << QStringLiteral("command line: ") + m_parser.errorText() + QStringLiteral(" See iwd-server --help.");
        for (const QString &extra : m_parser.positionalArguments())
            m_problems << QStringLiteral("command line: \"%1\" belongs to no option. See iwd-server --help.").arg(extra);
    }

    [[nodiscard]] bool has(const char *option) const { return m_parser.isSet(QString::fromLatin1(option)); }
    [[nodiscard]] QString value(const char *option) const { return m_parser.value(QString::fromLatin1(option)); }
    [[nodiscard]] const QStringList &problems() const { return m_problems; }

    [[nodiscard]] QList<ConfigSources::Option> configOptions() const
    {
        QList<ConfigSources::Option> given;
        for (const Option &option : options()) {
            if (!option.key.isEmpty() && m_parser.isSet(option.name))
                given.append({ QStringLiteral("--") + option.name, option.key, m_parser.value(option.name) });
        }
        return given;
    }

private:
    QCommandLineParser m_parser;
    QStringList m_problems;
};

QStringList restoreProblems(const ArgumentsParser &parser, const ServerConfig &config)
{
    if (parser.value("restore").isEmpty())
        return { QStringLiteral("option --restore: Expected the path of a backup.") };
    if (!config.storage.url.isEmpty()) {
        return { QStringLiteral("option --restore: This server keeps its data in PostgreSQL (storage.url), which restores them itself, with pg_restore or from its archive. "
                                "See server/docs/backup.md.") };
    }
    return {};
}

} // namespace

ServerStart parseArguments(const QStringList &arguments, const QMap<QString, QString> &environment, const QString &version)
{
    ServerStart start;
    start.config.data = defaultDataFolder(environment, serviceFolderIsOurs());
    const std::vector<ConfigKey> keys = serverConfigKeys(start.config);

    const ArgumentsParser parser(arguments);
    if (parser.problems().isEmpty()) {
        if (parser.has("help"))
            return print(helpText(start.config, keys));
        if (parser.has("version"))
            return print(QStringLiteral("iwd-server %1\n").arg(version));
        if (parser.has("print-config"))
            return print(exampleConfig(keys, EnvironmentPrefix,
                QStringLiteral("Configuration of iwd-server. Every key is shown at its default; remove the # in front of what you change. "
                               "A value is overridden by its environment variable, and that by a command line option.")));
    }

    const QString file = parser.has("config") ? parser.value("config") : environment.value(ConfigVariable);
    ConfigReading reading = readConfig(keys, { file, environment, EnvironmentPrefix, { ConfigVariable }, parser.configOptions() });
    if (parser.has("config") && file.isEmpty())
        reading.problems.append({ QStringLiteral("option --config"), {}, QStringLiteral("Expected the path of a file.") });
    checkTogether(start.config, reading);

    start.problems = parser.problems();
    for (const ConfigProblem &problem : reading.problems)
        start.problems << problem.toText();
    start.remarks = reading.remarks;
    completeDatabaseFile(start.config);
    if (parser.has("bootstrap-file"))
        start.config.bootstrapFile = absolutePath(parser.value("bootstrap-file"));
    if (parser.has("restore"))
        start.problems << restoreProblems(parser, start.config);

    if (!start.problems.isEmpty()) {
        start.action = ServerStart::Action::Refuse;
    } else if (parser.has("check-config")) {
        start.action = ServerStart::Action::Print;
        start.output = QStringLiteral("configuration is valid\n") + effectiveText(keys, reading);
    } else if (parser.has("restore")) {
        start.action = ServerStart::Action::Restore;
        start.restoreFile = absolutePath(parser.value("restore"));
    }
    return start;
}

} // namespace iwd

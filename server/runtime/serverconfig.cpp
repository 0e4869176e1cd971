// SPDX-License-Identifier: Apache-2.0
#include "serverconfig.h"

#include "datafolder.h"

#include <base/configvalue.h>

#include <QCommandLineParser>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSslCertificate>
#include <QSslKey>
#include <QThread>

namespace iwd {

namespace {

using namespace std::chrono_literals;

constexpr QLatin1StringView EnvironmentPrefix("IWD_");
constexpr QLatin1StringView ConfigVariable("IWD_CONFIG");
constexpr int MostThreads = 64;

QString absolutePath(const QString &path)
{
    return QDir::cleanPath(QDir::current().absoluteFilePath(path));
}

// Makers of keys, one for each kind of value. What the target holds at the time is the default.

ConfigKey choiceKey(const QString &name, const QString &expected, const QString &description, const QString &defaultText,
    std::function<bool(const QString &)> set)
{
    return { name, expected, description, defaultText, false, std::move(set) };
}

ConfigKey durationKey(const QString &name, milliseconds &target, milliseconds least, milliseconds most, const QString &description)
{
    const QString expected = QStringLiteral("a duration from %1 to %2, such as %3")
                                 .arg(configvalue::toText(least), configvalue::toText(most), configvalue::toText(target));
    return { name, expected, description, configvalue::toText(target), false, [&target, least, most](const QString &text) {
                const auto value = configvalue::duration(text);
                if (!value || *value < least || *value > most)
                    return false;
                target = *value;
                return true;
            } };
}

template <typename Bytes>
ConfigKey sizeKey(const QString &name, Bytes &target, Bytes least, Bytes most, const QString &description)
{
    const QString expected = QStringLiteral("a size from %1 to %2, such as %3")
                                 .arg(configvalue::sizeToText(least), configvalue::sizeToText(most), configvalue::sizeToText(target));
    return { name, expected, description, configvalue::sizeToText(target), false, [&target, least, most](const QString &text) {
                const auto value = configvalue::size(text);
                if (!value || *value < least || *value > most)
                    return false;
                target = static_cast<Bytes>(*value);
                return true;
            } };
}

ConfigKey countKey(const QString &name, int &target, int least, int most, const QString &description)
{
    const QString expected = QStringLiteral("a whole number from %1 to %2").arg(least).arg(most);
    return { name, expected, description, QString::number(target), false, [&target, least, most](const QString &text) {
                const auto value = configvalue::integer(text);
                if (!value || *value < least || *value > most)
                    return false;
                target = static_cast<int>(*value);
                return true;
            } };
}

ConfigKey booleanKey(const QString &name, bool &target, const QString &description)
{
    return { name, QStringLiteral("true or false"), description, target ? QStringLiteral("true") : QStringLiteral("false"), false,
        [&target](const QString &text) {
            const auto value = configvalue::boolean(text);
            target = value.value_or(target);
            return value.has_value();
        } };
}

ConfigKey endpointKey(const QString &name, Endpoint &target, const QString &description)
{
    const QString expected = QStringLiteral("an address and a port, in quotes in YAML, such as \"%1\", \"127.0.0.1:%2\" or \"[::]:%2\"")
                                 .arg(target.toText())
                                 .arg(target.port);
    return { name, expected, description, target.toText(), false, [&target](const QString &text) {
                const auto value = Endpoint::fromText(text);
                target = value.value_or(target);
                return value.has_value();
            } };
}

ConfigKey fileKey(const QString &name, QString &target, const QString &description)
{
    return { name, QStringLiteral("the path of a file that this user can read"), description, {}, false, [&target](const QString &text) {
                const QFileInfo file(text);
                if (!file.isFile() || !file.isReadable())
                    return false;
                target = file.absoluteFilePath();
                return true;
            } };
}

ConfigKey dataKey(ServerConfig &config)
{
    return { QStringLiteral("data"), QStringLiteral("the path of a folder"),
        QStringLiteral("The folder that holds all that the server keeps. It is made when it is missing; one server at a time may use it."),
        config.data, false, [&config](const QString &text) {
            config.data = absolutePath(text);
            return !text.trimmed().isEmpty();
        } };
}

/// Secret because the address of a database may hold a password.
ConfigKey storageKey(ServerConfig &config)
{
    return { QStringLiteral("storage.url"),
        QStringLiteral("\"sqlite:\" for iwd.db in the data folder, or \"sqlite:\" and a file; this version stores in SQLite only"),
        QStringLiteral("Where items, configuration and events are stored. A file name without a folder is in the data folder."),
        QStringLiteral("sqlite:"), true, [&config](const QString &text) {
            constexpr QLatin1StringView scheme("sqlite:");
            if (!text.startsWith(scheme))
                return false;
            QString file = text.mid(scheme.size());
            if (file.startsWith(QLatin1StringView("//")))
                file = file.mid(2);
            config.databaseFile = file;
            return !file.endsWith(u'/') && !file.contains(u'?');
        } };
}

ConfigKey threadsKey(ServerConfig &config)
{
    const int automatic = std::clamp(QThread::idealThreadCount(), 1, 8);
    config.http.threads = automatic;
    return choiceKey(QStringLiteral("http.threads"), QStringLiteral("\"auto\" or a whole number from 1 to %1").arg(MostThreads),
        QStringLiteral("Threads that serve connections. \"auto\" is one for each processor, at most 8."), QStringLiteral("auto"),
        [&config, automatic](const QString &text) {
            const auto value = text == QLatin1StringView("auto") ? std::optional<qint64>(automatic) : configvalue::integer(text);
            if (!value || *value < 1 || *value > MostThreads)
                return false;
            config.http.threads = static_cast<int>(*value);
            return true;
        });
}

ConfigKey passphraseKey(ServerConfig &config)
{
    return { QStringLiteral("http.tls.keyPassphrase"), QStringLiteral("the passphrase of the key"),
        QStringLiteral("The passphrase of http.tls.key, when that is encrypted."), {}, true, [&config](const QString &text) {
            config.http.tls.keyPassphrase = text;
            return true;
        } };
}

ConfigKey logLevelKey(ServerConfig &config)
{
    return choiceKey(QStringLiteral("log.level"), QStringLiteral("debug, info, warning or error"),
        QStringLiteral("The least level that is logged."), QStringLiteral("info"), [&config](const QString &text) {
            static const QMap<QString, LogLevel> levels { { QStringLiteral("debug"), LogLevel::Debug },
                { QStringLiteral("info"), LogLevel::Info }, { QStringLiteral("warning"), LogLevel::Warning },
                { QStringLiteral("error"), LogLevel::Error } };
            config.log.level = levels.value(text, config.log.level);
            return levels.contains(text);
        });
}

ConfigKey logFormatKey(ServerConfig &config)
{
    return choiceKey(QStringLiteral("log.format"), QStringLiteral("text or json"),
        QStringLiteral("How a line of the log looks: for people, or an object for a collector."), QStringLiteral("text"),
        [&config](const QString &text) {
            static const QMap<QString, LogFormat> formats { { QStringLiteral("text"), LogFormat::Text },
                { QStringLiteral("json"), LogFormat::Json } };
            config.log.format = formats.value(text, config.log.format);
            return formats.contains(text);
        });
}

std::vector<ConfigKey> httpKeys(ServerConfig::Http &http)
{
    http::Limits &limits = http.limits;
    return {
        sizeKey(QStringLiteral("http.headerSize"), limits.headerBytes, 1024, 1024 * 1024,
            QStringLiteral("The most that the headers of a request may take; more is answered 431.")),
        sizeKey(QStringLiteral("http.urlSize"), limits.urlBytes, 256, 1024 * 1024,
            QStringLiteral("The most that the target of a request may take; more is answered 414.")),
        sizeKey(QStringLiteral("http.unsentSize"), limits.outputBytes, qint64(64 * 1024), qint64(1024) * 1024 * 1024,
            QStringLiteral("Answers that a connection's client has not taken yet; above this, no further request of it is begun.")),
        durationKey(QStringLiteral("http.headerTimeout"), limits.headerTimeout, 100ms, 10min,
            QStringLiteral("The longest that the headers of a request may take to arrive; then 408.")),
        durationKey(QStringLiteral("http.bodyTimeout"), limits.bodyTimeout, 100ms, 1h,
            QStringLiteral("The longest that a body may stay without progress; then 408.")),
        durationKey(QStringLiteral("http.idleTimeout"), limits.idleTimeout, 100ms, 24h,
            QStringLiteral("How long a connection without a request stays open.")),
        durationKey(QStringLiteral("http.writeTimeout"), limits.writeTimeout, 100ms, 1h,
            QStringLiteral("A client that takes nothing of its answer for so long is dropped.")),
        countKey(QStringLiteral("http.connections"), limits.connections, 1, 1'000'000,
            QStringLiteral("Connections at once; more are answered 503 and closed.")),
        countKey(QStringLiteral("http.connectionsPerAddress"), limits.connectionsPerAddress, 1, 1'000'000,
            QStringLiteral("Connections at once from one address; more are answered 503 and closed. A load balancer is one address.")),
        countKey(QStringLiteral("http.requestsInFlight"), limits.inFlight, 1, 1'000'000,
            QStringLiteral("Requests that are being answered at once; more are answered 503 with Retry-After.")),
        countKey(QStringLiteral("http.requestsPipelined"), limits.pipelined, 1, 10'000,
            QStringLiteral("Requests of one connection that may wait for their turn; then reading from it stops.")),
    };
}

} // namespace

std::optional<Endpoint> Endpoint::fromText(QStringView text)
{
    text = text.trimmed();
    const qsizetype colon = text.lastIndexOf(u':');
    const auto port = colon > 0 ? configvalue::integer(text.mid(colon + 1)) : std::nullopt;
    if (!port || *port < 0 || *port > 65'535)
        return std::nullopt;
    const QStringView host = text.first(colon);
    QHostAddress address;
    if (host == u"*")
        address = QHostAddress(QHostAddress::Any);
    else if (host == u"localhost")
        address = QHostAddress(QHostAddress::LocalHost);
    else if (host.startsWith(u'[') && host.endsWith(u']') && host.contains(u':'))
        address = QHostAddress(host.mid(1, host.size() - 2).toString());
    else if (host.count(u'.') == 3)
        address = QHostAddress(host.toString());
    if (address.isNull())
        return std::nullopt;
    return Endpoint { address, static_cast<quint16>(*port) };
}

QString Endpoint::toText() const
{
    if (address == QHostAddress(QHostAddress::Any))
        return QStringLiteral("*:%1").arg(port);
    const bool isV6 = address.protocol() == QAbstractSocket::IPv6Protocol;
    return (isV6 ? QString(u'[' + address.toString() + u']') : address.toString()) + QStringLiteral(":%1").arg(port);
}

Result<QSslConfiguration> loadTls(const TlsFiles &files)
{
    const auto problem = [](const QString &field, const QString &file, const QString &expected) {
        return Error { ErrorCode::ConfigurationInvalid, QStringLiteral("The file %1 cannot be used: expected %2.").arg(file, expected),
            field, { { QStringLiteral("file"), file }, { QStringLiteral("expected"), expected } } };
    };
    const QList<QSslCertificate> chain
        = QSslCertificate::fromPath(files.certificate, QSsl::Pem, QSslCertificate::PatternSyntax::FixedString);
    if (chain.isEmpty())
        return problem(QStringLiteral("http.tls.certificate"), files.certificate, QStringLiteral("a certificate in PEM form"));

    QFile keyFile(files.key);
    const QByteArray pem = keyFile.open(QFile::ReadOnly) ? keyFile.readAll() : QByteArray();
    QSslKey key;
    for (const QSsl::KeyAlgorithm algorithm : { QSsl::Rsa, QSsl::Ec }) {
        if (key.isNull())
            key = QSslKey(pem, algorithm, QSsl::Pem, QSsl::PrivateKey, files.keyPassphrase.toUtf8());
    }
    if (key.isNull())
        return problem(QStringLiteral("http.tls.key"), files.key,
            QStringLiteral("an RSA or EC private key in PEM form (with http.tls.keyPassphrase when it is encrypted)"));

    QSslConfiguration configuration;
    configuration.setLocalCertificateChain(chain);
    configuration.setPrivateKey(key);
    configuration.setProtocol(QSsl::TlsV1_2OrLater);
    configuration.setPeerVerifyMode(QSslSocket::VerifyNone);
    configuration.setAllowedNextProtocols({ QByteArrayLiteral("http/1.1") });
    return configuration;
}

std::vector<ConfigKey> serverConfigKeys(ServerConfig &config)
{
    std::vector<ConfigKey> keys {
        dataKey(config),
        storageKey(config),
        endpointKey(QStringLiteral("http.listen"), config.http.listen, QStringLiteral("Where the API is served.")),
        threadsKey(config),
        booleanKey(
            QStringLiteral("http.gzip"), config.http.gzip, QStringLiteral("Whether answers are compressed for clients that take it.")),
    };
    std::vector<ConfigKey> limits = httpKeys(config.http);
    std::move(limits.begin(), limits.end(), std::back_inserter(keys));
    keys.push_back(fileKey(QStringLiteral("http.tls.certificate"), config.http.tls.certificate,
        QStringLiteral("The certificate in PEM form, followed by its chain. With http.tls.key, the API is served over TLS.")));
    keys.push_back(fileKey(
        QStringLiteral("http.tls.key"), config.http.tls.key, QStringLiteral("The private key of the certificate in PEM form, RSA or EC.")));
    keys.push_back(passphraseKey(config));
    keys.push_back(endpointKey(QStringLiteral("metrics.listen"), config.metrics.listen,
        QStringLiteral("Where metrics and health are served, without TLS and without a key.")));
    keys.push_back(logLevelKey(config));
    keys.push_back(logFormatKey(config));
    keys.push_back(durationKey(QStringLiteral("drain.patience"), config.drain.patience, 0s, 1h,
        QStringLiteral("How long running requests may take to end when the server is asked to stop.")));
    keys.push_back(durationKey(QStringLiteral("idempotency.retention"), config.idempotency.retention, 1min, 24h * 30,
        QStringLiteral("How long the answer to a request with an Idempotency-Key is kept.")));
    keys.push_back(durationKey(QStringLiteral("session.lifetime"), config.session.lifetime, 1min, 24h * 30,
        QStringLiteral("How long a session lasts after signing in.")));
    return keys;
}

namespace {

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
        { QStringLiteral("check-config"), {}, QStringLiteral("Say whether the configuration is valid and what is in force, then end."),
            {} },
        { QStringLiteral("print-config"), {}, QStringLiteral("Print a configuration file with every key and its default, then end."), {} },
        { QStringLiteral("version"), {}, QStringLiteral("Print the version, then end."), {} },
        { QStringLiteral("help"), {}, QStringLiteral("Print this text, then end."), {} },
    };
    return all;
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
    for (const ConfigKey &key : keys) {
        const QString variable = environmentName(EnvironmentPrefix, key.name);
        text += QStringLiteral("  %1 %2 %3\n")
                    .arg(key.name, -26)
                    .arg(QString(variable + (key.secret ? QStringLiteral("[_FILE]") : QString())), -36)
                    .arg(key.defaultText.isEmpty() ? QStringLiteral("-") : key.defaultText);
    }
    return text
        + QStringLiteral("\n%1 names the configuration file when --config does not. --print-config explains every key.\n")
              .arg(ConfigVariable);
}

/// The values in force as YAML, each with where it comes from.
QString effectiveText(const std::vector<ConfigKey> &keys, const ConfigReading &reading)
{
    QString text;
    for (const ConfigKey &key : keys) {
        const ConfigValue value = reading.values.value(key.name);
        const bool isDefault = value.origin == QLatin1StringView("default");
        const QString shown = isDefault ? (key.defaultText.isEmpty() ? QStringLiteral("-") : yamlScalar(key.defaultText))
                                        : (key.secret ? QStringLiteral("(not shown)") : yamlScalar(value.text));
        text += QStringLiteral("%1 %2 # %3\n").arg(QString(key.name + u':'), -27).arg(shown, -22).arg(value.origin);
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

    const Endpoint &api = config.http.listen;
    const Endpoint &metrics = config.metrics.listen;
    if (api.port != 0 && api.port == metrics.port && api.address == metrics.address) {
        const QString metricsKey = QStringLiteral("metrics.listen");
        reading.problems.append({ whereOf(metricsKey), metricsKey,
            QStringLiteral("Expected an address and port other than http.listen's, got %1 for both.").arg(api.toText()) });
    }
}

void completeDatabaseFile(ServerConfig &config)
{
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

    if (!start.problems.isEmpty()) {
        start.action = ServerStart::Action::Refuse;
    } else if (parser.has("check-config")) {
        start.action = ServerStart::Action::Print;
        start.output = QStringLiteral("configuration is valid\n") + effectiveText(keys, reading);
    }
    return start;
}

} // namespace iwd

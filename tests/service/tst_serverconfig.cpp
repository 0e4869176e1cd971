// SPDX-License-Identifier: Apache-2.0
#include <runtime/serverconfig.h>
#include <runtime/serverkeys.h>

#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QSet>
#include <QSslKey>
#include <QTemporaryDir>
#include <QTest>

using namespace iwd;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;
using Environment = QMap<QString, QString>;

class TestServerConfig : public QObject
{
    Q_OBJECT

    /// A start of iwd-server by a user whose home is /home/ada.
    static ServerStart parse(const QStringList &arguments, Environment environment = {})
    {
        environment.insert(u"HOME"_s, u"/home/ada"_s);
        environment.insert(u"XDG_STATE_HOME"_s, u"/home/ada/state"_s);
        environment.insert(u"STATE_DIRECTORY"_s, u"/home/ada/state/iwd"_s);
        return parseArguments(QStringList { u"iwd-server"_s } + arguments, environment, u"1.2.3"_s);
    }
    static QString data(const char *name) { return QStringLiteral(IWD_SOURCE_DIR "/tests/service/data/") + QString::fromLatin1(name); }
    static QString all(const ServerStart &start) { return start.problems.join(u'\n'); }
    QString write(const QString &name, const QByteArray &content)
    {
        QFile file(m_folder.filePath(name));
        if (!file.open(QFile::WriteOnly) || file.write(content) != content.size())
            qFatal("A test file cannot be written.");
        return file.fileName();
    }

    /// A value other than the default for every key, and what it makes of the configuration.
    struct Setting
    {
        QString key;
        QString value;
        std::function<QString(const ServerConfig &)> read;
        QString expected;
    };
    static QList<Setting> settings()
    {
        const auto number = [](auto value) { return QString::number(value); };
        return {
            { u"data"_s, u"/srv/iwd"_s, [](const ServerConfig &c) { return QString(c.data + u' ' + c.databaseFile); },
                u"/srv/iwd /srv/iwd/iwd.db"_s },
            { u"storage.url"_s, u"sqlite:other.db"_s, [](const ServerConfig &c) { return c.databaseFile; },
                u"/home/ada/state/iwd/other.db"_s },
            { u"storage.password"_s, u"sesame"_s, [](const ServerConfig &c) { return c.storage.password; }, u"sesame"_s },
            { u"storage.secretsKey"_s, u"0123456789abcdef0123456789abcdef"_s, [](const ServerConfig &c) { return c.storage.secretsKey; }, u"0123456789abcdef0123456789abcdef"_s },
            { u"storage.readers"_s, u"5"_s, [=](const ServerConfig &c) { return number(c.storage.readers); }, u"5"_s },
            { u"storage.eventDays"_s, u"90"_s, [=](const ServerConfig &c) { return number(c.storage.eventDays); }, u"90"_s },
            { u"limits.requestsPerSecond"_s, u"50"_s, [=](const ServerConfig &c) { return number(c.limits.requestsPerSecond); }, u"50"_s },
            { u"limits.burst"_s, u"500"_s, [=](const ServerConfig &c) { return number(c.limits.burst); }, u"500"_s },
            { u"limits.failuresPerSecond"_s, u"none"_s, [=](const ServerConfig &c) { return number(c.limits.failuresPerSecond); }, u"0"_s },
            { u"cache.url"_s, u"redis://cache.example/2"_s, [](const ServerConfig &c) { return c.cache.redis ? c.cache.redis->nodes.front().toText() : u"none"_s; },
                u"cache.example:6379"_s },
            { u"storage.tenantDatabasePrefix"_s, u"staging-"_s, [=](const ServerConfig &c) { return c.storage.databasePrefix; }, u"staging-"_s },
            { u"cache.timeout"_s, u"100ms"_s, [=](const ServerConfig &c) { return number(c.cache.timeout.count()); }, u"100"_s },
            { u"http.listen"_s, u"127.0.0.1:80"_s, [](const ServerConfig &c) { return c.http.listen.toText(); }, u"127.0.0.1:80"_s },
            { u"http.threads"_s, u"3"_s, [=](const ServerConfig &c) { return number(c.http.threads); }, u"3"_s },
            { u"http.gzip"_s, u"off"_s, [=](const ServerConfig &c) { return number(c.http.gzip); }, u"0"_s },
            { u"http.headerSize"_s, u"32KiB"_s, [=](const ServerConfig &c) { return number(c.http.limits.headerBytes); }, u"32768"_s },
            { u"http.urlSize"_s, u"4KiB"_s, [=](const ServerConfig &c) { return number(c.http.limits.urlBytes); }, u"4096"_s },
            { u"http.unsentSize"_s, u"8MiB"_s, [=](const ServerConfig &c) { return number(c.http.limits.outputBytes); }, u"8388608"_s },
            { u"http.headerTimeout"_s, u"5s"_s, [=](const ServerConfig &c) { return number(c.http.limits.headerTimeout.count()); },
                u"5000"_s },
            { u"http.bodyTimeout"_s, u"6s"_s, [=](const ServerConfig &c) { return number(c.http.limits.bodyTimeout.count()); }, u"6000"_s },
            { u"http.idleTimeout"_s, u"2m"_s, [=](const ServerConfig &c) { return number(c.http.limits.idleTimeout.count()); },
                u"120000"_s },
            { u"http.writeTimeout"_s, u"7s"_s, [=](const ServerConfig &c) { return number(c.http.limits.writeTimeout.count()); },
                u"7000"_s },
            { u"http.connections"_s, u"11"_s, [=](const ServerConfig &c) { return number(c.http.limits.connections); }, u"11"_s },
            { u"http.connectionsPerAddress"_s, u"12"_s, [=](const ServerConfig &c) { return number(c.http.limits.connectionsPerAddress); },
                u"12"_s },
            { u"http.requestsInFlight"_s, u"13"_s, [=](const ServerConfig &c) { return number(c.http.limits.inFlight); }, u"13"_s },
            { u"http.requestsPipelined"_s, u"14"_s, [=](const ServerConfig &c) { return number(c.http.limits.pipelined); }, u"14"_s },
            { u"metrics.listen"_s, u"[::1]:9000"_s, [](const ServerConfig &c) { return c.metrics.listen.toText(); }, u"[::1]:9000"_s },
            { u"log.level"_s, u"debug"_s, [=](const ServerConfig &c) { return number(int(c.log.level)); }, number(int(LogLevel::Debug)) },
            { u"log.format"_s, u"json"_s, [=](const ServerConfig &c) { return number(int(c.log.format)); }, number(int(LogFormat::Json)) },
            { u"drain.patience"_s, u"0s"_s, [=](const ServerConfig &c) { return number(c.drain.patience.count()); }, u"0"_s },
            { u"idempotency.retention"_s, u"1h"_s, [=](const ServerConfig &c) { return number(c.idempotency.retention.count()); },
                u"3600000"_s },
            { u"outgoing.allowedNetworks"_s, u"10.0.0.0/8, fd00::/8"_s,
                [](const ServerConfig &c) {
                    QStringList networks;
                    for (const Network &network : c.outgoing.allowedNetworks)
                        networks << network.toText();
                    return networks.join(u' ');
                },
                u"10.0.0.0/8 fd00::/8"_s },
            { u"session.idle"_s, u"30m"_s, [=](const ServerConfig &c) { return number(c.session.idle.count()); }, u"1800000"_s },
            { u"session.lifetime"_s, u"2h"_s, [=](const ServerConfig &c) { return number(c.session.lifetime.count()); }, u"7200000"_s },
        };
    }

private Q_SLOTS:
    void withNothingSaidItStartsOnTheDefaults()
    {
        const ServerStart start = parse({});
        QCOMPARE(all(start), QString());
        QCOMPARE(start.action, ServerStart::Action::Run);
        const ServerConfig &config = start.config;
        QCOMPARE(config.data, u"/home/ada/state/iwd"_s);
        QCOMPARE(config.databaseFile, u"/home/ada/state/iwd/iwd.db"_s);
        QCOMPARE(config.http.listen.toText(), u"0.0.0.0:4024"_s);
        QCOMPARE(config.metrics.listen.toText(), u"0.0.0.0:10052"_s);
        QVERIFY(config.http.threads >= 1 && config.http.threads <= 8);
        QCOMPARE(config.http.limits.headerBytes, 16 * 1024);
        QCOMPARE(config.http.limits.idleTimeout, milliseconds(75s));
        QVERIFY(!config.http.tls.used());
        QCOMPARE(config.log.level, LogLevel::Info);
        QCOMPARE(config.log.format, LogFormat::Text);
        QCOMPARE(config.idempotency.retention, milliseconds(24h));
        QVERIFY(config.bootstrapFile.isEmpty());
    }

    void everyKeyCanBeSetInTheFileAndByTheEnvironment_data()
    {
        QTest::addColumn<Setting>("setting");
        for (const Setting &setting : settings())
            QTest::newRow(qPrintable(setting.key)) << setting;
    }
    void everyKeyCanBeSetInTheFileAndByTheEnvironment()
    {
        QFETCH(Setting, setting);
        const auto &[key, value, read, expected] = setting;
        const ServerStart byFile = parse({ u"--config"_s, write(u"iwd.yaml"_s, (key + u": \""_s + value + u"\"\n"_s).toUtf8()) });
        QCOMPARE(all(byFile), QString());
        QCOMPARE(read(byFile.config), expected);
        QVERIFY(read(parse({}).config) != expected);

        const ServerStart byEnvironment = parse({}, { { environmentName(u"IWD_"_s, key), value } });
        QCOMPARE(all(byEnvironment), QString());
        QCOMPARE(read(byEnvironment.config), expected);
    }

    void databasesOfTenantsOwnNeedAServerOfPostgresql()
    {
        const QString variable = u"IWD_STORAGE_TENANT_DATABASES"_s;
        const ServerStart without = parse({}, { { variable, u"own"_s } });
        QCOMPARE(without.action, ServerStart::Action::Refuse);
        QVERIFY2(all(without).contains(u"storage.url"_s), qPrintable(all(without)));
        const ServerStart with = parse({}, { { variable, u"own"_s }, { u"IWD_STORAGE_URL"_s, u"postgresql://iwd@db/iwd"_s } });
        QCOMPARE(all(with), QString());
        QVERIFY(with.config.storage.ownDatabases);
        QVERIFY(!parse({}, { { variable, u"shared"_s } }).config.storage.ownDatabases);
        QCOMPARE(parse({}, { { variable, u"both"_s } }).action, ServerStart::Action::Refuse);
    }

    void theAuthorityOfCallsIsAFileThatCanBeReadAndTheirNetworksHaveBits()
    {
        const QString file = write(u"authority.pem"_s, "-----BEGIN CERTIFICATE-----\n");
        QCOMPARE(parse({}, { { u"IWD_OUTGOING_TLS_AUTHORITY"_s, file } }).config.outgoing.authority, file);
        QCOMPARE(parse({}, { { u"IWD_OUTGOING_TLS_AUTHORITY"_s, u"/does/not/exist.pem"_s } }).action, ServerStart::Action::Refuse);
        for (const QString &networks : { u"10.0.0.0"_s, u"10.0.0.0/8,"_s, u"all"_s, u"10.0.0.0/64"_s })
            QCOMPARE(parse({}, { { u"IWD_OUTGOING_ALLOWED_NETWORKS"_s, networks } }).action, ServerStart::Action::Refuse);
    }

    void noKeyIsLeftOutOfThatTest()
    {
        // With real files, or an address that they need, below.
        QStringList tested { u"http.tls.certificate"_s, u"http.tls.key"_s, u"http.tls.keyPassphrase"_s, u"cache.user"_s, u"cache.password"_s, u"cache.sentinelPassword"_s,
            u"cache.tls.authority"_s, u"storage.tenantDatabases"_s, u"outgoing.tls.authority"_s };
        for (const Setting &setting : settings())
            tested << setting.key;
        ServerConfig config;
        for (const ConfigKey &key : serverConfigKeys(config))
            QVERIFY2(tested.contains(key.name), qPrintable(key.name));
    }

    void everyKeyHasAVariableOfItsOwnAndAValidDefault()
    {
        ServerConfig config;
        config.data = u"/var/lib/iwd"_s;
        QSet<QString> variables;
        const auto keys = serverConfigKeys(config);
        for (const ConfigKey &key : keys) {
            const QString variable = environmentName(u"IWD_"_s, key.name);
            QVERIFY2(!variables.contains(variable), qPrintable(variable));
            variables << variable << QString(variable + u"_FILE"_s);
            QVERIFY2(key.defaultText.isEmpty() || key.set(key.defaultText), qPrintable(key.name));
            QVERIFY2(!variable.endsWith(u"_PORT"_s) && !variable.endsWith(u"_SERVICE_HOST"_s), "taken by the service links of Kubernetes");
            QVERIFY2(key.description.endsWith(u'.') && !key.expected.endsWith(u'.'), qPrintable(key.name));
        }
    }

    void optionsOverrideEnvironmentAndFile()
    {
        const QString file
            = write(u"iwd.yaml"_s, "data: /from/file\nhttp:\n  listen: \"127.0.0.1:1\"\nmetrics:\n  listen: \"127.0.0.1:2\"\n");
        const ServerStart start = parse({ u"--config"_s, file, u"--data=/from/option"_s, u"--listen"_s, u"[::1]:3"_s },
            { { u"IWD_DATA"_s, u"/from/environment"_s }, { u"IWD_METRICS_LISTEN"_s, u"127.0.0.1:4"_s } });
        QCOMPARE(all(start), QString());
        QCOMPARE(start.config.data, u"/from/option"_s);
        QCOMPARE(start.config.http.listen.toText(), u"[::1]:3"_s);
        QCOMPARE(start.config.metrics.listen.toText(), u"127.0.0.1:4"_s);
    }

    void theEnvironmentMayNameTheFile()
    {
        const QString file = write(u"iwd.yaml"_s, "log: {format: json}\n");
        QCOMPARE(parse({}, { { u"IWD_CONFIG"_s, file } }).config.log.format, LogFormat::Json);
        QCOMPARE(parse({ u"--config"_s, u"/does/not/exist"_s }, { { u"IWD_CONFIG"_s, file } }).action, ServerStart::Action::Refuse);
    }

    void relativePathsBecomeAbsolute()
    {
        const ServerStart start = parse({ u"--data"_s, u"some/folder"_s, u"--bootstrap-file"_s, u"first.json"_s });
        QCOMPARE(start.config.data, QDir::current().absoluteFilePath(u"some/folder"_s));
        QCOMPARE(start.config.databaseFile, QDir::current().absoluteFilePath(u"some/folder/iwd.db"_s));
        QCOMPARE(start.config.bootstrapFile, QDir::current().absoluteFilePath(u"first.json"_s));
    }

    void addressesAreReadStrictly_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("expected"); // empty: refused
        QTest::newRow("IPv4") << u"127.0.0.1:4024"_s << u"127.0.0.1:4024"_s;
        QTest::newRow("every IPv4 address") << u"0.0.0.0:4024"_s << u"0.0.0.0:4024"_s;
        QTest::newRow("IPv6") << u"[::1]:4024"_s << u"[::1]:4024"_s;
        QTest::newRow("every IPv6 address") << u"[::]:4024"_s << u"[::]:4024"_s;
        QTest::newRow("every address") << u"*:4024"_s << u"*:4024"_s;
        QTest::newRow("localhost") << u"localhost:4024"_s << u"127.0.0.1:4024"_s;
        QTest::newRow("any port") << u"127.0.0.1:0"_s << u"127.0.0.1:0"_s;
        QTest::newRow("no port") << u"127.0.0.1"_s << QString();
        QTest::newRow("no address") << u":4024"_s << QString();
        QTest::newRow("only a port") << u"4024"_s << QString();
        QTest::newRow("empty port") << u"127.0.0.1:"_s << QString();
        QTest::newRow("a port too high") << u"127.0.0.1:65536"_s << QString();
        QTest::newRow("a negative port") << u"127.0.0.1:-1"_s << QString();
        QTest::newRow("IPv6 without brackets") << u"::1:4024"_s << QString();
        QTest::newRow("IPv4 in brackets") << u"[127.0.0.1]:4024"_s << QString();
        QTest::newRow("half a bracket") << u"[::1:4024"_s << QString();
        QTest::newRow("a host name") << u"example.org:4024"_s << QString();
        QTest::newRow("short IPv4") << u"127.1:4024"_s << QString();
        QTest::newRow("a number too high") << u"127.0.0.256:4024"_s << QString();
        QTest::newRow("a URL") << u"http://127.0.0.1:4024"_s << QString();
        QTest::newRow("empty") << u""_s << QString();
    }
    void addressesAreReadStrictly()
    {
        QFETCH(QString, text);
        const auto endpoint = Endpoint::fromText(text);
        QTEST(endpoint ? endpoint->toText() : QString(), "expected");
    }

    void wrongValuesAreRefusedWithWhatIsExpected_data()
    {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("expected");
        QTest::newRow("an address without a port") << u"http.listen"_s << u"localhost"_s << u"expected an address and a port"_s;
        QTest::newRow("no thread") << u"http.threads"_s << u"0"_s << u"Expected \"auto\" or a whole number from 1 to 64, got \"0\"."_s;
        QTest::newRow("a size without a unit") << u"http.headerSize"_s << u"16384"_s
                                               << u"Expected a size from 1KiB to 1MiB, such as 16KiB, got \"16384\"."_s;
        QTest::newRow("a size too small") << u"http.headerSize"_s << u"1B"_s << u"Expected a size from 1KiB"_s;
        QTest::newRow("a duration too long") << u"http.idleTimeout"_s << u"25h"_s << u"Expected a duration from 100ms to 1d, such as 75s"_s;
        QTest::newRow("an unknown level") << u"log.level"_s << u"verbose"_s << u"Expected debug, info, warning or error"_s;
        QTest::newRow("an unknown format") << u"log.format"_s << u"xml"_s << u"Expected text or json"_s;
        QTest::newRow("a missing certificate") << u"http.tls.certificate"_s << u"/does/not/exist.pem"_s
                                               << u"Expected the path of a file that this user can read"_s;
    }
    void wrongValuesAreRefusedWithWhatIsExpected()
    {
        QFETCH(QString, key);
        QFETCH(QString, value);
        QFETCH(QString, expected);
        const ServerStart start = parse({}, { { environmentName(u"IWD_"_s, key), value } });
        QCOMPARE(start.action, ServerStart::Action::Refuse);
        QCOMPARE(start.problems.size(), 1);
        QVERIFY2(start.problems.first().contains(expected, Qt::CaseInsensitive), qPrintable(all(start)));
    }

    void anotherStorageIsRefusedWithoutShowingItsPassword()
    {
        for (const QString &url :
            { u"oracle://iwd:s3cret@db/iwd"_s, u"mysql:s3cret"_s, u"/var/s3cret.db"_s, u"sqlite:file.db?key=s3cret"_s }) {
            const ServerStart start = parse({}, { { u"IWD_STORAGE_URL"_s, url } });
            QCOMPARE(start.problems.size(), 1);
            QVERIFY2(all(start).contains(u"postgresql://"_s), qPrintable(all(start)));
            QVERIFY2(!all(start).contains(u"s3cret"_s), qPrintable(all(start)));
        }
    }

    void theDatabaseMayLieElsewhere_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<QString>("expected");
        QTest::newRow("default") << u"sqlite:"_s << u"/data/iwd.db"_s;
        QTest::newRow("in the data folder") << u"sqlite:other.db"_s << u"/data/other.db"_s;
        QTest::newRow("absolute") << u"sqlite:/fast/iwd.db"_s << u"/fast/iwd.db"_s;
        QTest::newRow("absolute as a URL") << u"sqlite:///fast/iwd.db"_s << u"/fast/iwd.db"_s;
    }
    void theDatabaseMayLieElsewhere()
    {
        QFETCH(QString, url);
        QTEST(parse({ u"--data"_s, u"/data"_s }, { { u"IWD_STORAGE_URL"_s, url } }).config.databaseFile, "expected");
    }

    void aPostgresqlServerNeedsNoFile()
    {
        const QString url = u"postgresql://iwd:s3cret@db1,db2:6432/iwd?sslmode=verify-full"_s;
        const ServerStart start = parse({ u"--check-config"_s }, { { u"IWD_STORAGE_URL"_s, url }, { u"IWD_STORAGE_PASSWORD"_s, u"s3same"_s } });
        QCOMPARE(all(start), QString());
        QCOMPARE(start.config.storage.url, url);
        QCOMPARE(start.config.databaseFile, QString());
        QVERIFY2(!start.output.contains(u"s3cret"_s) && !start.output.contains(u"s3same"_s), qPrintable(start.output));
    }

    void twoServersOnOnePortAreRefused()
    {
        const ServerStart start = parse({ u"--listen"_s, u"127.0.0.1:4024"_s, u"--metrics"_s, u"127.0.0.1:4024"_s });
        QCOMPARE(start.problems.size(), 1);
        QVERIFY(start.problems.first().startsWith(u"option --metrics: metrics.listen: "_s));
        QCOMPARE(all(parse({ u"--listen"_s, u"127.0.0.1:0"_s, u"--metrics"_s, u"127.0.0.1:0"_s })), QString());
    }

    void allProblemsOfAllSourcesAreReportedAtOnce()
    {
        const QString file = write(u"iwd.yaml"_s, "log:\n  level: loud\n  fromat: json\n");
        const ServerStart start = parse({ u"--config"_s, file, u"--listen"_s, u"nowhere"_s, u"--colour"_s, u"stray"_s },
            { { u"IWD_HTTP_THREADS"_s, u"many"_s }, { u"IWD_HTTP_LISTENN"_s, u"x"_s } });
        QCOMPARE(start.action, ServerStart::Action::Refuse);
        QCOMPARE(start.problems.size(), 7);
        for (const QString &part : { u"colour"_s, u"\"stray\""_s, QString(file + u":2: log.level: "_s),
                 QString(file + u":3: log.fromat: There is no such key. Did you mean \"log.format\"?"_s),
                 u"IWD_HTTP_THREADS: http.threads: "_s, u"Did you mean IWD_HTTP_LISTEN?"_s, u"option --listen: http.listen: "_s })
            QVERIFY2(all(start).contains(part), qPrintable(part + u" is not in\n"_s + all(start)));
    }

    void foreignVariablesAreOnlyRemarkedOn()
    {
        const ServerStart start = parse({},
            { { u"IWD_SERVER_SERVICE_HOST"_s, u"10.0.0.1"_s }, { u"IWD_PORT"_s, u"tcp://10.0.0.1:4024"_s },
                { u"IWD_FAVORITE_COLOR"_s, u"blue"_s } });
        QCOMPARE(all(start), QString());
        QCOMPARE(start.remarks.size(), 1);
        QVERIFY(start.remarks.first().contains(u"IWD_FAVORITE_COLOR"_s));
    }

    void checkConfigShowsWhatIsInForceWithoutSecrets()
    {
        const QString file = write(u"iwd.yaml"_s, "http:\n  listen: \"[::1]:1\"\n");
        const ServerStart start = parse({ u"--check-config"_s, u"--config"_s, file },
            { { u"IWD_LOG_LEVEL"_s, u"debug"_s }, { u"IWD_HTTP_TLS_KEY_PASSPHRASE"_s, u"s3cret"_s } });
        QCOMPARE(start.action, ServerStart::Action::Print);
        QVERIFY(start.output.startsWith(u"configuration is valid\n"_s));
        for (const QString &pattern : { u"http\\.listen: +\"\\[::1\\]:1\" +# .*iwd\\.yaml:2"_s,
                 u"log\\.level: +debug +# environment variable IWD_LOG_LEVEL"_s, u"http\\.idleTimeout: +75s +# default"_s,
                 u"http\\.tls\\.keyPassphrase: +\\(not shown\\) +# environment variable IWD_HTTP_TLS_KEY_PASSPHRASE"_s })
            QVERIFY2(start.output.contains(QRegularExpression(pattern)), qPrintable(start.output));
        QVERIFY(!start.output.contains(u"s3cret"_s));
    }

    void checkConfigRefusesWhatIsWrong()
    {
        QCOMPARE(parse({ u"--check-config"_s, u"--listen"_s, u"x"_s }).action, ServerStart::Action::Refuse);
    }

    void aRedisTakesUserPasswordsAndAuthority()
    {
        const QMap<QString, QString> alone { { u"IWD_CACHE_USER"_s, u"iwd"_s }, { u"IWD_CACHE_PASSWORD_FILE"_s, write(u"password"_s, "open-sesame\n") },
            { u"IWD_CACHE_SENTINEL_PASSWORD"_s, u"open-barley"_s }, { u"IWD_CACHE_TLS_AUTHORITY"_s, data("ec-certificate.pem") } };
        const ServerStart refused = parse({}, alone);
        QCOMPARE(refused.problems.size(), 4);
        QVERIFY2(refused.problems.front().contains(u"cache.url"_s), qPrintable(refused.problems.front()));

        QMap<QString, QString> environment = alone;
        environment.insert(u"IWD_CACHE_URL"_s, u"rediss+sentinel://a,b/mymaster"_s);
        const ServerStart start = parse({}, environment);
        QCOMPARE(all(start), QString());
        QVERIFY(start.config.cache.redis->tls);
        QCOMPARE(start.config.cache.redis->service, u"mymaster"_s);
        QCOMPARE(start.config.cache.user, u"iwd"_s);
        QCOMPARE(start.config.cache.password, u"open-sesame"_s);
        QCOMPARE(start.config.cache.sentinelPassword, u"open-barley"_s);
        QCOMPARE(start.config.cache.authority, data("ec-certificate.pem"));
    }

    void aPasswordInAnAddressIsRefusedAndNotShown()
    {
        const ServerStart start = parse({}, { { u"IWD_CACHE_URL"_s, u"redis://iwd:open-sesame@cache.example"_s } });
        QCOMPARE(start.problems.size(), 1);
        QVERIFY2(start.problems.front().contains(u"without user and password"_s), qPrintable(start.problems.front()));
        QVERIFY(!start.problems.front().contains(u"open-sesame"_s));
    }

    void tlsTakesACertificateAndItsKey_data()
    {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("passphrase");
        QTest::newRow("a plain key") << data("ec-key.pem") << QString();
        QTest::newRow("an encrypted key") << data("ec-key-encrypted.pem") << u"open-sesame"_s;
    }
    void tlsTakesACertificateAndItsKey()
    {
        QFETCH(QString, key);
        QFETCH(QString, passphrase);
        const ServerStart start = parse({},
            { { u"IWD_HTTP_TLS_CERTIFICATE"_s, data("ec-certificate.pem") }, { u"IWD_HTTP_TLS_KEY"_s, key },
                { u"IWD_HTTP_TLS_KEY_PASSPHRASE"_s, passphrase } });
        QCOMPARE(all(start), QString());
        QVERIFY(start.config.http.tls.used());
        const auto tls = loadTls(start.config.http.tls);
        QVERIFY(tls.ok());
        QCOMPARE(tls->localCertificateChain().size(), 1);
        QCOMPARE(tls->privateKey().algorithm(), QSsl::Ec);
        QCOMPARE(tls->protocol(), QSsl::TlsV1_2OrLater);
    }

    void tlsRefusesHalvesAndWrongFiles_data()
    {
        QTest::addColumn<Environment>("environment");
        QTest::addColumn<QString>("expected");
        const auto row
            = [](const char *name, const QString &certificate, const QString &key, const QString &passphrase, const QString &expected) {
                  QTest::newRow(name) << Environment { { u"IWD_HTTP_TLS_CERTIFICATE"_s, certificate }, { u"IWD_HTTP_TLS_KEY"_s, key },
                      { u"IWD_HTTP_TLS_KEY_PASSPHRASE"_s, passphrase } }
                                      << expected;
              };
        row("no key", data("ec-certificate.pem"), {}, {},
            u"IWD_HTTP_TLS_CERTIFICATE: http.tls.certificate: Expected http.tls.key as well."_s);
        row("no certificate", {}, data("ec-key.pem"), {}, u"IWD_HTTP_TLS_KEY: http.tls.key: Expected http.tls.certificate as well."_s);
        row("the files swapped", data("ec-key.pem"), data("ec-certificate.pem"), {}, u"expected a certificate in PEM form"_s);
        row("no key in the file", data("ec-certificate.pem"), data("README.md"), {}, u"http.tls.key: The file "_s);
        row("the key of another certificate", data("ec-certificate.pem"), data("ec-key-of-another.pem"), {},
            u"ec-key-of-another.pem cannot be used: expected the private key of the first certificate in "_s);
        row("no passphrase", data("ec-certificate.pem"), data("ec-key-encrypted.pem"), {},
            u"with http.tls.keyPassphrase when it is encrypted"_s);
        row("a wrong passphrase", data("ec-certificate.pem"), data("ec-key-encrypted.pem"), u"open-barley"_s,
            u"with http.tls.keyPassphrase when it is encrypted"_s);
    }
    void tlsRefusesHalvesAndWrongFiles()
    {
        QFETCH(Environment, environment);
        QFETCH(QString, expected);
        const ServerStart start = parse({}, environment);
        QCOMPARE(start.problems.size(), 1);
        QVERIFY2(start.problems.first().contains(expected), qPrintable(start.problems.first()));
        QVERIFY(!all(start).contains(u"open-barley"_s));
    }

    void helpNamesEveryOptionKeyAndVariable()
    {
        const QString help = parse({ u"--help"_s }).output;
        for (const QString &option : { u"--config FILE"_s, u"--data DIR"_s, u"--listen ADDRESS:PORT"_s, u"--metrics ADDRESS:PORT"_s,
                 u"--bootstrap-file FILE"_s, u"--restore FILE"_s, u"--check-config"_s, u"--print-config"_s, u"--version"_s, u"--help"_s })
            QVERIFY2(help.contains(option), qPrintable(option));
        ServerConfig config;
        for (const ConfigKey &key : serverConfigKeys(config)) {
            QVERIFY2(help.contains(u' ' + key.name + u' '), qPrintable(key.name));
            QVERIFY2(help.contains(environmentName(u"IWD_"_s, key.name)), qPrintable(key.name));
        }
        QVERIFY(help.contains(u"0.0.0.0:4024"_s));
    }

    void aBackupToRestoreIsNamedByItsPath()
    {
        const ServerStart start = parse({ u"--data"_s, u"/srv/iwd"_s, u"--restore"_s, u"backup.db"_s });
        QCOMPARE(start.action, ServerStart::Action::Restore);
        QCOMPARE(start.restoreFile, QDir::current().absoluteFilePath(u"backup.db"_s));
        QCOMPARE(start.config.databaseFile, u"/srv/iwd/iwd.db"_s);
        QCOMPARE(parse({ u"--data"_s, u"/srv/iwd"_s }).action, ServerStart::Action::Run);
        QCOMPARE(parse({ u"--restore"_s, u"backup.db"_s, u"--listen"_s, u"x"_s }).action, ServerStart::Action::Refuse);
    }

    void whatCannotBeRestoredIsExplained()
    {
        const ServerStart nothing = parse({ u"--restore"_s, QString() });
        QCOMPARE(nothing.action, ServerStart::Action::Refuse);
        QVERIFY2(all(nothing).contains(u"the path of a backup"_s), qPrintable(all(nothing)));
        const ServerStart elsewhere = parse({ u"--restore"_s, u"backup.db"_s }, { { u"IWD_STORAGE_URL"_s, u"postgresql://iwd@localhost/iwd"_s } });
        QCOMPARE(elsewhere.action, ServerStart::Action::Refuse);
        QVERIFY2(all(elsewhere).contains(u"pg_restore"_s), qPrintable(all(elsewhere)));
    }

    void versionIsOneLine()
    {
        const ServerStart start = parse({ u"--version"_s });
        QCOMPARE(start.action, ServerStart::Action::Print);
        QCOMPARE(start.output, u"iwd-server 1.2.3\n"_s);
    }

    void whatPrintConfigPrintsIsAConfiguration()
    {
        const ServerStart printed = parse({ u"--print-config"_s });
        QCOMPARE(printed.action, ServerStart::Action::Print);
        QCOMPARE(all(parse({ u"--config"_s, write(u"printed.yaml"_s, printed.output.toUtf8()) })), QString());
    }

    void aMistypedOptionIsNotTakenForSomethingElse_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("unknown") << QStringList { u"--port"_s, u"1"_s };
        QTest::newRow("without its value") << QStringList { u"--data"_s };
        QTest::newRow("a switch with a value") << QStringList { u"--version=1"_s };
        QTest::newRow("an empty data folder") << QStringList { u"--data="_s };
        QTest::newRow("an empty file name") << QStringList { u"--config="_s };
        QTest::newRow("a stray word") << QStringList { u"start"_s };
    }
    void aMistypedOptionIsNotTakenForSomethingElse()
    {
        QFETCH(QStringList, arguments);
        QCOMPARE(parse(arguments).action, ServerStart::Action::Refuse);
    }

    void theReadmeNamesEveryKeyWithVariableAndDefault()
    {
        QFile readme(QStringLiteral(IWD_SOURCE_DIR "/server/runtime/README.md"));
        QVERIFY(readme.open(QFile::ReadOnly));
        const QString text = QString::fromUtf8(readme.readAll());
        ServerConfig config;
        for (const ConfigKey &key : serverConfigKeys(config)) {
            const QString variable = environmentName(u"IWD_"_s, key.name)
                + (key.secret ? u"` or `"_s + environmentName(u"IWD_"_s, key.name + u"File"_s) : QString());
            const QString row = key.name == u"data"_s
                ? u"| `data` | `IWD_DATA` |"_s
                : QString(u"| `"_s + key.name + u"` | `"_s + variable + u"` | "_s
                    + (key.defaultText.isEmpty() ? u"none"_s : QString(u'`' + key.defaultText + u'`')) + u" |"_s);
            QVERIFY2(text.contains(row), qPrintable(row));
        }
    }

private:
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestServerConfig)
#include "tst_serverconfig.moc"

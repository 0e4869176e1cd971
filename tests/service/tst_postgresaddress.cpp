// SPDX-License-Identifier: Apache-2.0
#include <support/capturedlog.h>
#include <support/pipelinefixture.h>

#include <storage/postgresaddress.h>

#include <QProcess>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

#include <csignal>
#include <thread>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

QString runProgram(const QString &program, const QStringList &arguments, const QString &folder = {})
{
    QProcess process;
    process.setWorkingDirectory(folder);
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(program, arguments);
    if (!process.waitForFinished() || process.exitCode() != 0)
        qFatal("%s %s: %s", qPrintable(program), qPrintable(arguments.join(u' ')), process.readAll().constData());
    return QString::fromUtf8(process.readAll());
}

} // namespace

/// How the store in PostgreSQL finds its server: which of several hosts, whom it trusts, and what it says when it cannot begin.
class TestPostgresAddress : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aStartThatCannotSucceedSaysWhyWithoutThePassword_data();
    void aStartThatCannotSucceedSaysWhyWithoutThePassword();
    void ofSeveralHostsTheOneThatTakesWritesIsFound();
    void aHostThatDoesNotAnswerIsPassedOver_data();
    void aHostThatDoesNotAnswerIsPassedOver();
    void hostsAreTriedOneByOne_data();
    void hostsAreTriedOneByOne();
    void aStandbyIsRefused();
    void aServerThatIsTooOldIsRefused();
    void theServerHasToProveWhoItIs();
};

void TestPostgresAddress::aStartThatCannotSucceedSaysWhyWithoutThePassword_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<QStringList>("expected");
    QTest::addRow("nobody there") << u"postgresql://iwd:topsecret@127.0.0.1:1/iwd"_s << QStringList { u"127.0.0.1:1"_s, u"database \"iwd\""_s, u"user \"iwd\""_s, u"refused"_s, u"Check that"_s };
    QTest::addRow("wrong password") << u"postgresql://iwd:topsecret@127.0.0.1:%1/postgres"_s << QStringList { u"authentication failed"_s, u"database \"postgres\""_s };
    QTest::addRow("no such database") << u"postgresql://iwd:sesame-7731@127.0.0.1:%1/nowhere"_s << QStringList { u"\"nowhere\" does not exist"_s };
    QTest::addRow("no URL") << u"postgresql://iwd:topsecret@[::1/iwd"_s << QStringList { u"no valid URL"_s, u"postgresql://user@host:5432/database"_s };
    QTest::addRow("no such option") << u"postgresql://iwd:topsecret@127.0.0.1/iwd?topsecret=1"_s << QStringList { u"no valid URL"_s };
}

void TestPostgresAddress::aStartThatCannotSucceedSaysWhyWithoutThePassword()
{
    QFETCH(QString, url);
    QFETCH(QStringList, expected);
    static PrivatePostgres server({ .tcp = true, .settings = {} });
    CapturedLog log;
    const ManualClock clock;
    PostgresOptions options;
    options.url = url.contains(u"%1"_s) ? url.arg(server.port()) : url;
    const auto refused = PostgresStore::open(options, clock);
    QVERIFY(!refused);
    for (const QString &part : expected)
        QVERIFY2(refused.error().text.contains(part), qPrintable(refused.error().text));
    for (const auto &secret : { u"topsecret"_s, u"sesame-7731"_s }) {
        QVERIFY2(!refused.error().text.contains(secret), qPrintable(refused.error().text));
        QVERIFY(!QJsonDocument(refused.error().args).toJson().contains(secret.toUtf8()));
        QVERIFY2(!log.text().contains(secret.toUtf8()), log.text().constData());
    }
}

void TestPostgresAddress::ofSeveralHostsTheOneThatTakesWritesIsFound()
{
    PrivatePostgres standby({ .tcp = true, .settings = { u"default_transaction_read_only=on"_s } });
    PrivatePostgres primary({ .tcp = true, .settings = {} });
    const QString database = primary.newDatabase();
    QCOMPARE(standby.newEmptyDatabase(), database); // a standby has what its primary has
    const ManualClock clock;
    PostgresOptions options;
    options.url = u"postgresql://iwd@127.0.0.1:1,127.0.0.1:%1,127.0.0.1:%2/%3?connect_timeout=2"_s.arg(standby.port()).arg(primary.port()).arg(database);
    options.password = QString::fromLatin1(PrivatePostgres::Password);
    const auto store = PostgresStore::open(options, clock);
    QVERIFY2(store.ok(), qPrintable(store ? QString() : store.error().text));
    QVERIFY((*store)->createTenant(u"100"_s, u"t100"_s, u"6a2f41a3-c54c-fce8-32d2-0324e1c32e22"_s).ok());
}

void TestPostgresAddress::aHostThatDoesNotAnswerIsPassedOver_data()
{
    QTest::addColumn<bool>("hangsUp");
    QTest::addRow("accepts and hangs up") << true;
    QTest::addRow("accepts and is silent") << false;
}

void TestPostgresAddress::aHostThatDoesNotAnswerIsPassedOver()
{
    QFETCH(bool, hangsUp);
    std::atomic<int> port = 0;
    std::atomic<int> callers = 0;
    const std::jthread host([&](const std::stop_token &stop) {
        QTcpServer listener;
        if (!listener.listen(QHostAddress::LocalHost))
            qFatal("%s", qPrintable(listener.errorString()));
        port = listener.serverPort();
        while (!stop.stop_requested()) {
            if (!listener.waitForNewConnection(20))
                continue;
            ++callers;
            // Several may have come at once.
            while (QTcpSocket *caller = hangsUp ? listener.nextPendingConnection() : nullptr)
                delete caller;
        }
    });
    QTRY_VERIFY(port > 0);
    PrivatePostgres server({ .tcp = true, .settings = {} });
    const ManualClock clock;
    PostgresOptions options;
    options.url = u"postgresql://iwd@127.0.0.1:%1,127.0.0.1:%2/%3?connect_timeout=2"_s.arg(port.load()).arg(server.port()).arg(server.newDatabase());
    options.password = QString::fromLatin1(PrivatePostgres::Password);
    {
        const auto store = PostgresStore::open(options, clock);
        QVERIFY2(store.ok(), qPrintable(store ? QString() : store.error().text));
        const TenantId tenant = *(*store)->createTenant(u"100"_s, u"t100"_s, u"6a2f41a3-c54c-fce8-32d2-0324e1c32e22"_s);
        const auto writes = [&] {
            Delivery<bool> written;
            (*store)->write({ tenant, [](Transaction &transaction) { transaction.setIdle(u"anna"_s); },
                [written](const std::optional<Error> &failure) { written.deliver(!failure); } });
            return await([](Delivery<bool> one) -> QCoro::Task<bool> { co_return co_await one; }(written));
        };
        QVERIFY(writes());
        // The same when connections are lost and come back.
        server.stop(SIGQUIT);
        QTRY_VERIFY(!writes());
        server.start();
        QTRY_VERIFY_WITH_TIMEOUT(writes(), 60'000);
    }
    QVERIFY(callers > 0);
    // When no host does, each is named with what was wrong with it.
    server.stop(SIGINT);
    const auto refused = PostgresStore::open(options, clock);
    QVERIFY(!refused);
    for (const QString &part : { QString::number(port), QString::number(server.port()), u"refused"_s })
        QVERIFY2(refused.error().text.contains(part), qPrintable(refused.error().text));
}

void TestPostgresAddress::hostsAreTriedOneByOne_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<QStringList>("tries");
    QTest::addRow("one") << u"postgresql://127.0.0.1:1/iwd"_s << QStringList { u"127.0.0.1 1 read-write"_s };
    QTest::addRow("several") << u"postgresql://127.0.0.1:1,127.0.0.2:2/iwd"_s << QStringList { u"127.0.0.1 1 read-write"_s, u"127.0.0.2 2 read-write"_s };
    QTest::addRow("one port for all") << u"host=127.0.0.1,127.0.0.2 port=7"_s << QStringList { u"127.0.0.1 7 read-write"_s, u"127.0.0.2 7 read-write"_s };
    QTest::addRow("local sockets") << u"host=/run/a,/run/b"_s << QStringList { u"/run/a  read-write"_s, u"/run/b  read-write"_s };
    QTest::addRow("a name that nobody knows") << u"postgresql://nobody.invalid:1,127.0.0.2:2/iwd"_s << QStringList { u"nobody.invalid 1 read-write"_s, u"127.0.0.2 2 read-write"_s };
    QTest::addRow("a standby if there is one") << u"postgresql://127.0.0.1:1,127.0.0.2:2/iwd?target_session_attrs=prefer-standby"_s
                                               << QStringList { u"127.0.0.1 1 standby"_s, u"127.0.0.2 2 standby"_s, u"127.0.0.1 1 any"_s, u"127.0.0.2 2 any"_s };
    QTest::addRow("more ports than hosts") << u"host=127.0.0.1,127.0.0.2 port=1,2,3"_s << QStringList { u"127.0.0.1,127.0.0.2 1,2,3 read-write"_s };
}

void TestPostgresAddress::hostsAreTriedOneByOne()
{
    QFETCH(QString, url);
    const auto address = PostgresAddress::parse(url, {});
    PipelineFixture::must(address);
    QStringList tries;
    for (const PostgresAddress &one : address->tries()) {
        QMap<QByteArray, QByteArray> values;
        for (const auto &[keyword, value] : one.parameters())
            values.insert(keyword, value);
        tries.append(QString::fromUtf8(values["host"] + ' ' + values["port"] + ' ' + values["target_session_attrs"]));
    }
    QTEST(tries, "tries");
}

void TestPostgresAddress::aStandbyIsRefused()
{
    PrivatePostgres server;
    const QString database = server.newDatabase();
    server.stop(SIGINT);
    QFile signal(server.folder() + u"/data/standby.signal"_s);
    QVERIFY(signal.open(QFile::WriteOnly));
    signal.close();
    server.give(signal.fileName());
    server.start();
    const ManualClock clock;
    for (const auto &attributes : { QString(), u"target_session_attrs=any"_s }) {
        PostgresOptions options;
        options.url = server.url(database, attributes);
        const auto refused = PostgresStore::open(options, clock);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::StorageUnavailable);
        QVERIFY2(refused.error().text.contains(u"read-only"_s) || refused.error().text.contains(u"standby"_s), qPrintable(refused.error().text));
    }
}

void TestPostgresAddress::aServerThatIsTooOldIsRefused()
{
    PrivatePostgres &server = PrivatePostgres::shared();
    const ManualClock clock;
    PostgresOptions options;
    options.url = server.url(server.newEmptyDatabase());
    options.leastVersion = 990'000;
    const auto refused = PostgresStore::open(options, clock);
    QVERIFY(!refused);
    QVERIFY2(refused.error().text.contains(u"version 99 or later is needed"_s), qPrintable(refused.error().text));
}

/// sslmode=verify-full: the certificate has to be of an authority that we trust, and for the name that we asked for.
void TestPostgresAddress::theServerHasToProveWhoItIs()
{
    QTemporaryDir folder;
    const auto path = [&](const char *name) { return folder.filePath(QString::fromLatin1(name)); };
    const QString openssl = u"openssl"_s;
    const QStringList key { u"-newkey"_s, u"rsa:2048"_s, u"-nodes"_s, u"-days"_s, u"2"_s };
    for (const auto &authority : { "ca", "other" })
        runProgram(openssl, QStringList { u"req"_s, u"-x509"_s } + key + QStringList { u"-subj"_s, u"/CN=Authority "_s + QLatin1StringView(authority), u"-keyout"_s, path(authority) + u".key"_s, u"-out"_s, path(authority) + u".pem"_s });
    runProgram(openssl, QStringList { u"req"_s } + key.first(3) + QStringList { u"-subj"_s, u"/CN=localhost"_s, u"-keyout"_s, path("server.key"), u"-out"_s, path("server.csr") });
    runProgram(openssl, { u"x509"_s, u"-req"_s, u"-in"_s, path("server.csr"), u"-CA"_s, path("ca.pem"), u"-CAkey"_s, path("ca.key"), u"-CAcreateserial"_s, u"-days"_s, u"2"_s, u"-out"_s, path("server.pem") });
    // The server reads its files from its own folder, where they are given to it after it was made.
    PrivatePostgres server({ .tcp = true, .settings = {} });
    const QString database = server.newDatabase();
    for (const char *name : { "server.key", "server.pem" }) {
        QVERIFY(QFile::copy(path(name), server.folder() + u'/' + QString::fromLatin1(name)));
        server.give(server.folder() + u'/' + QString::fromLatin1(name));
    }
    server.run(u"postgres"_s, u"alter system set ssl_cert_file = '%1/server.pem'"_s.arg(server.folder()));
    server.run(u"postgres"_s, u"alter system set ssl_key_file = '%1/server.key'"_s.arg(server.folder()));
    server.run(u"postgres"_s, u"alter system set ssl = on"_s);
    server.stop(SIGINT);
    server.start();
    const ManualClock clock;
    const auto open = [&](const QString &host, const QString &authority) {
        PostgresOptions options;
        options.url = u"postgresql://iwd@%1:%2/%3?sslmode=verify-full&sslrootcert=%4"_s.arg(host).arg(server.port()).arg(database, authority);
        options.password = QString::fromLatin1(PrivatePostgres::Password);
        const auto store = PostgresStore::open(options, clock);
        return store ? QString() : store.error().text;
    };
    QCOMPARE(open(u"localhost"_s, path("ca.pem")), QString());
    const QString wrongAuthority = open(u"localhost"_s, path("other.pem"));
    QVERIFY2(wrongAuthority.contains(u"certificate verify failed"_s), qPrintable(wrongAuthority));
    const QString wrongName = open(u"127.0.0.1"_s, path("ca.pem"));
    QVERIFY2(wrongName.contains(u"does not match host name"_s), qPrintable(wrongName));
}

QTEST_GUILESS_MAIN(TestPostgresAddress)
#include "tst_postgresaddress.moc"

// SPDX-License-Identifier: Apache-2.0
#include <base/configreader.h>
#include <base/configvalue.h>

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace iwd;
using namespace Qt::Literals::StringLiterals;
using Environment = QMap<QString, QString>;

/// A small program's configuration: texts, a number, a secret.
class TestConfigReader : public QObject
{
    Q_OBJECT

    std::vector<ConfigKey> keys()
    {
        return { { u"data"_s, u"a folder"_s, u"Where things are."_s, u"/var/lib/x"_s, false,
                     [this](const QString &text) { return take(u"data"_s, text); } },
            { u"http.listen"_s, u"an address"_s, u"Where to listen."_s, u"0.0.0.0:1"_s, false,
                [this](const QString &text) { return take(u"http.listen"_s, text); } },
            { u"http.idleTimeout"_s, u"a duration such as 30s"_s, u"How long."_s, u"75s"_s, false,
                [this](const QString &text) { return configvalue::duration(text) && take(u"http.idleTimeout"_s, text); } },
            { u"http.tls.key"_s, u"a file"_s, u"A key."_s, {}, false,
                [this](const QString &text) { return take(u"http.tls.key"_s, text); } },
            { u"metrics.listen"_s, u"an address"_s, u"Where to listen."_s, u"0.0.0.0:2"_s, false,
                [this](const QString &text) { return take(u"metrics.listen"_s, text); } },
            { u"store.password"_s, u"at least 4 characters"_s, u"A secret."_s, {}, true,
                [this](const QString &text) { return text.size() >= 4 && take(u"store.password"_s, text); } } };
    }
    bool take(const QString &key, const QString &value)
    {
        m_taken.insert(key, value);
        return true;
    }
    ConfigReading read(const QByteArray &yaml, const Environment &environment = {}, const QList<ConfigSources::Option> &options = {})
    {
        return readConfig(
            keys(), { yaml.isNull() ? QString() : write(u"x.yaml"_s, yaml), environment, u"X_"_s, { u"X_CONFIG"_s }, options });
    }
    QString write(const QString &name, const QByteArray &content)
    {
        QFile file(m_folder->filePath(name));
        if (!file.open(QFile::WriteOnly) || file.write(content) != content.size())
            qFatal("A test file cannot be written.");
        return file.fileName();
    }
    static QStringList texts(const ConfigReading &reading)
    {
        QStringList all;
        for (const ConfigProblem &problem : reading.problems)
            all << problem.toText();
        return all;
    }

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_taken.clear();
    }

    void withoutAnySourceTheDefaultsAreInForce()
    {
        const ConfigReading reading = read({});
        QCOMPARE(texts(reading), QStringList());
        QVERIFY(m_taken.isEmpty());
        QCOMPARE(reading.values.value(u"http.listen"_s).text, u"0.0.0.0:1"_s);
        QCOMPARE(reading.values.value(u"http.listen"_s).origin, u"default"_s);
    }

    void laterSourcesOverrideEarlierOnes()
    {
        const QByteArray yaml = "data: /from/file\nhttp:\n  listen: \"file:1\"\n  idleTimeout: 10s\n";
        const Environment environment { { u"X_HTTP_LISTEN"_s, u"environment:1"_s }, { u"X_HTTP_IDLE_TIMEOUT"_s, u"20s"_s } };
        const ConfigReading reading = read(yaml, environment, { { u"--timeout"_s, u"http.idleTimeout"_s, u"30s"_s } });
        QCOMPARE(texts(reading), QStringList());
        QCOMPARE(m_taken.value(u"data"_s), u"/from/file"_s);
        QCOMPARE(m_taken.value(u"http.listen"_s), u"environment:1"_s);
        QCOMPARE(m_taken.value(u"http.idleTimeout"_s), u"30s"_s);
        QVERIFY(reading.values.value(u"data"_s).origin.endsWith(u"x.yaml:1"_s));
        QCOMPARE(reading.values.value(u"http.listen"_s).origin, u"environment variable X_HTTP_LISTEN"_s);
        QCOMPARE(reading.values.value(u"http.idleTimeout"_s).origin, u"option --timeout"_s);
    }

    void keysMayBeNestedOrDotted()
    {
        QCOMPARE(texts(read("http.listen: \"a:1\"\nhttp:\n  tls.key: k\nmetrics: {listen: \"b:1\"}\n")), QStringList());
        QCOMPARE(
            m_taken, (Environment { { u"http.listen"_s, u"a:1"_s }, { u"http.tls.key"_s, u"k"_s }, { u"metrics.listen"_s, u"b:1"_s } }));
    }

    void environmentNamesFollowTheKeys_data()
    {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("expected");
        QTest::newRow("plain") << u"data"_s << u"IWD_DATA"_s;
        QTest::newRow("nested") << u"http.listen"_s << u"IWD_HTTP_LISTEN"_s;
        QTest::newRow("humps") << u"http.idleTimeout"_s << u"IWD_HTTP_IDLE_TIMEOUT"_s;
        QTest::newRow("deep") << u"http.tls.keyPassphrase"_s << u"IWD_HTTP_TLS_KEY_PASSPHRASE"_s;
    }
    void environmentNamesFollowTheKeys()
    {
        QFETCH(QString, key);
        QTEST(environmentName(u"IWD_"_s, key), "expected");
    }

    void everyProblemIsReportedAtOnceWithItsPlace()
    {
        const QByteArray yaml = "dta: /x\n"
                                "http:\n"
                                "  idleTimeout: soon\n"
                                "  lisen: \"a:1\"\n"
                                "store:\n"
                                "  password: abc\n";
        const ConfigReading reading = read(yaml, { { u"X_HTTP_IDLE_TIMEOUT"_s, u"later"_s } });
        const QString file = m_folder->filePath(u"x.yaml"_s);
        QCOMPARE(texts(reading),
            (QStringList { file + u":1: dta: There is no such key. Did you mean \"data\"?"_s,
                file + u":3: http.idleTimeout: Expected a duration such as 30s, got \"soon\"."_s,
                file + u":4: http.lisen: There is no such key. Did you mean \"http.listen\"?"_s,
                file + u":6: store.password: Expected at least 4 characters; the value that was given is not shown."_s,
                u"environment variable X_HTTP_IDLE_TIMEOUT: http.idleTimeout: Expected a duration such as 30s, got \"later\"."_s }));
    }

    void whatIsWrongInAFileIsSaid_data()
    {
        QTest::addColumn<QByteArray>("yaml");
        QTest::addColumn<QString>("line"); // "" when the problem has none
        QTest::addColumn<QString>("part");
        QTest::newRow("an unknown section") << QByteArray("htpp:\n  listen: a\n") << u":2"_s << u"Did you mean \"http.listen\"?"_s;
        QTest::newRow("a key without its section")
            << QByteArray("listen: a\n") << u":1"_s << u"Did you mean \"http.listen\" or \"metrics.listen\"?"_s;
        QTest::newRow("a key like no other") << QByteArray("xyzzyplugh: a\n") << u":1"_s
                                             << u"There is no such key. The closest one there is: "_s;
        QTest::newRow("another case") << QByteArray("http:\n  idletimeout: 3s\n") << u":2"_s << u"Did you mean \"http.idleTimeout\"?"_s;
        QTest::newRow("a value for a section") << QByteArray("http: a\n") << u":1"_s
                                               << u"This is a section, not a value: expected http.listen, "_s;
        QTest::newRow("no value") << QByteArray("data:\n") << u":1"_s << u"Expected a folder, got no value."_s;
        QTest::newRow("a list") << QByteArray("data: [a, b]\n") << u":1"_s << u"Expected a folder, got a list."_s;
        QTest::newRow("a section for a value") << QByteArray("data:\n  folder: x\n") << u":2"_s << u"data.folder: There is no such key."_s;
        QTest::newRow("a key twice") << QByteArray("data: a\ndata: b\n") << u":2"_s << u"The key was set before, at "_s;
        QTest::newRow("a key nested and dotted")
            << QByteArray("http.listen: a\nhttp:\n  listen: b\n") << u":3"_s << u"The key was set before, at "_s;
        QTest::newRow("a list of keys") << QByteArray("- data: a\n") << u":1"_s << u"Expected keys with values"_s;
        QTest::newRow("only a word") << QByteArray("data\n") << u":1"_s << u"Expected keys with values"_s;
        QTest::newRow("a tab") << QByteArray("http:\n\tlisten: a\n") << u":2"_s << u"This is not YAML: "_s;
        QTest::newRow("an unquoted address of IPv6") << QByteArray("http:\n  listen: [::]:4024\n") << u":2"_s << u"needs quotes"_s;
        QTest::newRow("an unquoted star") << QByteArray("http:\n  listen: *:4024\n") << u":2"_s << u"needs quotes"_s;
        QTest::newRow("text behind a quoted value") << QByteArray("data: \"a\" b\n") << u":1"_s << u"This is not YAML: "_s;
        QTest::newRow("two documents") << QByteArray("data: a\n---\ndata: b\n") << u""_s
                                       << u"The file holds 2 YAML documents; expected one."_s;
        QTest::newRow("a section inside itself") << QByteArray("http: &loop\n  tls: *loop\n") << u":1"_s << u"Expected keys with values"_s;
        QTest::newRow("a list as a name") << QByteArray("? [a, b]\n: c\n") << u":1"_s << u"The name of a key is expected to be a word."_s;
        QTest::newRow("binary") << QByteArray("\x7f"
                                              "ELF\0\1\2\3",
            8) << u":1"_s << u""_s;
    }
    void whatIsWrongInAFileIsSaid()
    {
        QFETCH(QByteArray, yaml);
        QFETCH(QString, line);
        QFETCH(QString, part);
        const ConfigReading reading = read(yaml);
        QCOMPARE(reading.problems.size(), 1);
        const QString text = texts(reading).first();
        QVERIFY2(text.startsWith(m_folder->filePath(u"x.yaml"_s) + line + u": "), qPrintable(text));
        QVERIFY2(text.contains(part), qPrintable(text));
    }

    void aFileThatSaysNothingIsFine_data()
    {
        QTest::addColumn<QByteArray>("yaml");
        QTest::newRow("empty") << QByteArray("");
        QTest::newRow("comments") << QByteArray("# nothing\n");
        QTest::newRow("sections whose keys are commented out") << QByteArray("http:\n  #listen: a\n  tls:\n    #key: b\nmetrics:\n");
    }
    void aFileThatSaysNothingIsFine()
    {
        QFETCH(QByteArray, yaml);
        QCOMPARE(texts(read(yaml)), QStringList());
        QVERIFY(m_taken.isEmpty());
    }

    void aMissingFileIsNamed()
    {
        const ConfigReading reading = readConfig(keys(), { u"/does/not/exist.yaml"_s, {}, u"X_"_s, {}, {} });
        QCOMPARE(reading.problems.size(), 1);
        QVERIFY(texts(reading).first().startsWith(u"/does/not/exist.yaml: The configuration file cannot be read: "_s));
    }

    void aFolderIsNoFile()
    {
        const ConfigReading reading = readConfig(keys(), { m_folder->path(), {}, u"X_"_s, {}, {} });
        QCOMPARE(reading.problems.size(), 1);
        QVERIFY(texts(reading).first().contains(u"cannot be read"_s));
    }

    void aHugeFileIsNotRead() { QCOMPARE(texts(read(QByteArray(2 * 1024 * 1024, '#'))).size(), 1); }

    void aSecretMayComeFromAFile_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("expected");
        QTest::newRow("plain") << QByteArray("s3cret") << u"s3cret"_s;
        QTest::newRow("with a line feed") << QByteArray("s3cret\n") << u"s3cret"_s;
        QTest::newRow("from Windows") << QByteArray("s3cret\r\n") << u"s3cret"_s;
        QTest::newRow("blanks belong to it") << QByteArray(" s3 cret \n") << u" s3 cret "_s;
    }
    void aSecretMayComeFromAFile()
    {
        QFETCH(QByteArray, content);
        QFETCH(QString, expected);
        const QString path = write(u"secret"_s, content);
        QCOMPARE(texts(read("store:\n  passwordFile: " + path.toUtf8() + '\n')), QStringList());
        QCOMPARE(m_taken.value(u"store.password"_s), expected);

        m_taken.clear();
        QCOMPARE(texts(read({}, { { u"X_STORE_PASSWORD_FILE"_s, path } })), QStringList());
        QCOMPARE(m_taken.value(u"store.password"_s), expected);
    }

    void aSecretIsNeverShown()
    {
        const QString secret = u"abc"_s; // too short, so that it is complained about
        const QString path = write(u"secret"_s, secret.toUtf8());
        const ConfigReading reading = read("store: {password: " + secret.toUtf8() + "}\n", { { u"X_STORE_PASSWORD_FILE"_s, path } });
        QCOMPARE(reading.problems.size(), 2);
        QVERIFY(!texts(reading).join(u' ').contains(secret));

        const ConfigReading good = read("store: {password: abcdef}\n");
        QVERIFY(good.values.value(u"store.password"_s).text.isEmpty());
        QVERIFY(good.values.value(u"store.password"_s).origin.endsWith(u":1"_s));
    }

    void aSecretGivenTwiceIsAProblem()
    {
        const QByteArray path = write(u"secret"_s, "s3cret").toUtf8();
        const ConfigReading inFile = read("store:\n  passwordFile: " + path + "\n  password: other\n");
        QCOMPARE(inFile.problems.size(), 1);
        QVERIFY2(texts(inFile).first().contains(u"set as well"_s), qPrintable(texts(inFile).first()));

        const ConfigReading inEnvironment
            = read({}, { { u"X_STORE_PASSWORD"_s, u"other"_s }, { u"X_STORE_PASSWORD_FILE"_s, QString::fromUtf8(path) } });
        QCOMPARE(inEnvironment.problems.size(), 1);

        QCOMPARE(texts(read("store: {passwordFile: " + path + "}\n", { { u"X_STORE_PASSWORD"_s, u"other"_s } })), QStringList());
        QCOMPARE(m_taken.value(u"store.password"_s), u"other"_s);
    }

    void aSecretFileThatIsMissingOrEmptyIsNamed()
    {
        const ConfigReading missing = read("store: {passwordFile: /does/not/exist}\n");
        QCOMPARE(missing.problems.size(), 1);
        QVERIFY(texts(missing).first().contains(u"The file \"/does/not/exist\" cannot be read"_s));

        const ConfigReading empty = read({}, { { u"X_STORE_PASSWORD_FILE"_s, write(u"empty"_s, "\n") } });
        QCOMPARE(empty.problems.size(), 1);
        QVERIFY(texts(empty).first().contains(u"is empty"_s));
    }

    void onlySecretsMayComeFromAFile() { QCOMPARE(texts(read("dataFile: /etc/hostname\n")).size(), 1); }

    void anEmptyVariableCountsAsAbsent()
    {
        QCOMPARE(texts(read("data: x\n", { { u"X_DATA"_s, u""_s }, { u"X_HTTP_IDLE_TIMEOUT"_s, u""_s } })), QStringList());
        QCOMPARE(m_taken.value(u"data"_s), u"x"_s);
    }

    void unknownVariablesAreJudged_data()
    {
        QTest::addColumn<QString>("variable");
        QTest::addColumn<QString>("verdict"); // problem, remark, or nothing
        QTest::newRow("a misspelt key") << u"X_HTTP_LISTN"_s << u"problem"_s;
        QTest::newRow("a key without its hump") << u"X_HTTP_IDLETIMEOUT"_s << u"problem"_s;
        QTest::newRow("something else") << u"X_CLIENT_ADDRESS"_s << u"remark"_s;
        QTest::newRow("a variable that is no key") << u"X_CONFIG"_s << u""_s;
        QTest::newRow("another program's") << u"HTTP_LISTEN"_s << u""_s;
        QTest::newRow("a service link: host") << u"X_SERVER_SERVICE_HOST"_s << u""_s;
        QTest::newRow("a service link: port") << u"X_SERVER_SERVICE_PORT_HTTP"_s << u""_s;
        QTest::newRow("a service link: address") << u"X_PORT_4024_TCP_ADDR"_s << u""_s;
        QTest::newRow("a service link: url") << u"X_PORT"_s << u""_s;
    }
    void unknownVariablesAreJudged()
    {
        QFETCH(QString, variable);
        const ConfigReading reading = read({}, { { variable, u"tcp://10.0.0.1:4024"_s } });
        const QString verdict = !reading.problems.isEmpty() ? u"problem"_s : !reading.remarks.isEmpty() ? u"remark"_s : QString();
        QTEST(verdict, "verdict");
        QVERIFY(m_taken.isEmpty());
    }

    void theExampleIsAcceptedAsItIs()
    {
        const QString example = exampleConfig(keys(), u"X_"_s, u"An example."_s);
        QCOMPARE(texts(read(example.toUtf8())), QStringList());
        QVERIFY(m_taken.isEmpty());
    }

    void theExampleHoldsEveryKeyAtItsDefault()
    {
        QString example = exampleConfig(keys(), u"X_"_s, u"An example."_s);
        example.replace(QRegularExpression(u"^( *)#(?! )"_s, QRegularExpression::MultilineOption), u"\\1"_s);
        example.replace(u"password: \"\""_s, u"password: long enough"_s);
        QCOMPARE(texts(read(example.toUtf8())), QStringList());
        QCOMPARE(m_taken.size(), qsizetype(keys().size()));
        QCOMPARE(m_taken.value(u"http.listen"_s), u"0.0.0.0:1"_s);
        QCOMPARE(m_taken.value(u"http.idleTimeout"_s), u"75s"_s);
    }

    void scalarsAreQuotedWhereYamlNeedsIt_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("expected");
        QTest::newRow("a word") << u"info"_s << u"info"_s;
        QTest::newRow("a path") << u"/var/lib/iwd"_s << u"/var/lib/iwd"_s;
        QTest::newRow("an address") << u"[::]:1"_s << u"\"[::]:1\""_s;
        QTest::newRow("a quote") << u"a\"b"_s << u"\"a\\\"b\""_s;
        QTest::newRow("nothing") << u""_s << u"\"\""_s;
    }
    void scalarsAreQuotedWhereYamlNeedsIt()
    {
        QFETCH(QString, text);
        QTEST(yamlScalar(text), "expected");
    }

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    Environment m_taken;
};

QTEST_GUILESS_MAIN(TestConfigReader)
#include "tst_configreader.moc"

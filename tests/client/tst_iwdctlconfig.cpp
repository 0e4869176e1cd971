// SPDX-License-Identifier: Apache-2.0
#include "programandserver.h"

#include <QFile>
#include <QTest>

namespace iwd::test {

using namespace Qt::StringLiterals;

/// The configuration as a file, as a person or a script keeps it.
class TestIwdctlConfig : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();

    void aFileThatWasExportedChangesNothing();
    void aChangedFileIsShownAndApplied();
    void nothingIsDoneWhenNobodyAgrees();
    void whatIsNotNamedGoesWithPrune();
    void allProblemsAreTold();
    void filesThatAreNoneAreExplained_data();
    void filesThatAreNoneAreExplained();
    void versionsAreShownComparedAndRestored();
    void wordsThatAreNoVersionAreExplained();

private:
    using Said = ProgramAndServer::Said;
    Said config(const QStringList &words, const QByteArray &input = {}) { return m->iwdctl(QStringList { u"config"_s } + words, input, m->administratorsEnvironment()); }
    Said apply(const QByteArray &yaml, const QStringList &further = {}) { return config(QStringList { u"apply"_s, u"-"_s, u"--yes"_s } + further, yaml); }
    [[nodiscard]] QString fileWith(const QByteArray &content) const;
    [[nodiscard]] qint64 version() { return config({ u"export"_s, u"--output"_s, u"json"_s }).json()[u"version"_s].toInteger(); }

    std::unique_ptr<ProgramAndServer> m;
    qint64 m_beginning = 0;
};

void TestIwdctlConfig::initTestCase()
{
    m = std::make_unique<ProgramAndServer>();
    QVERIFY2(m->startServer(), m->server().log().constData());
    m_beginning = version();
    QVERIFY(m_beginning > 0);
}

void TestIwdctlConfig::init()
{
    m->moveToNewHome();
    config({ u"restore"_s, QString::number(m_beginning), u"--yes"_s });
    QCOMPARE(config({ u"compare"_s, QString::number(m_beginning) }).out, u"No difference.\n"_s);
}

QString TestIwdctlConfig::fileWith(const QByteArray &content) const
{
    QFile file(m->home().filePath(u"config.yaml"_s));
    const bool written = file.open(QIODevice::WriteOnly) && file.write(content) == content.size();
    return written ? file.fileName() : QString();
}

void TestIwdctlConfig::aFileThatWasExportedChangesNothing()
{
    const QString path = m->home().filePath(u"all.yaml"_s);
    const Said written = config({ u"export"_s, u"--to"_s, path });
    QCOMPARE(written.code, 0);
    QCOMPARE(written.out, QString());
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray yaml = file.readAll();
    QVERIFY2(yaml.startsWith("# The configuration of http://127.0.0.1:"), yaml.constData());
    QVERIFY2(yaml.contains("\nqueues:\n  general:\n    name: General\n"), yaml.constData());
    QCOMPARE(config({ u"export"_s }).out.section(u'\n', 2), QString::fromUtf8(yaml).section(u'\n', 2));
    const Said diff = config({ u"diff"_s, path, u"--prune"_s });
    QCOMPARE(diff.code, 0);
    QCOMPARE(diff.out, u"Nothing to do: 5 as wanted.\n"_s);
    const Said applied = config({ u"apply"_s, path });
    QCOMPARE(applied.code, 0);
    const Said json = config({ u"export"_s, u"--output"_s, u"json"_s });
    QCOMPARE(config({ u"diff"_s, fileWith(json.out.toUtf8()), u"--prune"_s }).code, 0); // JSON is YAML
    QCOMPARE(config({ u"export"_s, u"--to"_s, m->home().filePath(u"no/such/file"_s) }).code, 1);
}

void TestIwdctlConfig::aChangedFileIsShownAndApplied()
{
    const QByteArray yaml = "skills:\n  french: {name: French}\nqueues:\n  general:\n    name: General\n    weight: 3\n";
    const QString shown = u"+ skill french\n    name: \"French\"\n~ queue general\n    weight: 1 → 3\n\n1 to create, 1 to change, 0 as they are.\n"_s;
    const qint64 before = version();
    const Said diff = config({ u"diff"_s, fileWith(yaml) });
    QCOMPARE(diff.code, 6);
    QCOMPARE(diff.out, shown);
    const Said dry = config({ u"apply"_s, fileWith(yaml), u"--dry-run"_s });
    QCOMPARE(dry.code, 6);
    QCOMPARE(dry.out, shown);
    QCOMPARE(version(), before);
    const Said done = config({ u"apply"_s, fileWith(yaml), u"--yes"_s });
    QCOMPARE(done.code, 0);
    QCOMPARE(done.out, shown + u"Done: this is version %1. To take it back: iwdctl config restore %2\n"_s.arg(version()).arg(before));
    const Said again = apply(yaml);
    QCOMPARE(again.code, 0);
    QCOMPARE(again.out, u"Nothing to do: 2 as wanted.\n"_s);
    const Said json = apply("queues: {general: {name: General}}", { u"--output"_s, u"json"_s });
    QCOMPARE(json.json()[u"changes"_s][0][u"id"_s].toString(), u"general"_s);
}

void TestIwdctlConfig::nothingIsDoneWhenNobodyAgrees()
{
    const qint64 before = version();
    const Said unasked = config({ u"apply"_s, fileWith("skills: {french: {name: French}}") });
    QCOMPARE(unasked.code, 2);
    QVERIFY(unasked.err.contains(u"Give --yes"_s));
    QCOMPARE(version(), before);
}

void TestIwdctlConfig::whatIsNotNamedGoesWithPrune()
{
    QCOMPARE(apply("skills: {french: {name: French}, greek: {name: Greek}}").code, 0);
    QCOMPARE(apply("skills: {french: {name: French}}").out, u"Nothing to do: 1 as wanted.\n"_s);
    const Said pruned = apply("skills: {french: {name: French}}", { u"--prune"_s });
    QVERIFY2(pruned.out.startsWith(u"- skill greek\n\n1 to delete, 1 as they are.\nDone"_s), qPrintable(pruned.out));
    const Said used = apply("queues: {}", { u"--prune"_s });
    QCOMPARE(used.code, 1);
    QVERIFY2(used.err.contains(u"queues.general: The queue \"general\" is still used by: category general"_s), qPrintable(used.err));
}

void TestIwdctlConfig::allProblemsAreTold()
{
    const qint64 before = version();
    const Said refused = apply("queues:\n  a: {name: A, calendar: none}\n  b: {name: B, calendar: none}\n");
    QCOMPARE(refused.code, 1);
    QVERIFY2(refused.err.contains(u"queues.a.calendar: "_s) && refused.err.contains(u"queues.b.calendar: "_s) && refused.err.contains(u"these 2 problems"_s), qPrintable(refused.err));
    QCOMPARE(version(), before);
}

void TestIwdctlConfig::filesThatAreNoneAreExplained_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("says");
    QTest::newRow("empty") << QByteArray() << 2 << u"This is no configuration"_s;
    QTest::newRow("a list") << QByteArray("- a\n") << 2 << u"This is no configuration"_s;
    QTest::newRow("no YAML") << QByteArray("queues:\n  a: [\n") << 2 << u"config.yaml: Line 3"_s;
    QTest::newRow("twice") << QByteArray("queues:\n  a: {name: A}\n  a: {name: B}\n") << 2 << u"Line 3, column 3: \"a\" appears twice"_s;
    QTest::newRow("a misspelt kind") << QByteArray("queue:\n  a: {name: A}\n") << 1 << u"queue"_s;
    QTest::newRow("a newer format") << QByteArray("format: 7\n") << 1 << u"format"_s;
    QTest::newRow("a misspelt member") << QByteArray("queues:\n  a: {name: A, wait: 3}\n") << 1 << u"queues.a.wait"_s;
}

void TestIwdctlConfig::filesThatAreNoneAreExplained()
{
    QFETCH(QByteArray, content);
    QFETCH(int, code);
    QFETCH(QString, says);
    const QString path = fileWith(content);
    for (const QStringList &words : { QStringList { u"diff"_s, path }, { u"apply"_s, path, u"--yes"_s } }) {
        const Said said = config(words);
        QCOMPARE(said.code, code);
        QVERIFY2(said.err.contains(says), qPrintable(said.err));
    }
    QCOMPARE(config({ u"diff"_s, m->home().filePath(u"missing"_s) }).code, 2);
}

void TestIwdctlConfig::versionsAreShownComparedAndRestored()
{
    QCOMPARE(apply("skills: {french: {name: French}}\nqueues: {a: {name: A}, b: {name: B}, c: {name: C}}").code, 0);
    const qint64 first = version();
    QCOMPARE(apply("queues: {general: {name: Everything}}").code, 0);
    const Said versions = config({ u"versions"_s, u"--limit"_s, u"2"_s });
    QCOMPARE(versions.code, 0);
    QVERIFY2(versions.out.contains(u"update queue general\n"_s) && versions.out.contains(u"create queue c, create queue b, create queue a and 1 more\n"_s), qPrintable(versions.out));
    QCOMPARE(config({ u"versions"_s, u"--limit"_s, u"2"_s, u"--output"_s, u"json"_s }).json()[u"data"_s].toArray().size(), 2);
    const Said compared = config({ u"compare"_s, QString::number(first), QString::number(version()) });
    QCOMPARE(compared.code, 6);
    QCOMPARE(compared.out, u"~ queue general\n    name: \"General\" → \"Everything\"\n"_s);
    QVERIFY(config({ u"export"_s, u"--version"_s, QString::number(first) }).out.contains(u"name: General\n"_s));
    const Said dry = config({ u"restore"_s, QString::number(m_beginning), u"--dry-run"_s });
    QCOMPARE(dry.code, 6);
    QVERIFY2(dry.out.contains(u"1 to change, 4 to delete"_s), qPrintable(dry.out));
    const Said some = config({ u"restore"_s, QString::number(m_beginning), u"--kind"_s, u"queues"_s, u"--yes"_s });
    QCOMPARE(some.code, 0);
    QVERIFY(config({ u"export"_s }).out.contains(u"french"_s));
    QCOMPARE(config({ u"restore"_s, QString::number(m_beginning), u"--kind"_s, u"people"_s, u"--yes"_s }).code, 1);
    QCOMPARE(config({ u"restore"_s, u"99999"_s, u"--yes"_s }).code, 1);
}

void TestIwdctlConfig::wordsThatAreNoVersionAreExplained()
{
    for (const QStringList &words : { QStringList { u"restore"_s, u"last"_s }, { u"compare"_s, u"-"_s }, { u"compare"_s, u"1"_s, u"x"_s }, { u"versions"_s, u"--limit"_s, u"0"_s } })
        QCOMPARE(config(words).code, 2);
    QCOMPARE(config({ u"export"_s, u"--version"_s, u"x"_s }).code, 1);
}

} // namespace iwd::test

QTEST_GUILESS_MAIN(iwd::test::TestIwdctlConfig)
#include "tst_iwdctlconfig.moc"

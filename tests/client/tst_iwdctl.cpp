// SPDX-License-Identifier: Apache-2.0
#include <iwdctl/commands.h>
#include <iwdctl/connection.h>
#include <iwdctl/itemcommands.h>
#include <iwdctl/styledline.h>
#include <iwdctl/table.h>

#include <QTemporaryDir>
#include <QTest>

using namespace iwd;
using namespace Qt::StringLiterals;

class TestIwdctl : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void wordsBecomeACommand();
    void wrongWordsAreExplained_data();
    void wrongWordsAreExplained();
    void everyCommandHasHelp_data();
    void everyCommandHasHelp();
    void durationsAreReadAsPeopleWriteThem_data();
    void durationsAreReadAsPeopleWriteThem();
    void tablesFitTheTerminal();
    void styledLinesCountCellsNotEscapes();
    void theKeyComesFromTheBootstrapFile();
    void exitCodesTellRefusalFromSilence();
    void eventsReadAsSentences();
};

void TestIwdctl::wordsBecomeACommand()
{
    const auto parsed = parseCommandLine(allCommands(),
        { u"items"_s, u"add"_s, u"--set"_s, u"a=1"_s, u"--set=b=2"_s, u"--url"_s, u"http://h:1"_s, u"-"_s });
    QVERIFY(parsed.ok() && parsed->run);
    QCOMPARE(parsed->run->command, u"items add"_s);
    QCOMPARE(parsed->run->arguments, QStringList(u"-"_s));
    QCOMPARE(parsed->run->values(u"set"_s), QStringList({ u"a=1"_s, u"b=2"_s }));
    QCOMPARE(parsed->run->value(u"url"_s), u"http://h:1"_s);
    QCOMPARE(parsed->run->value(u"output"_s, u"table"_s), u"table"_s);
}

void TestIwdctl::wrongWordsAreExplained_data()
{
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<QString>("says");
    QTest::newRow("nothing") << QStringList() << u"Which command"_s;
    QTest::newRow("no such command") << QStringList { u"itms"_s } << u"no command \"itms\""_s;
    QTest::newRow("missing id") << QStringList { u"items"_s, u"get"_s } << u"needs ID"_s;
    QTest::newRow("too much") << QStringList { u"items"_s, u"get"_s, u"a"_s, u"b"_s } << u"\"b\""_s;
    QTest::newRow("no such option") << QStringList { u"queues"_s, u"--all"_s } << u"no option --all"_s;
    QTest::newRow("missing value") << QStringList { u"queues"_s, u"--url"_s } << u"--url needs a value"_s;
    QTest::newRow("value for a switch") << QStringList { u"demo"_s, u"--once=yes"_s } << u"takes no value"_s;
    QTest::newRow("twice") << QStringList { u"queues"_s, u"--url"_s, u"a"_s, u"--url"_s, u"b"_s } << u"given twice"_s;
    QTest::newRow("bad output") << QStringList { u"queues"_s, u"--output"_s, u"xml"_s } << u"\"xml\""_s;
}

void TestIwdctl::wrongWordsAreExplained()
{
    QFETCH(QStringList, words);
    QFETCH(QString, says);
    const auto parsed = parseCommandLine(allCommands(), words);
    QVERIFY(!parsed.ok());
    QVERIFY2(parsed.error().text.contains(says), qPrintable(parsed.error().text));
}

void TestIwdctl::everyCommandHasHelp_data()
{
    QTest::addColumn<QString>("command");
    for (const auto &command : allCommands())
        QTest::newRow(qPrintable(command.name)) << command.name;
}

void TestIwdctl::everyCommandHasHelp()
{
    QFETCH(QString, command);
    QStringList words = command.split(u' ');
    words.append(u"--help"_s);
    const auto parsed = parseCommandLine(allCommands(), words);
    QVERIFY(parsed.ok());
    QVERIFY(!parsed->run);
    QVERIFY(parsed->help.startsWith(u"Usage: iwdctl "_s + command));
    QVERIFY(parsed->help.contains(u"--url"_s));
    QVERIFY(overviewHelp(allCommands()).contains(command));
}

void TestIwdctl::durationsAreReadAsPeopleWriteThem_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<qint64>("millis"); // 0: refused
    QTest::newRow("seconds") << u"90s"_s << qint64(90'000);
    QTest::newRow("bare") << u"2"_s << qint64(2'000);
    QTest::newRow("minutes") << u"1.5m"_s << qint64(90'000);
    QTest::newRow("hours") << u"2h"_s << qint64(7'200'000);
    QTest::newRow("zero") << u"0s"_s << qint64(0);
    QTest::newRow("negative") << u"-1s"_s << qint64(0);
    QTest::newRow("word") << u"soon"_s << qint64(0);
    QTest::newRow("empty") << QString() << qint64(0);
}

void TestIwdctl::durationsAreReadAsPeopleWriteThem()
{
    QFETCH(QString, text);
    QFETCH(qint64, millis);
    const auto duration = durationFromText(text);
    QCOMPARE(duration.ok(), millis > 0);
    if (duration)
        QCOMPARE(duration->count(), millis);
}

void TestIwdctl::tablesFitTheTerminal()
{
    TextTable table;
    table.head = { u"A"_s, u"B"_s };
    table.right = { false, true };
    table.rows = { { QString(100, u'x'), u"7"_s }, { u"short"_s, u"1234"_s } };
    const QStringList lines = table.toText(40).split(u'\n', Qt::SkipEmptyParts);
    QCOMPARE(lines.size(), 3);
    for (const QString &line : lines)
        QVERIFY2(line.size() <= 40, qPrintable(line));
    QVERIFY(lines.at(1).contains(u'…'));
    QVERIFY(lines.at(2).endsWith(u"1234"_s));
    QVERIFY(table.toText(0).contains(QString(100, u'x')));
}

void TestIwdctl::styledLinesCountCellsNotEscapes()
{
    StyledLine line;
    line.add(u"ab"_s, Style::Strong).to(5).add(u"━━━"_s, Style::Accent);
    QCOMPARE(line.width(), 8);
    QCOMPARE(line.toText({ false, true }, 80), u"ab   ━━━"_s);
    QCOMPARE(line.toText({ false, false }, 7), u"ab   =="_s);
    QCOMPARE(line.toText({ true, true }, 80), u"\x1b[1mab\x1b[0m   \x1b[36m━━━\x1b[0m"_s);
}

void TestIwdctl::theKeyComesFromTheBootstrapFile()
{
    QTemporaryDir folder;
    const QString path = folder.filePath(u"bootstrap.json"_s);
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(R"({"user":"admin","password":"p","apiKey":"k-1","tenant":"100"})");
    file.close();
    CommandLine line;
    line.options[u"bootstrap-file"_s] = { path };
    line.options[u"url"_s] = { u"http://127.0.0.1:9"_s };
    const auto options = connectionOf(line);
    QVERIFY(options.ok());
    QCOMPARE(options->apiKey, u"k-1"_s);
    QCOMPARE(options->url, QUrl(u"http://127.0.0.1:9"_s));
    line.options[u"url"_s] = { u"nonsense"_s };
    QVERIFY(!connectionOf(line).ok());
    line.options[u"url"_s] = { u"http://127.0.0.1:9"_s };
    line.options[u"bootstrap-file"_s] = { folder.filePath(u"none"_s) };
    QVERIFY(!connectionOf(line).ok());
}

void TestIwdctl::exitCodesTellRefusalFromSilence()
{
    QCOMPARE(exitCodeOf({ ErrorCode::Unreachable, {}, {}, {} }), 3);
    QCOMPARE(exitCodeOf({ ErrorCode::DeadlineExceeded, {}, {}, {} }), 3);
    QCOMPARE(exitCodeOf({ ErrorCode::DeadlineExceeded, {}, {}, { { u"status"_s, 504 } } }), 1);
    QCOMPARE(exitCodeOf({ ErrorCode::ItemNotFound, {}, {}, { { u"status"_s, 404 } } }), 1);
}

void TestIwdctl::eventsReadAsSentences()
{
    const QJsonObject event { { u"type"_s, u"item.assigned"_s }, { u"after"_s, QJsonObject { { u"assignedToUser"_s, u"anna"_s } } } };
    QCOMPARE(eventSentence(event), u"assigned: to anna"_s);
    const QJsonObject held { { u"type"_s, u"item.held"_s }, { u"reason"_s, u"Awaiting User Info"_s } };
    QCOMPARE(eventSentence(held), u"held: Awaiting User Info"_s);
}

QTEST_GUILESS_MAIN(TestIwdctl)
#include "tst_iwdctl.moc"

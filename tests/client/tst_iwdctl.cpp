// SPDX-License-Identifier: Apache-2.0
#include <iwdctl/commands.h>
#include <iwdctl/completion.h>
#include <iwdctl/connection.h>
#include <iwdctl/eventfilter.h>
#include <iwdctl/itemcommands.h>
#include <iwdctl/keycommands.h>
#include <iwdctl/manpage.h>
#include <iwdctl/searchwords.h>
#include <iwdctl/styledline.h>
#include <iwdctl/table.h>
#include <iwdctl/topscreen.h>

#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace iwd;
using namespace Qt::StringLiterals;

class TestIwdctl : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void wordsBecomeACommand();
    void wrongWordsAreExplained_data();
    void wrongWordsAreExplained();
    void everyCommandHasHelp_data();
    void everyCommandHasHelp();
    void comparisonsAreReadAsPeopleWriteThem_data();
    void comparisonsAreReadAsPeopleWriteThem();
    void aSearchIsMadeOfItsOptions();
    void searchesThatMakeNoSenseAreExplained_data();
    void searchesThatMakeNoSenseAreExplained();
    void durationsAreReadAsPeopleWriteThem_data();
    void durationsAreReadAsPeopleWriteThem();
    void tablesFitTheTerminal();
    void styledLinesCountCellsNotEscapes();
    void theKeyComesFromTheBootstrapFile();
    void exitCodesTellRefusalFromSilence();
    void eventsReadAsSentences();
    void movesAreEventsOfBothQueues();
    void topSortsTheQueues_data();
    void topSortsTheQueues();
    void topFitsAnyTerminal_data();
    void topFitsAnyTerminal();
    void momentsAreReadAsPeopleWriteThem_data();
    void momentsAreReadAsPeopleWriteThem();
    void theManualPageSaysWhatTheHelpSays_data();
    void theManualPageSaysWhatTheHelpSays();
    void theManualPageIsGoodRoff();
    void bashCompletes_data();
    void bashCompletes();
    void bashCompletesEveryOptionOfEveryCommand_data();
    void bashCompletesEveryOptionOfEveryCommand();

private:
    QTemporaryDir m_home; ///< without the profiles of whoever runs the tests
};

namespace {

/// What a shell that has the completion offers after @p words, of which the last one may be half typed.
QStringList offeredByBash(const QStringList &words, const QString &folder)
{
    const QString script = u"iwdctl() { printf 'good\\nother\\n'; }\n"_s + bashCompletion(allCommands())
        + u"cd \"$1\" || exit 3\nshift\nCOMP_WORDS=(iwdctl \"$@\")\nCOMP_CWORD=$#\n_iwdctl\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n"_s;
    QProcess bash;
    bash.start(u"bash"_s, QStringList { u"--norc"_s, u"-u"_s, u"-c"_s, script, u"bash"_s, folder } + words);
    if (!bash.waitForFinished() || bash.exitCode() != 0)
        return { u"bash ended with %1: "_s.arg(bash.exitCode()) + QString::fromUtf8(bash.readAllStandardError()) };
    QStringList offered = QString::fromUtf8(bash.readAllStandardOutput()).split(u'\n', Qt::SkipEmptyParts);
    const QString trouble = QString::fromUtf8(bash.readAllStandardError());
    if (!trouble.isEmpty())
        offered.append(u"bash says "_s + trouble);
    offered.sort();
    return offered;
}

/// Text as roff prints it.
QString withoutRoff(QString text)
{
    for (const auto &[escape, plain] : { std::pair("\\fB"_L1, ""_L1), { "\\fI"_L1, ""_L1 }, { "\\fR"_L1, ""_L1 }, { "\\-"_L1, "-"_L1 }, { "\\&"_L1, ""_L1 },
             { "\\(ti"_L1, "~"_L1 }, { "\\(ha"_L1, "^"_L1 }, { "\\(aq"_L1, "'"_L1 }, { "\\(dq"_L1, "\""_L1 } })
        text.replace(escape, plain);
    return text.replace(u"\\[u2026]"_s, u"…"_s).replace(u"\\[U2026]"_s, u"…"_s).replace(u"\\e"_s, u"\\"_s);
}

} // namespace

void TestIwdctl::initTestCase()
{
    qputenv("XDG_CONFIG_HOME", QFile::encodeName(m_home.path()));
    for (const char *name : { "IWD_PROFILE", "IWD_URL", "IWD_API_KEY" })
        qunsetenv(name);
}

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

void TestIwdctl::comparisonsAreReadAsPeopleWriteThem_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("attribute");
    QTest::addColumn<QString>("operation");
    QTest::addColumn<QJsonValue>("value");
    QTest::newRow("field") << u"queue=network"_s << u"queue"_s << u"equals"_s << QJsonValue(u"network"_s);
    QTest::newRow("custom") << u"region=EMEA"_s << u"custom.region"_s << u"equals"_s << QJsonValue(u"EMEA"_s);
    QTest::newRow("custom in full") << u"custom.a b = c d"_s << u"custom.a b"_s << u"equals"_s << QJsonValue(u"c d"_s);
    QTest::newRow("one of several") << u"status=queued, held"_s << u"status"_s << u"in"_s << QJsonValue(QJsonArray { u"queued"_s, u"held"_s });
    QTest::newRow("none of several") << u"status!=queued,held"_s << u"status"_s << u"notIn"_s << QJsonValue(QJsonArray { u"queued"_s, u"held"_s });
    QTest::newRow("relative date") << u"dueDateTime<now+2h"_s << u"dueDateTime"_s << u"less"_s << QJsonValue(u"now+2h"_s);
    QTest::newRow("number in order") << u"businessValue>=500"_s << u"businessValue"_s << u"greaterOrEqual"_s << QJsonValue(500);
    QTest::newRow("number that may be a key") << u"customerId=0012"_s << u"customerId"_s << u"equals"_s << QJsonValue(u"0012"_s);
    QTest::newRow("truth value") << u"vip=true"_s << u"custom.vip"_s << u"in"_s << QJsonValue(QJsonArray { u"true"_s, true });
    QTest::newRow("part") << u"subject~a=b"_s << u"custom.subject"_s << u"contains"_s << QJsonValue(u"a=b"_s);
    QTest::newRow("absent") << u"customerId="_s << u"customerId"_s << u"notExists"_s << QJsonValue(QJsonValue::Undefined);
    QTest::newRow("present") << u"customerId!="_s << u"customerId"_s << u"exists"_s << QJsonValue(QJsonValue::Undefined);
}

void TestIwdctl::comparisonsAreReadAsPeopleWriteThem()
{
    QFETCH(QString, text);
    QFETCH(QString, attribute);
    QFETCH(QString, operation);
    QFETCH(QJsonValue, value);
    const auto comparison = comparisonFromText(text);
    QVERIFY(comparison.ok());
    QCOMPARE((*comparison)["attribute"_L1].toString(), attribute);
    QCOMPARE((*comparison)["operator"_L1].toString(), operation);
    QCOMPARE(comparison->value("value"_L1), value);
}

void TestIwdctl::aSearchIsMadeOfItsOptions()
{
    const auto parsed = parseCommandLine(allCommands(),
        { u"items"_s, u"search"_s, u"paper jam"_s, u"--where"_s, u"status=queued"_s, u"--condition"_s, uR"({"attribute":"queue","operator":"exists"})"_s, u"--sort"_s,
            u"-createdDateTime,captureId"_s, u"--columns"_s, u"status,custom.region"_s, u"--count"_s });
    QVERIFY(parsed.ok() && parsed->run);
    const auto search = searchFromLine(*parsed->run);
    QVERIFY(search.ok());
    const QJsonObject queued { { u"attribute"_s, u"status"_s }, { u"operator"_s, u"equals"_s }, { u"value"_s, u"queued"_s } };
    const QJsonObject hasQueue { { u"attribute"_s, u"queue"_s }, { u"operator"_s, u"exists"_s } };
    const QJsonObject expected { { u"text"_s, u"paper jam"_s }, { u"condition"_s, QJsonObject { { u"all"_s, QJsonArray { hasQueue, queued } } } },
        { u"sort"_s,
            QJsonArray { QJsonObject { { u"field"_s, u"createdDateTime"_s }, { u"direction"_s, u"desc"_s } },
                QJsonObject { { u"field"_s, u"captureId"_s }, { u"direction"_s, u"asc"_s } } } },
        { u"columns"_s, QJsonArray { u"status"_s, u"custom.region"_s } }, { u"count"_s, u"exact"_s } };
    QCOMPARE(*search, expected);
}

void TestIwdctl::searchesThatMakeNoSenseAreExplained_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<QString>("says");
    QTest::newRow("no operator") << QStringList { u"--where"_s, u"queued"_s } << u"NAME=VALUE"_s;
    QTest::newRow("no name") << QStringList { u"--where"_s, u"=queued"_s } << u"NAME=VALUE"_s;
    QTest::newRow("no value") << QStringList { u"--where"_s, u"businessValue>"_s } << u"lacks the value"_s;
    QTest::newRow("no JSON") << QStringList { u"--condition"_s, u"{status}"_s } << u"--condition wants"_s;
    QTest::newRow("no file") << QStringList { u"--condition"_s, u"@/nowhere.json"_s } << u"cannot be read"_s;
}

void TestIwdctl::searchesThatMakeNoSenseAreExplained()
{
    QFETCH(QStringList, options);
    QFETCH(QString, says);
    const auto parsed = parseCommandLine(allCommands(), QStringList { u"items"_s, u"search"_s } + options);
    QVERIFY(parsed.ok() && parsed->run);
    const auto search = searchFromLine(*parsed->run);
    QVERIFY(!search.ok());
    QVERIFY2(search.error().text.contains(says), qPrintable(search.error().text));
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

void TestIwdctl::topSortsTheQueues_data()
{
    QTest::addColumn<QString>("by");
    QTest::addColumn<QStringList>("order");
    QTest::newRow("waiting") << u"waiting"_s << QStringList { u"b"_s, u"a"_s, u"c"_s };
    QTest::newRow("oldest") << u"oldest"_s << QStringList { u"c"_s, u"b"_s, u"a"_s };
    QTest::newRow("assigned") << u"assigned"_s << QStringList { u"a"_s, u"b"_s, u"c"_s };
    QTest::newRow("held") << u"held"_s << QStringList { u"c"_s, u"a"_s, u"b"_s };
    QTest::newRow("done") << u"done"_s << QStringList { u"b"_s, u"c"_s, u"a"_s };
    QTest::newRow("name") << u"name"_s << QStringList { u"a"_s, u"b"_s, u"c"_s };
}

void TestIwdctl::topSortsTheQueues()
{
    QFETCH(QString, by);
    QFETCH(QStringList, order);
    const auto queue = [](const QString &name, int queued, double oldest, int assigned, int held, int completed) {
        QueueFigures figures;
        figures.id = figures.name = name;
        figures.queued = queued;
        figures.oldestSeconds = oldest;
        figures.assigned = assigned;
        figures.held = held;
        figures.completed = completed;
        return figures;
    };
    const auto byName = queueOrderFromName(by);
    QVERIFY(byName);
    QCOMPARE(queueOrderFromKey(by.front().toLatin1()), byName);
    QStringList sorted;
    for (const QueueFigures &one : sortedQueues({ queue(u"c"_s, 0, 90, 0, 4, 5), queue(u"b"_s, 9, 60, 1, 0, 7), queue(u"a"_s, 0, -1, 2, 0, 0) }, *byName))
        sorted.append(one.name);
    QCOMPARE(sorted, order);
    QVERIFY(!queueOrderFromName(u"color"_s));
    QVERIFY(!queueOrderFromKey('x'));
}

void TestIwdctl::topFitsAnyTerminal_data()
{
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("height");
    for (const auto &[width, height] : { std::pair(80, 24), { 200, 60 }, { 149, 12 }, { 72, 8 }, { 20, 3 }, { 1, 1 } })
        QTest::addRow("%d x %d", width, height) << width << height;
}

void TestIwdctl::topFitsAnyTerminal()
{
    QFETCH(int, width);
    QFETCH(int, height);
    TopScene scene;
    scene.server = u"http://127.0.0.1:4024"_s;
    for (int number = 0; number < 40; ++number) {
        QueueFigures queue;
        queue.id = u"q%1"_s.arg(number);
        queue.name = u"A queue with a rather long name %1"_s.arg(number);
        queue.queued = number * number * 1'000;
        scene.figures.queues.push_back(queue);
    }
    for (const QString &trouble : { QString(), u"The server does not answer. Trying again."_s }) {
        scene.trouble = trouble;
        const auto lines = drawnTop(scene, width, height);
        QVERIFY(static_cast<int>(lines.size()) <= height);
        for (const StyledLine &line : lines)
            QVERIFY(line.toText({ false, true }, width).size() <= width);
        if (height >= 12 && !trouble.isEmpty())
            QVERIFY(lines.back().toText({ false, true }, 200).contains(trouble));
    }
    QVERIFY(drawnTop(scene, width, 0).size() >= 40 / 2);
}

void TestIwdctl::movesAreEventsOfBothQueues()
{
    CommandLine line;
    line.options[u"queue"_s] = { u"network, printers"_s };
    const auto filter = eventFilterOf(line);
    QVERIFY(filter.ok());
    const auto moved = [](const QString &from, const QString &to) {
        return QJsonObject { { u"type"_s, u"item.queued"_s }, { u"before"_s, QJsonObject { { u"queue"_s, from } } }, { u"class"_s, QJsonObject { { u"queue"_s, to } } } };
    };
    QVERIFY(filter->wants(moved(u"network"_s, u"dispatch"_s)));
    QVERIFY(filter->wants(moved(u"dispatch"_s, u"printers"_s)));
    QVERIFY(!filter->wants(moved(u"dispatch"_s, u"storage"_s)));
    QVERIFY(!filter->wants({ { u"type"_s, u"agent.state"_s } }));
}

void TestIwdctl::momentsAreReadAsPeopleWriteThem_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("moment"); // empty: refused
    QTest::newRow("days from now") << u"90d"_s << u"2026-05-30T12:00:00.000Z"_s;
    QTest::newRow("hours from now") << u"12h"_s << u"2026-03-02T00:00:00.000Z"_s;
    QTest::newRow("date") << u"2030-01-31"_s << u"2030-01-31T00:00:00.000Z"_s;
    QTest::newRow("date and time") << u"2030-01-31T08:00:00Z"_s << u"2030-01-31T08:00:00.000Z"_s;
    QTest::newRow("no such day") << u"2030-02-31"_s << QString();
    QTest::newRow("word") << u"soon"_s << QString();
    QTest::newRow("nothing") << QString() << QString();
}

void TestIwdctl::momentsAreReadAsPeopleWriteThem()
{
    QFETCH(QString, text);
    QFETCH(QString, moment);
    const auto read = momentFromText(text, *instantFromIso(u"2026-03-01T12:00:00Z"_s));
    QCOMPARE(read.ok() ? toIso(*read) : QString(), moment);
}

void TestIwdctl::theManualPageSaysWhatTheHelpSays_data()
{
    everyCommandHasHelp_data();
}

void TestIwdctl::theManualPageSaysWhatTheHelpSays()
{
    QFETCH(QString, command);
    const auto found = std::find_if(allCommands().begin(), allCommands().end(), [&command](const CommandSpec &spec) { return spec.name == command; });
    const QString page = manualPage(allCommands());
    const QString heading = withoutRoff(page).section(u".SS %1\n"_s.arg(commandUsage(*found)), 1).section(u"\n.S"_s, 0, 0) + u'\n';
    const QString help = commandHelp(*found);
    QVERIFY2(heading.startsWith(found->summary + u'\n'), qPrintable(heading));
    for (const OptionSpec &option : found->options) {
        QVERIFY2(heading.contains(u".TP\n%1\n%2\n"_s.arg(optionUsage(option), option.help)), qPrintable(option.name));
        QVERIFY2(help.contains(optionUsage(option)) && help.contains(option.help), qPrintable(option.name));
    }
    const QString all = withoutRoff(page);
    for (const OptionSpec &option : commonOptions())
        QVERIFY2(all.contains(u".TP\n%1\n%2\n"_s.arg(optionUsage(option), option.help)) && help.contains(option.help), qPrintable(option.name));
    const QString overview = overviewHelp(allCommands());
    for (const auto *notes : { &environmentNotes(), &exitCodeNotes() }) {
        for (const Note &note : *notes)
            QVERIFY2(all.contains(u".TP\n%1\n%2\n"_s.arg(note.name, note.meaning)) && overview.contains(note.meaning), qPrintable(note.name));
    }
}

void TestIwdctl::theManualPageIsGoodRoff()
{
    const QString page = manualPage(allCommands());
    QVERIFY(page.startsWith(u".TH IWDCTL 1 "_s));
    for (const QString &line : page.split(u'\n')) {
        static const QRegularExpression request(u"\\A\\.(TH|SH|SS|TP|PP|nh|ad)( .*)?\\z"_s);
        QVERIFY2(!line.startsWith(u'\'') && (!line.startsWith(u'.') || request.match(line).hasMatch()), qPrintable(line));
    }
    if (QStandardPaths::findExecutable(u"groff"_s).isEmpty())
        return; // it would only say more of the same
    QProcess groff;
    groff.start(u"groff"_s, { u"-ww"_s, u"-man"_s, u"-Tutf8"_s });
    groff.write(page.toUtf8());
    groff.closeWriteChannel();
    QVERIFY(groff.waitForFinished());
    QCOMPARE(QString::fromUtf8(groff.readAllStandardError()), QString());
    QCOMPARE(groff.exitCode(), 0);
    QVERIFY(groff.readAllStandardOutput().contains("Shows items, newest first."));
}

void TestIwdctl::bashCompletes_data()
{
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<QStringList>("offered");
    const QStringList profiles { u"good"_s, u"other"_s };
    const QStringList files { u"bill.json"_s, u"two words.json"_s };
    QTest::newRow("beginning of a command") << QStringList { u"ta"_s } << QStringList { u"tail"_s };
    QTest::newRow("a group once") << QStringList { u"key"_s } << QStringList { u"keys"_s };
    QTest::newRow("in a group") << QStringList { u"keys"_s, QString() } << QStringList { u"create"_s, u"list"_s, u"revoke"_s, u"rotate"_s };
    QTest::newRow("half a word in a group") << QStringList { u"items"_s, u"re"_s } << QStringList { u"restart"_s, u"resume"_s };
    QTest::newRow("option") << QStringList { u"tail"_s, u"--a"_s } << QStringList { u"--after"_s };
    QTest::newRow("option after a value") << QStringList { u"tail"_s, u"--after"_s, u"7"_s, u"--lim"_s } << QStringList { u"--limit"_s };
    QTest::newRow("choices") << QStringList { u"queues"_s, u"--output"_s, QString() } << QStringList { u"json"_s, u"table"_s };
    QTest::newRow("choices after =") << QStringList { u"queues"_s, u"--output"_s, u"="_s, u"j"_s } << QStringList { u"json"_s };
    QTest::newRow("choices directly after =") << QStringList { u"queues"_s, u"--output"_s, u"="_s } << QStringList { u"json"_s, u"table"_s };
    QTest::newRow("choices of one command") << QStringList { u"top"_s, u"--sort"_s, u"h"_s } << QStringList { u"held"_s };
    QTest::newRow("same option of another") << QStringList { u"items"_s, u"list"_s, u"--sort"_s, u"p"_s } << QStringList { u"priority"_s };
    QTest::newRow("profiles") << QStringList { u"queues"_s, u"--profile"_s, QString() } << profiles;
    QTest::newRow("profile as an argument") << QStringList { u"profiles"_s, u"use"_s, u"o"_s } << QStringList { u"other"_s };
    QTest::newRow("files") << QStringList { u"top"_s, u"--key-file"_s, QString() } << files;
    QTest::newRow("file as an argument") << QStringList { u"items"_s, u"add"_s, u"two"_s } << QStringList { u"two words.json"_s };
    QTest::newRow("free text") << QStringList { u"items"_s, u"hold"_s, u"T-1"_s, u"--reason"_s, QString() } << QStringList();
    QTest::newRow("no such command") << QStringList { u"itms"_s, QString() } << QStringList();
}

void TestIwdctl::bashCompletes()
{
    QFETCH(QStringList, words);
    QFETCH(QStringList, offered);
    QTemporaryDir folder;
    for (const QString &name : { u"bill.json"_s, u"two words.json"_s }) {
        QFile file(folder.filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
    }
    QCOMPARE(offeredByBash(words, folder.path()), offered);
}

void TestIwdctl::bashCompletesEveryOptionOfEveryCommand_data()
{
    everyCommandHasHelp_data();
}

void TestIwdctl::bashCompletesEveryOptionOfEveryCommand()
{
    QFETCH(QString, command);
    const auto found = std::find_if(allCommands().begin(), allCommands().end(), [&command](const CommandSpec &spec) { return spec.name == command; });
    QStringList options;
    for (const auto *all : { &found->options, &commonOptions() }) {
        for (const OptionSpec &option : *all)
            options.append(u"--"_s + option.name);
    }
    options.sort();
    QCOMPARE(offeredByBash(command.split(u' ') + QStringList(u"--"_s), m_home.path()), options);
}

QTEST_GUILESS_MAIN(TestIwdctl)
#include "tst_iwdctl.moc"

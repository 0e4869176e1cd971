// SPDX-License-Identifier: Apache-2.0
#include <contract/csvreader.h>
#include <contract/csvwriter.h>

#include <QRandomGenerator>
#include <QTest>

using namespace iwd;
using namespace Qt::StringLiterals;

namespace {

struct Outcome
{
    QList<QStringList> rows;
    QList<int> lines;
    QString error;
};

Outcome readAll(const QString &text, QChar separator = u',')
{
    Outcome outcome;
    CsvReader reader(text, separator);
    while (const auto row = reader.next()) {
        if (!*row) {
            outcome.error = row->error().text;
            continue;
        }
        outcome.rows.append((*row)->cells);
        outcome.lines.append((*row)->line);
    }
    return outcome;
}

/// What the standard says, character by character, as a state machine; nothing when the text is no CSV.
std::optional<QList<QStringList>> oracle(const QString &text)
{
    QList<QStringList> rows;
    QStringList row { QString() };
    enum { Begin, Plain, Quoted, QuoteInQuoted } state = Begin;
    bool any = false;
    const auto endRow = [&] {
        if (any)
            rows.append(row);
        row = { QString() };
        any = false;
        state = Begin;
    };
    for (const QChar c : text) {
        const bool lineEnd = c == u'\n' || c == u'\r';
        if (state == Quoted) {
            if (c == u'"')
                state = QuoteInQuoted;
            else
                row.last() += c;
        } else if (state == QuoteInQuoted && c == u'"') {
            row.last() += c;
            state = Quoted;
        } else if (lineEnd) {
            endRow();
        } else if (c == u',') {
            row.append(QString());
            any = true;
            state = Begin;
        } else if (c == u'"') {
            if (state != Begin)
                return std::nullopt;
            any = true;
            state = Quoted;
        } else {
            if (state == QuoteInQuoted)
                return std::nullopt;
            any = true;
            state = Plain;
            row.last() += c;
        }
    }
    if (state == Quoted)
        return std::nullopt;
    endRow();
    return rows;
}

} // namespace

/// CSV that other programs wrote.
class TestCsvReader : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void filesOfManyProgramsAreRead_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QList<QStringList>>("rows");
        QTest::addColumn<QList<int>>("lines");
        using Rows = QList<QStringList>;
        const Rows two { { u"a"_s, u"b"_s }, { u"1"_s, u"2"_s } };
        QTest::newRow("CRLF") << u"a,b\r\n1,2\r\n"_s << two << QList<int> { 1, 2 };
        QTest::newRow("LF") << u"a,b\n1,2\n"_s << two << QList<int> { 1, 2 };
        QTest::newRow("CR") << u"a,b\r1,2\r"_s << two << QList<int> { 1, 2 };
        QTest::newRow("no end of the last line") << u"a,b\n1,2"_s << two << QList<int> { 1, 2 };
        QTest::newRow("a byte order mark") << u"\uFEFFa,b\n1,2"_s << two << QList<int> { 1, 2 };
        QTest::newRow("empty lines") << u"\n\na,b\r\n\r\n1,2\n\n"_s << two << QList<int> { 3, 5 };
        QTest::newRow("quotes") << u"\"a\",\"b\"\n\"1\",2"_s << two << QList<int> { 1, 2 };
        QTest::newRow("what quotes are for") << u"\"a,\"\"b\"\"\",\"c\r\nd\"\n\"\",x"_s << Rows { { u"a,\"b\""_s, u"c\r\nd"_s }, { u""_s, u"x"_s } } << QList<int> { 1, 3 };
        QTest::newRow("empty cells") << u",\n,,"_s << Rows { { u""_s, u""_s }, { u""_s, u""_s, u""_s } } << QList<int> { 1, 2 };
        QTest::newRow("a lone empty cell") << u"\"\"\r\nx"_s << Rows { { u""_s }, { u"x"_s } } << QList<int> { 1, 2 };
        QTest::newRow("spaces belong to a cell") << u" a , b "_s << Rows { { u" a "_s, u" b "_s } } << QList<int> { 1 };
        QTest::newRow("nothing") << u""_s << Rows() << QList<int>();
    }
    void filesOfManyProgramsAreRead()
    {
        QFETCH(const QString, text);
        QFETCH(const QList<QStringList>, rows);
        QFETCH(const QList<int>, lines);
        const Outcome outcome = readAll(text);
        QCOMPARE(outcome.error, QString());
        QCOMPARE(outcome.rows, rows);
        QCOMPARE(outcome.lines, lines);
    }

    void whatIsNoCsvIsSaidWithItsLine_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("line");
        QTest::newRow("a quote that is not closed") << u"a\n\"b\nc\n"_s << u"Line 4 "_s;
        QTest::newRow("a quote in the middle") << u"a\nb\"c\"\n"_s << u"Line 2 "_s;
        QTest::newRow("something behind a quote") << u"\"a\"b\n"_s << u"Line 1 "_s;
        QTest::newRow("too many cells") << QString(u"a\n"_s + QString(CsvReader::MostCells, u',')) << u"Line 2 "_s;
    }
    void whatIsNoCsvIsSaidWithItsLine()
    {
        QFETCH(const QString, text);
        QFETCH(const QString, line);
        const Outcome outcome = readAll(text);
        QVERIFY2(outcome.error.startsWith(line), qPrintable(outcome.error));
    }

    /// Every text of up to eight of the characters that matter.
    void everyShortTextIsReadAsTheStandardSays()
    {
        const QString alphabet = u"a,\"\n\r"_s;
        for (int length = 0; length <= 8; ++length) {
            int count = 1;
            for (int i = 0; i < length; ++i)
                count *= int(alphabet.size());
            for (int number = 0; number < count; ++number) {
                QString text;
                for (int i = 0, rest = number; i < length; ++i, rest /= int(alphabet.size()))
                    text += alphabet[rest % alphabet.size()];
                const auto expected = oracle(text);
                const Outcome outcome = readAll(text);
                if (outcome.error.isEmpty() != expected.has_value() || (expected && outcome.rows != *expected))
                    QFAIL(qPrintable(text.replace(u'\n', u"\\n"_s).replace(u'\r', u"\\r"_s)));
            }
        }
    }

    void whatWasWrittenIsReadAgain()
    {
        QRandomGenerator random(4711);
        const QString alphabet = u"ab,;\"\n\r\t '=-ä日"_s;
        for (int round = 0; round < 2'000; ++round) {
            const char separator = ",;\t"[random.bounded(3)];
            CsvWriter writer(separator);
            QList<QStringList> rows;
            const int columns = 1 + random.bounded(4);
            for (int i = random.bounded(5); i >= 0; --i) {
                QStringList row;
                for (int column = 0; column < columns; ++column) {
                    QString cell;
                    for (int length = random.bounded(6); length > 0; --length)
                        cell += alphabet[random.bounded(int(alphabet.size()))];
                    writer.cell(cell);
                    row.append(isFormula(cell) ? u'\'' + cell : cell);
                }
                writer.endRow();
                rows.append(row);
            }
            const Outcome outcome = readAll(QString::fromUtf8(writer.take()), QLatin1Char(separator));
            QCOMPARE(outcome.error, QString());
            QCOMPARE(outcome.rows, rows);
        }
    }
};

QTEST_GUILESS_MAIN(TestCsvReader)
#include "tst_csvreader.moc"

// SPDX-License-Identifier: Apache-2.0
#include <contract/csvwriter.h>

#include <QStringList>
#include <QTest>

using namespace iwd;
using namespace Qt::StringLiterals;

namespace {

QByteArray written(const QList<QStringList> &rows, char separator = ',')
{
    CsvWriter csv(separator);
    for (const QStringList &row : rows) {
        for (const QString &cell : row)
            csv.cell(cell);
        csv.endRow();
    }
    return csv.take();
}

} // namespace

/// CSV that other programs read.
class TestCsvWriter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void rowsAreWrittenAsTheStandardSays_data()
    {
        QTest::addColumn<QList<QStringList>>("rows");
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("plain") << QList<QStringList> { { u"a"_s, u"b c"_s }, { u"1"_s, u""_s } } << QByteArray("a,b c\r\n1,\r\n");
        QTest::newRow("separator") << QList<QStringList> { { u"a,b"_s, u"c;d"_s } } << QByteArray("\"a,b\",c;d\r\n");
        QTest::newRow("quotes") << QList<QStringList> { { u"say \"hi\""_s, u"\""_s } } << QByteArray("\"say \"\"hi\"\"\",\"\"\"\"\r\n");
        QTest::newRow("line breaks") << QList<QStringList> { { u"a\r\nb"_s, u"c\nd"_s, u"e\rf"_s } } << QByteArray("\"a\r\nb\",\"c\nd\",\"e\rf\"\r\n");
        QTest::newRow("spaces at an end") << QList<QStringList> { { u" a"_s, u"a "_s, u"a b"_s } } << QByteArray("\" a\",\"a \",a b\r\n");
        QTest::newRow("not ASCII") << QList<QStringList> { { u"Ärger"_s, u"日本"_s } } << QByteArray("Ärger,日本\r\n");
        QTest::newRow("nothing but empty cells") << QList<QStringList> { { u""_s, u""_s } } << QByteArray(",\r\n");
        QTest::newRow("a lone empty cell is no empty line") << QList<QStringList> { { u""_s }, { u"a"_s }, { u""_s } } << QByteArray("\"\"\r\na\r\n\"\"\r\n");
        QTest::newRow("a formula in quotes") << QList<QStringList> { { u"=HYPERLINK(\"http://x\",\"y\")"_s } } << QByteArray("\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"\r\n");
    }
    void rowsAreWrittenAsTheStandardSays()
    {
        QFETCH(const QList<QStringList>, rows);
        QFETCH(const QByteArray, bytes);
        QCOMPARE(written(rows), bytes);
    }

    void anotherSeparatorIsQuotedInstead()
    {
        QCOMPARE(written({ { u"a,b"_s, u"c;d"_s } }, ';'), QByteArray("a,b;\"c;d\"\r\n"));
        QCOMPARE(written({ { u"a,b"_s, u"c\td"_s } }, '\t'), QByteArray("a,b\t\"c\td\"\r\n"));
    }

    void whatASpreadsheetWouldComputeIsMadeText_data()
    {
        QTest::addColumn<QString>("cell");
        QTest::addColumn<bool>("formula");
        for (const char *text : { "=1+1", "+1+1", "-1-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "-", "+", "=", "@", "--1", "+-1", "-1.", "-.5", "-1e", "+49 123", "-1,5", "\t=1", "\r=1", "\n=1", "-1e5x", "-a" })
            QTest::newRow(text) << QString::fromLatin1(text) << true;
        for (const char *text : { "", "a", "1+1", "-1", "+1", "-1.5", "+49123", "-1e5", "-1.5E-10", "0", "'=1", " =1", "a=1", "\"=1\"" })
            QTest::newRow(text) << QString::fromLatin1(text) << false;
    }
    void whatASpreadsheetWouldComputeIsMadeText()
    {
        QFETCH(const QString, cell);
        QFETCH(const bool, formula);
        QCOMPARE(isFormula(cell), formula);
        const QByteArray bytes = written({ { cell, u"x"_s } });
        QCOMPARE(bytes.startsWith('\'') || bytes.startsWith("\"'"), formula || cell.startsWith(u'\''));
    }
};

QTEST_GUILESS_MAIN(TestCsvWriter)
#include "tst_csvwriter.moc"

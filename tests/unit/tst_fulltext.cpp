// SPDX-License-Identifier: Apache-2.0
#include <domain/fulltext.h>
#include <domain/textorder.h>

#include <QTest>

using namespace iwd;
using namespace Qt::StringLiterals;

/// What a word is, and which texts a query finds; the case folding and the order of texts.
class TestFullText : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void textsAreDividedIntoWords_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QStringList>("words");
        QTest::newRow("plain") << u"Paper jam, hall 3."_s << QStringList { u"paper"_s, u"jam"_s, u"hall"_s, u"3"_s };
        QTest::newRow("accents") << u"Café Ångström e\u0301"_s << QStringList { u"cafe"_s, u"angstrom"_s, u"e"_s };
        QTest::newRow("not an accent") << u"Straße"_s << QStringList { u"straße"_s };
        QTest::newRow("key") << u"INC-4711/a_b"_s << QStringList { u"inc"_s, u"4711"_s, u"a"_s, u"b"_s };
        QTest::newRow("quotes and stars") << u"\"x\" OR y* AND (z)"_s << QStringList { u"x"_s, u"or"_s, u"y"_s, u"and"_s, u"z"_s };
        QTest::newRow("no blanks between words") << u"東京タワー x"_s << QStringList { u"東"_s, u"京"_s, u"タ"_s, u"ワ"_s, u"ー"_s, u"x"_s };
        QTest::newRow("wide and joined forms") << u"ＡＢ１ ﬁne ½"_s << QStringList { u"ab1"_s, u"fine"_s, u"1"_s, u"2"_s };
        QTest::newRow("beyond the first plane") << u"𐐀x 😀"_s << QStringList { u"𐐨x"_s };
        QTest::newRow("nothing") << u" .,-!"_s << QStringList();
    }
    void textsAreDividedIntoWords()
    {
        QFETCH(QString, text);
        QFETCH(QStringList, words);
        QCOMPARE(wordsOf(text), words);
    }

    void aQueryFindsWhatHasAllItsParts_data()
    {
        QTest::addColumn<QString>("query");
        QTest::addColumn<bool>("finds");
        QTest::newRow("word") << u"JAM"_s << true;
        QTest::newRow("words of several texts") << u"jam hardware"_s << true;
        QTest::newRow("part of a word") << u"print"_s << false;
        QTest::newRow("beginning") << u"print*"_s << true;
        QTest::newRow("phrase") << u"\"paper jam\""_s << true;
        QTest::newRow("phrase in another order") << u"\"jam paper\""_s << false;
        QTest::newRow("phrase across texts") << u"\"hall 3 hardware\""_s << false;
        QTest::newRow("phrase that is not closed") << u"\"paper jam"_s << true;
        QTest::newRow("a star inside of quotes is none") << u"\"paper ja*\""_s << false;
        QTest::newRow("what hangs together is a phrase") << u"paper-jam"_s << true;
        QTest::newRow("and its end may be a beginning") << u"paper-ja*"_s << true;
        QTest::newRow("one is missing") << u"jam scanner"_s << false;
    }
    void aQueryFindsWhatHasAllItsParts()
    {
        QFETCH(QString, query);
        QFETCH(bool, finds);
        const auto parsed = TextQuery::parse(query);
        QVERIFY(parsed.ok());
        QCOMPARE(parsed->matches({ wordsOf(u"Paper jam in printer, hall 3"_s), wordsOf(u"hardware"_s) }), finds);
    }

    void queriesWithoutSenseAreRefused_data()
    {
        QTest::addColumn<QString>("query");
        QTest::newRow("empty") << QString();
        QTest::newRow("no letter") << u"* - \"\""_s;
        QTest::newRow("one letter and a star") << u"paper a*"_s;
        QTest::newRow("too long") << QString(501, u'a');
        QTest::newRow("too many words") << u"a "_s.repeated(21);
    }
    void queriesWithoutSenseAreRefused()
    {
        QFETCH(QString, query);
        const auto parsed = TextQuery::parse(query);
        QVERIFY(!parsed.ok());
        QCOMPARE(parsed.error().field, u"text"_s);
    }

    void foldingAndComparingAgreeWithQt()
    {
        // Every character but surrogates, alone: Qt folds for comparisons as we do for indexes.
        for (char32_t codePoint = 1; codePoint <= 0x1FFFF; ++codePoint) {
            if (QChar::isSurrogate(codePoint))
                continue;
            const QString character = QString::fromUcs4(&codePoint, 1);
            const QString folded = caseFolded(character);
            QVERIFY2(character.compare(folded, Qt::CaseInsensitive) == 0, qPrintable(QString::number(codePoint, 16)));
            QCOMPARE(caseFolded(folded), folded);
            QCOMPARE(compareTexts(character, folded, Qt::CaseInsensitive), 0);
        }
    }

    void textsAreOrderedByCodePoints()
    {
        QVERIFY(compareTexts(u"Zoo", u"apple", Qt::CaseSensitive) < 0);
        QVERIFY(compareTexts(u"Zoo", u"apple", Qt::CaseInsensitive) > 0);
        QVERIFY(compareTexts(u"a", u"ab", Qt::CaseSensitive) < 0);
        // In UTF-16 the second would come first, because its surrogates are less than U+E000.
        QVERIFY(compareTexts(u"\uE000", u"😀", Qt::CaseSensitive) < 0);
        QCOMPARE(compareTexts(u"", u"", Qt::CaseSensitive), 0);
    }

    void whatNoDatabaseKeepsIsNoStorableText()
    {
        QVERIFY(isStorableText(u"a😀"));
        QVERIFY(!isStorableText(QString(QChar(0))));
        QVERIFY(!isStorableText(QString(QChar(0xD83D))));
        QVERIFY(!isStorableText(QString(QString(QChar(0xDE00)) + QChar(0xD83D))));
    }
};

QTEST_GUILESS_MAIN(TestFullText)
#include "tst_fulltext.moc"

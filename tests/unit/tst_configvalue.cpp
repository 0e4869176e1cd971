// SPDX-License-Identifier: Apache-2.0
#include <base/configvalue.h>

#include <QTest>

using namespace iwd;
using namespace Qt::Literals::StringLiterals;

class TestConfigValue : public QObject
{
    Q_OBJECT
    static constexpr qint64 Refused = -1;

private Q_SLOTS:
    void durationsAreANumberAndAUnit_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<qint64>("expected");
        QTest::newRow("milliseconds") << u"250ms"_s << qint64(250);
        QTest::newRow("seconds") << u"30s"_s << qint64(30'000);
        QTest::newRow("minutes") << u"5m"_s << qint64(300'000);
        QTest::newRow("hours") << u"12h"_s << qint64(43'200'000);
        QTest::newRow("days") << u"7d"_s << qint64(604'800'000);
        QTest::newRow("zero") << u"0s"_s << qint64(0);
        QTest::newRow("blanks around") << u" 30s "_s << qint64(30'000);
        QTest::newRow("no unit") << u"30"_s << Refused;
        QTest::newRow("no number") << u"s"_s << Refused;
        QTest::newRow("empty") << u""_s << Refused;
        QTest::newRow("unknown unit") << u"3w"_s << Refused;
        QTest::newRow("other case") << u"30S"_s << Refused;
        QTest::newRow("fraction") << u"1.5h"_s << Refused;
        QTest::newRow("negative") << u"-5s"_s << Refused;
        QTest::newRow("blank inside") << u"30 s"_s << Refused;
        QTest::newRow("digits of another script") << u"٣s"_s << Refused;
        QTest::newRow("beyond 64 bits") << u"9223372036854775807s"_s << Refused;
        QTest::newRow("far beyond 64 bits") << u"99999999999999999999999s"_s << Refused;
    }
    void durationsAreANumberAndAUnit()
    {
        QFETCH(QString, text);
        const auto value = configvalue::duration(text);
        QTEST(value ? qint64(value->count()) : Refused, "expected");
    }

    void durationsAreWrittenInTheLargestWholeUnit_data()
    {
        QTest::addColumn<qint64>("millis");
        QTest::addColumn<QString>("expected");
        QTest::newRow("zero") << qint64(0) << u"0s"_s;
        QTest::newRow("milliseconds") << qint64(1'500) << u"1500ms"_s;
        QTest::newRow("seconds") << qint64(75'000) << u"75s"_s;
        QTest::newRow("minutes") << qint64(300'000) << u"5m"_s;
        QTest::newRow("a day") << qint64(86'400'000) << u"1d"_s;
    }
    void durationsAreWrittenInTheLargestWholeUnit()
    {
        QFETCH(qint64, millis);
        const QString text = configvalue::toText(milliseconds(millis));
        QTEST(text, "expected");
        QCOMPARE(configvalue::duration(text), std::optional(milliseconds(millis)));
    }

    void sizesAreANumberAndAUnit_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<qint64>("expected");
        QTest::newRow("bytes") << u"512B"_s << qint64(512);
        QTest::newRow("kibibytes") << u"16KiB"_s << qint64(16'384);
        QTest::newRow("mebibytes") << u"4MiB"_s << qint64(4'194'304);
        QTest::newRow("gibibytes") << u"2GiB"_s << qint64(2'147'483'648);
        QTest::newRow("ambiguous unit") << u"4MB"_s << Refused;
        QTest::newRow("no unit") << u"4096"_s << Refused;
        QTest::newRow("beyond 64 bits") << u"9223372036854775807GiB"_s << Refused;
    }
    void sizesAreANumberAndAUnit()
    {
        QFETCH(QString, text);
        const auto value = configvalue::size(text);
        QTEST(value.value_or(Refused), "expected");
        if (value)
            QCOMPARE(configvalue::sizeToText(*value), text);
    }

    void integersAreDecimalDigits()
    {
        QCOMPARE(configvalue::integer(u"42"), std::optional<qint64>(42));
        QCOMPARE(configvalue::integer(u" -7 "), std::optional<qint64>(-7));
        for (const QString &text : { u""_s, u"-"_s, u"4.2"_s, u"0x10"_s, u"4 2"_s, u"--4"_s, u"+4"_s, u"1e3"_s, u"9223372036854775808"_s })
            QVERIFY2(!configvalue::integer(text), qPrintable(text));
    }

    void booleansAreWords()
    {
        for (const QString &text : { u"true"_s, u"Yes"_s, u"ON"_s })
            QCOMPARE(configvalue::boolean(text), std::optional(true));
        for (const QString &text : { u"false"_s, u"no"_s, u"Off"_s })
            QCOMPARE(configvalue::boolean(text), std::optional(false));
        for (const QString &text : { u""_s, u"1"_s, u"0"_s, u"y"_s, u"truee"_s })
            QVERIFY2(!configvalue::boolean(text), qPrintable(text));
    }
};

QTEST_GUILESS_MAIN(TestConfigValue)
#include "tst_configvalue.moc"

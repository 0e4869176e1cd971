// SPDX-License-Identifier: Apache-2.0
#include <domain/timezone.h>

#include <QDateTime>
#include <QTest>

using namespace iwd;
using namespace Qt::StringLiterals;

/// Times as clocks in a time zone show them.
class TestTimeZone : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void instantsAreToldWithTheOffsetThatHoldsThen_data()
    {
        QTest::addColumn<QString>("zone");
        QTest::addColumn<QString>("utc");
        QTest::addColumn<QString>("local");
        QTest::newRow("UTC") << u"UTC"_s << u"2026-03-01T08:15:30.250Z"_s << u"2026-03-01T08:15:30.250Z"_s;
        QTest::newRow("winter") << u"Europe/Berlin"_s << u"2026-03-01T08:15:30.250Z"_s << u"2026-03-01T09:15:30.250+01:00"_s;
        QTest::newRow("summer") << u"Europe/Berlin"_s << u"2026-07-01T22:30:00.000Z"_s << u"2026-07-02T00:30:00.000+02:00"_s;
        QTest::newRow("the last moment of winter") << u"Europe/Berlin"_s << u"2026-03-29T00:59:59.999Z"_s << u"2026-03-29T01:59:59.999+01:00"_s;
        QTest::newRow("the first moment of summer") << u"Europe/Berlin"_s << u"2026-03-29T01:00:00.000Z"_s << u"2026-03-29T03:00:00.000+02:00"_s;
        QTest::newRow("west") << u"America/New_York"_s << u"2026-01-01T03:00:00.000Z"_s << u"2025-12-31T22:00:00.000-05:00"_s;
        QTest::newRow("half an hour") << u"Asia/Kolkata"_s << u"2026-01-01T00:00:00.000Z"_s << u"2026-01-01T05:30:00.000+05:30"_s;
        QTest::newRow("west, half an hour") << u"America/St_Johns"_s << u"2026-01-01T00:00:00.000Z"_s << u"2025-12-31T20:30:00.000-03:30"_s;
    }
    void instantsAreToldWithTheOffsetThatHoldsThen()
    {
        QFETCH(const QString, zone);
        QFETCH(const QString, utc);
        QFETCH(const QString, local);
        const auto timeZone = TimeZone::named(zone, u"timeZone"_s);
        QVERIFY(timeZone);
        QCOMPARE(timeZone->toIso(*instantFromIso(utc)), local);
        QCOMPARE(toIso(*instantFromIso(local)), utc);
    }

    void clocksAreReadAsTheZoneSetsThem_data()
    {
        QTest::addColumn<QString>("zone");
        QTest::addColumn<QString>("shown");
        QTest::addColumn<QString>("utc");
        QTest::newRow("UTC") << u"UTC"_s << u"2026-03-01T08:15:30"_s << u"2026-03-01T08:15:30.000Z"_s;
        QTest::newRow("winter") << u"Europe/Berlin"_s << u"2026-03-01T09:15:30"_s << u"2026-03-01T08:15:30.000Z"_s;
        QTest::newRow("summer") << u"Europe/Berlin"_s << u"2026-07-02T00:30:00"_s << u"2026-07-01T22:30:00.000Z"_s;
        QTest::newRow("before clocks are put forward") << u"Europe/Berlin"_s << u"2026-03-29T01:59:59"_s << u"2026-03-29T00:59:59.000Z"_s;
        QTest::newRow("a time that is left out") << u"Europe/Berlin"_s << u"2026-03-29T02:30:00"_s << u"2026-03-29T01:30:00.000Z"_s;
        QTest::newRow("after clocks are put forward") << u"Europe/Berlin"_s << u"2026-03-29T03:00:00"_s << u"2026-03-29T01:00:00.000Z"_s;
        QTest::newRow("a time that comes twice") << u"Europe/Berlin"_s << u"2026-10-25T02:30:00"_s << u"2026-10-25T00:30:00.000Z"_s;
        QTest::newRow("after clocks are put back") << u"Europe/Berlin"_s << u"2026-10-25T03:00:00"_s << u"2026-10-25T02:00:00.000Z"_s;
        QTest::newRow("west") << u"America/New_York"_s << u"2025-12-31T22:00:00"_s << u"2026-01-01T03:00:00.000Z"_s;
        QTest::newRow("the other half of the world") << u"Australia/Lord_Howe"_s << u"2026-01-01T11:00:00"_s << u"2026-01-01T00:00:00.000Z"_s;
    }
    void clocksAreReadAsTheZoneSetsThem()
    {
        QFETCH(const QString, zone);
        QFETCH(const QString, shown);
        QFETCH(const QString, utc);
        const auto timeZone = TimeZone::named(zone, u"timeZone"_s);
        QVERIFY(timeZone);
        QCOMPARE(toIso(timeZone->fromWallClock(QDateTime::fromString(shown, Qt::ISODate))), utc);
    }

    void whatIsToldIsReadAgain()
    {
        for (const char *name : { "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu" }) {
            const auto zone = TimeZone::named(QString::fromLatin1(name), u"timeZone"_s);
            QVERIFY(zone);
            for (Instant at = *instantFromIso(u"2026-01-01T00:00:00Z"_s); at < *instantFromIso(u"2027-01-01T00:00:00Z"_s); at += std::chrono::minutes(25)) {
                const QString told = zone->toIso(at);
                QCOMPARE(*instantFromIso(told), at);
                // Without its offset it is the same instant, or the earlier of two.
                const Instant read = zone->fromWallClock(QDateTime::fromString(told.left(23), Qt::ISODateWithMs));
                QVERIFY2(read == at || (read < at && zone->toIso(read).left(23) == told.left(23)), qPrintable(told));
            }
        }
    }

    void aZoneThatNobodyKnowsIsRefusedWithASuggestion()
    {
        const auto zone = TimeZone::named(u"Europe/Berln"_s, u"where"_s);
        QVERIFY(!zone);
        QCOMPARE(zone.error().field, u"where"_s);
        QVERIFY(zone.error().text.contains(u"Europe/Berlin"_s));
        QVERIFY(!TimeZone::named(u""_s, u"where"_s));
        QVERIFY(!TimeZone::named(u"+01:00"_s, u"where"_s));
    }
};

QTEST_GUILESS_MAIN(TestTimeZone)
#include "tst_timezone.moc"

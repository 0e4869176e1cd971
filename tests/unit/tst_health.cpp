// SPDX-License-Identifier: Apache-2.0
#include <runtime/health.h>
#include <support/manualclock.h>

#include <QJsonArray>
#include <QTest>

using namespace iwd;

class TestHealth : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void readyWhenEveryComponentIs()
    {
        Health health(m_clock);
        QVERIFY(health.ready());
        health.set(QStringLiteral("storage"), false, QStringLiteral("Opening."));
        health.set(QStringLiteral("server"), true, QStringLiteral("Accepting work."));
        QVERIFY(!health.ready());
        health.set(QStringLiteral("storage"), true, QStringLiteral("Open."));
        QVERIFY(health.ready());
        health.set(QStringLiteral("server"), false, QStringLiteral("Draining."));
        QVERIFY(!health.ready());
    }

    void theAnswerNamesEachComponentWithItsSentence()
    {
        Health health(m_clock);
        health.set(QStringLiteral("storage"), true, QStringLiteral("The database answers."));
        health.set(QStringLiteral("server"), false, QStringLiteral("The server is draining."));
        const QJsonObject expected { { QStringLiteral("status"), QStringLiteral("notReady") },
            { QStringLiteral("components"),
                QJsonArray { QJsonObject { { QStringLiteral("name"), QStringLiteral("server") }, { QStringLiteral("ready"), false }, { QStringLiteral("needed"), true },
                                 { QStringLiteral("text"), QStringLiteral("The server is draining.") } },
                    QJsonObject { { QStringLiteral("name"), QStringLiteral("storage") }, { QStringLiteral("ready"), true }, { QStringLiteral("needed"), true },
                        { QStringLiteral("text"), QStringLiteral("The database answers.") } } } } };
        QCOMPARE(health.toJson(), expected);
    }

    void whatTheServerCanDoWithoutIsToldAndNoMore()
    {
        Health health(m_clock);
        health.set(QStringLiteral("storage"), true, QStringLiteral("The database answers."));
        health.inform(QStringLiteral("storage of tenant 200"), false, QStringLiteral("Gone."));
        QVERIFY(health.ready());
        const QJsonObject told = health.toJson().value(QStringLiteral("components"))[1].toObject();
        QCOMPARE(told.value(QStringLiteral("name")).toString(), QStringLiteral("storage of tenant 200"));
        QCOMPARE(told.value(QStringLiteral("ready")).toBool(true), false);
        QCOMPARE(told.value(QStringLiteral("needed")).toBool(true), false);
    }

    void aSilentEventLoopIsNotAlive()
    {
        Health health(m_clock);
        QVERIFY(health.live());
        health.beat();
        m_clock->advance(Health::LongestSilence);
        QVERIFY(health.live());
        m_clock->advance(milliseconds(1));
        QVERIFY(!health.live());
        health.beat();
        QVERIFY(health.live());
    }

    void aRunningEventLoopKeepsItAlive()
    {
        Health health(m_clock);
        QObject context;
        health.beatOn(&context);
        m_clock->advance(Health::LongestSilence * 2);
        QVERIFY(!health.live());
        QTRY_VERIFY(health.live());
    }

private:
    std::shared_ptr<test::ManualClock> m_clock = std::make_shared<test::ManualClock>();
};

QTEST_GUILESS_MAIN(TestHealth)
#include "tst_health.moc"

// SPDX-License-Identifier: Apache-2.0
#include <base/log.h>
#include <support/capturedlog.h>

#include <QJsonDocument>
#include <QLoggingCategory>
#include <QRegularExpression>
#include <QTest>

#include <thread>

using namespace iwd;
using namespace Qt::Literals::StringLiterals;

class TestLog : public QObject
{
    Q_OBJECT

    static QByteArrayList written(LogFormat format, const std::function<void()> &action, LogLevel threshold = LogLevel::Debug)
    {
        log::configure(threshold, format);
        test::CapturedLog captured;
        action();
        return captured.lines();
    }
    static QJsonObject onlyEntry(const QByteArrayList &lines)
    {
        QJsonParseError error {};
        const QJsonDocument document = lines.size() == 1 ? QJsonDocument::fromJson(lines.first(), &error) : QJsonDocument();
        return error.error == QJsonParseError::NoError ? document.object() : QJsonObject();
    }

private Q_SLOTS:
    void onlyEntriesAtOrAboveTheThresholdAreWritten_data()
    {
        QTest::addColumn<LogLevel>("threshold");
        QTest::addColumn<QStringList>("expected");
        QTest::newRow("debug") << LogLevel::Debug << QStringList { u"debug"_s, u"info"_s, u"warning"_s, u"error"_s };
        QTest::newRow("info") << LogLevel::Info << QStringList { u"info"_s, u"warning"_s, u"error"_s };
        QTest::newRow("warning") << LogLevel::Warning << QStringList { u"warning"_s, u"error"_s };
        QTest::newRow("error") << LogLevel::Error << QStringList { u"error"_s };
    }
    void onlyEntriesAtOrAboveTheThresholdAreWritten()
    {
        QFETCH(LogLevel, threshold);
        QFETCH(QStringList, expected);
        const auto all = [] {
            log::debug(u"One.");
            log::info(u"Two.");
            log::warning(u"Three.");
            log::error(u"Four.");
        };
        QStringList levels;
        for (const QByteArray &line : written(LogFormat::Json, all, threshold))
            levels << QJsonDocument::fromJson(line).object().value("level"_L1).toString();
        QCOMPARE(levels, expected);
    }

    void aTextEntryReadsAsTimeLevelSentenceAndFacts()
    {
        const auto lines = written(LogFormat::Text, [] {
            log::warning(u"The disk is nearly full.",
                { { "path"_L1, u"/data"_s }, { "freeBytes"_L1, 4096 }, { "note"_L1, u"two words"_s }, { "empty"_L1, QString() } });
        });
        QCOMPARE(lines.size(), 1);
        static const QRegularExpression shape(
            uR"(^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z warning The disk is nearly full\. path=/data freeBytes=4096 note="two words" empty=""$)"_s);
        QVERIFY2(shape.match(QString::fromUtf8(lines.first())).hasMatch(), lines.first().constData());
    }

    void aJsonEntryKeepsTheTypesOfItsFacts()
    {
        const QJsonObject entry = onlyEntry(written(LogFormat::Json, [] {
            log::info(
                u"Listening.", { { "port"_L1, 4024 }, { "tls"_L1, false }, { "address"_L1, u"[::1]"_s }, { "nothing"_L1, QJsonValue() } });
        }));
        QCOMPARE(entry.value("message"_L1), QJsonValue(u"Listening."_s));
        QCOMPARE(entry.value("level"_L1), QJsonValue(u"info"_s));
        QCOMPARE(entry.value("port"_L1), QJsonValue(4024));
        QCOMPARE(entry.value("tls"_L1), QJsonValue(false));
        QCOMPARE(entry.value("address"_L1), QJsonValue(u"[::1]"_s));
        QVERIFY(entry.contains("nothing"_L1) && entry.value("nothing"_L1).isNull());
        QVERIFY(!entry.contains("correlationId"_L1));
        QVERIFY(QDateTime::fromString(entry.value("time"_L1).toString(), Qt::ISODateWithMs).isValid());
    }

    void inputCannotForgeALine_data()
    {
        QTest::addColumn<QString>("hostile");
        QTest::newRow("line feed") << u"x\n2026-01-01T00:00:00.000Z error   Forged."_s;
        QTest::newRow("carriage return") << u"x\rerror Forged."_s;
        QTest::newRow("terminal escape") << u"x\x1b[2K\x1b[1Gforged"_s;
        QTest::newRow("C1 control") << u"x\u009b2Kforged"_s;
        QTest::newRow("next line") << u"x\u0085forged"_s;
        QTest::newRow("line separator") << u"x\u2028forged"_s;
        QTest::newRow("right-to-left override") << u"x\u202eforged"_s;
        QTest::newRow("delete") << u"x\u007fforged"_s;
        QTest::newRow("zero") << QString(u"x"_s + QChar(0) + u"forged"_s);
        QTest::newRow("a quote and a fact") << u"x\" admin=\"true"_s;
        QTest::newRow("half of a surrogate pair") << QString(u"x"_s + QChar(0xd800) + u"forged"_s);
    }
    void inputCannotForgeALine()
    {
        QFETCH(QString, hostile);
        static const QRegularExpression dangerous(u"[\\x00-\\x1f\\x7f-\\x9f\\x{2028}\\x{2029}\\x{202e}]"_s);
        const auto entry = [&hostile] {
            const log::Correlation correlation(hostile);
            log::info(hostile, { { "value"_L1, hostile }, { "nested"_L1, QJsonObject { { hostile, hostile } } } });
        };
        for (const auto format : { LogFormat::Text, LogFormat::Json }) {
            const auto lines = written(format, entry);
            QCOMPARE(lines.size(), 1);
            QVERIFY2(!QString::fromUtf8(lines.first()).contains(dangerous), lines.first().constData());
        }
        QVERIFY(!written(LogFormat::Text, entry).first().contains(" admin=\"true\" nested"));
    }

    void jsonGivesHostileTextBackUnchanged()
    {
        const QString hostile = u"a\n\"b\"\\ \u2028 \u202e \x1b \u0085 ü 密 😀"_s;
        const QJsonObject entry = onlyEntry(written(LogFormat::Json, [&hostile] { log::info(u"Received.", { { "value"_L1, hostile } }); }));
        QCOMPARE(entry.value("value"_L1).toString(), hostile);
    }

    void aFactCannotTakeThePlaceOfTheMessage()
    {
        const QJsonObject entry = onlyEntry(written(LogFormat::Json, [] {
            log::info(u"True.", { { "message"_L1, u"False."_s }, { "level"_L1, u"error"_s } });
        }));
        QCOMPARE(entry.value("message"_L1).toString(), u"True."_s);
        QCOMPARE(entry.value("level"_L1).toString(), u"info"_s);
    }

    void longTextsAreCut()
    {
        const QString endless(1'000'000, u'x');
        const QJsonObject entry = onlyEntry(written(LogFormat::Json, [&endless] { log::info(endless, { { "value"_L1, endless } }); }));
        QCOMPARE(entry.value("value"_L1).toString().size(), log::MaxTextLength + 1);
        QCOMPARE(entry.value("message"_L1).toString().size(), log::MaxTextLength + 1);
    }

    void theCorrelationIdIsOnEveryEntryOfItsScope()
    {
        const auto lines = written(LogFormat::Json, [] {
            const log::Correlation outer(u"outer"_s);
            {
                const log::Correlation inner(u"inner"_s);
                log::info(u"One.");
            }
            log::info(u"Two.");
            std::thread([] { log::info(u"Three."); }).join();
        });
        QCOMPARE(lines.size(), 3);
        const auto correlationOf
            = [&lines](int index) { return QJsonDocument::fromJson(lines.at(index)).object().value("correlationId"_L1); };
        QCOMPARE(correlationOf(0), QJsonValue(u"inner"_s));
        QCOMPARE(correlationOf(1), QJsonValue(u"outer"_s));
        QCOMPARE(correlationOf(2), QJsonValue(QJsonValue::Undefined));
        QVERIFY(log::Correlation::current().isEmpty());
    }

    void linesOfSeveralThreadsStayWhole()
    {
        constexpr int perThread = 200;
        const auto lines = written(LogFormat::Json, [] {
            std::vector<std::thread> threads;
            for (int thread = 0; thread < 4; ++thread)
                threads.emplace_back([thread] {
                    for (int number = 0; number < perThread; ++number)
                        log::info(u"Working.", { { "thread"_L1, thread }, { "number"_L1, number }, { "filling"_L1, QString(300, u'x') } });
                });
            for (std::thread &thread : threads)
                thread.join();
        });
        QCOMPARE(lines.size(), 4 * perThread);
        for (const QByteArray &line : lines)
            QVERIFY2(QJsonDocument::fromJson(line).isObject(), line.constData());
    }

    void whatQtReportsIsAnEntryLikeAnyOther()
    {
        static const QLoggingCategory network("qt.network", QtDebugMsg);
        const auto lines = written(LogFormat::Json, [] {
            const QtMessageHandler previous = qInstallMessageHandler(nullptr);
            log::adoptQtMessages();
            qWarning("A warning\nof Qt");
            qCCritical(network, "A category's");
            qInstallMessageHandler(previous);
        });
        QCOMPARE(lines.size(), 2);
        const QJsonObject first = QJsonDocument::fromJson(lines.first()).object();
        QCOMPARE(first.value("level"_L1).toString(), u"warning"_s);
        QCOMPARE(first.value("message"_L1).toString(), u"A warning\nof Qt"_s);
        QVERIFY(!first.contains("category"_L1));
        const QJsonObject second = QJsonDocument::fromJson(lines.last()).object();
        QCOMPARE(second.value("level"_L1).toString(), u"error"_s);
        QCOMPARE(second.value("category"_L1).toString(), u"qt.network"_s);
    }
};

QTEST_GUILESS_MAIN(TestLog)
#include "tst_log.moc"

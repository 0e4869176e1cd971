// SPDX-License-Identifier: Apache-2.0
#include "programandserver.h"

#include <support/fakehttpserver.h>
#include <support/webhooksignature.h>

#include <QRegularExpression>
#include <QTest>

namespace iwd::test {

using namespace Qt::StringLiterals;

/// Webhooks from the command line, against a server process that may call this machine. Each test begins with the capture point "desk", whose webhook has no secret and nothing to
/// deliver, and "plain", which has no webhook.
class TestIwdctlWebhooks : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void withoutWebhooksTheListSaysHowToMakeOne();
    void aSecretIsShownOnceAndSignsWhatIsSent();
    void aTestTellsWhatTheReceiverAnswered();
    void whatBecomesOfItemsArrives();
    void whatCouldNotBeDeliveredIsListedReplayedAndDiscarded();
    void whatMakesNoSenseIsExplained_data();
    void whatMakesNoSenseIsExplained();

private:
    using Said = ProgramAndServer::Said;
    static constexpr int patience = 60'000; ///< ms

    Said iwdctl(const QStringList &words, const QByteArray &input = {}) { return m->iwdctl(words, input, m->administratorsEnvironment()); }
    Said webhooks(const QStringList &words) { return iwdctl(QStringList { u"webhooks"_s } + words); }
    Said webhooksJson(const QStringList &words) { return webhooks(words + QStringList { u"--output"_s, u"json"_s }); }
    void configure(const QByteArray &webhook);
    [[nodiscard]] QString receiverUrl() const { return m_receiver->url().toString() + u"/hook"_s; }
    [[nodiscard]] QString secret() { return webhooksJson({ u"secret"_s, u"desk"_s }).json()["secret"_L1].toString(); }
    /// Of "desk".
    [[nodiscard]] QJsonObject state() { return webhooksJson({ u"list"_s }).json()["data"_L1][0].toObject(); }
    [[nodiscard]] QJsonArray deadLetters() { return webhooksJson({ u"dead"_s }).json()["data"_L1].toArray(); }
    /// Comes through @p capturePoint and is held.
    void holdNewItem(const QString &captureId, const QString &capturePoint = u"desk"_s);

    std::unique_ptr<ProgramAndServer> m;
    std::unique_ptr<FakeHttpServer> m_receiver;
    int m_status = 200; ///< that the receiver answers
};

void TestIwdctlWebhooks::initTestCase()
{
    m = std::make_unique<ProgramAndServer>();
    m->server().setup().environment = { u"IWD_OUTGOING_ALLOWED_NETWORKS=127.0.0.0/8"_s };
    QVERIFY2(m->startServer(), m->server().log().constData());
}

void TestIwdctlWebhooks::init()
{
    m_status = 200;
    m_receiver = std::make_unique<FakeHttpServer>([this](const FakeRequest &) { return FakeAnswer::json(m_status, {}); });
    configure("null"); // with it go its secret and its dead letters
    configure("{url: '" + receiverUrl().toUtf8() + "', events: [item.held, item.completed]}");
}

void TestIwdctlWebhooks::cleanup()
{
    if (QTest::currentTestFailed())
        qInfo("%s", m->server().log().right(2'000).constData());
}

void TestIwdctlWebhooks::configure(const QByteArray &webhook)
{
    const Said applied = iwdctl({ u"config"_s, u"apply"_s, u"-"_s, u"--yes"_s }, "capturePoints:\n  desk: {name: Desk, webhook: " + webhook + "}\n  plain: {name: Plain}\n");
    QVERIFY2(applied.code == 0, qPrintable(applied.err));
}

void TestIwdctlWebhooks::holdNewItem(const QString &captureId, const QString &capturePoint)
{
    QCOMPARE(iwdctl({ u"items"_s, u"add"_s, u"--capture-id"_s, captureId, u"--capture-point"_s, capturePoint }).code, 0);
    QCOMPARE(iwdctl({ u"items"_s, u"hold"_s, captureId }).code, 0);
}

void TestIwdctlWebhooks::withoutWebhooksTheListSaysHowToMakeOne()
{
    configure("null");
    const Said none = webhooks({ u"list"_s });
    QCOMPARE(none.code, 0);
    QVERIFY2(none.out.startsWith("No webhooks."_L1), qPrintable(none.out));
    QCOMPARE(webhooksJson({ u"list"_s }).json(), (QJsonObject { { u"data"_s, QJsonArray() } }));
    QCOMPARE(webhooks({ u"dead"_s }).out, u"No dead letters.\n"_s);
}

void TestIwdctlWebhooks::aSecretIsShownOnceAndSignsWhatIsSent()
{
    QVERIFY(webhooks({ u"list"_s }).out.contains("no secret"_L1));
    const Said unsigned_ = webhooks({ u"test"_s, u"desk"_s });
    QVERIFY2(unsigned_.code == 1 && unsigned_.err.contains("has no secret yet"_L1), qPrintable(unsigned_.err));
    QVERIFY(m_receiver->requests().isEmpty());

    const Said made = webhooks({ u"secret"_s, u"desk"_s });
    QVERIFY2(made.code == 0, qPrintable(made.err));
    QVERIFY2(made.out.contains("it is shown this once.\n"_L1), qPrintable(made.out));
    const QString first = QRegularExpression(u"whsec_\\S+"_s).match(made.out).captured();
    QVERIFY2(!first.isEmpty(), qPrintable(made.out));
    const Said tested = webhooks({ u"test"_s, u"desk"_s });
    QCOMPARE(tested.code, 0);
    QCOMPARE(tested.out, u"The receiver took it (200).\n"_s);
    QCOMPARE(m_receiver->requests().size(), 1);
    const FakeRequest one = m_receiver->requests().last();
    QCOMPARE(one.json()["type"_L1].toString(), u"webhook.test"_s);
    QCOMPARE(one.headers.value("webhook-signature"), webhookSignature(first, one));

    const QJsonObject again = webhooksJson({ u"secret"_s, u"desk"_s }).json();
    const QString second = again["secret"_L1].toString();
    QVERIFY(second.startsWith("whsec_"_L1) && second != first);
    QVERIFY(again["oldSecretUntilDateTime"_L1].isString());
    QCOMPARE(webhooks({ u"test"_s, u"desk"_s }).code, 0);
    const FakeRequest both = m_receiver->requests().last();
    QCOMPARE(both.headers.value("webhook-signature"), QByteArray(webhookSignature(second, both) + ' ' + webhookSignature(first, both)));

    QVERIFY(webhooks({ u"secret"_s, u"desk"_s }).out.contains("The one before signs along until "_L1));
    QVERIFY(state()["secretSinceDateTime"_L1].isString());
    for (const QStringList &words : { QStringList { u"webhooks"_s, u"list"_s, u"--output"_s, u"json"_s }, { u"config"_s, u"export"_s }, { u"audit"_s, u"export"_s } }) {
        const Said said = iwdctl(words);
        QVERIFY(said.code == 0 && said.out.contains("desk"_L1) && !said.out.contains("whsec_"_L1));
    }
    QVERIFY(!m->server().log().contains("whsec_"));
}

void TestIwdctlWebhooks::aTestTellsWhatTheReceiverAnswered()
{
    QVERIFY(!secret().isEmpty());
    const QJsonObject fine = webhooksJson({ u"test"_s, u"desk"_s }).json();
    QCOMPARE(fine["delivered"_L1], QJsonValue(true));
    QCOMPARE(fine["webhookId"_L1].toString().toLatin1(), m_receiver->requests().last().headers.value("webhook-id"));
    m_status = 401;
    const Said refused = webhooks({ u"test"_s, u"desk"_s });
    QCOMPARE(refused.code, 1);
    QCOMPARE(refused.out, QString());
    QVERIFY2(refused.err.contains("The receiver answered 401."_L1), qPrintable(refused.err));
    const Said json = webhooksJson({ u"test"_s, u"desk"_s });
    QCOMPARE(json.code, 1);
    QCOMPARE(json.json()["delivered"_L1], QJsonValue(false));
    QCOMPARE(json.json()["status"_L1], QJsonValue(401));
    configure("{url: 'https://169.254.169.254/hook'}");
    const Said inside = webhooks({ u"test"_s, u"desk"_s });
    QVERIFY2(inside.code == 1 && inside.err.contains("outgoing.allowedNetworks"_L1), qPrintable(inside.err));
}

void TestIwdctlWebhooks::whatBecomesOfItemsArrives()
{
    const QString key = secret();
    holdNewItem(u"D-1"_s);
    holdNewItem(u"P-1"_s, u"plain"_s);
    QCOMPARE(iwdctl({ u"items"_s, u"complete"_s, u"P-1"_s }).code, 0);
    QCOMPARE(iwdctl({ u"items"_s, u"complete"_s, u"D-1"_s }).code, 0);
    QTRY_COMPARE_WITH_TIMEOUT(m_receiver->requests().size(), 2, patience);
    const QStringList types { u"item.held"_s, u"item.completed"_s };
    for (qsizetype i = 0; i < types.size(); ++i) {
        const FakeRequest request = m_receiver->requests()[i];
        QCOMPARE(request.json()["type"_L1].toString(), types[i]);
        QCOMPARE(request.json()["data"_L1]["captureId"_L1].toString(), u"D-1"_s);
        QCOMPARE(request.headers.value("webhook-signature"), webhookSignature(key, request));
    }
    QTRY_VERIFY_WITH_TIMEOUT(state()["lagEvents"_L1].toInt() == 0, patience);
    QCOMPARE(state()["pending"_L1].toInt(), 0);
    const Said list = webhooks({ u"list"_s });
    QCOMPARE(list.code, 0);
    const QStringList lines = list.out.split(u'\n', Qt::SkipEmptyParts);
    QCOMPARE(lines.size(), 2);
    QVERIFY2(lines[0].startsWith("CAPTURE POINT"_L1), qPrintable(lines[0]));
    QVERIFY2(QRegularExpression(u"^desk +on +0 +0 +0[.]0 s +\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d +%1$"_s.arg(QRegularExpression::escape(receiverUrl()))).match(lines[1]).hasMatch(),
        qPrintable(lines[1]));
    QCOMPARE(m_receiver->requests().size(), 2);
}

void TestIwdctlWebhooks::whatCouldNotBeDeliveredIsListedReplayedAndDiscarded()
{
    QVERIFY(!secret().isEmpty());
    m_status = 410;
    const QStringList items { u"G-1"_s, u"G-2"_s, u"G-3"_s };
    for (const QString &item : items)
        holdNewItem(item);
    QTRY_COMPARE_WITH_TIMEOUT(state()["dead"_L1].toInt(), 3, patience);
    const Said list = webhooks({ u"list"_s });
    QVERIFY2(list.out.contains("\ndesk, "_L1) && list.out.contains("The receiver answered 410: it does not want this any more."_L1), qPrintable(list.out));
    const QJsonArray letters = deadLetters();
    QCOMPARE(letters.size(), 3);
    const Said table = webhooks({ u"dead"_s, u"desk"_s });
    QCOMPARE(table.code, 0);
    const QStringList lines = table.out.split(u'\n', Qt::SkipEmptyParts);
    QCOMPARE(lines.size(), 4);
    for (qsizetype i = 0; i < letters.size(); ++i) {
        const QJsonObject letter = letters[i].toObject();
        QCOMPARE(letter["status"_L1].toInt(), 410);
        for (const QString &text : { letter["id"_L1].toString(), letter["item"_L1].toString(), u"item.held"_s, u" 1  The receiver answered 410"_s })
            QVERIFY2(lines[i + 1].contains(text), qPrintable(table.out));
    }
    const auto idOf = [&letters](qsizetype i) { return letters[i]["id"_L1].toString(); };

    m_status = 200;
    const qsizetype refused = m_receiver->requests().size();
    QCOMPARE(refused, 3); // each was tried once
    const Said replayed = webhooks({ u"replay"_s, idOf(1) });
    QCOMPARE(replayed.code, 0);
    QCOMPARE(replayed.out, u"1 dead letter to be delivered after all.\n"_s);
    QTRY_COMPARE_WITH_TIMEOUT(m_receiver->requests().size(), refused + 1, patience);
    QCOMPARE(QString::fromLatin1(m_receiver->requests().last().headers.value("webhook-id")), letters[1]["webhookId"_L1].toString());
    QCOMPARE(webhooks({ u"discard"_s, idOf(0) }).out, u"1 dead letter discarded.\n"_s);
    QCOMPARE(deadLetters(), QJsonArray { letters[2] });
    QCOMPARE(webhooks({ u"replay"_s, idOf(0) }).out, u"0 dead letters to be delivered after all.\n"_s);
    const Said rest = webhooksJson({ u"replay"_s, u"--all"_s, u"desk"_s });
    QCOMPARE(rest.code, 0);
    QCOMPARE(rest.json(), (QJsonObject { { u"count"_s, 1 } }));
    QTRY_COMPARE_WITH_TIMEOUT(m_receiver->requests().size(), refused + 2, patience);
    QCOMPARE(m_receiver->requests().last().json()["data"_L1]["captureId"_L1].toString(), items[2]);
    QTRY_COMPARE_WITH_TIMEOUT(state()["pending"_L1].toInt(), 0, patience);
    for (const QStringList &words : { QStringList { u"dead"_s }, { u"dead"_s, u"desk"_s } })
        QCOMPARE(webhooks(words).out, u"No dead letters.\n"_s);
    QCOMPARE(m_receiver->requests().size(), refused + 2);
}

void TestIwdctlWebhooks::whatMakesNoSenseIsExplained_data()
{
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("sentence");
    for (const QString &command : { u"secret"_s, u"test"_s, u"dead"_s, u"replay --all"_s, u"discard --all"_s }) {
        const QStringList words = command.split(u' ');
        QTest::addRow("%s of no capture point", qPrintable(command)) << words + QStringList { u"dsek"_s } << 1 << u"\"dsek\""_s;
        QTest::addRow("%s of one without a webhook", qPrintable(command)) << words + QStringList { u"plain"_s } << 1 << u"The capture point \"plain\" has no webhook."_s;
    }
    QTest::newRow("a path for a name") << QStringList { u"test"_s, u"../capture-points/desk"_s } << 1 << u"../capture-points/desk"_s;
    QTest::newRow("no name") << QStringList { u"secret"_s } << 2 << u"needs CAPTURE-POINT"_s;
    QTest::newRow("two names") << QStringList { u"test"_s, u"desk"_s, u"plain"_s } << 2 << u"\"plain\""_s;
    QTest::newRow("no choice") << QStringList { u"replay"_s } << 2 << u"Which?"_s;
    QTest::newRow("two choices") << QStringList { u"replay"_s, u"1"_s, u"--all"_s, u"desk"_s } << 2 << u"Which?"_s;
    QTest::newRow("a name for an id") << QStringList { u"replay"_s, u"desk"_s } << 1 << u"the id of a dead letter"_s;
}

void TestIwdctlWebhooks::whatMakesNoSenseIsExplained()
{
    QFETCH(QStringList, words);
    QFETCH(int, code);
    QFETCH(QString, sentence);
    const Said said = webhooks(words);
    QCOMPARE(said.code, code);
    QCOMPARE(said.out, QString());
    QVERIFY2(said.err.contains(sentence), qPrintable(said.err));
    QVERIFY(m_receiver->requests().isEmpty());
}

} // namespace iwd::test

QTEST_GUILESS_MAIN(iwd::test::TestIwdctlWebhooks)
#include "tst_iwdctlwebhooks.moc"

// SPDX-License-Identifier: Apache-2.0
#include "webhooksite.h"

#include <support/webhooksignature.h>

#include <QProcess>
#include <QRandomGenerator>

using namespace iwd;
using namespace iwd::test;
using namespace std::chrono_literals;

/// Events on their way to receivers, through real sockets, with a clock that the test moves.
class TestWebhooks : public QObject
{
    Q_OBJECT

    /// Lets time pass until nothing is pending any more.
    static bool deliverAll(PipelineFixture &fixture, milliseconds step = 10min)
    {
        return QTest::qWaitFor(
            [&] {
                const bool caughtUp = record(fixture).cursor >= *fixture.look<qint64>([](Snapshot &snapshot) -> Result<qint64> { return snapshot.lastEvent(); });
                if (caughtUp && counts(fixture).pending == 0)
                    return true;
                fixture.clock.advance(step);
                return false;
            },
            patience);
    }

private Q_SLOTS:
    void theStoreKeepsWhatIsToBeDelivered();
    void aReceiverIsToldWhatBecomesOfItsItemsInOrder();
    void underRandomFailuresEveryEventArrivesInTheOrderOfItsItem();
    void aSignatureIsWhatTheConventionSaysWithTwoWhileRotating();
    void withoutASecretNothingIsSentAndNothingIsLost();
    void onlyTheTypesThatWereAskedForAreSent();
    void aFailureIsTriedAgainWhenItsTimeHasCome();
    void aReceiverThatWishesForTimeGetsIt();
    void whatGoesWrongIsSaid_data();
    void whatGoesWrongIsSaid();
    void whatIsGoneIsDeadAtOnceAndReleasesWhatIsBehindIt();
    void aReplayedLetterGoesBeforeLaterEventsOfItsItem();
    void aDiscardedLetterIsForgotten();
    void aSilentReceiverKeepsNoOtherUp();
    void aWebhookThatWasSwitchedOffGoesOnWhereItWas();
    void aNewWebhookBeginsNowAndARemovedOneLeavesNothing();
    void whenRowsAreFullTheCursorWaits();
    void afterARestartNothingIsMissing();
};

void TestWebhooks::theStoreKeepsWhatIsToBeDelivered()
{
    PipelineFixture fixture;
    WebhookRecord wanted;
    wanted.capturePointId = u"desk"_s;
    wanted.cursor = 7;
    wanted.secretSeed = u"new"_s;
    wanted.oldSeed = u"old"_s;
    wanted.secretSince = wanted.oldUntil = wanted.lastSuccess = wanted.lastFailure = wanted.missedAt = fixture.clock.now();
    wanted.failure = u"It did not answer."_s;
    wanted.missed = 3;
    const auto delivery = [](qint64 event, qint64 item) {
        WebhookDelivery one;
        one.event = event;
        one.item = { item };
        one.type = u"item.held"_s;
        one.at = fromMillis(event * 1'000);
        one.body = "{\"ü\":\"\\u0000\"}";
        return one;
    };
    const auto write = [&](const std::function<void(Transaction &)> &work) {
        PipelineFixture::must(fixture.run<bool>([&](Transaction &transaction) -> Result<bool> {
            work(transaction);
            return !transaction.failed();
        }));
    };
    const auto due = [&] {
        return *fixture.look<std::vector<WebhookDelivery>>([](Snapshot &snapshot) -> Result<std::vector<WebhookDelivery>> { return snapshot.dueDeliveries(u"desk"_s, snapshot.now(), 10); });
    };
    write([&](Transaction &transaction) {
        transaction.putWebhook({ u"desk"_s, 1, {}, {}, {}, {}, {}, {}, {}, 0, {} });
        transaction.putWebhook(wanted);
        transaction.addDeliveries(u"desk"_s, { delivery(1, 10), delivery(2, 20), delivery(3, 10), delivery(4, 20) });
        transaction.addDeliveries(u"desk"_s, { delivery(4, 20), delivery(5, 10) });
    });
    const auto records = *fixture.look<std::vector<WebhookRecord>>([](Snapshot &snapshot) -> Result<std::vector<WebhookRecord>> { return snapshot.webhooks(); });
    QCOMPARE(records.size(), size_t(1));
    const WebhookRecord &kept = records.front();
    QCOMPARE(kept.cursor, 7);
    QCOMPARE(kept.secretSeed + kept.oldSeed + kept.failure, wanted.secretSeed + wanted.oldSeed + wanted.failure);
    QVERIFY(kept.secretSince == wanted.secretSince && kept.oldUntil == wanted.oldUntil && kept.lastSuccess == wanted.lastSuccess && kept.lastFailure == wanted.lastFailure);
    QVERIFY(kept.missed == 3 && kept.missedAt == wanted.missedAt);
    QCOMPARE(counts(fixture, u"desk"_s).pending, 5);

    auto heads = due();
    QCOMPARE(heads.size(), size_t(2)); // the first of each item
    QCOMPARE(heads[0].event, 1);
    QCOMPARE(heads[0].body, "{\"ü\":\"\\u0000\"}");
    QCOMPARE(heads[0].at, fromMillis(1'000));
    QCOMPARE(heads[1].event, 2);
    write([&](Transaction &transaction) {
        transaction.endDelivery(heads[0]);
        transaction.failDelivery(heads[1], { transaction.now() + 1min, u"busy"_s, 503 });
        transaction.failDelivery(heads[1], { std::nullopt, u"somebody else's attempt"_s, 0 }); // it has been tried meanwhile
        transaction.endDelivery(heads[1]);
    });
    heads = due();
    QCOMPARE(heads.size(), size_t(1));
    QCOMPARE(heads[0].event, 3);
    fixture.clock.advance(1min);
    heads = due();
    QCOMPARE(heads.size(), size_t(2));
    const auto failed = std::find_if(heads.begin(), heads.end(), [](const WebhookDelivery &one) { return one.event == 2; });
    QVERIFY(failed != heads.end() && failed->attempts == 1 && failed->status == 503 && failed->failure == u"busy"_s && failed->firstAttempt == fixture.clock.now() - 1min);
    write([&](Transaction &transaction) { transaction.failDelivery(*failed, { std::nullopt, u"gone"_s, 410 }); });
    const auto dead = deadLetters(fixture);
    QCOMPARE(dead.size(), size_t(1));
    QVERIFY(dead[0].event == 2 && dead[0].died == fixture.clock.now() && !dead[0].next);
    heads = due();
    QCOMPARE(heads.size(), size_t(2)); // 3 of item 10, 4 of item 20, which was released
    write([&](Transaction &transaction) {
        QVERIFY(!transaction.reviveDelivery(heads[0].id));
        QVERIFY(transaction.reviveDelivery(dead[0].id));
        QVERIFY(!transaction.discardDelivery(dead[0].id));
    });
    QList<qint64> events;
    for (const WebhookDelivery &one : due())
        events << one.event;
    std::sort(events.begin(), events.end());
    QCOMPARE(events, QList<qint64>({ 2, 3 })); // 4 waits again
    write([&](Transaction &transaction) { transaction.removeWebhook(u"desk"_s); });
    QCOMPARE(counts(fixture, u"desk"_s).pending, 0);
    QVERIFY(due().empty());
}

void TestWebhooks::aReceiverIsToldWhatBecomesOfItsItemsInOrder()
{
    PipelineFixture fixture;
    Receiver receiver;
    configureWithSecret(fixture, receiver.url());
    Delivering delivering(*fixture.pipeline, fixture.tenant);
    const QString id = life(fixture, 1).first();
    QTRY_COMPARE_WITH_TIMEOUT(receiver.arrivals().isEmpty() ? QString() : receiver.arrivals().last().type, u"item.completed"_s, patience);
    QCOMPARE(byItem(receiver.arrivals()), logged(fixture));
    const FakeRequest &last = receiver.requests().last();
    QCOMPARE(last.method, "POST");
    QCOMPARE(last.target, "/hook");
    QCOMPARE(last.headers.value("content-type"), "application/json");
    QVERIFY(last.headers.value("webhook-id").startsWith("evt_"));
    QCOMPARE(last.headers.value("webhook-timestamp"), QByteArray::number(toMillis(fixture.clock.now()) / 1000));
    const QJsonObject json = last.json();
    QCOMPARE(json[u"timestamp"_s].toString(), toIso(fixture.clock.now()));
    const QJsonObject data = json[u"data"_s].toObject();
    QCOMPARE(data[u"itemId"_s].toString(), id);
    QCOMPARE(data[u"captureId"_s].toString(), u"T-0"_s);
    QCOMPARE(data[u"capturePointId"_s].toString(), u"default"_s);
    QCOMPARE(data[u"status"_s].toString(), u"completed"_s);
    QCOMPARE(data[u"before"_s].toObject()[u"status"_s].toString(), u"queued"_s);
    QCOMPARE(data[u"after"_s].toObject()[u"status"_s].toString(), u"completed"_s);
    QTRY_VERIFY_WITH_TIMEOUT(record(fixture).lastSuccess.has_value(), patience);
    QTRY_COMPARE_WITH_TIMEOUT(counts(fixture).pending, 0, patience);
    QVERIFY(delivering.runner->figures().delivered >= 5);
}

void TestWebhooks::underRandomFailuresEveryEventArrivesInTheOrderOfItsItem()
{
    PipelineFixture fixture;
    const quint32 seed = QRandomGenerator::global()->generate();
    qInfo("seed %u", seed);
    QRandomGenerator random(seed);
    Receiver receiver([&random](const Arrival &) {
        const int statuses[] { 200, 200, 200, 500, 503, 429, 200 };
        return statuses[random.bounded(7)];
    });
    configureWithSecret(fixture, receiver.url());
    Delivering delivering(*fixture.pipeline, fixture.tenant);
    life(fixture, 15);
    QVERIFY(deliverAll(fixture, 1min));
    QCOMPARE(byItem(receiver.taken()), logged(fixture));
    QVERIFY(receiver.arrivals().size() > receiver.taken().size()); // some did fail
    // Never a later event of an item before an earlier one was taken.
    std::map<QString, qint64> highest;
    for (const Arrival &arrival : receiver.arrivals()) {
        QVERIFY(arrival.event >= highest[arrival.item]);
        highest[arrival.item] = arrival.event;
    }
}

void TestWebhooks::aSignatureIsWhatTheConventionSaysWithTwoWhileRotating()
{
    PipelineFixture fixture;
    Receiver receiver;
    configure(fixture, receiver.url());
    const QString first = giveSecret(fixture);
    Delivering delivering(*fixture.pipeline, fixture.tenant);
    const auto secretText = [&](const QString &seed) { return delivering.sender.secretText({ fixture.tenant, u"default"_s, seed }); };
    const auto expected = [&](const QString &seed, const FakeRequest &request) {
        return webhookSignature(secretText(seed), request);
    };
    PipelineFixture::must(fixture.capture({}));
    QTRY_VERIFY_WITH_TIMEOUT(!receiver.requests().isEmpty(), patience);
    QVERIFY(secretText(first).startsWith(u"whsec_"_s));
    QCOMPARE(QByteArray::fromBase64(secretText(first).mid(6).toLatin1()).size(), 32);
    QCOMPARE(receiver.requests().first().headers.value("webhook-signature"), expected(first, receiver.requests().first()));
    QTRY_COMPARE_WITH_TIMEOUT(counts(fixture).pending, 0, patience);

    const QString second = giveSecret(fixture);
    QVERIFY(secretText(first) != secretText(second));
    qsizetype before = receiver.requests().size();
    PipelineFixture::must(fixture.capture({}));
    QTRY_VERIFY_WITH_TIMEOUT(receiver.requests().size() > before, patience);
    const FakeRequest both = receiver.requests().last();
    QCOMPARE(both.headers.value("webhook-signature"), QByteArray(expected(second, both) + ' ' + expected(first, both)));
    QTRY_COMPARE_WITH_TIMEOUT(counts(fixture).pending, 0, patience);

    fixture.clock.advance(WebhookSecretOverlap);
    before = receiver.requests().size();
    PipelineFixture::must(fixture.capture({}));
    QTRY_VERIFY_WITH_TIMEOUT(receiver.requests().size() > before, patience);
    const FakeRequest one = receiver.requests().last();
    QCOMPARE(one.headers.value("webhook-signature"), expected(second, one));

    // By a program that knows nothing of ours.
    QProcess openssl;
    const QByteArray key = QByteArray::fromBase64(secretText(second).mid(6).toLatin1()).toHex();
    openssl.start(u"openssl"_s, { u"dgst"_s, u"-sha256"_s, u"-mac"_s, u"HMAC"_s, u"-macopt"_s, u"hexkey:"_s + QString::fromLatin1(key), u"-binary"_s });
    openssl.write(one.headers.value("webhook-id") + '.' + one.headers.value("webhook-timestamp") + '.' + one.body);
    openssl.closeWriteChannel();
    QVERIFY(openssl.waitForFinished(30'000));
    QCOMPARE(one.headers.value("webhook-signature"), QByteArray("v1," + openssl.readAllStandardOutput().toBase64()));
}

void TestWebhooks::withoutASecretNothingIsSentAndNothingIsLost()
{
    PipelineFixture fixture;
    Receiver receiver;
    configure(fixture, receiver.url());
    Delivering delivering(*fixture.pipeline, fixture.tenant);
    life(fixture, 1);
    QTRY_VERIFY_WITH_TIMEOUT(counts(fixture).pending > 0, patience);
    QVERIFY(receiver.requests().isEmpty());
    giveSecret(fixture);
    QTRY_COMPARE_WITH_TIMEOUT(byItem(receiver.taken()), logged(fixture), patience);
}

void TestWebhooks::onlyTheTypesThatWereAskedForAreSent()
{
    PipelineFixture fixture;
    Receiver receiver;
    Receiver ofOthers;
    configureWithSecret(fixture, receiver.url(), { { u"events"_s, QJsonArray { u"item.updated"_s, u"item.completed"_s } } });
    configureWithSecret(fixture, ofOthers.url(), {}, u"other"_s);
    Delivering delivering(*fixture.pipeline, fixture.tenant);
    const auto captured = fixture.capture({});
    PipelineFixture::must(captured);
    const QString id = captured->record.item.id.toString();
    PipelineFixture::must(fixture.patch(id, { { u"customerId"_s, u"C-9"_s } }));
    PipelineFixture::must(fixture.change(ItemOperation::Complete, id));
    const auto rejected = fixture.capture({ { u"capturePointId"_s, u"other"_s } });
    PipelineFixture::must(rejected);
    QTRY_COMPARE_WITH_TIMEOUT(receiver.arrivals().size(), 2, patience);
    QCOMPARE(receiver.arrivals()[0].type, u"item.updated"_s);
    QVERIFY(receiver.requests()[0].json()[u"data"_s].toObject()[u"status"_s].isNull());
    QCOMPARE(receiver.requests()[0].json()[u"data"_s].toObject()[u"after"_s].toObject()[u"customerId"_s].toString(), u"C-9"_s);
    QCOMPARE(receiver.arrivals()[1].type, u"item.completed"_s);
    QTRY_VERIFY_WITH_TIMEOUT(!ofOthers.arrivals().isEmpty(), patience);
    for (const Arrival &arrival : ofOthers.arrivals())
        QCOMPARE(arrival.item, rejected->record.item.id.toString());
}

void TestWebhooks::aFailureIsTriedAgainWhenItsTimeHasCome()
{
    PipelineFixture fixture;
    int failures = 2;
    Receiver receiver([&failures](const Arrival &) { return failures-- > 0 ? 500 : 200; });
    configureWithSecret(fixture, receiver.url(), { { u"events"_s, QJsonArray { u"item.created"_s } } });
    Delivering delivering(*fixture.pipeline, fixture.tenant);
    PipelineFixture::must(fixture.capture({}));
    QTRY_COMPARE_WITH_TIMEOUT(receiver.arrivals().size(), 1, patience);
    QTRY_VERIFY_WITH_TIMEOUT(record(fixture).lastFailure.has_value(), patience);
    QCOMPARE(record(fixture).failure, u"The receiver answered 500."_s);
    fixture.clock.advance(3'999ms); // at least four fifths of five seconds
    (void)QTest::qWaitFor([&] { return receiver.arrivals().size() > 1; }, 100);
    QCOMPARE(receiver.arrivals().size(), 1);
    fixture.clock.advance(1'001ms);
    QTRY_COMPARE_WITH_TIMEOUT(receiver.arrivals().size(), 2, patience);
    QTRY_VERIFY_WITH_TIMEOUT(record(fixture).lastFailure == fixture.clock.now(), patience);
    fixture.clock.advance(10s);
    QTRY_COMPARE_WITH_TIMEOUT(counts(fixture).pending, 0, patience);
    QCOMPARE(receiver.arrivals().size(), 3);
    QCOMPARE(receiver.arrivals()[0].id, receiver.arrivals()[2].id);
    QCOMPARE(receiver.requests()[0].body, receiver.requests()[2].body);
    QVERIFY(receiver.requests()[0].headers.value("webhook-timestamp") != receiver.requests()[2].headers.value("webhook-timestamp"));
}

void TestWebhooks::aReceiverThatWishesForTimeGetsIt()
{
    PipelineFixture fixture;
    int failures = 1;
    Receiver receiver([&failures](const Arrival &) { return failures-- > 0 ? 429 : 200; });
    receiver.moreHeaders = "Retry-After: 120\r\n";
    configureWithSecret(fixture, receiver.url(), { { u"events"_s, QJsonArray { u"item.created"_s } } });
    Delivering delivering(*fixture.pipeline, fixture.tenant);
    PipelineFixture::must(fixture.capture({}));
    QTRY_VERIFY_WITH_TIMEOUT(record(fixture).lastFailure.has_value(), patience);
    fixture.clock.advance(119s);
    (void)QTest::qWaitFor([&] { return receiver.arrivals().size() > 1; }, 100);
    QCOMPARE(receiver.arrivals().size(), 1);
    fixture.clock.advance(1s);
    QTRY_COMPARE_WITH_TIMEOUT(receiver.arrivals().size(), 2, patience);
}

void TestWebhooks::whatGoesWrongIsSaid_data()
{
    QTest::addColumn<FakeAnswer>("answer");
    QTest::addColumn<QString>("words");
    QTest::newRow("silence") << FakeAnswer::silence() << u"no whole answer came within 0.3 s"_s;
    QTest::newRow("hangs up") << FakeAnswer::hangUp() << u"closed before the answer was complete"_s;
    QTest::newRow("too large") << FakeAnswer { FakeAnswer::Send, "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" } << u"larger than the 65536 bytes"_s;
    QTest::newRow("redirection") << FakeAnswer::json(307, {}, "Location: http://127.0.0.1:9/\r\n") << u"answered 307, a redirection, which is not followed"_s;
    QTest::newRow("speaks no TLS") << FakeAnswer() << u"TLS"_s;
    QTest::newRow("is inside") << FakeAnswer() << u"network inside"_s;
}

void TestWebhooks::whatGoesWrongIsSaid()
{
    QFETCH(FakeAnswer, answer);
    QFETCH(QString, words);
    PipelineFixture fixture;
    FakeHttpServer server([&](const FakeRequest &) { return answer; });
    QUrl url = server.url();
    if (words == u"TLS"_s)
        url.setScheme(u"https"_s);
    if (words == u"network inside"_s)
        url = QUrl(u"https://[::1]/"_s);
    // What cannot be understood as TLS is answered so that the handshake ends.
    QTcpServer plain;
    if (words == u"TLS"_s) {
        QVERIFY(plain.listen(QHostAddress::LocalHost));
        connect(&plain, &QTcpServer::newConnection, &plain, [&plain] { plain.nextPendingConnection()->write("220 no TLS here\r\n"); });
        url.setPort(plain.serverPort());
    }
    configureWithSecret(fixture, url.toString());
    Delivering delivering(*fixture.pipeline, fixture.tenant, {}, { .patience = words.contains(u"0.3"_s) ? 300ms : 10'000ms });
    PipelineFixture::must(fixture.capture({}));
    QTRY_VERIFY_WITH_TIMEOUT(record(fixture).failure.contains(words), patience);
    QVERIFY(counts(fixture).pending > 0);
}

void TestWebhooks::whatIsGoneIsDeadAtOnceAndReleasesWhatIsBehindIt()
{
    PipelineFixture fixture;
    Receiver receiver([](const Arrival &arrival) { return arrival.type == u"item.held"_s ? 410 : 200; });
    configureWithSecret(fixture, receiver.url());
    Delivering delivering(*fixture.pipeline, fixture.tenant);
    life(fixture, 1);
    QTRY_COMPARE_WITH_TIMEOUT(receiver.taken().isEmpty() ? QString() : receiver.taken().last().type, u"item.completed"_s, patience);
    const auto dead = deadLetters(fixture);
    QCOMPARE(dead.size(), size_t(1));
    QCOMPARE(dead[0].type, u"item.held"_s);
    QCOMPARE(dead[0].status, 410);
    QCOMPARE(dead[0].attempts, 1);
    QVERIFY(dead[0].failure.contains(u"410"_s));
    QTRY_COMPARE_WITH_TIMEOUT(delivering.runner->figures().dead, 1, patience);
}

void TestWebhooks::aReplayedLetterGoesBeforeLaterEventsOfItsItem()
{
    PipelineFixture fixture;
    bool open = false;
    Receiver receiver([&open](const Arrival &arrival) { return open ? 200 : arrival.type == u"item.captured"_s ? 410 : 500; });
    configureWithSecret(fixture, receiver.url(), { { u"events"_s, QJsonArray { u"item.captured"_s, u"item.queued"_s, u"item.held"_s } } });
    Delivering delivering(*fixture.pipeline, fixture.tenant);
    const auto captured = fixture.capture({});
    PipelineFixture::must(captured);
    PipelineFixture::must(fixture.change(ItemOperation::Hold, captured->record.item.id.toString()));
    QTRY_COMPARE_WITH_TIMEOUT(counts(fixture).dead, 1, patience);
    QTRY_VERIFY_WITH_TIMEOUT(delivering.runner->figures().failed >= 2, patience); // the event behind it has been tried, and waits
    open = true;
    const auto replay = [&](const DeadLetterChoice &choice) {
        return fixture.run<DeadLetterOutcome>([&](Transaction &transaction) { return settleDeadLetters(transaction, DeadLetterAction::Replay, choice, fixture.actor); });
    };
    const auto done = replay({ {}, u"default"_s });
    PipelineFixture::must(done);
    QCOMPARE(done->count, 1);
    QVERIFY(!done->more);
    QCOMPARE(replay({ { 1, 999'999 }, {} })->count, 0); // not dead any more, or never there
    QVERIFY(!replay({ {}, u"nobody"_s }));
    QVERIFY(deliverAll(fixture));
    QStringList types;
    for (const Arrival &arrival : receiver.taken())
        types << arrival.type;
    QCOMPARE(types, QStringList({ u"item.captured"_s, u"item.queued"_s, u"item.held"_s }));
    const auto audited = *fixture.look<std::vector<AuditRecord>>([](Snapshot &snapshot) -> Result<std::vector<AuditRecord>> { return snapshot.audit({ .kind = u"webhook"_s }, std::numeric_limits<qint64>::max(), 10); });
    QCOMPARE(audited.front().action, u"replay"_s);
    QCOMPARE(audited.back().action, u"rotate"_s);
    for (const AuditRecord &entry : audited)
        QVERIFY(!QJsonDocument(entry.after.value_or(QJsonObject())).toJson().contains("seed"));
}

void TestWebhooks::aDiscardedLetterIsForgotten()
{
    PipelineFixture fixture;
    Receiver receiver([](const Arrival &) { return 410; });
    configureWithSecret(fixture, receiver.url());
    Delivering delivering(*fixture.pipeline, fixture.tenant);
    PipelineFixture::must(fixture.capture({}));
    QTRY_VERIFY_WITH_TIMEOUT(counts(fixture).dead > 0 && counts(fixture).pending == 0, patience);
    const auto dead = deadLetters(fixture);
    std::vector<qint64> ids;
    for (const WebhookDelivery &one : dead)
        ids.push_back(one.id);
    const auto done
        = fixture.run<DeadLetterOutcome>([&](Transaction &transaction) { return settleDeadLetters(transaction, DeadLetterAction::Discard, { ids, {} }, fixture.actor); });
    PipelineFixture::must(done);
    QCOMPARE(done->count, static_cast<int>(ids.size()));
    QCOMPARE(counts(fixture).dead, 0);
    QCOMPARE(receiver.arrivals().size(), static_cast<qsizetype>(ids.size()));
}

void TestWebhooks::aSilentReceiverKeepsNoOtherUp()
{
    PipelineFixture fixture;
    FakeHttpServer silent([](const FakeRequest &) { return FakeAnswer::silence(); });
    Receiver receiver;
    configureWithSecret(fixture, silent.url().toString(), {}, u"silent"_s);
    configureWithSecret(fixture, receiver.url());
    Delivering delivering(*fixture.pipeline, fixture.tenant, { .callsOfHook = 4 });
    for (int i = 0; i < 30; ++i)
        PipelineFixture::must(fixture.capture({ { u"capturePointId"_s, u"silent"_s } }));
    const QString last = life(fixture, 10).last();
    QTRY_VERIFY_WITH_TIMEOUT(std::any_of(receiver.arrivals().begin(), receiver.arrivals().end(), [&](const Arrival &one) { return one.item == last && one.type == u"item.completed"_s; }), patience);
    QTRY_COMPARE_WITH_TIMEOUT(silent.silent(), 4, patience); // bounded, and its items beside each other
    QVERIFY(counts(fixture, u"silent"_s).pending >= 30);
}

void TestWebhooks::aWebhookThatWasSwitchedOffGoesOnWhereItWas()
{
    PipelineFixture fixture;
    Receiver receiver;
    configureWithSecret(fixture, receiver.url());
    Delivering delivering(*fixture.pipeline, fixture.tenant);
    PipelineFixture::must(fixture.capture({}));
    QTRY_COMPARE_WITH_TIMEOUT(byItem(receiver.taken()), logged(fixture), patience);
    configure(fixture, receiver.url(), { { u"enabled"_s, false } });
    const qsizetype before = receiver.arrivals().size();
    life(fixture, 2);
    (void)QTest::qWaitFor([&] { return receiver.arrivals().size() > before; }, 100);
    QCOMPARE(receiver.arrivals().size(), before);
    configure(fixture, receiver.url());
    QTRY_COMPARE_WITH_TIMEOUT(byItem(receiver.taken()), logged(fixture), patience);
}

void TestWebhooks::aNewWebhookBeginsNowAndARemovedOneLeavesNothing()
{
    PipelineFixture fixture;
    Receiver receiver;
    life(fixture, 1);
    configureWithSecret(fixture, receiver.url());
    Delivering delivering(*fixture.pipeline, fixture.tenant);
    const auto captured = fixture.capture({});
    PipelineFixture::must(captured);
    QTRY_VERIFY_WITH_TIMEOUT(!receiver.arrivals().isEmpty(), patience);
    QTRY_COMPARE_WITH_TIMEOUT(counts(fixture).pending, 0, patience);
    for (const Arrival &arrival : receiver.arrivals())
        QCOMPARE(arrival.item, captured->record.item.id.toString());
    const auto without = decodeCapturePoint({ { u"id"_s, u"default"_s }, { u"name"_s, u"Default"_s } });
    PipelineFixture::must(fixture.put(ConfigKind::CapturePoint, encodeCapturePoint(*without)));
    QVERIFY(fixture.look<std::vector<WebhookRecord>>([](Snapshot &snapshot) -> Result<std::vector<WebhookRecord>> { return snapshot.webhooks(); })->empty());
    // Made anew, it has another secret.
    configure(fixture, receiver.url());
    QVERIFY(record(fixture).secretSeed.isEmpty());
}

void TestWebhooks::whenRowsAreFullTheCursorWaits()
{
    PipelineFixture fixture;
    bool open = false;
    Receiver receiver([&open](const Arrival &) { return open ? 200 : 503; });
    configureWithSecret(fixture, receiver.url());
    Delivering delivering(*fixture.pipeline, fixture.tenant, { .eventsAtOnce = 10, .mostRows = 30 });
    life(fixture, 20);
    QTRY_VERIFY_WITH_TIMEOUT(counts(fixture).pending > 20, patience);
    const qint64 last = *fixture.look<qint64>([](Snapshot &snapshot) -> Result<qint64> { return snapshot.lastEvent(); });
    // A receiver that fails is called again only when time passes.
    QVERIFY(QTest::qWaitFor(
        [&] {
            fixture.clock.advance(1s);
            return delivering.runner->figures().failed > 3;
        },
        patience));
    QVERIFY(counts(fixture).pending <= 30);
    QVERIFY(record(fixture).cursor < last);
    open = true;
    QVERIFY(deliverAll(fixture));
    QCOMPARE(byItem(receiver.taken()), logged(fixture));
}

void TestWebhooks::afterARestartNothingIsMissing()
{
    PipelineFixture fixture;
    Receiver receiver;
    configureWithSecret(fixture, receiver.url());
    {
        Delivering delivering(*fixture.pipeline, fixture.tenant);
        life(fixture, 10);
        QTRY_VERIFY_WITH_TIMEOUT(receiver.arrivals().size() > 5, patience); // in the middle
    }
    fixture.restart();
    Delivering delivering(*fixture.pipeline, fixture.tenant);
    QTRY_COMPARE_WITH_TIMEOUT(byItem(receiver.taken()), logged(fixture), patience);
}

QTEST_GUILESS_MAIN(TestWebhooks)
#include "tst_webhooks.moc"

// SPDX-License-Identifier: Apache-2.0
#include <domain/webhook.h>
#include <pipeline/report/event.h>
#include <pipeline/webhooks/webhookretry.h>

#include <QTest>

using namespace iwd;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

/// What an attempt to deliver an event leads to.
class TestWebhookRetry : public QObject
{
    Q_OBJECT

    static Result<WebhookAnswer> answered(int status, std::optional<milliseconds> retryAfter = {}) { return WebhookAnswer { status, retryAfter }; }
    static Result<WebhookAnswer> silent() { return Error { ErrorCode::Unreachable, u"Nobody is there."_s, {}, {} }; }

private Q_SLOTS:
    void theWaitDoublesUpToAnHourLessAFifthByChance()
    {
        milliseconds expected = 5s;
        for (int attempt = 1; attempt <= 40; ++attempt) {
            const WebhookVerdict verdict = judgeAttempt(silent(), attempt, 0s, 0);
            QCOMPARE(verdict.kind, WebhookVerdict::Again);
            QCOMPARE(verdict.wait.count(), expected.count());
            const milliseconds shortest = judgeAttempt(silent(), attempt, 0s, 0.999999).wait;
            QVERIFY(shortest < expected && shortest >= expected * 0.8 - 1ms);
            expected = std::min<milliseconds>(1h, expected * 2);
        }
    }

    void whatIsAnsweredDecides_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<int>("attempts");
        QTest::addColumn<int>("hours");
        QTest::addColumn<int>("kind");
        const auto row = [](const char *name, int status, int attempts, int hours, WebhookVerdict::Kind kind) { QTest::newRow(name) << status << attempts << hours << int(kind); };
        row("ok", 200, 1, 0, WebhookVerdict::Delivered);
        row("no content, at last", 204, 40, 30, WebhookVerdict::Delivered);
        row("gone", 410, 1, 0, WebhookVerdict::Dead);
        row("bad request", 400, 4, 0, WebhookVerdict::Again);
        row("bad request again and again", 400, 5, 0, WebhookVerdict::Dead);
        row("redirected again and again", 302, 5, 0, WebhookVerdict::Dead);
        row("too many requests", 429, 30, 1, WebhookVerdict::Again);
        row("request timeout", 408, 30, 1, WebhookVerdict::Again);
        row("broken", 500, 30, 23, WebhookVerdict::Again);
        row("broken for a day", 500, 33, 24, WebhookVerdict::Dead);
        row("silent", 0, 30, 23, WebhookVerdict::Again);
        row("silent for a day", 0, 33, 24, WebhookVerdict::Dead);
    }
    void whatIsAnsweredDecides()
    {
        QFETCH(int, status);
        QFETCH(int, attempts);
        QFETCH(int, hours);
        QFETCH(int, kind);
        const WebhookVerdict verdict = judgeAttempt(status == 0 ? silent() : answered(status), attempts, std::chrono::hours(hours), 0.5);
        QCOMPARE(int(verdict.kind), kind);
        QCOMPARE(verdict.status, status);
        QCOMPARE(verdict.failure.isEmpty(), kind == WebhookVerdict::Delivered);
    }

    void aReceiverMayWishForMoreTimeWithinBounds()
    {
        QCOMPARE(judgeAttempt(answered(429, 90s), 1, 0s, 0).wait.count(), milliseconds(90s).count());
        QCOMPARE(judgeAttempt(answered(503, 1s), 1, 0s, 0).wait.count(), milliseconds(5s).count());
        QCOMPARE(judgeAttempt(answered(503, 240h), 1, 0s, 0).wait.count(), milliseconds(1h).count());
    }

    void theTypesAreThoseOfTheLog()
    {
        QStringList ofTheLog;
        for (int number = 1; number <= int(EventType::ItemOverflowed); ++number)
            ofTheLog << eventTypeName(static_cast<EventType>(number));
        QStringList named = webhookEventTypes();
        std::sort(named.begin(), named.end());
        std::sort(ofTheLog.begin(), ofTheLog.end());
        QCOMPARE(named, ofTheLog);
    }
};

QTEST_GUILESS_MAIN(TestWebhookRetry)
#include "tst_webhookretry.moc"

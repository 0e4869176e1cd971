// SPDX-License-Identifier: Apache-2.0
#include <client/problem.h>
#include <client/retrypolicy.h>

#include <QTest>

using namespace iwd;
using namespace std::chrono_literals;

class TestRetryPolicy : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void onlyWhatCannotDoHarmTwiceIsTriedAgain_data();
    void onlyWhatCannotDoHarmTwiceIsTriedAgain();
    void delaysDoubleUpToALimitAndAreSpread();
    void theServersWishForPatienceIsRespected();
    void attemptsAreBounded();
    void everyKeyOfTheServerIsKnown();
    void anUnknownKeyKeepsTheServersText();
    void aProxysPageIsStillAnError();
};

void TestRetryPolicy::onlyWhatCannotDoHarmTwiceIsTriedAgain_data()
{
    QTest::addColumn<int>("code");
    QTest::addColumn<bool>("answered");
    QTest::addColumn<bool>("repeatable");
    QTest::addColumn<bool>("expected");
    const auto row = [](const char *name, ErrorCode code, bool answered, bool repeatable, bool expected) {
        QTest::newRow(name) << static_cast<int>(code) << answered << repeatable << expected;
    };
    row("busy, plain POST", ErrorCode::Busy, true, false, true);
    row("draining, plain POST", ErrorCode::Draining, true, false, true);
    row("storage away, plain POST", ErrorCode::StorageUnavailable, true, false, true);
    row("lost answer, plain POST", ErrorCode::Unreachable, false, false, false);
    row("lost answer, GET", ErrorCode::Unreachable, false, true, true);
    row("too late, plain POST", ErrorCode::DeadlineExceeded, true, false, false);
    row("too late, POST with a key", ErrorCode::DeadlineExceeded, true, true, true);
    row("guessing without Retry-After", ErrorCode::TooManyAttempts, true, true, false);
    row("too many requests without Retry-After", ErrorCode::TooManyRequests, true, true, false);
    row("bad field", ErrorCode::InvalidField, true, true, false);
    row("old token", ErrorCode::StaleToken, true, true, false);
    row("not allowed", ErrorCode::NotAllowed, true, true, false);
    row("the server's own bug", ErrorCode::Internal, true, true, false);
}

void TestRetryPolicy::onlyWhatCannotDoHarmTwiceIsTriedAgain()
{
    QFETCH(int, code);
    QFETCH(bool, answered);
    QFETCH(bool, repeatable);
    QFETCH(bool, expected);
    const FailedAttempt failed { static_cast<ErrorCode>(code), answered, repeatable, 1, {} };
    QCOMPARE(delayBeforeRetry({}, failed, 0.5).has_value(), expected);
}

void TestRetryPolicy::delaysDoubleUpToALimitAndAreSpread()
{
    RetryPolicy policy;
    policy.attempts = 100;
    FailedAttempt failed { ErrorCode::Busy, true, true, 1, {} };
    QCOMPARE(delayBeforeRetry(policy, failed, 0.0), std::optional(50ms));
    failed.number = 3;
    QCOMPARE(delayBeforeRetry(policy, failed, 0.0), std::optional(200ms));
    QVERIFY(*delayBeforeRetry(policy, failed, 0.999) > 390ms);
    QVERIFY(*delayBeforeRetry(policy, failed, 0.999) <= 400ms);
    failed.number = 90;
    QCOMPARE(delayBeforeRetry(policy, failed, 0.0), std::optional(1000ms));
}

void TestRetryPolicy::theServersWishForPatienceIsRespected()
{
    FailedAttempt failed { ErrorCode::Busy, true, true, 1, 3s };
    QVERIFY(*delayBeforeRetry({}, failed, 0.0) >= 3s);
    failed.code = ErrorCode::TooManyRequests;
    QVERIFY(*delayBeforeRetry({}, failed, 0.0) >= 3s);
    failed.retryAfter = 1h;
    QVERIFY(!delayBeforeRetry({}, failed, 0.0));
}

void TestRetryPolicy::attemptsAreBounded()
{
    FailedAttempt failed { ErrorCode::Busy, true, true, 3, {} };
    QVERIFY(delayBeforeRetry({}, failed, 0.0));
    failed.number = 4;
    QVERIFY(!delayBeforeRetry({}, failed, 0.0));
}

void TestRetryPolicy::everyKeyOfTheServerIsKnown()
{
    for (int code = 0; code <= static_cast<int>(ErrorCode::Internal); ++code)
        QCOMPARE(errorCodeFromKey(errorKey(static_cast<ErrorCode>(code))), std::optional(static_cast<ErrorCode>(code)));
    QVERIFY(!errorCodeFromKey(QStringLiteral("item.eaten_by_the_dog")));
}

void TestRetryPolicy::anUnknownKeyKeepsTheServersText()
{
    const Error error = errorFromAnswer(409, "application/problem+json",
        R"({"code":"item.from_the_future","detail":"Come back later.","field":"when","args":{"year":2040},"correlationId":"c-1"})");
    QCOMPARE(error.code, ErrorCode::Internal);
    QCOMPARE(error.text, QStringLiteral("Come back later."));
    QCOMPARE(error.field, QStringLiteral("when"));
    QCOMPARE(error.args.value(QStringLiteral("code")).toString(), QStringLiteral("item.from_the_future"));
    QCOMPARE(error.args.value(QStringLiteral("year")).toInt(), 2040);
    QCOMPARE(error.args.value(QStringLiteral("status")).toInt(), 409);
    QCOMPARE(error.args.value(QStringLiteral("correlationId")).toString(), QStringLiteral("c-1"));
}

void TestRetryPolicy::aProxysPageIsStillAnError()
{
    const Error error = errorFromAnswer(502, "text/html", "<h1>Bad gateway</h1>");
    QCOMPARE(error.code, ErrorCode::Busy);
    QVERIFY2(error.text.contains(QStringLiteral("502")), qPrintable(error.text));
}

QTEST_GUILESS_MAIN(TestRetryPolicy)
#include "tst_retrypolicy.moc"

// SPDX-License-Identifier: Apache-2.0
#include <contract/problem.h>

#include <QTest>

#include <set>

using namespace iwd;

class TestProblem : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyCodeHasItsStatus_data();
    void everyCodeHasItsStatus();
    void problemCarriesEverythingAClientNeeds();
    void emptyMembersAreLeftOut();
};

void TestProblem::everyCodeHasItsStatus_data()
{
    QTest::addColumn<QString>("key");
    QTest::addColumn<int>("status");
    struct Row
    {
        const char *key;
        int status;
    };
    static constexpr Row rows[] {
        { "request.malformed_json", 400 },
        { "request.unknown_parameter", 400 },
        { "idempotency.key_invalid", 400 },
        { "auth.missing", 401 },
        { "auth.invalid", 401 },
        { "auth.not_allowed", 403 },
        { "auth.sign_in_refused", 403 },
        { "auth.password_change_required", 403 },
        { "item.not_found", 404 },
        { "object.not_found", 404 },
        { "route.not_found", 404 },
        { "route.method_not_allowed", 405 },
        { "item.ambiguous", 409 },
        { "item.not_allowed_in_status", 409 },
        { "object.exists", 409 },
        { "object.in_use", 409 },
        { "user.last_administrator", 409 },
        { "idempotency.key_reused", 409 },
        { "assignment.stale_token", 409 },
        { "agent.not_ready", 409 },
        { "confirmation.invalid", 409 },
        { "job.not_allowed_in_state", 409 },
        { "job.not_undoable", 409 },
        { "job.too_many", 409 },
        { "events.restarted", 410 },
        { "version.mismatch", 412 },
        { "request.too_large", 413 },
        { "request.unsupported_media_type", 415 },
        { "request.invalid_field", 422 },
        { "request.missing_field", 422 },
        { "object.invalid_reference", 422 },
        { "request.too_many_items", 422 },
        { "search.too_broad", 422 },
        { "version.required", 428 },
        { "auth.too_many_attempts", 429 },
        { "request.too_many_requests", 429 },
        { "server.internal", 500 },
        { "configuration.invalid", 500 },
        { "provider.unavailable", 502 },
        { "server.unreachable", 502 },
        { "server.busy", 503 },
        { "server.draining", 503 },
        { "storage.unavailable", 503 },
        { "server.deadline_exceeded", 504 },
    };
    std::set<QString> keys;
    for (const Row &row : rows) {
        keys.insert(QLatin1StringView(row.key));
        QTest::newRow(row.key) << QString::fromLatin1(row.key) << row.status;
    }
    // The table above is complete: as many keys as there are codes.
    QCOMPARE(int(keys.size()), static_cast<int>(ErrorCode::Internal) + 1);
}

void TestProblem::everyCodeHasItsStatus()
{
    QFETCH(const QString, key);
    QFETCH(const int, status);
    int matches = 0;
    for (int i = 0; i <= static_cast<int>(ErrorCode::Internal); ++i) {
        const auto code = static_cast<ErrorCode>(i);
        if (errorKey(code) != key)
            continue;
        ++matches;
        QCOMPARE(httpStatus(code), status);
        const QJsonObject problem = encodeProblem({ code, {}, {}, {} }, httpStatus(code), {});
        QVERIFY(!problem[QStringLiteral("title")].toString().isEmpty());
    }
    QCOMPARE(matches, 1);
}

void TestProblem::problemCarriesEverythingAClientNeeds()
{
    const Error error = invalidField(QStringLiteral("labels[2]"), QStringLiteral("a text"), QStringLiteral("the number 5"));
    const QJsonObject expected {
        { QStringLiteral("type"), QStringLiteral("urn:iwd:error:request.invalid_field") },
        { QStringLiteral("title"), QStringLiteral("Invalid field") },
        { QStringLiteral("status"), 422 },
        { QStringLiteral("detail"), QStringLiteral("The value of \"labels[2]\" cannot be used: expected a text, got the number 5.") },
        { QStringLiteral("code"), QStringLiteral("request.invalid_field") },
        { QStringLiteral("args"),
            QJsonObject {
                { QStringLiteral("expected"), QStringLiteral("a text") }, { QStringLiteral("got"), QStringLiteral("the number 5") } } },
        { QStringLiteral("field"), QStringLiteral("labels[2]") },
        { QStringLiteral("correlationId"), QStringLiteral("c-1") },
    };
    QCOMPARE(encodeProblem(error, httpStatus(error.code), QStringLiteral("c-1")), expected);
}

void TestProblem::emptyMembersAreLeftOut()
{
    const QJsonObject problem = encodeProblem({ ErrorCode::Busy, QStringLiteral("Try again."), {}, {} }, 503, {});
    QVERIFY(!problem.contains(QStringLiteral("field")));
    QVERIFY(!problem.contains(QStringLiteral("correlationId")));
    QCOMPARE(problem[QStringLiteral("args")], QJsonValue(QJsonObject()));
}

QTEST_GUILESS_MAIN(TestProblem)
#include "tst_problem.moc"

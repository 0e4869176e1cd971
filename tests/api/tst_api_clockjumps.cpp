// SPDX-License-Identifier: Apache-2.0
#include "apifixture.h"

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

/// Somebody sets the system clock by hours while the server runs.
class TestApiClockJumps : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aLeaseKeepsTheTimeItHadLeft_data() { jumps(); }
    void aLeaseKeepsTheTimeItHadLeft();
    void aLeaseGivenAfterTheJumpIsRightAsItIs_data() { jumps(); }
    void aLeaseGivenAfterTheJumpIsRightAsItIs();
    void aSmallCorrectionIsNoJump();
    void noItemIsLost_data() { jumps(); }
    void noItemIsLost();
    void whatIsDueByDateFollowsTheClock();
    void figuresOfTheLastMinuteForgetTheFuture();
    void aSessionEndsByTheClock();

private:
    static void jumps()
    {
        QTest::addColumn<int>("hours");
        QTest::newRow("five hours ahead") << 5;
        QTest::newRow("five hours back") << -5;
        QTest::newRow("a year ahead") << 365 * 24;
    }
    static QString status(ApiFixture &api, const QString &item) { return api.get(u"/items/"_s + item)["status"].toString(); }
    static QString leaseUntil(ApiFixture &api)
    {
        return api.get(u"/agents/anna/assignments"_s).data().at(0).toObject().value(u"assignment"_s).toObject().value(u"leaseUntilDateTime"_s).toString();
    }
    /// The server has looked at its clock since.
    static void waitForRound(ApiFixture &api)
    {
        const QString sleeper = api.capture({ { u"activationDateTime"_s, toIso(api.clock->now() + milliseconds(1)) } });
        api.advance(milliseconds(1));
        QTRY_COMPARE(status(api, sleeper), u"queued"_s);
    }
};

void TestApiClockJumps::aLeaseKeepsTheTimeItHadLeft()
{
    QFETCH(int, hours);
    ApiFixture api;
    api.readyAgent(u"anna"_s);
    const QString item = api.capture();
    QCOMPARE(api.post(u"/agents/anna/next"_s)["item"].toObject().value(u"id"_s).toString(), item);
    waitForRound(api);
    api.advance(std::chrono::minutes(2)); // of five
    waitForRound(api);
    const Instant until = api.clock->now() + std::chrono::minutes(3);

    api.clock->jump(std::chrono::hours(hours));
    QTRY_VERIFY(leaseUntil(api).startsWith(toIso(until + std::chrono::hours(hours)).left(16)));
    api.advance(std::chrono::minutes(2));
    waitForRound(api);
    QCOMPARE(status(api, item), u"assigned"_s);
    api.advance(std::chrono::minutes(2));
    QTRY_COMPARE(status(api, item), u"queued"_s);
}

void TestApiClockJumps::aLeaseGivenAfterTheJumpIsRightAsItIs()
{
    QFETCH(int, hours);
    ApiFixture api;
    api.readyAgent(u"anna"_s);
    api.readyAgent(u"ben"_s);
    const QString old = api.capture();
    (void)api.post(u"/agents/anna/next"_s);
    waitForRound(api);

    // Now or then the taking comes before the server has looked at its clock; either way the lease has its five minutes.
    const QString fresh = api.capture();
    api.clock->jump(std::chrono::hours(hours));
    const Reply taken = api.post(u"/agents/ben/next"_s);
    const QString told = taken["assignment"].toObject().value(u"leaseUntilDateTime"_s).toString();
    waitForRound(api);
    QTRY_VERIFY(leaseUntil(api) > toIso(api.clock->now()));
    const QJsonObject held = api.get(u"/agents/ben/assignments"_s).data().at(0).toObject();
    QCOMPARE(held.value(u"assignment"_s).toObject().value(u"leaseUntilDateTime"_s).toString(), told);
    api.advance(std::chrono::minutes(6));
    for (const QString &item : { old, fresh })
        QTRY_COMPARE(status(api, item), u"queued"_s);
}

void TestApiClockJumps::aSmallCorrectionIsNoJump()
{
    ApiFixture api;
    api.readyAgent(u"anna"_s);
    (void)api.capture();
    (void)api.post(u"/agents/anna/next"_s);
    waitForRound(api);
    const QString before = leaseUntil(api);
    api.clock->jump(std::chrono::milliseconds(1500));
    waitForRound(api);
    QCOMPARE(leaseUntil(api), before);
}

void TestApiClockJumps::noItemIsLost()
{
    QFETCH(int, hours);
    ApiFixture api;
    api.readyAgent(u"anna"_s);
    QSet<QString> captured;
    for (int i = 0; i < 5; ++i)
        captured.insert(api.capture());
    waitForRound(api);
    api.clock->jump(std::chrono::hours(hours));
    for (int i = 0; i < 5; ++i)
        captured.insert(api.capture());
    QSet<QString> taken;
    for (int i = 0; i < 11; ++i) { // with the one that waitForRound() captured
        const QJsonObject answer = api.post(u"/agents/anna/next"_s).json();
        const QString id = answer.value(u"item"_s).toObject().value(u"id"_s).toString();
        if (id.isEmpty())
            break;
        QVERIFY(!taken.contains(id));
        taken.insert(id);
        const QJsonObject done { { u"item"_s, id }, { u"token"_s, answer.value(u"assignment"_s).toObject().value(u"token"_s) } };
        QCOMPARE(api.post(u"/agents/anna/complete"_s, done).status, 200);
    }
    QVERIFY(taken.contains(captured));
}

void TestApiClockJumps::whatIsDueByDateFollowsTheClock()
{
    ApiFixture api;
    const QString sleeper = api.capture({ { u"activationDateTime"_s, toIso(api.clock->now() + std::chrono::hours(1)) } });
    const QString mortal = api.capture({ { u"expirationDateTime"_s, toIso(api.clock->now() + std::chrono::hours(1)) } });
    api.clock->jump(std::chrono::hours(2));
    QTRY_COMPARE(status(api, sleeper), u"queued"_s);
    QTRY_COMPARE(status(api, mortal), u"canceled"_s);
    api.clock->jump(std::chrono::hours(-2));
    waitForRound(api);
    QCOMPARE(status(api, sleeper), u"queued"_s);
    QCOMPARE(status(api, mortal), u"canceled"_s);
}

void TestApiClockJumps::figuresOfTheLastMinuteForgetTheFuture()
{
    ApiFixture api;
    (void)api.capture();
    QCOMPARE(api.get(u"/stats/server"_s)["arrivedLastMinute"].toInt(), 1);
    api.clock->jump(std::chrono::hours(-5));
    QCOMPARE(api.get(u"/stats/server"_s)["arrivedLastMinute"].toInt(), 0);
    QCOMPARE(api.get(u"/stats/server"_s)["uptimeSeconds"].toInt(-1), 0);
}

void TestApiClockJumps::aSessionEndsByTheClock()
{
    ApiFixture api;
    api.addUser(u"maria"_s, u"correct horse"_s, { u"Administrator"_s });
    const QString key = api.key;
    const QJsonObject credentials { { u"user"_s, u"maria"_s }, { u"password"_s, u"correct horse"_s } };
    const QString token = api.post(u"/sessions"_s, credentials)["token"].toString();
    api.key.clear();
    const HeaderFields session { { "Authorization", "Bearer " + token.toLatin1() } };
    QCOMPARE(api.get(u"/me"_s, session).status, 200);
    api.clock->jump(std::chrono::hours(13));
    api.advance(std::chrono::seconds(11)); // answers about callers are kept for ten
    QTRY_COMPARE(api.get(u"/me"_s, session).status, 401);
    api.key = key;
    QCOMPARE(api.post(u"/sessions"_s, credentials).status, 201);
}

QTEST_GUILESS_MAIN(TestApiClockJumps)
#include "tst_api_clockjumps.moc"

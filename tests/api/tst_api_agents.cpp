// SPDX-License-Identifier: Apache-2.0
#include "apifixture.h"

#include <QTcpSocket>

#include <sys/socket.h>

using namespace iwd;
using namespace iwd::test;

namespace {

QString agentPath(const QString &id, const char *action)
{
    return QStringLiteral("/agents/") + id + QLatin1StringView(action);
}

QJsonObject one(const char *name, const QJsonValue &value)
{
    return { { QLatin1StringView(name), value } };
}

QJsonObject held(const Reply &taken)
{
    return { { QStringLiteral("item"), taken["item"][u"id"] }, { QStringLiteral("token"), taken["assignment"][u"token"] } };
}

QString itemOf(const Reply &taken)
{
    return taken["item"][u"id"].toString();
}

const QString ann = QStringLiteral("ann");
const QString bob = QStringLiteral("bob");

} // namespace

/// Agents at work: taking, keeping, finishing and losing items.
class TestApiAgents : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m = std::make_unique<ApiFixture>();
        m->readyAgent(ann);
        m->readyAgent(bob);
    }
    void cleanup() { m.reset(); }

    void theNextItemIsTheHeadOfTheQueueAndComesWithALease()
    {
        m->capture();
        const QString urgent = m->capture(one("priority", QStringLiteral("+50")));
        m->key = m->agentKey;
        const Reply taken = m->post(agentPath(ann, "/next"));
        QCOMPARE(taken.status, 200);
        QCOMPARE(itemOf(taken), urgent);
        QCOMPARE(taken["item"][u"status"].toString(), QStringLiteral("assigned"));
        QCOMPARE(taken["assignment"][u"agent"].toString(), ann);
        QCOMPARE(taken["assignment"][u"leaseSeconds"].toInt(), 300);
        QCOMPARE(taken["assignment"][u"leaseUntilDateTime"].toString(), toIso(m->clock->now() + std::chrono::minutes(5)));
    }

    void nothingToTakeIsAnAnswerToo()
    {
        const Reply nothing = m->post(agentPath(ann, "/next"));
        QCOMPARE(nothing.status, 200);
        QVERIFY(nothing["item"].isNull());
        QCOMPARE(nothing["reason"].toString(), QStringLiteral("noWork"));
    }

    void whoIsNotReadyOrUnknownTakesNothing()
    {
        m->capture();
        const Reply state = m->put(agentPath(ann, "/state"),
            { { QStringLiteral("state"), QStringLiteral("notReady") }, { QStringLiteral("reason"), QStringLiteral("Lunch") } });
        QCOMPARE(state["state"].toString(), QStringLiteral("notReady"));
        QCOMPARE(state["stateReason"].toString(), QStringLiteral("Lunch"));
        const Reply refused = m->post(agentPath(ann, "/next"));
        QCOMPARE(refused.status, 409);
        QCOMPARE(refused.code(), QStringLiteral("agent.not_ready"));
        QCOMPARE(m->post(agentPath(QStringLiteral("nobody"), "/next")).status, 404);
        QCOMPARE(m->put(agentPath(QStringLiteral("nobody"), "/state"), one("state", QStringLiteral("ready"))).status, 404);
        QCOMPARE(m->put(agentPath(ann, "/state"), one("state", QStringLiteral("asleep"))).field(), QStringLiteral("state"));
    }

    void twoAgentsNeverGetTheSameItem()
    {
        for (int i = 0; i < 4; ++i)
            m->capture();
        std::vector<Pending> wishes;
        for (int i = 0; i < 3; ++i) {
            wishes.push_back(m->begin("POST", agentPath(ann, "/next")));
            wishes.push_back(m->begin("POST", agentPath(bob, "/next")));
        }
        QStringList taken;
        int nothing = 0;
        for (const Pending &wish : wishes) {
            const Reply reply = m->finish(wish);
            QCOMPARE(reply.status, 200);
            if (reply["item"].isNull())
                ++nothing;
            else
                taken.append(itemOf(reply));
        }
        QCOMPARE(taken.size(), 4);
        QCOMPARE(taken.removeDuplicates(), 0);
        QCOMPARE(nothing, 2);
    }

    void aTakenItemIsCompletedByItsToken()
    {
        m->capture();
        const Reply taken = m->post(agentPath(ann, "/next"));
        QJsonObject done = held(taken);
        done.insert(QStringLiteral("resultCode"), QStringLiteral("solved"));
        const Reply completed = m->post(agentPath(ann, "/complete"), done);
        QCOMPARE(completed.status, 200);
        QCOMPARE(completed["status"].toString(), QStringLiteral("completed"));
        QCOMPARE(completed["resultCode"].toString(), QStringLiteral("solved"));
        QCOMPARE(m->get(agentPath(ann, "/assignments")).data().size(), 0);
    }

    void aReleasedItemGoesBackAtItsOldAge()
    {
        const QString id = m->capture();
        m->advance(std::chrono::hours(4));
        const int before = m->get(QStringLiteral("/items/") + id)["priority"].toInt();
        const Reply taken = m->post(agentPath(ann, "/next"));
        QJsonObject release = held(taken);
        release.insert(QStringLiteral("reason"), QStringLiteral("Not mine"));
        const Reply released = m->post(agentPath(ann, "/release"), release);
        QCOMPARE(released["status"].toString(), QStringLiteral("queued"));
        QCOMPARE(released["priority"].toInt(), before);
        QVERIFY(released["assignedToUser"].isNull());
    }

    void anExtendedLeaseBeginsAnewWithTheSameToken()
    {
        m->capture();
        const Reply taken = m->post(agentPath(ann, "/next"));
        m->advance(std::chrono::minutes(4));
        const Reply extended = m->post(agentPath(ann, "/extend"), held(taken));
        QCOMPARE(extended.status, 200);
        QCOMPARE(extended["assignment"][u"token"], taken["assignment"][u"token"]);
        QCOMPARE(extended["assignment"][u"leaseUntilDateTime"].toString(), toIso(m->clock->now() + std::chrono::minutes(5)));
    }

    void aLeaseThatEndsReturnsTheItemAndMakesTheTokenWorthless()
    {
        const QString id = m->capture();
        const Reply taken = m->post(agentPath(ann, "/next"));
        m->advance(std::chrono::minutes(6));
        QTRY_COMPARE(m->get(QStringLiteral("/items/") + id)["status"].toString(), QStringLiteral("queued"));
        const Reply again = m->post(agentPath(bob, "/next"));
        QCOMPARE(itemOf(again), id);
        QVERIFY(again["assignment"][u"token"].toInt() > taken["assignment"][u"token"].toInt());
        const QByteArray before = m->get(QStringLiteral("/items/") + id).body;
        for (const char *action : { "/complete", "/release", "/extend" }) {
            const Reply late = m->post(agentPath(ann, action), held(taken));
            QCOMPARE(late.status, 409);
            QCOMPARE(late.code(), QStringLiteral("assignment.stale_token"));
        }
        QCOMPARE(m->get(QStringLiteral("/items/") + id).body, before);
    }

    void anotherAgentsTokenChangesNothing()
    {
        m->capture();
        const Reply taken = m->post(agentPath(ann, "/next"));
        for (const char *action : { "/complete", "/release", "/extend" }) {
            const Reply foreign = m->post(agentPath(bob, action), held(taken));
            QCOMPARE(foreign.status, 409);
            QCOMPARE(foreign.code(), QStringLiteral("assignment.stale_token"));
        }
        QCOMPARE(m->get(agentPath(ann, "/assignments")).data().size(), 1);
    }

    void whatIsMissingInARequestIsNamed_data()
    {
        QTest::addColumn<QJsonObject>("body");
        QTest::addColumn<QString>("field");
        QTest::newRow("nothing") << QJsonObject() << QStringLiteral("item");
        QTest::newRow("no token") << one("item", QStringLiteral("wi-1")) << QStringLiteral("token");
        QTest::newRow("a token in words") << QJsonObject { { QStringLiteral("item"), QStringLiteral("wi-1") },
            { QStringLiteral("token"), QStringLiteral("1") } }
                                          << QStringLiteral("token");
        QTest::newRow("a misspelt name") << QJsonObject { { QStringLiteral("item"), QStringLiteral("wi-1") },
            { QStringLiteral("token"), 1 }, { QStringLiteral("resultcode"), QStringLiteral("x") } }
                                         << QStringLiteral("resultcode");
    }
    void whatIsMissingInARequestIsNamed()
    {
        QFETCH(QJsonObject, body);
        QFETCH(QString, field);
        const Reply reply = m->post(agentPath(ann, "/complete"), body);
        QCOMPARE(reply.status, 422);
        QCOMPARE(reply.field(), field);
    }

    void capacityIsCountedPerChannel()
    {
        m->readyAgent(QStringLiteral("cat"), one("capacity", QJsonObject { { QStringLiteral("email"), 2 }, { QStringLiteral("*"), 1 } }));
        const QString cat = QStringLiteral("cat");
        for (int i = 0; i < 3; ++i)
            m->capture(one("channel", QStringLiteral("email")));
        QVERIFY(!m->post(agentPath(cat, "/next"))["item"].isNull());
        QVERIFY(!m->post(agentPath(cat, "/next"))["item"].isNull());
        const Reply full = m->post(agentPath(cat, "/next"));
        QVERIFY(full["item"].isNull());
        QCOMPARE(full["reason"].toString(), QStringLiteral("atCapacity"));
        const QString call = m->capture(one("channel", QStringLiteral("phone")));
        QCOMPARE(itemOf(m->post(agentPath(cat, "/next"))), call);
        const QJsonArray assignments = m->get(agentPath(cat, "/assignments")).data();
        QCOMPARE(assignments.size(), 3);
        QCOMPARE(assignments[2][u"item"][u"id"].toString(), call);
        QCOMPARE(m->get(QStringLiteral("/agents/cat"))["assigned"].toInt(), 3);
    }

    void onlyTheSkilledAreGivenWorkThatNeedsSkill()
    {
        m->put(QStringLiteral("/skills/network"), one("name", QStringLiteral("Networks")));
        m->put(QStringLiteral("/queues/general"),
            { { QStringLiteral("name"), QStringLiteral("General") }, { QStringLiteral("requiredSkills"), one("network", 2) } },
            { { "If-Match", "*" } });
        m->readyAgent(QStringLiteral("beginner"), one("skills", one("network", 1)));
        m->readyAgent(QStringLiteral("expert"), one("skills", one("network", 3)));
        const QString id = m->capture();
        QVERIFY(m->post(agentPath(ann, "/next"))["item"].isNull());
        QVERIFY(m->post(agentPath(QStringLiteral("beginner"), "/next"))["item"].isNull());
        QCOMPARE(itemOf(m->post(agentPath(QStringLiteral("expert"), "/next"))), id);
    }

    void aPausedQueueAndAForeignQueueGiveNothing()
    {
        m->put(QStringLiteral("/queues/other"), one("name", QStringLiteral("Other")));
        m->readyAgent(QStringLiteral("specialist"), one("queues", QJsonArray { QStringLiteral("other") }));
        m->capture();
        QVERIFY(m->post(agentPath(QStringLiteral("specialist"), "/next"))["item"].isNull());
        m->put(QStringLiteral("/queues/general"),
            { { QStringLiteral("name"), QStringLiteral("General") }, { QStringLiteral("state"), QStringLiteral("paused") } }, { { "If-Match", "*" } });
        QVERIFY(m->post(agentPath(ann, "/next"))["item"].isNull());
        m->put(QStringLiteral("/queues/general"), one("name", QStringLiteral("General")), { { "If-Match", "*" } });
        QVERIFY(!m->post(agentPath(ann, "/next"))["item"].isNull());
    }

    void aChangedCurveDecidesTheVeryNextTaking()
    {
        const QString old = m->capture();
        m->advance(std::chrono::hours(1));
        m->capture();
        const qint64 lastEvent = m->get(QStringLiteral("/stats/server"))["lastEvent"].toInteger();
        // From now on the young come first.
        const QJsonObject falling { { QStringLiteral("interpolation"), QStringLiteral("linear") },
            { QStringLiteral("points"),
                QJsonArray { QJsonObject { { QStringLiteral("age"), 0 }, { QStringLiteral("priority"), 100 } },
                    QJsonObject { { QStringLiteral("age"), 10 }, { QStringLiteral("priority"), 0 } } } } };
        const Reply changed = m->put(QStringLiteral("/schemas/standard"),
            { { QStringLiteral("name"), QStringLiteral("Standard") }, { QStringLiteral("unit"), QStringLiteral("hours") },
                { QStringLiteral("sla"), 8 }, { QStringLiteral("managedPeriod"), 24 }, { QStringLiteral("curve"), falling } },
            { { "If-Match", "\"1\"" } });
        QCOMPARE(changed.status, 200);
        const Reply taken = m->post(agentPath(ann, "/next"));
        QVERIFY(itemOf(taken) != old);
        const QJsonArray events = m->get(QStringLiteral("/events?after=%1").arg(lastEvent)).data();
        QCOMPARE(events.size(), 2);
        QCOMPARE(events[0][u"type"].toString(), QStringLiteral("config.updated"));
        QCOMPARE(events[1][u"type"].toString(), QStringLiteral("item.assigned"));
    }

    // ---- Waiting

    void whoWaitsIsGivenWorkTheMomentItArrives()
    {
        const Pending wish = m->begin("POST", agentPath(ann, "/next?wait=30"));
        untilAsked();
        const QString id = m->capture();
        QCOMPARE(itemOf(m->finish(wish)), id);
    }

    void whoWaitsIsToldWhenTheStateChanges()
    {
        const Pending wish = m->begin("POST", agentPath(ann, "/next?wait=30"));
        untilAsked();
        m->put(agentPath(ann, "/state"), one("state", QStringLiteral("loggedOut")));
        QCOMPARE(m->finish(wish).code(), QStringLiteral("agent.not_ready"));
    }

    void waitingEndsWithAnAnswer()
    {
        const Reply nothing = m->post(agentPath(ann, "/next?wait=0.2"));
        QCOMPARE(nothing.status, 200);
        QVERIFY(nothing["item"].isNull());
        QCOMPARE(m->post(agentPath(ann, "/next?wait=61")).status, 400);
        QCOMPARE(m->post(agentPath(ann, "/next?wait=-1")).status, 400);
    }

    void whoWaitsIsAnsweredWhenTheServerStops()
    {
        const Pending wish = m->begin("POST", agentPath(ann, "/next?wait=60"));
        untilAsked();
        m->pipeline->stop();
        const Reply nothing = m->finish(wish);
        QCOMPARE(nothing.status, 200);
        QVERIFY(nothing["item"].isNull());
    }

    // ---- Broken connections

    void aRepeatedTakingGivesTheSameItem()
    {
        m->capture();
        m->capture();
        const HeaderFields key { { "Idempotency-Key", "take-1" } };
        const Reply first = m->post(agentPath(ann, "/next"), {}, key);
        const Reply second = m->post(agentPath(ann, "/next"), {}, key);
        QCOMPARE(second.body, first.body);
        QCOMPARE(second.headers.value("idempotency-replayed"), QByteArray("true"));
        QCOMPARE(m->get(agentPath(ann, "/assignments")).data().size(), 1);
        QCOMPARE(m->post(agentPath(bob, "/next"), {}, key).code(), QStringLiteral("idempotency.key_reused"));
    }

    void whatWasTakenForAClientThatHadGoneIsReturnedAtOnce_data()
    {
        QTest::addColumn<bool>("reset");
        QTest::newRow("closed") << false;
        QTest::newRow("reset") << true;
    }
    void whatWasTakenForAClientThatHadGoneIsReturnedAtOnce()
    {
        QFETCH(bool, reset);
        {
            QTcpSocket client;
            client.connectToHost(QHostAddress(QHostAddress::LocalHost), m->port);
            client.write("POST /iwd/v3/agents/ann/next?wait=30 HTTP/1.1\r\nHost: iwd\r\nContent-Length: 0\r\nx-api-key: "
                + m->adminKey.toLatin1() + "\r\n\r\n");
            QVERIFY(
                QTest::qWaitFor([&client] { return client.state() == QTcpSocket::ConnectedState && client.bytesToWrite() == 0; }, 5'000));
            untilAsked();
            if (reset)
                client.abort();
            else
                client.close();
        }
        const QString id = m->capture();
        QTRY_COMPARE(m->get(QStringLiteral("/items/") + id)["status"].toString(), QStringLiteral("queued"));
        const QJsonArray history = m->get(QStringLiteral("/items/") + id + QStringLiteral("/history")).data();
        QCOMPARE(history.last()[u"type"].toString(), QStringLiteral("item.released"));
        QCOMPARE(history.last()[u"actor"][u"kind"].toString(), QStringLiteral("server"));
        QVERIFY(history.last()[u"reason"].toString().contains(QStringLiteral("gone")));
    }

    void aClientThatOnlyFinishedSendingStillGetsItsItem()
    {
        const QString id = m->capture();
        QTcpSocket client;
        client.connectToHost(QHostAddress(QHostAddress::LocalHost), m->port);
        QVERIFY(QTest::qWaitFor([&client] { return client.state() == QTcpSocket::ConnectedState; }, 5'000));
        client.write(
            "POST /iwd/v3/agents/ann/next HTTP/1.1\r\nHost: iwd\r\nContent-Length: 0\r\nx-api-key: " + m->adminKey.toLatin1() + "\r\n\r\n");
        QVERIFY(QTest::qWaitFor([&client] { return client.bytesToWrite() == 0; }, 5'000));
        QCOMPARE(::shutdown(static_cast<int>(client.socketDescriptor()), SHUT_WR), 0);
        QVERIFY(QTest::qWaitFor([&client] { return client.state() == QTcpSocket::UnconnectedState; }, 10'000));
        QVERIFY(client.readAll().contains(id.toLatin1()));
        QCOMPARE(m->get(QStringLiteral("/items/") + id)["status"].toString(), QStringLiteral("assigned"));
    }

    void whoeverAsksForWorkIsSeenToBeThere()
    {
        const auto isConnected = [this](int agent) { return m->get(QStringLiteral("/stats/agents")).data()[agent][u"connected"].toBool(); };
        QCOMPARE(m->get(QStringLiteral("/stats/agents")).data().first()[u"agent"].toString(), QStringLiteral("ann"));
        QVERIFY(!isConnected(0));
        QCOMPARE(m->post(QStringLiteral("/agents/ann/next")).status, 200);
        QVERIFY(isConnected(0));
        QVERIFY(!isConnected(1));
    }

private:
    /// Until the server is answering one request beside the one that asks.
    void untilAsked() { QTRY_COMPARE(m->get(QStringLiteral("/stats/server"))["requestsInFlight"].toInt(), 2); }

    std::unique_ptr<ApiFixture> m;
};

QTEST_GUILESS_MAIN(TestApiAgents)
#include "tst_api_agents.moc"

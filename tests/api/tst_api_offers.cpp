// SPDX-License-Identifier: Apache-2.0
#include "apifixture.h"

#include <QSignalSpy>
#include <QTest>
#include <QWebSocket>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

const QString ann = u"ann"_s;
const QString bob = u"bob"_s;

QString agentPath(const QString &agent, const char *what)
{
    return u"/agents/"_s + agent + QLatin1StringView(what);
}

QJsonObject held(const QJsonValue &work)
{
    return { { u"item"_s, work[u"item"][u"id"] }, { u"token"_s, work[u"assignment"][u"token"] } };
}

} // namespace

/// Offers over HTTP and WebSocket, queues that are paused and drained, and why an item is where it is.
class TestApiOffers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m = std::make_unique<ApiFixture>();
        const QJsonObject queue { { u"name"_s, u"General"_s }, { u"mode"_s, u"push"_s }, { u"userData"_s, QJsonObject { { u"desk"_s, u"A"_s } } } };
        QCOMPARE(m->put(u"/queues/general"_s, queue, { { "If-Match", "*" } }).status, 200);
    }
    void cleanup() { m.reset(); }

    void aWaitingDesktopIsToldOfItsOffer()
    {
        m->readyAgent(ann);
        Pending waiting = m->begin("GET", u"/iwd/v3/agents/ann/offers?wait=30"_s);
        QVERIFY(!QTest::qWaitFor([&] { return waiting.finished(); }, 100));
        const QString id = m->capture();
        const Reply offers = m->finish(std::move(waiting));
        QCOMPARE(offers.status, 200);
        QCOMPARE(offers.data().size(), 1);
        const QJsonValue offer = offers.data().first();
        QCOMPARE(offer[u"item"][u"id"].toString(), id);
        QCOMPARE(offer[u"item"][u"status"].toString(), u"distributed"_s);
        QCOMPARE(offer[u"assignment"][u"offered"].toBool(), true);
        QCOMPARE(offer[u"assignment"][u"userData"][u"desk"].toString(), u"A"_s);
        QVERIFY(m->get(agentPath(ann, "/assignments")).data().isEmpty());
        QCOMPARE(m->get(u"/agents/ann"_s)["offered"].toInt(), 1);
        // Who has seen it asks for later ones.
        const QString after = QString::number(offer[u"assignment"][u"token"].toInteger());
        QVERIFY(m->get(u"/agents/ann/offers?after="_s + after).data().isEmpty());
        QCOMPARE(m->get(u"/agents/nobody/offers"_s).status, 404);
        QCOMPARE(m->get(u"/agents/ann/offers?after=-1"_s).status, 400);
    }

    void anOfferIsAcceptedAndWorkedOn()
    {
        m->readyAgent(ann);
        m->capture();
        m->key = m->agentKey;
        const QJsonValue offer = m->get(agentPath(ann, "/offers")).data().first();
        QCOMPARE(m->post(agentPath(ann, "/complete"), held(offer)).code(), u"item.not_allowed_in_status"_s);
        const Reply accepted = m->post(agentPath(ann, "/accept"), held(offer));
        QCOMPARE(accepted.status, 200);
        QCOMPARE(accepted["item"][u"status"].toString(), u"assigned"_s);
        QCOMPARE(accepted["assignment"][u"token"], offer[u"assignment"][u"token"]);
        QCOMPARE(m->post(agentPath(ann, "/complete"), held(offer)).status, 200);
        QCOMPARE(m->post(agentPath(ann, "/accept"), held(offer)).code(), u"assignment.stale_token"_s);
    }

    void aDeclinedOfferGoesToTheNext()
    {
        m->readyAgent(ann);
        m->capture();
        m->readyAgent(bob);
        QJsonObject decline = held(m->get(agentPath(ann, "/offers")).data().first());
        decline.insert(u"reason"_s, u"At lunch"_s);
        const Reply declined = m->post(agentPath(ann, "/decline"), decline);
        QCOMPARE(declined.status, 200);
        QCOMPARE(m->get(agentPath(bob, "/offers")).data().size(), 1);
        QVERIFY(m->get(agentPath(ann, "/offers")).data().isEmpty());
    }

    void workIsTransferred()
    {
        m->readyAgent(ann);
        m->put(u"/queues/backup"_s, { { u"name"_s, u"Backup"_s } });
        const QString id = m->capture();
        const QJsonObject offer = held(m->get(agentPath(ann, "/offers")).data().first());
        m->post(agentPath(ann, "/accept"), offer);
        QCOMPARE(m->post(agentPath(ann, "/transfer"), offer).field(), u"toQueue"_s);
        QJsonObject toBob = offer;
        toBob.insert(u"toAgent"_s, bob);
        QCOMPARE(m->post(agentPath(ann, "/transfer"), toBob).status, 422);
        m->readyAgent(bob);
        QCOMPARE(m->post(agentPath(ann, "/transfer"), toBob).status, 200);
        QJsonObject onward = held(m->get(agentPath(bob, "/offers")).data().first());
        m->post(agentPath(bob, "/accept"), onward);
        onward.insert(u"toQueue"_s, u"backup"_s);
        QCOMPARE(m->post(agentPath(bob, "/transfer"), onward)["queue"].toString(), u"backup"_s);
        QCOMPARE(m->get(u"/items/"_s + id)["status"].toString(), u"queued"_s);
    }

    void aChannelIsClosedByItself()
    {
        m->readyAgent(ann);
        const QJsonObject noMail { { u"channel"_s, u"email"_s }, { u"state"_s, u"notReady"_s }, { u"reason"_s, u"Inbox is full"_s } };
        const Reply set = m->put(agentPath(ann, "/state"), noMail);
        QCOMPARE(set["state"].toString(), u"ready"_s);
        QCOMPARE(set["channels"][u"email"][u"state"].toString(), u"notReady"_s);
        m->capture({ { u"channel"_s, u"email"_s } });
        QVERIFY(m->get(agentPath(ann, "/offers")).data().isEmpty());
        m->put(agentPath(ann, "/state"), { { u"channel"_s, u"email"_s }, { u"state"_s, u"ready"_s } });
        QCOMPARE(m->get(agentPath(ann, "/offers")).data().size(), 1);
        QCOMPARE(m->put(agentPath(ann, "/state"), { { u"channel"_s, u"email"_s }, { u"state"_s, u"loggedOut"_s } }).field(), u"state"_s);
    }

    void theStreamTellsOfOffersAndTheirEnd()
    {
        m->readyAgent(ann);
        const QString early = m->capture();
        QWebSocket socket;
        QSignalSpy messages(&socket, &QWebSocket::textMessageReceived);
        QNetworkRequest request(QUrl(u"ws://127.0.0.1:%1/iwd/v3/agents/ann/offers/stream"_s.arg(m->port)));
        request.setRawHeader("x-api-key", m->agentKey.toUtf8());
        socket.open(request);
        QTRY_COMPARE(messages.size(), 1);
        const auto message = [&](int i) { return QJsonDocument::fromJson(messages.at(i).first().toString().toUtf8()).object(); };
        QCOMPARE(message(0)[u"type"].toString(), u"offer"_s);
        QCOMPARE(message(0)[u"item"][u"id"].toString(), early);
        const QString late = m->capture({ { u"customerId"_s, u"c"_s } });
        m->post(agentPath(ann, "/decline"), held(QJsonValue(message(0))));
        QTRY_COMPARE(messages.size(), 3);
        QStringList types { message(1)[u"type"].toString(), message(2)[u"type"].toString() };
        types.sort();
        QCOMPARE(types, (QStringList { u"offer"_s, u"offerEnded"_s }));
        const QJsonObject offered = message(message(1)[u"type"].toString() == u"offer"_s ? 1 : 2);
        QCOMPARE(offered[u"item"][u"id"].toString(), late);
        QCOMPARE(m->get(agentPath(ann, "/offers/stream")).status, 426);
    }

    void theStreamTellsOfManyOffersOnceEach()
    {
        m->readyAgent(ann, { { u"capacity"_s, QJsonObject { { u"*"_s, 50 } } } });
        QStringList captured;
        for (int i = 0; i < 40; ++i)
            captured.append(m->capture());
        QCOMPARE(m->get(agentPath(ann, "/offers")).data().size(), 40);
        QWebSocket socket;
        QStringList offered;
        QObject::connect(&socket, &QWebSocket::textMessageReceived, &socket, [&offered](const QString &text) { offered.append(QJsonDocument::fromJson(text.toUtf8())[u"item"][u"id"].toString()); });
        QNetworkRequest request(QUrl(u"ws://127.0.0.1:%1/iwd/v3/agents/ann/offers/stream"_s.arg(m->port)));
        request.setRawHeader("x-api-key", m->agentKey.toUtf8());
        socket.open(request);
        captured.append(m->capture());
        QTRY_COMPARE(offered.size(), captured.size());
        offered.sort();
        captured.sort();
        QCOMPARE(offered, captured);
    }

    void theStreamIsForAgentsThatExist()
    {
        QWebSocket socket;
        QSignalSpy failed(&socket, QOverload<QAbstractSocket::SocketError>::of(&QWebSocket::error));
        QNetworkRequest request(QUrl(u"ws://127.0.0.1:%1/iwd/v3/agents/nobody/offers/stream"_s.arg(m->port)));
        request.setRawHeader("x-api-key", m->agentKey.toUtf8());
        socket.open(request);
        QTRY_COMPARE(failed.size(), 1);
    }

    void aQueueIsPausedDrainedAndOpened()
    {
        m->readyAgent(ann);
        QCOMPARE(m->post(u"/queues/general/pause"_s)["state"].toString(), u"paused"_s);
        m->capture();
        QVERIFY(m->get(agentPath(ann, "/offers")).data().isEmpty());
        QCOMPARE(m->post(u"/queues/general/drain"_s).field(), u"overflow"_s);
        QCOMPARE(m->post(u"/queues/missing/pause"_s).status, 404);
        QCOMPARE(m->post(u"/queues/general/open"_s, {}, { { "If-Match", "\"999\"" } }).status, 412);
        QCOMPARE(m->post(u"/queues/general/open"_s)["state"].toString(), u"open"_s);
        QCOMPARE(m->get(agentPath(ann, "/offers")).data().size(), 1);
    }

    void anItemIsExplained()
    {
        m->put(u"/skills/network"_s, { { u"name"_s, u"Network"_s } });
        const QJsonObject step { { u"afterSeconds"_s, 240 }, { u"requiredSkills"_s, QJsonObject { { u"network"_s, 2 } } } };
        const QJsonObject queue { { u"name"_s, u"General"_s }, { u"mode"_s, u"push"_s }, { u"requiredSkills"_s, QJsonObject { { u"network"_s, 5 } } },
            { u"relaxation"_s, QJsonArray { step } } };
        m->put(u"/queues/general"_s, queue, { { "If-Match", "*" } });
        m->readyAgent(ann, { { u"skills"_s, QJsonObject { { u"network"_s, 2 } } } });
        const QString id = m->capture();
        const Reply item = m->get(u"/items/"_s + id);
        QCOMPARE(item["nextStep"][u"text"].toString(), u"widens to network level 2"_s);
        QCOMPARE(item["nextStep"][u"atDateTime"].toString(), toIso(m->clock->now() + std::chrono::minutes(4)));
        const Reply explained = m->get(u"/items/"_s + id + u"/explanation"_s);
        QCOMPARE(explained.status, 200);
        QCOMPARE(explained["inQueue"][u"ahead"].toInt(), 0);
        int sum = 0;
        for (const auto &term : explained["priority"][u"terms"].toArray())
            sum += term[u"value"].toInt();
        QCOMPARE(explained["priority"][u"value"].toInt(), sum);
        QCOMPARE(explained["priority"][u"value"], item["priority"]);
        QCOMPARE(explained["notAssigned"].toArray().first()[u"code"].toString(), u"nobodyEligibleYet"_s);
        QCOMPARE(explained["prospects"].toArray().first()[u"agent"].toString(), ann);
        QCOMPARE(m->get(u"/items/wi-999/explanation"_s).status, 404);
        m->post(u"/items/"_s + id + u"/complete"_s);
        const Reply ended = m->get(u"/items/"_s + id + u"/explanation"_s);
        QVERIFY(ended["priority"].isNull());
        QVERIFY(ended["notAssigned"].toArray().isEmpty());
    }

    void whatHardlyDoesWhatItIsMeantToIsSaidWhenItIsSaved()
    {
        const QJsonObject all { { u"name"_s, u"All"_s }, { u"queue"_s, u"general"_s }, { u"schema"_s, u"standard"_s }, { u"order"_s, -10 } };
        const Reply greedy = m->put(u"/categories/all"_s, all);
        QCOMPARE(greedy.status, 201);
        QVERIFY(greedy["warnings"].toArray().first().toString().contains(u"general"_s));
        m->put(u"/skills/network"_s, { { u"name"_s, u"Network"_s } });
        const QJsonObject queue { { u"name"_s, u"Net"_s }, { u"requiredSkills"_s, QJsonObject { { u"network"_s, 5 } } } };
        QVERIFY(m->put(u"/queues/net"_s, queue)["warnings"].isUndefined()); // nobody serves anything yet
        m->readyAgent(ann);
        const Reply unserved = m->put(u"/queues/net"_s, queue, { { "If-Match", "*" } });
        QVERIFY(unserved["warnings"].toArray().first().toString().contains(u"No agent can serve"_s));
        // What was answered may be sent back.
        QCOMPARE(m->put(u"/queues/net"_s, unserved.json(), { { "If-Match", unserved.etag() } }).status, 200);
    }

private:
    std::unique_ptr<ApiFixture> m;
};

QTEST_GUILESS_MAIN(TestApiOffers)
#include "tst_api_offers.moc"

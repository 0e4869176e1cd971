// SPDX-License-Identifier: Apache-2.0
#include "guiserver.h"

#include <actions/itemactions.h>
#include <models/explanationtext.h>
#include <models/itemdetails.h>

#include <QSignalSpy>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

constexpr int patienceMs = 30'000;
const Session::Options quick { milliseconds(100), milliseconds(100), milliseconds(2'000) };

} // namespace

/// Somebody who is signed in: what they may and do, and what they see of outages.
class TestAdminSession : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<GuiServer>(); }
    void cleanupTestCase() { QCOMPARE(m_server->process().stop(), 0); }
    void init() { m_session = m_server->signIn(u"admin"_s, quick); }
    void cleanup() { m_session.reset(); }

    void itKnowsWhoItIsAndWhatTheyMay()
    {
        QCOMPARE(m_session->userName(), u"admin"_s);
        QVERIFY(!m_session->tenantName().isEmpty());
        QVERIFY(m_session->may(Privilege::WorkitemsHold));
        QVERIFY(!m_session->isReadOnly());
    }

    void whoMayOnlyLookIsToldSo()
    {
        m_server->call("POST", "/users", QJsonObject { { u"name"_s, u"vera"_s }, { u"password"_s, QString::fromLatin1(GuiServer::password) }, { u"roles"_s, QJsonArray { u"Viewer"_s } } });
        auto signedIn = await(signInByPassword(signInClient(m_server->url()), u"vera"_s, QString::fromLatin1(GuiServer::password)));
        QVERIFY(signedIn && signedIn->changePassword);
        QVERIFY(await(changePassword(m_server->url(), signedIn->token, QString::fromLatin1(GuiServer::password), u"another long phrase of hers"_s)));
        Profile profile;
        profile.url = m_server->url();
        const auto session = await(Session::open(profile, signedIn->token, quick));
        QVERIFY(session);
        QVERIFY((*session)->isReadOnly());
        const ItemActions actions(**session);
        QVERIFY(!actions.may(ItemOperation::Hold, 1));
        // Rights that change are found out by themselves.
        QSignalSpy changed(session->get(), &Session::rightsChanged);
        m_server->call("PUT", "/users/vera", QJsonObject { { u"roles"_s, QJsonArray { u"Supervisor"_s } } }, { { "If-Match", "*" } });
        QTRY_VERIFY_WITH_TIMEOUT(!changed.isEmpty(), patienceMs);
        QVERIFY(actions.may(ItemOperation::Hold, 1));
    }

    void aWrongPasswordIsRefusedInWords()
    {
        const auto signedIn = await(signInByPassword(signInClient(m_server->url()), u"admin"_s, u"wrong"_s));
        QVERIFY(!signedIn);
        QCOMPARE(signedIn.error().code, ErrorCode::InvalidCredentials);
        QVERIFY(!signedIn.error().text.isEmpty());
    }

    void aTokenOfNobodyOpensNothing()
    {
        Profile profile;
        profile.url = m_server->url();
        const auto session = await(Session::open(profile, u"made-up-by-somebody-else"_s, quick));
        QVERIFY(!session);
        QCOMPARE(session.error().code, ErrorCode::InvalidCredentials);
    }

    void aSessionThatIsEndedElsewhereEndsHere()
    {
        QSignalSpy changed(m_session.get(), &Session::linkChanged);
        for (const QJsonValue session : m_server->call("GET", "/sessions?user=admin").json()["data"_L1].toArray())
            m_server->call("DELETE", "/sessions/" + session["id"_L1].toString().toLatin1());
        QTRY_COMPARE_WITH_TIMEOUT(m_session->link(), Session::Link::Ended, patienceMs);
        QVERIFY(!m_session->reason().isEmpty());
        QCOMPARE(changed.size(), 1);
    }

    void whoSignsOutHasASessionNoMore()
    {
        QVERIFY(await(m_session->signOut()));
        QCOMPARE(m_session->link(), Session::Link::Ended);
        const auto me = await(m_session->client().get(u"/me"_s));
        QVERIFY(!me);
        QCOMPARE(me.error().code, ErrorCode::InvalidCredentials);
    }

    void oneItemIsHeldAndResumed()
    {
        const QString id = m_server->capture(1).first();
        ItemActions actions(*m_session);
        const auto hold = actions.start(ItemOperation::Hold, { id }, { { u"reason"_s, u"Lunch"_s } });
        QVERIFY(finished(hold));
        QCOMPARE(m_server->statusOf(id), u"held"_s);
        QVERIFY(hold->canUndo());
        const auto undo = actions.undo(*hold);
        QVERIFY(finished(undo));
        QCOMPARE(m_server->statusOf(id), u"queued"_s);
        QVERIFY(!undo->canUndo());
    }

    void manyItemsAreHeldByAJobAndThoseThatWereHeldBeforeStaySo()
    {
        const QStringList ids = m_server->capture(500);
        m_server->call("POST", "/items/" + ids.at(7).toLatin1() + "/hold");
        ItemActions actions(*m_session);
        const auto hold = actions.start(ItemOperation::Hold, ids, {});
        QSignalSpy progressed(hold.get(), &ItemTask::progressed);
        QVERIFY(finished(hold));
        QVERIFY(!progressed.isEmpty());
        QCOMPARE(hold->done(), 499);
        QCOMPARE(hold->skipped(), 1);
        QCOMPARE(m_server->statusOf(ids.last()), u"held"_s);
        const auto undo = actions.undo(*hold);
        QVERIFY(finished(undo));
        QCOMPARE(undo->done(), 499);
        QCOMPARE(m_server->statusOf(ids.last()), u"queued"_s);
        QCOMPARE(m_server->statusOf(ids.at(7)), u"held"_s);
    }

    void whatCannotBeDoneIsSaid()
    {
        const QString id = m_server->capture(QJsonArray { QJsonObject { { u"captureId"_s, u"DONE1"_s } } }).first();
        m_server->call("POST", "/items/" + id.toLatin1() + "/complete");
        ItemActions actions(*m_session);
        const auto hold = actions.start(ItemOperation::Hold, { id }, {});
        QTRY_COMPARE_WITH_TIMEOUT(hold->state(), ItemTask::State::Failed, patienceMs);
        QCOMPARE(hold->error()->code, ErrorCode::NotAllowedInStatus);
        QVERIFY(!hold->canUndo());
        QCOMPARE(ItemActions::fitting(ItemOperation::Hold, { u"completed"_s, u"queued"_s, u"unheard of"_s }), 1);
    }

    void allAboutAnItemComesTogether()
    {
        const QString id = m_server->capture(QJsonArray { QJsonObject { { u"captureId"_s, u"<b>BOLD</b>"_s }, { u"customerId"_s, u"<script>"_s } } }).first();
        m_server->call("PATCH", "/items/" + id.toLatin1(), QJsonObject { { u"customerId"_s, u"<i>"_s } });
        ItemDetails details(*m_session);
        details.show(id);
        QTRY_VERIFY_WITH_TIMEOUT(!details.item().isEmpty(), patienceMs);
        QCOMPARE(details.item()["captureId"_L1].toString(), u"<b>BOLD</b>"_s);
        QVERIFY(details.events().size() >= 2);
        const QString why = explanationHtml(details.explanation());
        QVERIFY2(why.contains(u"Priority"_s), qPrintable(why));
        const QString history = historyHtml(details.events());
        QVERIFY2(history.contains(u"&lt;i&gt;"_s) && !history.contains(u"<script>"_s), qPrintable(history)); // what sources write is no HTML of ours
        details.show(u"wi-999999999"_s);
        QTRY_VERIFY_WITH_TIMEOUT(details.error(), patienceMs);
        QCOMPARE(details.error()->code, ErrorCode::ItemNotFound);
        QVERIFY(details.item().isEmpty());
    }

    void anOutageIsNoticedAndOver()
    {
        m_server->process().kill();
        QTRY_COMPARE_WITH_TIMEOUT(m_session->link(), Session::Link::Broken, patienceMs);
        QVERIFY(!m_session->reason().isEmpty());
        const QDateTime since = m_session->since();
        m_server->process().start();
        QVERIFY(m_server->process().waitUntilReady());
        QTRY_COMPARE_WITH_TIMEOUT(m_session->link(), Session::Link::Working, patienceMs);
        QVERIFY(m_session->since() > since);
    }

private:
    static bool finished(const std::shared_ptr<ItemTask> &task)
    {
        const bool ended = QTest::qWaitFor([&] { return task->state() != ItemTask::State::Running; }, patienceMs);
        if (task->error())
            qWarning("%s", qPrintable(task->error()->text));
        return ended && task->state() == ItemTask::State::Ended;
    }

    std::unique_ptr<GuiServer> m_server;
    std::unique_ptr<Session> m_session;
};

QTEST_MAIN(TestAdminSession)
#include "tst_admin_session.moc"

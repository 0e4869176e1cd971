// SPDX-License-Identifier: Apache-2.0
#include "apifixture.h"

#include <QCryptographicHash>
#include <QTcpSocket>

#include <condition_variable>
#include <mutex>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

constexpr int patienceMs = 30'000; ///< on a busy machine

/// A copy in memory.
class FakeBackup final : public Backup
{
public:
    FakeBackup(QByteArray content, std::shared_ptr<std::atomic<int>> alive)
        : m_content(std::move(content))
        , m_alive(std::move(alive))
    {
        ++*m_alive;
        m_facts.moment = fromMillis(1'456'747'200'000);
        m_facts.bytes = m_content.size();
        m_facts.sha256 = QCryptographicHash::hash(m_content, QCryptographicHash::Sha256);
        m_facts.items = 42;
        m_facts.lastEvent = 4711;
        m_facts.migration = 11;
    }
    ~FakeBackup() override { --*m_alive; }
    const BackupFacts &facts() const override { return m_facts; }
    Result<QByteArray> read(qsizetype most) override
    {
        const QByteArray piece = m_content.mid(m_read, most);
        m_read += piece.size();
        return piece;
    }

private:
    const QByteArray m_content;
    const std::shared_ptr<std::atomic<int>> m_alive;
    BackupFacts m_facts;
    qsizetype m_read = 0;
};

/// Makes what it is told to, when it is told to.
class FakeMaker final : public BackupMaker
{
public:
    Result<std::shared_ptr<Backup>> make(const std::function<bool()> &isWanted) override
    {
        ++made;
        std::unique_lock lock(m_mutex);
        while (m_held && isWanted())
            m_wake.wait_for(lock, milliseconds(5));
        if (!isWanted())
            return Error { ErrorCode::Draining, u"The server stops."_s, {}, {} };
        if (failure)
            return *failure;
        return std::shared_ptr<Backup>(std::make_shared<FakeBackup>(content, alive));
    }
    void hold(bool held)
    {
        const std::lock_guard lock(m_mutex);
        m_held = held;
        m_wake.notify_all();
    }

    QByteArray content = QByteArray("a whole database ").repeated(100'000); // 1.7 MB, several pieces
    std::optional<Error> failure;
    std::atomic<int> made = 0;
    const std::shared_ptr<std::atomic<int>> alive = std::make_shared<std::atomic<int>>(0); ///< copies that take room

private:
    std::mutex m_mutex;
    std::condition_variable m_wake;
    bool m_held = false;
};

} // namespace

/// POST /backup: who gets all data, and how.
class TestApiBackup : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_maker = std::make_unique<FakeMaker>();
        m = std::make_unique<ApiFixture>(ApiOptions { .backups = m_maker.get() });
    }
    void cleanup()
    {
        m.reset();
        m_maker.reset();
    }

    void anAdministratorGetsTheWholeCopyWithItsDigest()
    {
        const Reply reply = m->post(backup);
        QCOMPARE(reply.status, 200);
        QCOMPARE(reply.contentType, QByteArray("application/vnd.sqlite3"));
        QVERIFY(reply.body == m_maker->content);
        QCOMPARE(reply.headers.value("repr-digest"), QByteArray("sha-256=:" + QCryptographicHash::hash(m_maker->content, QCryptographicHash::Sha256).toBase64() + ':'));
        QCOMPARE(reply.headers.value("backup-bytes"), QByteArray::number(m_maker->content.size()));
        QCOMPARE(reply.headers.value("backup-items"), QByteArray("42"));
        QCOMPARE(reply.headers.value("backup-last-event"), QByteArray("4711"));
        QCOMPARE(reply.headers.value("backup-schema"), QByteArray("11"));
        QCOMPARE(reply.headers.value("backup-moment"), QByteArray("2016-02-29T12:00:00.000Z"));
        QCOMPARE(reply.headers.value("cache-control"), QByteArray("no-store"));
        QTRY_COMPARE_WITH_TIMEOUT(m_maker->alive->load(), 0, patienceMs);
    }

    void theAuditNamesWhoTookIt()
    {
        QCOMPARE(m->post(backup).status, 200);
        const QJsonArray entries = m->get(u"/audit?kind=backup"_s).data();
        QCOMPARE(entries.size(), 1);
        const QJsonObject entry = entries.first().toObject();
        QCOMPARE(entry.value(u"action"_s).toString(), u"create"_s);
        QCOMPARE(entry.value(u"actor"_s)[u"name"_s].toString(), u"admin"_s);
        QCOMPARE(entry.value(u"object"_s).toString(), u"2016-02-29T12:00:00.000Z"_s);
        QCOMPARE(entry.value(u"after"_s)[u"bytes"_s].toInteger(), m_maker->content.size());
    }

    void nobodyElseGetsIt_data()
    {
        QTest::addColumn<QString>("who");
        QTest::addColumn<QString>("says");
        QTest::newRow("a source") << u"source"_s << u"lacks the privilege Server.Backup"_s;
        QTest::newRow("a key with all other privileges of administrators") << u"almost"_s << u"lacks the privilege Server.Backup"_s;
        QTest::newRow("an administrator's key that belongs to an agent") << u"agent"_s << u"belongs to the agent"_s;
        QTest::newRow("a key that is kept to categories") << u"categories"_s << u"some categories only"_s;
        QTest::newRow("an administrator of another tenant") << u"other tenant"_s << u"administrators of the first one, 100"_s;
    }
    void nobodyElseGetsIt()
    {
        QFETCH(QString, who);
        QFETCH(QString, says);
        if (who == u"source"_s)
            m->key = m->sourceKey;
        if (who == u"other tenant"_s)
            m->key = m->otherKey;
        if (who == u"almost"_s) {
            QStringList privileges = namesOf(allPrivileges());
            QVERIFY(privileges.removeOne(u"Server.Backup"_s));
            m->key = m->newKey(privileges, m->tenant);
        }
        if (who == u"agent"_s)
            m->key = m->newKey({ u"admin"_s }, m->tenant, std::nullopt, u"alice"_s);
        if (who == u"categories"_s) {
            QCOMPARE(m->put(u"/categories/claims"_s, { { u"name"_s, u"Claims"_s }, { u"rule"_s, QJsonObject { { u"attribute"_s, u"productType"_s }, { u"operator"_s, u"equals"_s }, { u"value"_s, u"claim"_s } } },
                                 { u"queue"_s, u"general"_s }, { u"schema"_s, u"standard"_s } }).status, 201);
            const Reply made = m->post(u"/api-keys"_s, { { u"name"_s, u"Some"_s }, { u"scopes"_s, QJsonArray { u"admin"_s } }, { u"categories"_s, QJsonArray { u"claims"_s } } });
            QVERIFY2(made.status == 201, made.body.constData());
            m->key = made["key"].toString();
        }
        const Reply reply = m->post(backup);
        QCOMPARE(reply.status, 403);
        QCOMPARE(reply.code(), u"auth.not_allowed"_s);
        QVERIFY2(reply["detail"].toString().contains(says), reply.body.constData());
        QCOMPARE(m_maker->made.load(), 0);
    }

    void aKeyMayHaveThisPrivilegeAlone()
    {
        m->key = m->newKey({ u"Server.Backup"_s }, m->tenant);
        QCOMPARE(m->post(backup).status, 200);
        QCOMPARE(m->get(u"/queues"_s).status, 403);
    }

    void onlyOneIsMadeAtATime()
    {
        m_maker->hold(true);
        Pending first = m->begin("POST", backup, "{}");
        QTRY_COMPARE_WITH_TIMEOUT(m_maker->made.load(), 1, patienceMs);
        const Reply second = m->post(backup);
        QCOMPARE(second.status, 409);
        QCOMPARE(second.code(), u"job.too_many"_s);
        m_maker->hold(false);
        QCOMPARE(m->finish(first).status, 200);
        QTRY_COMPARE_WITH_TIMEOUT(m_maker->alive->load(), 0, patienceMs);
        QCOMPARE(m->post(backup).status, 200);
        QCOMPARE(m_maker->made.load(), 2);
    }

    void aClientThatHangsUpLeavesNothingAndMakesRoomForTheNext()
    {
        m_maker->content = QByteArray(24'000'000, 'x'); // more than all buffers between the two ends
        QTcpSocket socket;
        socket.setReadBufferSize(1'000);
        socket.connectToHost(QHostAddress(QHostAddress::LocalHost), m->port);
        socket.write("POST /iwd/v3/backup HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nx-api-key: " + m->key.toLatin1() + "\r\n\r\n");
        QTRY_VERIFY_WITH_TIMEOUT(socket.bytesAvailable() > 0, patienceMs);
        QVERIFY(socket.readLine().startsWith("HTTP/1.1 200"));
        QCOMPARE(m_maker->alive->load(), 1);
        QCOMPARE(m->post(backup).status, 409); // it is being sent
        socket.abort();
        QTRY_COMPARE_WITH_TIMEOUT(m_maker->alive->load(), 0, patienceMs);
        m_maker->content = "small";
        Reply next;
        QTRY_VERIFY_WITH_TIMEOUT((next = m->post(backup)).status != 409, patienceMs);
        QCOMPARE(next.status, 200);
    }

    void aClientThatHangsUpBeforeTheCopyIsMadeLeavesNothing()
    {
        m_maker->hold(true);
        {
            Pending first = m->begin("POST", backup, "{}");
            QTRY_COMPARE_WITH_TIMEOUT(m_maker->made.load(), 1, patienceMs);
            first.abort();
        }
        m_maker->hold(false);
        Reply next;
        QTRY_VERIFY_WITH_TIMEOUT((next = m->post(backup)).status != 409, patienceMs);
        QCOMPARE(next.status, 200);
        QTRY_COMPARE_WITH_TIMEOUT(m_maker->alive->load(), 0, patienceMs);
    }

    void aKeyThatIsDeletedMeanwhileEndsItsBackup()
    {
        m_maker->content = QByteArray(24'000'000, 'x');
        const Reply made = m->post(u"/api-keys"_s, { { u"name"_s, u"Short"_s }, { u"scopes"_s, QJsonArray { u"admin"_s } } });
        QTcpSocket socket;
        socket.setReadBufferSize(1'000'000);
        socket.connectToHost(QHostAddress(QHostAddress::LocalHost), m->port);
        socket.write("POST /iwd/v3/backup HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nx-api-key: " + made["key"].toString().toLatin1() + "\r\n\r\n");
        QTRY_VERIFY_WITH_TIMEOUT(socket.bytesAvailable() > 0, patienceMs);
        QCOMPARE(m->remove(u"/api-keys/"_s + made["id"].toString()).status, 204);
        qint64 got = 0;
        QTRY_VERIFY_WITH_TIMEOUT((got += socket.readAll().size(), socket.state() == QAbstractSocket::UnconnectedState), patienceMs);
        QVERIFY(got < m_maker->content.size());
        QTRY_COMPARE_WITH_TIMEOUT(m_maker->alive->load(), 0, patienceMs);
    }

    void whatGoesWrongIsTold()
    {
        m_maker->failure = Error { ErrorCode::StorageUnavailable, u"The backup could not be made: the disk is full."_s, {}, {} };
        const Reply reply = m->post(backup);
        QCOMPARE(reply.status, 503);
        QVERIFY(reply["detail"].toString().contains(u"the disk is full"_s));
        QCOMPARE(m->get(u"/audit?kind=backup"_s).data().size(), 0);
        m_maker->failure.reset();
        QCOMPARE(m->post(backup).status, 200); // the place is free again
    }

    void aServerThatStopsGivesUpTheCopyItMakes()
    {
        m_maker->hold(true);
        const Pending first = m->begin("POST", backup, "{}");
        QTRY_COMPARE_WITH_TIMEOUT(m_maker->made.load(), 1, patienceMs);
        m->pipeline->stop();
        const Reply reply = m->finish(first);
        QCOMPARE(reply.status, 503);
        QCOMPARE(reply.code(), u"server.draining"_s);
    }

    void aStoreWithOtherWaysSaysSo()
    {
        m = std::make_unique<ApiFixture>();
        const Reply reply = m->post(backup);
        QCOMPARE(reply.status, 409);
        QCOMPARE(reply.code(), u"configuration.invalid"_s);
        QVERIFY(reply["detail"].toString().contains(u"pg_dump"_s));
    }

private:
    const QString backup = u"/backup"_s;
    std::unique_ptr<FakeMaker> m_maker;
    std::unique_ptr<ApiFixture> m;
};

QTEST_GUILESS_MAIN(TestApiBackup)
#include "tst_api_backup.moc"

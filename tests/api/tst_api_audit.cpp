// SPDX-License-Identifier: Apache-2.0
#include "apifixture.h"
#include "slowclient.h"

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

const QString audit = u"/audit"_s;
const QString exported = u"/audit/export"_s;

constexpr int seeded = 4; ///< entries with which each tenant begins

QStringList linesOf(const QByteArray &csv)
{
    QStringList lines = QString::fromUtf8(csv).split(u"\r\n"_s);
    lines.removeLast(); // what follows the last line end
    return lines;
}

QJsonArray entriesOf(const QByteArray &ndjson)
{
    QJsonArray entries;
    for (const QByteArray &line : ndjson.trimmed().split('\n')) {
        if (!line.isEmpty())
            entries.append(QJsonDocument::fromJson(line).object());
    }
    return entries;
}

} // namespace

/// The audit as a file. What is in it, and who writes there, is tried where it is done: users, configuration, filters.
class TestApiAudit : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m = std::make_unique<ApiFixture>(); }
    void cleanup() { m.reset(); }

    void theFileSaysWhatTheListSays()
    {
        changeThings();
        const Reply file = m->get(exported + u"?format=ndjson"_s);
        QCOMPARE(file.status, 200);
        QCOMPARE(file.contentType, QByteArray("application/x-ndjson"));
        const QByteArray disposition = file.headers.value("content-disposition");
        QVERIFY2(disposition.startsWith("attachment; filename=\"audit-2") && disposition.endsWith("Z.ndjson\""), disposition.constData());
        const QJsonArray list = m->get(audit + u"?limit=1000"_s).data();
        QVERIFY(list.size() >= 5);
        QCOMPARE(entriesOf(file.body), list);
    }

    void csvHasALineForEachEntry()
    {
        changeThings();
        const Reply file = m->get(exported);
        QCOMPARE(file.status, 200);
        QCOMPARE(file.contentType, QByteArray("text/csv; charset=utf-8; header=present"));
        const QStringList lines = linesOf(file.body);
        QCOMPARE(lines[0], u"id,time,actorKind,actorId,actorName,address,action,kind,object,version,before,after"_s);
        const QJsonArray list = m->get(audit + u"?limit=1000"_s).data();
        QCOMPARE(lines.size(), list.size() + 1);
        for (qsizetype i = 0; i < list.size(); ++i) {
            const QJsonValue actor = list[i][u"actor"];
            const QString begin = list[i][u"id"].toString() + u',' + list[i][u"time"].toString() + u',' + actor[u"kind"].toString() + u',' + actor[u"id"].toString() + u',';
            QVERIFY2(lines[i + 1].startsWith(begin), qPrintable(lines[i + 1]));
        }
        const QStringList renamed = linesOf(m->get(exported + u"?kind=queue&action=update"_s).body);
        QCOMPARE(renamed.size(), 2);
        QVERIFY2(renamed[1].endsWith(u",update,queue,q1,2,\"{\"\"name\"\":\"\"One\"\"}\",\"{\"\"name\"\":\"\"Two, \\\"\"three\\\"\"\"\"}\""_s), qPrintable(renamed[1]));
        // Who is called like a formula is not computed.
        const QStringList user = linesOf(m->get(exported + u"?kind=user"_s).body);
        QVERIFY2(user[1].contains(u",create,user,'=1+1,1,,"_s), qPrintable(user[1]));
        QCOMPARE(entriesOf(m->get(exported + u"?kind=user&format=ndjson"_s).body)[0][u"object"].toString(), u"=1+1"_s);
    }

    void entriesAreChosenAsInTheList_data()
    {
        QTest::addColumn<QString>("choice");
        QTest::newRow("kind") << u"kind=queue"_s;
        QTest::newRow("object") << u"kind=queue&object=q1"_s;
        QTest::newRow("action") << u"action=create"_s;
        QTest::newRow("from") << u"from=2100-01-01T00:00:00Z"_s;
        QTest::newRow("until") << u"until=2100-01-01T00:00:00%2B01:00"_s;
        QTest::newRow("nobody") << u"actor=nobody"_s;
    }
    void entriesAreChosenAsInTheList()
    {
        QFETCH(const QString, choice);
        changeThings();
        const Reply file = m->get(exported + u"?format=ndjson&"_s + choice);
        QCOMPARE(file.status, 200);
        QCOMPARE(entriesOf(file.body), m->get(audit + u"?limit=1000&"_s + choice).data());
        const Reply csv = m->get(exported + u'?' + choice);
        QCOMPARE(linesOf(csv.body).size(), entriesOf(file.body).size() + 1);
    }

    void whatIsWrongWithTheAddressIsSaid_data()
    {
        QTest::addColumn<QString>("query");
        QTest::addColumn<QString>("field");
        QTest::newRow("format") << u"format=xls"_s << u"format"_s;
        QTest::newRow("no format") << u"format="_s << u"format"_s;
        QTest::newRow("moment") << u"from=yesterday"_s << u"from"_s;
        QTest::newRow("end") << u"until=2026-03-01"_s << u"until"_s;
        QTest::newRow("a page") << u"limit=10"_s << u"limit"_s;
        QTest::newRow("a place") << u"cursor=x"_s << u"cursor"_s;
    }
    void whatIsWrongWithTheAddressIsSaid()
    {
        QFETCH(const QString, query);
        QFETCH(const QString, field);
        const Reply refused = m->get(exported + u'?' + query);
        QCOMPARE(refused.status, 400);
        QCOMPARE(refused.field(), field);
    }

    void thousandsOfBothAreasComeEachOnceInOrder()
    {
        fill(2'300, 10);
        const QJsonArray got = entriesOf(m->get(exported + u"?format=ndjson"_s).body);
        QCOMPARE(got.size(), 2'300 + seeded);
        QJsonArray paged;
        QString cursor;
        do {
            const Reply page = m->get(audit + u"?limit=1000"_s + (cursor.isEmpty() ? QString() : u"&cursor="_s + cursor));
            for (const QJsonValue entry : page.data())
                paged.append(entry);
            cursor = page["nextCursor"].toString();
        } while (!cursor.isEmpty());
        QCOMPARE(got, paged);
        QCOMPARE(linesOf(m->get(exported + u"?kind=user"_s).body).size(), 1'150 + 1);
    }

    void whatIsAddedMeanwhileIsNotInIt()
    {
        fill(900, 8'000); // far more than what fits between server and client
        SlowClient client(m->port, m->adminKey, "GET /iwd/v3/audit/export?format=ndjson");
        QVERIFY(client.hasBegun());
        fill(50, 10);
        client.readOn();
        QVERIFY(client.isWhole());
        const QJsonArray got = entriesOf(client.body());
        QCOMPARE(got.size(), 900 + seeded);
        QSet<QString> ids;
        for (const QJsonValue entry : got)
            ids.insert(entry[u"id"].toString());
        QCOMPARE(ids.size(), 900 + seeded);
    }

    void pagesOfTheListHaveNothingThatIsAddedMeanwhile()
    {
        fill(10, 10);
        QStringList ids;
        QString cursor;
        do {
            const Reply page = m->get(audit + u"?actor=dana&limit=3"_s + (cursor.isEmpty() ? QString() : u"&cursor="_s + cursor));
            for (const QJsonValue entry : page.data())
                ids.append(entry[u"id"].toString());
            cursor = page["nextCursor"].toString();
            fill(2, 10);
        } while (!cursor.isEmpty());
        QCOMPARE(ids.size(), 10);
        ids.removeDuplicates();
        QCOMPARE(ids.size(), 10);
    }

    void anExportThatCannotGoOnIsVisiblyBroken()
    {
        fill(900, 8'000);
        const Reply made = m->post(u"/api-keys"_s, { { u"name"_s, u"short-lived"_s }, { u"scopes"_s, QJsonArray { u"Audit.View"_s } } });
        SlowClient client(m->port, made["key"].toString(), "GET /iwd/v3/audit/export");
        QVERIFY(client.hasBegun());
        QCOMPARE(m->remove(u"/api-keys/"_s + made["id"].toString()).status, 204);
        client.readOn();
        QVERIFY(!client.isWhole());
    }

    void asManyAsTheServerBearsRunAtOnce()
    {
        fill(900, 8'000);
        std::vector<std::unique_ptr<SlowClient>> clients;
        for (int i = 0; i < 4; ++i) {
            clients.push_back(std::make_unique<SlowClient>(m->port, m->adminKey, "GET /iwd/v3/audit/export"));
            QVERIFY(clients.back()->hasBegun());
        }
        const Reply refused = m->get(exported);
        QCOMPARE(refused.status, 503);
        QCOMPARE(refused.headers.value("retry-after"), QByteArray("10"));
        QCOMPARE(m->get(exported + u"?format=xls"_s).status, 400); // what is wrong is said first, and takes no place
        clients.pop_back(); // hangs up in the middle
        QVERIFY(QTest::qWaitFor([&] { return m->get(exported + u"?kind=none"_s).status == 200; }, 30'000));
        for (const auto &client : clients) {
            client->readOn();
            QVERIFY(client->isWhole());
        }
    }

    void othersEntriesAreNotInIt()
    {
        changeThings();
        m->key = m->otherKey;
        QCOMPARE(linesOf(m->get(exported).body).size(), 1 + seeded);
        QVERIFY(!m->get(exported).body.contains("q1"));
        QCOMPARE(m->get(exported + u"?object=q1"_s).body.count("\r\n"), 1);
        QCOMPARE(m->get(exported + u"?object=q1&format=ndjson"_s).body, QByteArray());
    }

private:
    void changeThings()
    {
        const Reply queue = m->post(u"/queues"_s, { { u"id"_s, u"q1"_s }, { u"name"_s, u"One"_s } });
        QCOMPARE(queue.status, 201);
        m->advance(std::chrono::seconds(1));
        QCOMPARE(m->post(u"/users"_s, { { u"name"_s, u"=1+1"_s }, { u"roles"_s, QJsonArray { u"Viewer"_s } } }).status, 201);
        m->advance(std::chrono::seconds(1));
        QJsonObject renamed = queue.json();
        renamed.insert(u"name"_s, u"Two, \"three\""_s);
        QCOMPARE(m->put(u"/queues/q1"_s, renamed, { { "If-Match", queue.etag() } }).status, 200);
        QCOMPARE(m->post(u"/roles"_s, { { u"name"_s, u"Desk"_s }, { u"privileges"_s, QJsonArray { u"Workitems.View"_s } } }).status, 201);
        m->advance(std::chrono::seconds(1));
        QCOMPARE(m->remove(u"/queues/q1"_s).status, 204);
    }

    /// Entries of both areas by turns, a second after those before. @param length of a text in each
    void fill(int count, int length)
    {
        m->advance(std::chrono::seconds(1));
        m->write([count, length](Transaction &transaction) {
            for (int i = 0; i < count; ++i) {
                const bool isUser = i % 2 == 0;
                AuditRecord entry;
                entry.area = isUser ? AuditArea::Callers : AuditArea::Configuration;
                entry.actor = { u"user"_s, u"dana"_s, u"dana"_s, u"192.0.2.17"_s };
                entry.action = u"update"_s;
                entry.kind = isUser ? u"user"_s : u"queue"_s;
                entry.objectId = QString::number(i);
                entry.version = i + 1;
                entry.before = QJsonObject { { u"text"_s, QString(length, u'x') } };
                entry.after = QJsonObject { { u"text"_s, QString(length, u'y') } };
                transaction.appendAudit(entry);
            }
        });
    }

    std::unique_ptr<ApiFixture> m;
};

QTEST_GUILESS_MAIN(TestApiAudit)
#include "tst_api_audit.moc"

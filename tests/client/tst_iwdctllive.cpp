// SPDX-License-Identifier: Apache-2.0
#include "programandserver.h"
#include "terminal.h"

#include <base/error.h>
#include <support/fakehttpserver.h>
#include <support/httpcaller.h>

#include <QJsonArray>
#include <QTest>
#include <QUrlQuery>

#include <csignal>

namespace iwd::test {

using namespace Qt::StringLiterals;

/// What the program shows of a server that works: events, keys, queues.
class TestIwdctlLive : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void tailShowsWhatIsAskedFor_data();
    void tailShowsWhatIsAskedFor();
    void tailRefusesWhatMakesNoSense_data();
    void tailRefusesWhatMakesNoSense();
    void tailIsForPeopleToRead();
    void tailBeginsNowAndEndsWithItsLimit();
    void tailTellsOfTheGapBehindTheEnd();
    void tailTellsOfTheGapBeforeTheBeginning();
    void tailOutlivesARestartWithoutGapOrDouble();
    void interruptingTailSaysWhereToGoOn();

    void whatAnItemSaysDoesNothingToTheTerminal_data();
    void whatAnItemSaysDoesNothingToTheTerminal();

    void aKeyIsShownOnceAndEndsWhenItIsRevoked();
    void aKeyMayBeThatOfOneAgent();
    void aKeyIsSavedForItsOwnerAlone();
    void aKeyThatNobodyGotIsRevokedAgain();
    void keysAreForThoseWhoMay();
    void keysThatMakeNoSenseAreNotMade_data();
    void keysThatMakeNoSenseAreNotMade();

    void topPrintsOneLook();
    void topGoesToAFileLookByLook();
    void topGivesTheTerminalBack_data();
    void topGivesTheTerminalBack();
    void topFollowsTheSizeAndTheKeys();
    void topGoesOnWhenTheServerComesBack();

private:
    using Said = ProgramAndServer::Said;
    Said iwdctl(const QStringList &words) { return m->iwdctl(words, {}, { u"IWD_URL="_s + m->url(), u"IWD_API_KEY="_s + QString::fromUtf8(m->server().apiKey()) }); }
    Said iwdctlWith(const QString &key, const QStringList &words) { return m->iwdctl(words, {}, { u"IWD_URL="_s + m->url(), u"IWD_API_KEY="_s + key }); }
    [[nodiscard]] bool capture(const QString &captureId) { return iwdctl({ u"items"_s, u"add"_s, u"--capture-id"_s, captureId }).code == 0; }
    [[nodiscard]] QList<qint64> idsAfter(qint64 after);
    [[nodiscard]] qint64 lastEvent() { return idsAfter(0).constLast(); }

    std::unique_ptr<ProgramAndServer> m;
    qint64 m_before = 0; ///< the last event before those of the table's test
};

namespace {

QList<qint64> idsOf(const QList<QJsonObject> &events)
{
    QList<qint64> ids;
    for (const QJsonObject &event : events)
        ids.append(event["id"_L1].toInteger());
    return ids;
}

} // namespace

void TestIwdctlLive::initTestCase()
{
    m = std::make_unique<ProgramAndServer>();
    QVERIFY2(m->startServer(), m->server().log().constData());
    QVERIFY(capture(u"FIRST"_s));
    m_before = lastEvent();
    QVERIFY(capture(u"A-1"_s) && capture(u"A-2"_s));
    QCOMPARE(iwdctl({ u"items"_s, u"hold"_s, u"A-1"_s, u"--reason"_s, u"waiting for parts"_s }).code, 0);
}

void TestIwdctlLive::init()
{
    m->moveToNewHome();
}

void TestIwdctlLive::cleanup()
{
    if (QTest::currentTestFailed())
        qInfo("%s", m->server().log().right(2'000).constData());
}

QList<qint64> TestIwdctlLive::idsAfter(qint64 after)
{
    return idsOf(iwdctl({ u"tail"_s, u"--once"_s, u"--output"_s, u"json"_s, u"--after"_s, QString::number(after) }).jsonLines());
}

// ---- tail

void TestIwdctlLive::tailShowsWhatIsAskedFor_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<QStringList>("shows"); // captureId and type of each event
    const QString created = u"item.created"_s;
    const QStringList createdOnes { u"A-1 item.created"_s, u"A-2 item.created"_s };
    QTest::newRow("one type") << QStringList { u"--type"_s, created } << createdOnes;
    QTest::newRow("one of two types") << QStringList { u"--type"_s, u"item.created,item.held"_s } << createdOnes + QStringList(u"A-1 item.held"_s);
    QTest::newRow("types given twice") << QStringList { u"--type"_s, created, u"--type"_s, u"item.held"_s } << createdOnes + QStringList(u"A-1 item.held"_s);
    QTest::newRow("a kind that did not happen") << QStringList { u"--type"_s, u"agent"_s } << QStringList();
    QTest::newRow("item by the source's key") << QStringList { u"--type"_s, created, u"--item"_s, u"A-2"_s } << QStringList(u"A-2 item.created"_s);
    QTest::newRow("one of two items") << QStringList { u"--type"_s, created, u"--item"_s, u"A-2,A-1"_s } << createdOnes;
    QTest::newRow("unknown item") << QStringList { u"--item"_s, u"A-3"_s } << QStringList();
    QTest::newRow("queue") << QStringList { u"--type"_s, u"item.held"_s, u"--queue"_s, u"general"_s } << QStringList(u"A-1 item.held"_s);
    QTest::newRow("another queue") << QStringList { u"--queue"_s, u"elsewhere"_s } << QStringList();
    QTest::newRow("limit") << QStringList { u"--type"_s, created, u"--limit"_s, u"1"_s } << QStringList(u"A-1 item.created"_s);
}

void TestIwdctlLive::tailShowsWhatIsAskedFor()
{
    QFETCH(QStringList, options);
    QFETCH(QStringList, shows);
    const Said tail = iwdctl(QStringList { u"tail"_s, u"--once"_s, u"--output"_s, u"json"_s, u"--after"_s, QString::number(m_before) } + options);
    QVERIFY2(tail.code == 0, qPrintable(tail.err));
    QStringList shown;
    for (const QJsonObject &event : tail.jsonLines()) {
        if (event["captureId"_L1].toString().startsWith("A-"_L1)) // later tests add others
            shown.append(event["captureId"_L1].toString() + u' ' + event["type"_L1].toString());
    }
    QCOMPARE(shown, shows);
}

void TestIwdctlLive::tailRefusesWhatMakesNoSense_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<QString>("says");
    QTest::newRow("type") << QStringList { u"--type"_s, u"items"_s } << u"\"items\" is no type of events"_s;
    QTest::newRow("cursor") << QStringList { u"--after"_s, u"yesterday"_s } << u"--after is a number from 0 on, not \"yesterday\""_s;
    QTest::newRow("limit") << QStringList { u"--limit"_s, u"0"_s } << u"--limit is a number from 1 on, not \"0\""_s;
}

void TestIwdctlLive::tailRefusesWhatMakesNoSense()
{
    QFETCH(QStringList, options);
    QFETCH(QString, says);
    const Said tail = iwdctl(QStringList(u"tail"_s) + options);
    QCOMPARE(tail.code, 2);
    QVERIFY2(tail.err.contains(says), qPrintable(tail.err));
    QVERIFY(tail.out.isEmpty());
}

void TestIwdctlLive::tailIsForPeopleToRead()
{
    const Said tail = iwdctl({ u"tail"_s, u"--once"_s, u"--after"_s, QString::number(m_before), u"--type"_s, u"item.held"_s });
    QCOMPARE(tail.code, 0);
    QCOMPARE(tail.out.count(u'\n'), 1);
    QVERIFY2(tail.out.contains("A-1 ("_L1) && tail.out.contains("held: waiting for parts"_L1) && tail.out.contains("in general"_L1), qPrintable(tail.out));
    QVERIFY(!tail.out.contains(u'\x1b')); // this goes to no terminal
}

void TestIwdctlLive::tailBeginsNowAndEndsWithItsLimit()
{
    RunningProgram tail({ u"tail"_s, u"--output"_s, u"json"_s, u"--type"_s, u"item.created"_s, u"--limit"_s, u"2"_s }, m->administratorsEnvironment());
    // Nothing tells when it has found out where now is, so there is one item after the other until it shows one.
    int number = 0;
    const auto shows = [&tail](int item) { return tail.prints(u"NOW-%1\""_s.arg(item), 1'000); };
    do {
        QVERIFY(++number < 60);
        QVERIFY(capture(u"NOW-%1"_s.arg(number)));
    } while (!shows(number));
    QVERIFY(capture(u"NOW-%1"_s.arg(++number)));
    const Said said = tail.ended();
    QVERIFY2(said.code == 0, qPrintable(said.err));
    QCOMPARE(said.jsonLines().size(), 2);
    QVERIFY(!said.out.contains("A-1"_L1));
}

void TestIwdctlLive::tailTellsOfTheGapBehindTheEnd()
{
    const qint64 last = lastEvent();
    RunningProgram tail({ u"tail"_s, u"--output"_s, u"json"_s, u"--after"_s, u"1000000"_s }, m->administratorsEnvironment());
    QVERIFY(tail.complains(u"GAP: Event 1000000 is not in the log, which ends at %1"_s.arg(last)));
    QVERIFY(tail.prints(u"\"gap\""_s));
    QVERIFY(capture(u"BEHIND"_s));
    QVERIFY(tail.prints(u"BEHIND"_s));
    tail.interrupt();
    const Said said = tail.ended();
    QCOMPARE(said.code, 130);
    const QList<QJsonObject> lines = said.jsonLines();
    QCOMPARE(lines.first()["type"_L1].toString(), u"gap"_s);
    QCOMPARE(lines.first()["after"_L1].toInteger(), 1'000'000);
    QCOMPARE(lines.first()["next"_L1].toInteger(), last);
    QCOMPARE(lines.at(1)["id"_L1].toInteger(), idsAfter(last).constFirst());
}

void TestIwdctlLive::tailTellsOfTheGapBeforeTheBeginning()
{
    // No real server has forgotten anything so soon.
    FakeHttpServer forgetful([](const FakeRequest &request) {
        const qint64 after = QUrlQuery(QUrl(QString::fromLatin1(request.target))).queryItemValue(u"after"_s).toLongLong();
        if (after < 10) {
            return FakeAnswer::json(410,
                { { u"code"_s, errorKey(ErrorCode::FeedRestarted) }, { u"detail"_s, u"Events after 5 are no longer kept."_s }, { u"status"_s, 410 },
                    { u"args"_s, QJsonObject { { u"after"_s, after }, { u"first"_s, 11 }, { u"last"_s, 12 } } } },
                {}, "application/problem+json");
        }
        QJsonArray data;
        for (qint64 id = after + 1; id <= 12; ++id)
            data.append(QJsonObject { { u"id"_s, id }, { u"type"_s, u"item.created"_s } });
        return FakeAnswer::json(200, { { u"data"_s, data }, { u"next"_s, 12 }, { u"more"_s, false } });
    });
    QProcess tail;
    tail.setEnvironment(m->environment());
    tail.start(m->program(), { u"tail"_s, u"--once"_s, u"--after"_s, u"5"_s, u"--output"_s, u"json"_s, u"--url"_s, forgetful.url().toString() });
    QTRY_COMPARE_WITH_TIMEOUT(tail.state(), QProcess::NotRunning, 90'000);
    QCOMPARE(tail.exitCode(), 0);
    const Said said { 0, QString::fromUtf8(tail.readAllStandardOutput()), QString::fromUtf8(tail.readAllStandardError()) };
    QVERIFY2(said.err.contains("GAP: Events after 5 are no longer kept. Going on after event 10."_L1), qPrintable(said.err));
    QCOMPARE(said.jsonLines().first()["next"_L1].toInteger(), 10);
    QCOMPARE(idsOf(said.jsonLines().mid(1)), QList<qint64>({ 11, 12 }));
}

void TestIwdctlLive::tailOutlivesARestartWithoutGapOrDouble()
{
    const qint64 before = lastEvent();
    RunningProgram tail({ u"tail"_s, u"--output"_s, u"json"_s, u"--after"_s, QString::number(before) }, m->administratorsEnvironment());
    QVERIFY(capture(u"EARLIER"_s));
    QVERIFY(tail.prints(u"EARLIER"_s));
    QVERIFY2(m->stopServer(), m->server().log().right(4'000).constData());
    QVERIFY(tail.complains(u"Trying again; nothing is missed meanwhile"_s));
    QVERIFY2(m->startServer(), m->server().log().constData());
    QVERIFY(capture(u"LATER"_s));
    const qint64 last = lastEvent();
    QVERIFY(tail.complains(u"Connected again; going on after event"_s));
    QVERIFY(tail.prints(u"\"id\":%1,"_s.arg(last)));
    tail.interrupt();
    const Said said = tail.ended();
    QCOMPARE(said.code, 130);
    QVERIFY2(said.err.contains(u"iwdctl tail --after %1"_s.arg(last)), qPrintable(said.err));
    QCOMPARE(idsOf(said.jsonLines()), idsAfter(before));
}

void TestIwdctlLive::interruptingTailSaysWhereToGoOn()
{
    const qint64 last = lastEvent();
    Terminal terminal(m->program(), { u"tail"_s, u"--after"_s, QString::number(m_before) }, m->administratorsEnvironment(), 120);
    QVERIFY(terminal.finds("waiting for parts"));
    QVERIFY(terminal.seen().contains('\x1b')); // in color
    terminal.type("\x03");
    QVERIFY(terminal.finds("Stopped. To go on from here: iwdctl tail --after " + QByteArray::number(last)));
    QCOMPARE(terminal.exitCode(), 130);
}

// ---- hostile text

void TestIwdctlLive::whatAnItemSaysDoesNothingToTheTerminal_data()
{
    QTest::addColumn<QStringList>("command");
    QTest::newRow("tail") << QStringList { u"tail"_s, u"--once"_s, u"--after"_s, u"0"_s };
    QTest::newRow("tail as JSON") << QStringList { u"tail"_s, u"--once"_s, u"--after"_s, u"0"_s, u"--output"_s, u"json"_s };
    QTest::newRow("history") << QStringList { u"items"_s, u"history"_s, u"T-1"_s };
    QTest::newRow("history as JSON") << QStringList { u"items"_s, u"history"_s, u"T-1"_s, u"--output"_s, u"json"_s };
    QTest::newRow("item") << QStringList { u"items"_s, u"get"_s, u"T-1"_s };
    QTest::newRow("item as JSON") << QStringList { u"items"_s, u"get"_s, u"T-1"_s, u"--output"_s, u"json"_s };
    QTest::newRow("list") << QStringList { u"items"_s, u"list"_s };
    QTest::newRow("search") << QStringList { u"items"_s, u"search"_s, u"--columns"_s, u"customerId"_s, u"--where"_s, u"captureId=T-1"_s };
    QTest::newRow("complaint") << QStringList { u"items"_s, u"get"_s, u"\x1b[2J\u009b2J"_s };
}

void TestIwdctlLive::whatAnItemSaysDoesNothingToTheTerminal()
{
    QFETCH(QStringList, command);
    const QString hostile = u"\x1b]0;title\x07\x1b[2J\u009b2J\u202e\r\nforged"_s;
    if (iwdctl({ u"items"_s, u"get"_s, u"T-1"_s }).code != 0) { // for the first row
        const QByteArray item = QJsonDocument(QJsonObject { { u"captureId"_s, u"T-1"_s }, { u"customerId"_s, hostile } }).toJson();
        QCOMPARE(m->iwdctl({ u"items"_s, u"add"_s, u"-"_s }, item, m->administratorsEnvironment()).code, 0);
        QCOMPARE(iwdctl({ u"items"_s, u"hold"_s, u"T-1"_s, u"--reason"_s, hostile }).code, 0);
    }
    const Said said = iwdctl(command);
    QVERIFY(!said.out.isEmpty() || !said.err.isEmpty());
    for (const QChar obeyed : u"\x1b\x07\u009b\u202e\r"_s)
        QVERIFY2(!said.out.contains(obeyed) && !said.err.contains(obeyed), qPrintable(QString::number(obeyed.unicode(), 16)));
    QVERIFY2(!said.out.contains("\nforged"_L1), qPrintable(said.out)); // nor is a line forged
}

// ---- keys

void TestIwdctlLive::aKeyIsShownOnceAndEndsWhenItIsRevoked()
{
    const Said created = iwdctl({ u"keys"_s, u"create"_s, u"mail gateway"_s, u"--scope"_s, u"source,reporting"_s, u"--expires"_s, u"90d"_s, u"--output"_s, u"json"_s });
    QVERIFY2(created.code == 0, qPrintable(created.err));
    const QString key = created.json()["key"_L1].toString();
    const QString id = created.json()["id"_L1].toString();
    QVERIFY(!key.isEmpty() && !id.isEmpty());
    QCOMPARE(m->statusWith("x-api-key", key.toUtf8()), 200);

    for (const QString &output : { u"table"_s, u"json"_s }) {
        const Said listed = iwdctl({ u"keys"_s, u"list"_s, u"--output"_s, output });
        QCOMPARE(listed.code, 0);
        QVERIFY2(listed.out.contains(id) && listed.out.contains("mail gateway"_L1) && !listed.out.contains(key), qPrintable(listed.out));
    }
    const Said revoked = iwdctl({ u"keys"_s, u"revoke"_s, id });
    QVERIFY2(revoked.code == 0 && revoked.out.contains(u"The key %1 is revoked"_s.arg(id)), qPrintable(revoked.err));
    QCOMPARE(m->statusWith("x-api-key", key.toUtf8()), 401);
    QVERIFY(!iwdctl({ u"keys"_s, u"list"_s }).out.contains(id));
    QCOMPARE(iwdctl({ u"keys"_s, u"revoke"_s, id }).code, 1);

    const Said forPeople = iwdctl({ u"keys"_s, u"create"_s, u"wall board"_s, u"--scope"_s, u"reporting"_s });
    const QString shown = forPeople.out.section(u'\n', 2, 2).trimmed();
    QVERIFY2(forPeople.out.contains("expires never"_L1) && forPeople.out.contains("it is shown this once"_L1), qPrintable(forPeople.out));
    QCOMPARE(m->statusWith("x-api-key", shown.toUtf8()), 200);
}

void TestIwdctlLive::aKeyIsSavedForItsOwnerAlone()
{
    const QString path = m->home().filePath(u"new.key"_s);
    const QStringList create { u"keys"_s, u"create"_s, u"saved"_s, u"--scope"_s, u"source"_s, u"--save"_s, path };
    const Said created = iwdctl(create);
    QVERIFY2(created.code == 0, qPrintable(created.err));
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray key = file.readAll().trimmed();
    QCOMPARE(file.permissions() & ~QFile::Permissions(QFile::ReadUser | QFile::WriteUser), QFile::ReadOwner | QFile::WriteOwner);
    QVERIFY(!created.out.contains(QString::fromUtf8(key)) && created.out.contains(path));
    QCOMPARE(m->statusWith("x-api-key", key), 200);
    QCOMPARE(m->iwdctl({ u"items"_s, u"add"_s, u"--capture-id"_s, u"K-1"_s, u"--url"_s, m->url(), u"--key-file"_s, path }).code, 0);

    // What is there already is not written over, and nothing is made for it.
    const QString before = iwdctl({ u"keys"_s, u"list"_s }).out;
    const Said again = iwdctl(create);
    QCOMPARE(again.code, 2);
    QVERIFY2(again.err.contains("No key was made"_L1), qPrintable(again.err));
    QCOMPARE(iwdctl({ u"keys"_s, u"list"_s }).out, before);

    // Refused by the server: no empty file stays behind.
    const QString other = m->home().filePath(u"refused.key"_s);
    QCOMPARE(iwdctlWith(QString::fromUtf8(key), { u"keys"_s, u"create"_s, u"x"_s, u"--scope"_s, u"source"_s, u"--save"_s, other }).code, 1);
    QVERIFY(!QFile::exists(other));
}

void TestIwdctlLive::aKeyThatNobodyGotIsRevokedAgain()
{
    // The first answer is lost, and the server does not show the key a second time.
    QList<QByteArray> asked;
    FakeHttpServer server([&asked](const FakeRequest &request) {
        asked.append(request.method + ' ' + request.target);
        if (request.method == "DELETE")
            return FakeAnswer { FakeAnswer::Send, "HTTP/1.1 204 No Content\r\n\r\n" };
        return asked.size() == 1 ? FakeAnswer::hangUp() : FakeAnswer::json(201, { { u"id"_s, u"k-7"_s }, { u"key"_s, QJsonValue() } });
    });
    const QString path = m->home().filePath(u"lost.key"_s);
    QProcess create;
    create.setEnvironment(m->environment());
    create.start(m->program(), { u"keys"_s, u"create"_s, u"x"_s, u"--scope"_s, u"source"_s, u"--save"_s, path, u"--url"_s, server.url().toString() });
    QTRY_COMPARE_WITH_TIMEOUT(create.state(), QProcess::NotRunning, 90'000);
    const QByteArray complaint = create.readAllStandardError();
    QVERIFY2(create.exitCode() == 1 && complaint.contains("The key k-7 was revoked again."), complaint.constData());
    QCOMPARE(asked.constLast(), QByteArray("DELETE /iwd/v3/api-keys/k-7"));
    QVERIFY(!QFile::exists(path));
}

void TestIwdctlLive::aKeyMayBeThatOfOneAgent()
{
    HttpCaller administrator(m->server().port(), { { "x-api-key", m->server().apiKey() } });
    const auto made = administrator.call("POST", "/iwd/v3/agents", R"({"id":"anna","name":"Anna"})");
    QVERIFY(made && made->status == 201);
    const Said created = iwdctl({ u"keys"_s, u"create"_s, u"Anna's desk"_s, u"--scope"_s, u"agent"_s, u"--agent"_s, u"anna"_s, u"--output"_s, u"json"_s });
    QVERIFY2(created.code == 0, qPrintable(created.err));
    HttpCaller desk(m->server().port(), { { "x-api-key", created.json()["key"_L1].toString().toUtf8() } });
    const auto statusOf = [&desk](const QByteArray &target) {
        const auto answer = desk.call("GET", target);
        return answer ? answer->status : 0;
    };
    QCOMPARE(statusOf("/iwd/v3/agents/anna/assignments"), 200);
    QCOMPARE(statusOf("/iwd/v3/agents/ben/assignments"), 403);
    const QStringList lines = iwdctl({ u"keys"_s, u"list"_s }).out.split(u'\n');
    QVERIFY(lines.constFirst().contains("AGENT"_L1));
    QCOMPARE(lines.filter(u"Anna's desk"_s).filter(u"anna"_s).size(), 1);
}

void TestIwdctlLive::keysAreForThoseWhoMay()
{
    const QString source = iwdctl({ u"keys"_s, u"create"_s, u"only a source"_s, u"--scope"_s, u"source"_s, u"--output"_s, u"json"_s }).json()["key"_L1].toString();
    for (const QStringList &words : { QStringList { u"list"_s }, { u"create"_s, u"more"_s, u"--scope"_s, u"admin"_s }, { u"revoke"_s, u"1"_s } }) {
        const Said refused = iwdctlWith(source, QStringList(u"keys"_s) + words);
        QCOMPARE(refused.code, 1);
        QVERIFY(!refused.err.isEmpty() && refused.out.isEmpty());
    }
}

void TestIwdctlLive::keysThatMakeNoSenseAreNotMade_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<int>("code");
    QTest::newRow("no scope") << QStringList() << 2;
    QTest::newRow("unknown scope") << QStringList { u"--scope"_s, u"everything"_s } << 1;
    QTest::newRow("nobody's") << QStringList { u"--scope"_s, u"agent"_s, u"--agent"_s, u"nobody"_s } << 1;
    QTest::newRow("no moment") << QStringList { u"--scope"_s, u"source"_s, u"--expires"_s, u"soon"_s } << 2;
}

void TestIwdctlLive::keysThatMakeNoSenseAreNotMade()
{
    QFETCH(QStringList, options);
    QFETCH(int, code);
    const Said refused = iwdctl(QStringList { u"keys"_s, u"create"_s, u"nonsense"_s } + options);
    QCOMPARE(refused.code, code);
    QVERIFY(!refused.err.isEmpty());
    QVERIFY(!iwdctl({ u"keys"_s, u"list"_s }).out.contains("nonsense"_L1));
}

// ---- top

void TestIwdctlLive::topPrintsOneLook()
{
    const Said top = iwdctl({ u"top"_s, u"--once"_s });
    QVERIFY2(top.code == 0, qPrintable(top.err));
    QVERIFY2(top.out.contains("queue by waiting"_L1) && top.out.contains("General"_L1, Qt::CaseInsensitive) && top.out.contains("SLA met"_L1), qPrintable(top.out));
    QVERIFY(!top.out.contains(u'\x1b') && !top.out.contains("q quit"_L1));
    const Said json = iwdctl({ u"top"_s, u"--once"_s, u"--output"_s, u"json"_s });
    QCOMPARE(json.jsonLines().size(), 1);
    QVERIFY(json.json()["data"_L1][0]["held"_L1].toInt() >= 1);
    QCOMPARE(iwdctl({ u"top"_s, u"--sort"_s, u"color"_s }).code, 2);
    QCOMPARE(m->iwdctl({ u"top"_s, u"--once"_s, u"--url"_s, u"http://127.0.0.1:9"_s }).code, 3);
}

void TestIwdctlLive::topGoesToAFileLookByLook()
{
    RunningProgram top({ u"top"_s, u"--every"_s, u"0.2s"_s, u"--output"_s, u"json"_s }, m->administratorsEnvironment());
    QVERIFY(top.prints(u"\n{"_s)); // the second
    top.interrupt();
    const Said said = top.ended();
    QCOMPARE(said.code, 130);
    for (const QJsonObject &look : said.jsonLines())
        QVERIFY(look["asOf"_L1].isString() && look["data"_L1].isArray());
}

void TestIwdctlLive::topGivesTheTerminalBack_data()
{
    QTest::addColumn<QByteArray>("keys");
    QTest::addColumn<QByteArray>("code");
    QTest::newRow("q") << QByteArray("q") << QByteArray("code=0");
    QTest::newRow("q and more") << QByteArray("onqnn") << QByteArray("code=0"); // typed faster than read
    QTest::newRow("Ctrl+C") << QByteArray("\x03") << QByteArray("code=130");
}

void TestIwdctlLive::topGivesTheTerminalBack()
{
    QFETCH(QByteArray, keys);
    QFETCH(QByteArray, code);
    // The shell asks its own terminal before and afterwards.
    const QString script = u"trap : INT; stty -a; echo begin; \"$0\" top --every 1h; echo code=$?; stty -a; echo end"_s;
    Terminal terminal(u"/bin/sh"_s, { u"-c"_s, script, m->program() }, m->administratorsEnvironment());
    QVERIFY(terminal.finds("begin"));
    const QByteArray before = terminal.seen().left(terminal.seen().indexOf("begin"));
    QVERIFY(terminal.finds("\x1b[?1049h\x1b[?25l"));
    QVERIFY(terminal.finds("quit"));
    terminal.type(keys);
    QVERIFY(terminal.finds("\x1b[?25h\x1b[?1049l"));
    QVERIFY(terminal.finds(code + "\r\n"));
    const auto from = terminal.seen().indexOf(code) + code.size() + 2;
    QVERIFY(terminal.finds("end\r\n"));
    QCOMPARE(terminal.seen().mid(from, before.size()), before);
    QCOMPARE(terminal.exitCode(), 0);
}

void TestIwdctlLive::topFollowsTheSizeAndTheKeys()
{
    // It does not look at the server again meanwhile, so each new picture comes from what is done here.
    Terminal terminal(m->program(), { u"top"_s, u"--every"_s, u"1h"_s }, m->administratorsEnvironment());
    QVERIFY(terminal.finds("queue by waiting"));
    QVERIFY(terminal.finds("quit"));
    terminal.type("n");
    QVERIFY(terminal.finds("queue by name"));
    QVERIFY(terminal.finds("quit"));
    terminal.resize(120, 40);
    QVERIFY(terminal.finds("\x1b[H"));
    const auto from = terminal.seen().lastIndexOf("\x1b[H");
    QVERIFY(terminal.finds("\x1b[J"));
    QCOMPARE(terminal.seen().mid(from).count("\r\n"), 39);
    terminal.resize(50, 5); // less than it needs: cut, not wrapped
    QVERIFY(terminal.finds("\x1b[H"));
    const auto small = terminal.seen().lastIndexOf("\x1b[H");
    QVERIFY(terminal.finds("\x1b[J"));
    QVERIFY(terminal.seen().mid(small).count("\r\n") <= 4);
    terminal.type("q");
    QCOMPARE(terminal.exitCode(), 0);
}

void TestIwdctlLive::topGoesOnWhenTheServerComesBack()
{
    Terminal terminal(m->program(), { u"top"_s, u"--every"_s, u"0.2s"_s }, m->administratorsEnvironment(), 160);
    QVERIFY(terminal.finds("quit"));
    QVERIFY2(m->stopServer(), m->server().log().right(4'000).constData());
    QVERIFY(terminal.finds("Trying again."));
    QVERIFY2(m->startServer(), m->server().log().constData());
    QVERIFY(terminal.finds("quit"));
    terminal.type("q");
    QCOMPARE(terminal.exitCode(), 0);
}

} // namespace iwd::test

QTEST_GUILESS_MAIN(iwd::test::TestIwdctlLive)
#include "tst_iwdctllive.moc"

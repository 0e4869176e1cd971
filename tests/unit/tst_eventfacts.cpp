// SPDX-License-Identifier: Apache-2.0
#include <storage/eventfacts.h>

#include <QTest>

using namespace iwd;
using namespace Qt::StringLiterals;

namespace {

Event decoded(const QByteArray &text)
{
    Event event;
    ToldChanges told;
    decodeEventFacts(text, event, told);
    return event;
}

ToldChanges toldBy(const QByteArray &text)
{
    Event event;
    ToldChanges told;
    decodeEventFacts(text, event, told);
    return told;
}

} // namespace

class TestEventFacts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatFiguresNeedComesBackAsItWas()
    {
        Event event;
        event.before = ItemFacts { ItemStatus::Assigned, u"north \"1\""_s, u"anna"_s, fromMillis(1'700'000'000'123), std::nullopt, false };
        event.after = ItemFacts { ItemStatus::Completed, u"north \"1\""_s, u"anna"_s, fromMillis(1'700'000'000'123), fromMillis(1'700'000'500'000), true };
        const Event back = decoded(encodeEventFacts(event));
        QVERIFY(back.before && back.after);
        QCOMPARE(back.before->status, ItemStatus::Assigned);
        QCOMPARE(back.before->queueId, event.before->queueId);
        QCOMPARE(back.before->agentId, u"anna"_s);
        QCOMPARE(back.before->captured, event.before->captured);
        QVERIFY(!back.before->ended && !back.before->slaMet);
        QCOMPARE(back.after->status, ItemStatus::Completed);
        QCOMPARE(back.after->ended, event.after->ended);
        QVERIFY(back.after->slaMet);
    }

    void whatIsNotThereStaysAway()
    {
        const Event back = decoded(encodeEventFacts({}));
        QVERIFY(!back.before && !back.after);
    }

    void whatCannotBeReadIsLeftOut_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("no JSON") << QByteArray("[[1,");
        QTest::newRow("no array") << QByteArray("{}");
        QTest::newRow("too few parts") << QByteArray("[[1,\"q\"],[2]]");
    }
    void whatCannotBeReadIsLeftOut()
    {
        QFETCH(QByteArray, text);
        const Event back = decoded(text);
        QVERIFY(!back.before && !back.after);
    }

    void whatWasChangedComesBackAsItWas()
    {
        ToldChanges told;
        told.items = { { { 7 }, 42, fromMillis(1'700'000'000'123) }, { { 9 }, std::nullopt, {} } };
        told.writes = { 12'345 };
        told.hands = true;
        const QByteArray text = encodeEventFacts({}, told);
        const ToldChanges back = toldBy(text);
        QVERIFY(back.areReadable);
        QCOMPARE(back.writes, told.writes);
        QVERIFY(back.hands);
        QCOMPARE(back.items.size(), size_t(2));
        QCOMPARE(back.items[0].item, ItemId { 7 });
        QCOMPARE(back.items[0].waitsIn, std::optional<qint64>(42));
        QCOMPARE(back.items[0].anchor, told.items[0].anchor);
        QCOMPARE(back.items[1].item, ItemId { 9 });
        QVERIFY(!back.items[1].waitsIn);
        // A server of the version before looks at the first two parts only, and finds them.
        QVERIFY(text.startsWith("[null,null,"));
    }

    void anEventOfTheVersionBeforeTellsOfNoChanges()
    {
        const ToldChanges told = toldBy("[null,[2,\"q\",\"\",0,null,false]]");
        QVERIFY(told.items.empty() && told.writes.empty() && !told.hands);
        QVERIFY(told.areReadable);
    }

    void aChangeOfALaterVersionIsNotTakenForAnother_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("more parts") << QByteArray("[null,null,[[1,2,3,4]],5]");
        QTest::newRow("an object") << QByteArray("[null,null,[{}],5]");
    }
    void aChangeOfALaterVersionIsNotTakenForAnother()
    {
        QFETCH(QByteArray, text);
        QVERIFY(!toldBy(text).areReadable);
    }

    void statusesOfALaterVersionDoNotCrash()
    {
        const Event back = decoded("[null,[99,\"q\",\"\",0,null,false]]");
        QVERIFY(back.after);
        QVERIFY(static_cast<int>(back.after->status) < ItemStatusCount);
    }
};

QTEST_GUILESS_MAIN(TestEventFacts)
#include "tst_eventfacts.moc"

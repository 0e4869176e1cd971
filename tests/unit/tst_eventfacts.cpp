// SPDX-License-Identifier: Apache-2.0
#include <storage/eventfacts.h>

#include <QTest>

using namespace iwd;
using namespace Qt::StringLiterals;

namespace {

Event decoded(const QByteArray &text)
{
    Event event;
    decodeEventFacts(text, event);
    return event;
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

    void statusesOfALaterVersionDoNotCrash()
    {
        const Event back = decoded("[null,[99,\"q\",\"\",0,null,false]]");
        QVERIFY(back.after);
        QVERIFY(static_cast<int>(back.after->status) < ItemStatusCount);
    }
};

QTEST_GUILESS_MAIN(TestEventFacts)
#include "tst_eventfacts.moc"

// SPDX-License-Identifier: Apache-2.0
#include <domain/configuration.h>
#include <domain/statusmachine.h>
#include <domain/workitem.h>

#include <QTest>

using namespace iwd;

class TestWorkItem : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void idReadsItsOwnForm_data();
    void idReadsItsOwnForm();
    void otherTextIsNoId_data();
    void otherTextIsNoId();
    void statusNamesAreTheContract();
    void operationsAllowedByStatus_data();
    void operationsAllowedByStatus();
    void refusalSaysWhatIsPossible();
    void agentStatesHaveNames();
    void capacityFallsBackToTheRestAndThenToOne();
};

void TestWorkItem::idReadsItsOwnForm_data()
{
    QTest::addColumn<qint64>("number");
    QTest::newRow("first") << qint64(1);
    QTest::newRow("some") << qint64(120'345);
    QTest::newRow("last") << std::numeric_limits<qint64>::max();
}

void TestWorkItem::idReadsItsOwnForm()
{
    QFETCH(const qint64, number);
    const ItemId id { number };
    QCOMPARE(id.toString(), QStringLiteral("wi-") + QString::number(number));
    QVERIFY(ItemId::fromString(id.toString()) == id);
}

void TestWorkItem::otherTextIsNoId_data()
{
    QTest::addColumn<QString>("text");
    for (const char *text : { "", "wi-", "wi-0", "wi-01", "wi--1", "wi-+1", "wi-1a", "wi- 1", "wi-1 ", "WI-1", "wi1", "1",
             "wi-9223372036854775808", "wi-99999999999999999999999", "\u0661", "wi-\u0661" })
        QTest::newRow(text) << QString::fromUtf8(text);
}

void TestWorkItem::otherTextIsNoId()
{
    QFETCH(const QString, text);
    QVERIFY(!ItemId::fromString(text));
}

void TestWorkItem::statusNamesAreTheContract()
{
    const QStringList names { QStringLiteral("new"), QStringLiteral("captured"), QStringLiteral("queued"), QStringLiteral("distributed"),
        QStringLiteral("assigned"), QStringLiteral("held"), QStringLiteral("errorheld"), QStringLiteral("completed"),
        QStringLiteral("canceled"), QStringLiteral("rejected") };
    QCOMPARE(names.size(), ItemStatusCount);
    for (int i = 0; i < names.size(); ++i) {
        const auto status = static_cast<ItemStatus>(i);
        QCOMPARE(statusName(status), names[i]);
        QVERIFY(statusFromName(names[i]) == status);
        QCOMPARE(isFinal(status), i >= 7);
    }
    QVERIFY(!statusFromName(QStringLiteral("Queued")));
    QVERIFY(!statusFromName(QString()));
}

void TestWorkItem::operationsAllowedByStatus_data()
{
    QTest::addColumn<ItemOperation>("operation");
    QTest::addColumn<ItemStatus>("status");
    QTest::addColumn<bool>("allowed");

    // One row per operation, one letter per status: new, captured, queued, distributed, assigned, held, errorheld, completed, canceled,
    // rejected.
    struct Row
    {
        ItemOperation operation;
        const char *allowed;
    };
    static constexpr Row rows[] {
        { ItemOperation::Update, "yyyyyyyyyy" },
        { ItemOperation::Hold, "yyyyynnnnn" },
        { ItemOperation::Resume, "nnnnnyynnn" },
        { ItemOperation::Complete, "yyyyyyynnn" },
        { ItemOperation::Cancel, "yyyyyyynnn" },
        { ItemOperation::Restart, "yyyyyyyyyy" },
        { ItemOperation::Activate, "nynnnnnnnn" },
        { ItemOperation::Assign, "nyyyyynnnn" },
        { ItemOperation::Requeue, "nnyyynnnnn" },
    };
    for (const Row &row : rows) {
        for (int i = 0; i < ItemStatusCount; ++i) {
            const auto status = static_cast<ItemStatus>(i);
            QTest::addRow("%s a %s item", qPrintable(operationName(row.operation)), qPrintable(statusName(status)))
                << row.operation << status << (row.allowed[i] == 'y');
        }
    }
}

void TestWorkItem::operationsAllowedByStatus()
{
    QFETCH(const ItemOperation, operation);
    QFETCH(const ItemStatus, status);
    QFETCH(const bool, allowed);
    QCOMPARE(isAllowed(operation, status), allowed);

    WorkItem item;
    item.id = { 4 };
    item.status = status;
    const auto checked = checkAllowed(operation, item);
    QCOMPARE(checked.ok(), allowed);
    if (!allowed) {
        QCOMPARE(checked.error().code, ErrorCode::NotAllowedInStatus);
        QCOMPARE(checked.error().args[QStringLiteral("operation")].toString(), operationName(operation));
        QCOMPARE(checked.error().args[QStringLiteral("status")].toString(), statusName(status));
    }
}

void TestWorkItem::refusalSaysWhatIsPossible()
{
    WorkItem item;
    item.id = { 4 };
    item.status = ItemStatus::Completed;
    const auto checked = checkAllowed(ItemOperation::Hold, item);
    QVERIFY(!checked);
    QVERIFY(checked.error().text.contains(QStringLiteral("wi-4 is completed")));
    QVERIFY(checked.error().text.contains(QStringLiteral("restart")));
    QVERIFY(!checked.error().text.contains(QStringLiteral("resume")));
}

void TestWorkItem::agentStatesHaveNames()
{
    for (const auto state : { AgentState::LoggedOut, AgentState::Ready, AgentState::NotReady })
        QVERIFY(agentStateFromName(agentStateName(state)) == state);
    QCOMPARE(agentStateName(AgentState::NotReady), QStringLiteral("notReady"));
    QVERIFY(!agentStateFromName(QStringLiteral("busy")));
}

void TestWorkItem::capacityFallsBackToTheRestAndThenToOne()
{
    Agent agent;
    QCOMPARE(agent.capacityFor(QStringLiteral("email")), 1);
    agent.capacity[QString()] = 3;
    QCOMPARE(agent.capacityFor(QStringLiteral("email")), 3);
    agent.capacity[QStringLiteral("email")] = 0;
    QCOMPARE(agent.capacityFor(QStringLiteral("email")), 0);
    QCOMPARE(agent.capacityFor(QStringLiteral("chat")), 3);
}

QTEST_GUILESS_MAIN(TestWorkItem)
#include "tst_workitem.moc"

// SPDX-License-Identifier: Apache-2.0
#include "guiserver.h"

#include <domain/itemfields.h>
#include <models/itemfieldsmodel.h>
#include <models/itemlistmodel.h>

#include <QAbstractItemModelTester>
#include <QSignalSpy>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

constexpr int patienceMs = 20'000;

/// As a view that shows 40 rows, from @p row on.
void paint(const ItemListModel &model, int row)
{
    for (int i = row; i < std::min(row + 40, model.rowCount()); ++i)
        (void)model.index(i, 0).data();
}

QString idAt(const ItemListModel &model, int row)
{
    return model.index(row, 0).data(ItemListModel::IdRole).toString();
}

bool isThere(const ItemListModel &model, int row)
{
    paint(model, row);
    return row < model.rowCount() && !idAt(model, row).isEmpty();
}

} // namespace

/// The items of a search as a table, against a real server.
class TestAdminItemList : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_server = std::make_unique<GuiServer>();
        m_session = m_server->signIn();
    }
    void cleanupTestCase()
    {
        m_session.reset();
        QCOMPARE(m_server->process().stop(), 0);
    }
    void init()
    {
        m_model = std::make_unique<ItemListModel>(*m_session);
        m_tester = std::make_unique<QAbstractItemModelTester>(m_model.get(), QAbstractItemModelTester::FailureReportingMode::QtTest);
    }
    void cleanup()
    {
        m_tester.reset();
        m_model.reset();
    }

    void anEmptyQueueHasNoRows()
    {
        QTRY_VERIFY_WITH_TIMEOUT(m_model->count(), patienceMs);
        QCOMPARE(m_model->count(), std::optional(ItemCount { 0, true }));
        QCOMPARE(m_model->rowCount(), 0);
    }

    void scrollingThroughShowsEveryItemOnceInTheOrderOfTheServer()
    {
        m_server->capture(ItemListModel::PageRows * (ItemListModel::MostPages + 3) + 17);
        const QStringList truth = m_server->waiting();
        QCOMPARE(truth.size(), ItemListModel::PageRows * (ItemListModel::MostPages + 3) + 17);
        QTRY_VERIFY_WITH_TIMEOUT(isThere(*m_model, 0), patienceMs);
        QCOMPARE(m_model->count(), std::optional(ItemCount { truth.size(), true }));
        for (int row = 0; row < truth.size(); ++row) {
            QTRY_VERIFY_WITH_TIMEOUT(isThere(*m_model, row), patienceMs);
            QCOMPARE(idAt(*m_model, row), truth.at(row));
            QVERIFY(m_model->keptRows() <= ItemListModel::PageRows * ItemListModel::MostPages);
        }
        QCOMPARE(m_model->rowCount(), truth.size());
        // What was let go is read again from where it is.
        for (const int row : { 0, 1'500, 3'000, 250, int(truth.size()) - 1 }) {
            QTRY_VERIFY_WITH_TIMEOUT(isThere(*m_model, row), patienceMs);
            QCOMPARE(idAt(*m_model, row), truth.at(row));
        }
        QVERIFY(m_model->keptRows() <= ItemListModel::PageRows * ItemListModel::MostPages);
    }

    void aPageThatIsReadAgainShrinksByWhatHasLeftIt()
    {
        const QStringList truth = m_server->waiting();
        for (int row = 0; row < truth.size(); row += ItemListModel::PageRows / 2)
            QTRY_VERIFY_WITH_TIMEOUT(isThere(*m_model, row), patienceMs);
        QTRY_COMPARE(m_model->rowCount(), truth.size());
        const int left = 2 * ItemListModel::PageRows + 3; // on a page that was let go; the first one is kept alive by the tester, which looks at it all the time
        m_server->call("POST", "/items/" + truth.at(left).toLatin1() + "/hold");
        m_server->call("POST", "/items/" + truth.at(left + 2).toLatin1() + "/hold");
        QStringList rest = truth;
        rest.removeAll(truth.at(left));
        rest.removeAll(truth.at(left + 2));
        QTRY_VERIFY_WITH_TIMEOUT(isThere(*m_model, left) && idAt(*m_model, left) == rest.at(left), patienceMs);
        QCOMPARE(m_model->rowCount(), rest.size());
        for (const int row : { 0, 399, 401, 597, 598, 800, int(rest.size()) - 1 }) {
            QTRY_VERIFY_WITH_TIMEOUT(isThere(*m_model, row), patienceMs);
            QCOMPARE(idAt(*m_model, row), rest.at(row));
        }
    }

    void aSearchReplacesWhatIsShown()
    {
        const QString held = m_server->call("POST", "/items/search", QJsonObject { { u"condition"_s, condition(u"status"_s, u"held"_s) } }).json()["data"_L1][0]["id"_L1].toString();
        ItemQuery query;
        query.condition = condition(u"status"_s, u"held"_s);
        query.sortField = u"captureId"_s;
        query.sortOrder = Qt::AscendingOrder;
        m_model->setQuery(query);
        QTRY_VERIFY_WITH_TIMEOUT(m_model->count() && m_model->count()->value == 2, patienceMs);
        QCOMPARE(m_model->rowCount(), 2);
        QVERIFY(idAt(*m_model, 0) == held || idAt(*m_model, 1) == held);
        QVERIFY(m_model->index(0, 1).data(ItemListModel::SortRole).toString() < m_model->index(1, 1).data(ItemListModel::SortRole).toString());
        QCOMPARE(m_model->sortColumn(), 1);
        m_model->sort(1, Qt::DescendingOrder);
        QTRY_VERIFY_WITH_TIMEOUT(!m_model->isLoading(), patienceMs);
        QTRY_VERIFY_WITH_TIMEOUT(m_model->index(0, 1).data(ItemListModel::SortRole).toString() > m_model->index(1, 1).data(ItemListModel::SortRole).toString(), patienceMs);
    }

    void aSearchThatTheServerRefusesSaysWhy()
    {
        QTRY_VERIFY_WITH_TIMEOUT(m_model->count(), patienceMs);
        QSignalSpy errors(m_model.get(), &ItemListModel::errorChanged);
        ItemQuery query;
        query.text = u"\"never closed"_s;
        query.condition = condition(u"no such field"_s, 1);
        m_model->setQuery(query);
        QTRY_COMPARE_WITH_TIMEOUT(errors.size(), 1, patienceMs);
        QVERIFY2(m_model->error()->text.contains(u"no such field"_s), qPrintable(m_model->error()->text));
        QVERIFY(!m_model->isLoading());
        QCOMPARE(m_session->link(), Session::Link::Working);
        m_model->setQuery({});
        QTRY_VERIFY_WITH_TIMEOUT(!m_model->error(), patienceMs);
    }

    void chosenColumnsAreAskedForAndShown()
    {
        m_server->capture(QJsonArray { QJsonObject { { u"captureId"_s, u"LAB1"_s }, { u"custom"_s, QJsonObject { { u"city"_s, u"Ulm"_s } } }, { u"labels"_s, QJsonArray { u"a"_s, u"b"_s } } } });
        m_model->setColumns({ u"captureId"_s, u"custom.city"_s, u"labels"_s, u"nothing of the kind"_s });
        ItemQuery query;
        query.condition = condition(u"captureId"_s, u"LAB1"_s);
        query.sortField.clear();
        m_model->setQuery(query);
        QTRY_COMPARE_WITH_TIMEOUT(m_model->rowCount(), 1, patienceMs);
        QCOMPARE(m_model->columnCount(), 3);
        QCOMPARE(m_model->index(0, 0).data().toString(), u"LAB1"_s);
        QCOMPARE(m_model->index(0, 1).data().toString(), u"Ulm"_s);
        QCOMPARE(m_model->index(0, 2).data().toString(), u"a, b"_s);
        QCOMPARE(m_model->headerData(1, Qt::Horizontal).toString(), u"city"_s);
    }

    void anUpdateIsShownInItsRowAndMarked()
    {
        QTRY_VERIFY_WITH_TIMEOUT(isThere(*m_model, 0), patienceMs);
        QJsonObject item = m_model->index(4, 0).data(ItemListModel::ItemRole).toJsonObject();
        item.insert(u"queue"_s, u"elsewhere"_s);
        QSignalSpy changed(m_model.get(), &QAbstractItemModel::dataChanged);
        QVERIFY(m_model->update(item));
        QCOMPARE(changed.size(), 1);
        QCOMPARE(changed.first().at(0).toModelIndex().row(), 4);
        QCOMPARE(m_model->index(4, 4).data().toString(), u"elsewhere"_s);
        QVERIFY(m_model->index(4, 0).data(ItemListModel::ChangedRole).toDateTime().isValid());
        QVERIFY(!m_model->index(5, 0).data(ItemListModel::ChangedRole).toDateTime().isValid());
        QVERIFY(!m_model->update({ { u"id"_s, u"wi-999999999"_s } }));
    }

    void theFieldsOfAnItemAreThoseThatItHas()
    {
        ItemFieldsModel fields;
        const QAbstractItemModelTester tester(&fields, QAbstractItemModelTester::FailureReportingMode::QtTest);
        fields.setItem({ { u"id"_s, u"wi-1"_s }, { u"status"_s, u"held"_s }, { u"queue"_s, QJsonValue::Null }, { u"custom"_s, QJsonObject { { u"city"_s, u"Ulm"_s } } } });
        QCOMPARE(fields.rowCount(), 3);
        QCOMPARE(fields.index(0, ItemFieldsModel::ValueColumn).data().toString(), u"wi-1"_s);
        QCOMPARE(fields.index(1, ItemFieldsModel::ValueColumn).data().toString(), u"Held"_s);
        QCOMPARE(fields.index(2, ItemFieldsModel::NameColumn).data().toString(), u"city"_s);
        fields.setItem({});
        QCOMPARE(fields.rowCount(), 0);
    }

    /// What the server can sort by and what it calls things is not to be known twice differently.
    void everyFieldOfAnItemIsAColumn()
    {
        QMap<QString, ItemColumn> columns;
        for (const ItemColumn &column : ItemColumns::all())
            columns.insert(column.field, column);
        for (const ItemField &field : itemFields()) {
            QVERIFY2(columns.contains(field.name), qPrintable(field.name));
            QCOMPARE(columns[field.name].kind == ItemColumn::Kind::Instant, field.kind == FieldKind::Date);
            QCOMPARE(columns[field.name].kind == ItemColumn::Kind::List, field.kind == FieldKind::TextList);
            if (columns[field.name].isSortable)
                QVERIFY(field.kind != FieldKind::TextList);
        }
        for (const ItemColumn &column : columns) {
            if (column.isSortable && column.field != u"priority"_s)
                QVERIFY2(itemField(column.field), qPrintable(column.field));
        }
    }

private:
    static QJsonObject condition(const QString &attribute, const QJsonValue &value)
    {
        return { { u"attribute"_s, attribute }, { u"operator"_s, u"equals"_s }, { u"value"_s, value } };
    }

    std::unique_ptr<GuiServer> m_server;
    std::unique_ptr<Session> m_session;
    std::unique_ptr<ItemListModel> m_model;
    std::unique_ptr<QAbstractItemModelTester> m_tester;
};

QTEST_MAIN(TestAdminItemList)
#include "tst_admin_itemlist.moc"

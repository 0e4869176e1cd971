// SPDX-License-Identifier: Apache-2.0
#include "guiserver.h"
#include "screenshots.h"

#include <views/commandpalette.h>
#include <views/mainwindow.h>
#include <views/universalqueuepage.h>

#include <QAbstractButton>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMessageBox>
#include <QPushButton>
#include <QScrollBar>
#include <QTabWidget>
#include <QTableView>
#include <QTextBrowser>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

constexpr int patienceMs = 30'000;
const Session::Options quick { milliseconds(200), milliseconds(100), milliseconds(2'000) };

} // namespace

/// The window with the Universal Queue, driven like a person does it, against a real server.
class TestAdminUniversalQueue : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_theme = std::make_unique<Theme>(*qApp);
        m_server = std::make_unique<GuiServer>();
        m_server->call("POST", "/queues", QJsonObject { { u"id"_s, u"claims"_s }, { u"name"_s, u"Claims"_s } });
        m_ids = m_server->capture(600);
        m_session = m_server->signIn(u"admin"_s, quick);
    }
    void cleanupTestCase()
    {
        m_session.reset();
        QCOMPARE(m_server->process().stop(), 0);
    }
    void init()
    {
        m_settings = std::make_unique<QSettings>(m_folder.filePath(u"settings.ini"_s), QSettings::IniFormat);
        open();
        QTRY_VERIFY_WITH_TIMEOUT(shown(0), patienceMs);
    }
    void cleanup()
    {
        m_window.reset();
        m_settings.reset();
        m_theme->setMode(Theme::Mode::Light);
    }

    void theQueueIsShownInItsOrder()
    {
        const QStringList truth = m_server->waiting();
        for (int row = 0; row < 40; ++row)
            QCOMPARE(id(row), truth.at(row));
        QTRY_COMPARE(count(), u"600 item(s)"_s);
        QVERIFY(keepScreenshot(*m_window, u"universal-queue-light"_s));
        m_theme->setMode(Theme::Mode::Dark);
        QVERIFY(keepScreenshot(*m_window, u"universal-queue-dark"_s));
    }

    void scrollingToTheEndReadsOn()
    {
        QTRY_VERIFY_WITH_TIMEOUT((table()->scrollToBottom(), table()->grab(), page()->model().rowCount() == 600 && shown(599)), patienceMs);
        QCOMPARE(id(599), m_server->waiting().at(599));
    }

    void anItemThatIsChosenIsExplained()
    {
        choose({ 2 });
        QTRY_VERIFY_WITH_TIMEOUT(text(u"Why"_s).contains(u"come before it"_s), patienceMs);
        QVERIFY(text(u"History"_s).contains(u"item.captured"_s));
        m_window->findChild<QTabWidget *>()->setCurrentIndex(1);
        QVERIFY(keepScreenshot(*m_window, u"universal-queue-why"_s));
        m_window->findChild<QTabWidget *>()->setCurrentIndex(2);
        QVERIFY(keepScreenshot(*m_window, u"universal-queue-history"_s));
    }

    void severalItemsAreHeldWithAReasonAndThatIsTakenBack()
    {
        const QStringList held { id(1), id(2), id(3) };
        choose({ 1, 2, 3 });
        answerInput(u"Network outage"_s);
        QTest::keyClick(table(), Qt::Key_H, Qt::ControlModifier);
        QTRY_COMPARE_WITH_TIMEOUT(m_server->statusOf(held.last()), u"held"_s, patienceMs);
        QVERIFY(m_server->call("GET", "/items/" + held.first().toLatin1() + "/history").body.contains("Network outage"));
        QTRY_COMPARE_WITH_TIMEOUT(count(), u"597 item(s)"_s, patienceMs);
        QPushButton *const undo = visibleButton(u"Undo"_s);
        QVERIFY(undo);
        QVERIFY(keepScreenshot(*m_window, u"universal-queue-undo"_s));
        QTest::mouseClick(undo, Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(count(), u"600 item(s)"_s, patienceMs);
        for (const QString &item : held)
            QCOMPARE(m_server->statusOf(item), u"queued"_s);
    }

    void whoThinksBetterOfItChangesNothing()
    {
        choose({ 0 });
        const QString item = id(0);
        bool asked = false;
        QTimer::singleShot(0, this, [&asked] {
            asked = true;
            qobject_cast<QDialog *>(QApplication::activeModalWidget())->reject();
        });
        QTest::keyClick(table(), Qt::Key_H, Qt::ControlModifier);
        QVERIFY(asked);
        choose({ 0 });
        QTimer::singleShot(0, this, [] { qobject_cast<QDialog *>(QApplication::activeModalWidget())->reject(); });
        QTest::keyClick(table(), Qt::Key_X, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(m_server->statusOf(item), u"queued"_s);
    }

    void whatCannotBeUndoneAsksFirst()
    {
        const QString item = id(0);
        choose({ 0 });
        QString question;
        QTimer::singleShot(0, this, [&question] {
            auto *const box = qobject_cast<QMessageBox *>(QApplication::activeModalWidget());
            question = box->text();
            for (QAbstractButton *const button : box->buttons()) {
                if (box->buttonRole(button) == QMessageBox::AcceptRole)
                    button->click();
            }
        });
        QTest::keyClick(table(), Qt::Key_C, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY2(question.contains(u"cannot be undone"_s), qPrintable(question));
        QTRY_COMPARE_WITH_TIMEOUT(m_server->statusOf(item), u"completed"_s, patienceMs);
        QTRY_COMPARE_WITH_TIMEOUT(count(), u"599 item(s)"_s, patienceMs);
    }

    void wordsAndStatusesNarrowTheList()
    {
        auto *const search = m_window->findChild<QLineEdit *>(u"search"_s);
        QTest::keyClicks(search, u"INC1042"_s);
        QTRY_COMPARE_WITH_TIMEOUT(count(), u"1 item(s)"_s, patienceMs);
        const QString item = id(0);
        search->clear();
        QTest::keyClicks(search, item);
        QTRY_VERIFY_WITH_TIMEOUT(page()->model().query().condition["attribute"_L1] == u"id"_s, patienceMs);
        QTRY_COMPARE_WITH_TIMEOUT(count(), u"1 item(s)"_s, patienceMs);
        search->clear();
        auto *const scope = m_window->findChild<QComboBox *>(u"scope"_s);
        QTest::keyClicks(scope, u"Finished"_s);
        Q_EMIT scope->activated(scope->currentIndex());
        QTRY_VERIFY_WITH_TIMEOUT(count() == u"1 item(s)"_s && !page()->model().isLoading() && page()->model().query().condition["all"_L1].isUndefined(), patienceMs);
        QTRY_COMPARE_WITH_TIMEOUT(m_server->statusOf(id(0)), u"completed"_s, patienceMs);
    }

    void rowsAreCopiedAsATable()
    {
        choose({ 0, 1 });
        QTest::keyClick(table(), Qt::Key_C, Qt::ControlModifier);
        const QStringList lines = QApplication::clipboard()->text().split(u'\n');
        QCOMPARE(lines.size(), 2);
        QCOMPARE(lines.first().split(u'\t').size(), page()->model().columnCount());
        QVERIFY(lines.first().startsWith(id(0)));
    }

    void theLayoutIsAsItWasLeft()
    {
        page()->model().setColumns({ u"id"_s, u"customerId"_s, u"status"_s });
        open();
        QTRY_VERIFY_WITH_TIMEOUT(shown(0), patienceMs);
        QCOMPARE(page()->model().columnCount(), 3);
        QVERIFY(page()->model().index(0, 1).data().toString().startsWith(u"customer "_s));
        page()->model().setColumns(ItemColumns::usual());
    }

    void thePaletteFindsCommandsAndItems()
    {
        QTest::keyClick(m_window.get(), Qt::Key_K, Qt::ControlModifier);
        auto *const palette = m_window->findChild<CommandPalette *>();
        QTRY_VERIFY(palette->isVisible());
        auto *const list = palette->findChild<QListView *>();
        auto *const input = palette->findChild<QLineEdit *>();
        QVERIFY(list->model()->rowCount() > 5);
        QVERIFY(keepScreenshot(*palette, u"command-palette"_s));
        QTest::keyClicks(input, u"colors dark"_s);
        QCOMPARE(list->model()->rowCount(), 1);
        QTest::keyClick(input, Qt::Key_Return);
        QVERIFY(!palette->isVisible());
        QVERIFY(m_theme->isDark());
        QTest::keyClick(m_window.get(), Qt::Key_K, Qt::ControlModifier);
        QTest::keyClicks(input, m_ids.at(55));
        QTest::keyClick(input, Qt::Key_Return);
        QTRY_COMPARE_WITH_TIMEOUT(count(), u"1 item(s)"_s, patienceMs);
        QCOMPARE(id(0), m_ids.at(55));
    }

    void anOutageIsSaidAndWhatIsShownStays()
    {
        auto *const banner = m_window->findChild<QFrame *>(u"banner"_s);
        QVERIFY(!banner->isVisible());
        const QString first = id(0);
        m_server->process().kill();
        QTRY_VERIFY_WITH_TIMEOUT(banner->isVisible(), patienceMs);
        QCOMPARE(id(0), first);
        QVERIFY(keepScreenshot(*m_window, u"reconnecting"_s));
        m_server->process().start();
        QVERIFY(m_server->process().waitUntilReady());
        QTRY_VERIFY_WITH_TIMEOUT(!banner->isVisible(), patienceMs);
        QCOMPARE(id(0), first);
    }

private:
    void open()
    {
        m_window.reset();
        m_window = std::make_unique<MainWindow>(*m_session, *m_theme, *m_settings);
        m_window->addPage(new UniversalQueuePage(*m_session, *m_theme, *m_settings));
        m_window->resize(1280, 800);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    }
    [[nodiscard]] UniversalQueuePage *page() const { return m_window->findChild<UniversalQueuePage *>(); }
    [[nodiscard]] QTableView *table() const { return m_window->findChild<QTableView *>(u"items"_s); }
    [[nodiscard]] QString count() const { return m_window->findChild<QLabel *>(u"count"_s)->text(); }
    [[nodiscard]] QString id(int row) const { return page()->model().index(row, 0).data(ItemListModel::IdRole).toString(); }
    [[nodiscard]] bool shown(int row) const { return page()->model().rowCount() > row && !id(row).isEmpty(); }
    [[nodiscard]] QString text(const QString &name) const
    {
        for (const QTextBrowser *const browser : m_window->findChildren<QTextBrowser *>()) {
            if (browser->accessibleName().startsWith(name))
                return browser->toPlainText();
        }
        return {};
    }
    [[nodiscard]] QPushButton *visibleButton(const QString &text) const
    {
        for (QPushButton *const button : m_window->findChildren<QPushButton *>()) {
            if (button->text() == text && button->isVisible())
                return button;
        }
        return nullptr;
    }
    void choose(const QList<int> &rows) const
    {
        m_window->activateWindow();
        table()->setFocus();
        QTRY_VERIFY(table()->hasFocus());
        table()->selectionModel()->clear();
        for (const int row : rows) {
            const QModelIndex index = page()->model().index(row, 0);
            table()->selectionModel()->setCurrentIndex(index, QItemSelectionModel::Select | QItemSelectionModel::Rows);
        }
    }
    void answerInput(const QString &text)
    {
        QTimer::singleShot(0, this, [text] {
            auto *const dialog = qobject_cast<QInputDialog *>(QApplication::activeModalWidget());
            dialog->setTextValue(text);
            dialog->accept();
        });
    }

    QTemporaryDir m_folder;
    std::unique_ptr<Theme> m_theme;
    std::unique_ptr<GuiServer> m_server;
    std::unique_ptr<Session> m_session;
    std::unique_ptr<QSettings> m_settings;
    std::unique_ptr<MainWindow> m_window;
    QStringList m_ids;
};

QTEST_MAIN(TestAdminUniversalQueue)
#include "tst_admin_universalqueue.moc"

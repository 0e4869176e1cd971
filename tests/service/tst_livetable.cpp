// SPDX-License-Identifier: Apache-2.0
#include <support/await.h>

#include <api/livetable.h>

#include <QJsonObject>
#include <QTest>

using namespace iwd;
using namespace Qt::StringLiterals;

/// Which rows of a table have changed, for readers who know different states of it.
class TestLiveTable : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_rows = {};
        m_event = 1;
        m_looks = 0;
        m_failure.reset();
        m_table = std::make_unique<LiveTable>(LiveTable::Options { u"id"_s, { u"age"_s }, milliseconds(0), milliseconds(60'000) }, [this] { return read(this); }, [this] { return m_event; });
    }

    void aReaderIsToldWhatChangedSinceItsRevision()
    {
        put(u"a"_s, 1);
        put(u"b"_s, 1);
        look();
        const auto first = m_table->since(0);
        QCOMPARE(keys(first), (QStringList { u"a"_s, u"b"_s }));
        put(u"b"_s, 2);
        look();
        const auto second = m_table->since(first.revision);
        QCOMPARE(keys(second), QStringList { u"b"_s });
        QCOMPARE(second.rows.front().object->value(u"value"_s).toInt(), 2);
        QCOMPARE(keys(m_table->since(second.revision)), QStringList());
        QCOMPARE(keys(m_table->since(0)), (QStringList { u"a"_s, u"b"_s }));
    }

    void whatIsGoneIsToldToThoseWhoKnewIt()
    {
        put(u"a"_s, 1);
        put(u"b"_s, 1);
        look();
        const auto first = m_table->since(0);
        m_rows.remove(u"a"_s);
        look();
        const auto second = m_table->since(first.revision);
        QCOMPARE(keys(second), QStringList { u"a"_s });
        QVERIFY(!second.rows.front().object);
        QCOMPARE(keys(m_table->since(0)), QStringList { u"b"_s });
        put(u"a"_s, 1);
        look();
        QCOMPARE(keys(m_table->since(second.revision)), QStringList { u"a"_s });
    }

    void whoKnewWhatIsLongGoneIsToldAllThatThereIs()
    {
        put(u"stays"_s, 1);
        put(u"gone 0"_s, 1);
        look();
        const qint64 old = m_table->revision();
        qint64 recent = old;
        for (int i = 0; m_table->since(old).whole == false; ++i) {
            QVERIFY(i < 10'000);
            recent = m_table->revision();
            m_rows.remove(u"gone %1"_s.arg(i));
            put(u"gone %1"_s.arg(i + 1), 1);
            look();
        }
        QCOMPARE(keys(m_table->since(old)).size(), 2); // what stays, and what has not gone yet
        QVERIFY(m_table->since(recent).whole);
        const qint64 now = m_table->revision();
        QVERIFY(!m_table->since(now).whole);
        put(u"stays"_s, 2);
        look();
        const auto next = m_table->since(now);
        QVERIFY(!next.whole);
        QCOMPARE(keys(next), QStringList { u"stays"_s });
    }

    void membersThatChangeAllTheTimeAreNoNews()
    {
        m_rows.insert(u"a"_s, { { u"id"_s, u"a"_s }, { u"value"_s, 1 }, { u"age"_s, 1 } });
        look();
        const auto first = m_table->since(0);
        m_rows.insert(u"a"_s, { { u"id"_s, u"a"_s }, { u"value"_s, 1 }, { u"age"_s, 2 } });
        look();
        QCOMPARE(m_table->revision(), first.revision);
    }

    void anEmptyTableIsKnownToBeEmpty()
    {
        look();
        QCOMPARE(m_table->revision(), 1);
        QCOMPARE(keys(m_table->since(0)), QStringList());
    }

    void nobodyLooksWhenNothingCanHaveChanged()
    {
        look();
        const int looks = m_looks;
        for (int i = 0; i < 3; ++i) {
            const auto again = await(m_table->refresh());
            QVERIFY(again && *again && **again > milliseconds(1'000));
        }
        QCOMPARE(m_looks, looks);
        ++m_event;
        (void)await(m_table->refresh());
        QCOMPARE(m_looks, looks + 1);
    }

    void whatWentWrongIsToldToAllUntilItGoesAgain()
    {
        put(u"a"_s, 1);
        look();
        m_failure = Error { ErrorCode::StorageUnavailable, u"Away."_s, {}, {} };
        ++m_event;
        QTRY_VERIFY(!await(m_table->refresh()));
        for (int i = 0; i < 5; ++i) { // those who look, and those who come in between
            const auto again = await(m_table->refresh());
            QVERIFY(!again);
            QCOMPARE(again.error().code, ErrorCode::StorageUnavailable);
        }
        QCOMPARE(keys(m_table->since(0)), QStringList { u"a"_s }); // what was known stays
        m_failure.reset();
        QTRY_VERIFY(await(m_table->refresh()));
    }

private:
    void put(const QString &key, int value) { m_rows.insert(key, { { u"id"_s, key }, { u"value"_s, value } }); }

    static QCoro::Task<Result<QJsonArray>> read(TestLiveTable *self)
    {
        ++self->m_looks;
        if (self->m_failure)
            co_return *self->m_failure;
        QJsonArray rows;
        for (const QJsonObject &row : self->m_rows)
            rows.append(row);
        co_return rows;
    }

    /// At what there is now.
    void look()
    {
        ++m_event;
        const int looks = m_looks;
        const auto looked = [&] {
            (void)await(m_table->refresh());
            return m_looks > looks;
        };
        QTRY_VERIFY(looked());
    }

    static QStringList keys(const LiveTable::News &news)
    {
        QStringList keys;
        for (const LiveTable::Row &row : news.rows)
            keys.append(row.key);
        return keys;
    }

    QMap<QString, QJsonObject> m_rows;
    qint64 m_event = 1;
    int m_looks = 0;
    std::optional<Error> m_failure;
    std::unique_ptr<LiveTable> m_table;
};

QTEST_GUILESS_MAIN(TestLiveTable)
#include "tst_livetable.moc"

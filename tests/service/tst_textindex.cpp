// SPDX-License-Identifier: Apache-2.0
#include <support/pipelinefixture.h>

#include <domain/fulltext.h>
#include <storage/sqlitedatabase.h>
#include <storage/itemdocument.h>
#include <storage/itemtexts.h>
#include <storage/textindex.h>

#include <QRandomGenerator>
#include <QTest>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

/// A search that the machine is slow with must not be taken for one that is too broad.
SqliteOptions patient()
{
    SqliteOptions options;
    options.searchLimit = std::chrono::minutes(10);
    return options;
}

} // namespace

/// The full-text index beside the database: what it says is exact whether it has caught up, lags behind, was lost or is not of this database.
class TestTextIndex : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m = std::make_unique<PipelineFixture>(patient()); }
    void cleanup() { m.reset(); }

    void searchesAreExactWhileTheIndexFollows();
    void theIndexCatchesUpByItself();
    void aLostIndexIsBuiltAgain();
    void aDamagedIndexIsBuiltAgain();
    void anIndexThatIsAheadOfARestoredDatabaseIsBuiltAgain();
    void withoutTheIndexSearchesFindTheSame();

private:
    std::set<ItemId> found(const QString &text);
    bool indexIsComplete();
    QString databasePath() const { return m->folder.filePath(u"iwd.db"_s); }
    QString capture(const QString &subject)
    {
        const auto item = m->capture({ { u"subject"_s, subject } });
        PipelineFixture::must(item);
        return item->record.item.id.toString();
    }
    std::unique_ptr<PipelineFixture> m;
};

std::set<ItemId> TestTextIndex::found(const QString &text)
{
    const std::function<Result<std::set<ItemId>>(Snapshot &)> work = [&](Snapshot &snapshot) -> Result<std::set<ItemId>> {
        std::set<ItemId> ids;
        for (const SearchHit &hit : snapshot.search({ Condition(), text, snapshot.now() }, {}, std::nullopt, 10'000))
            ids.insert(hit.id);
        return ids;
    };
    const auto ids = await(m->pipeline->search<std::set<ItemId>>(m->tenant, Deadline::never(), work));
    PipelineFixture::must(ids);
    return *ids;
}

/// Asks the files, not the store.
bool TestTextIndex::indexIsComplete()
{
    auto database = SqliteDatabase::open(databasePath(), {});
    if (!database || !TextIndex::attachForReading(**database, databasePath()))
        return false;
    auto state = (*database)->systemStatement(u"system/text_state"_s);
    auto end = (*database)->systemStatement(u"system/text_log_end"_s);
    end.bind(u":event_id"_s, 0);
    return state.run() && state.next() && end.run() && end.next() && state.integer(0) == end.integer(1) && state.integer(1) == end.integer(0);
}

void TestTextIndex::searchesAreExactWhileTheIndexFollows()
{
    QRandomGenerator random(20261122);
    const QStringList vocabulary { u"paper"_s, u"jam"_s, u"Printer"_s, u"print"_s, u"Café"_s, u"cafe"_s, u"hall"_s, u"3"_s, u"東京"_s, u"e-mail"_s, u"INC-7"_s, u"\"'*"_s };
    const auto sentence = [&] {
        QStringList words;
        for (int i = static_cast<int>(random.bounded(1, 5)); i > 0; --i)
            words.append(vocabulary[random.bounded(vocabulary.size())]);
        return words.join(u' ');
    };
    const QStringList queries { u"paper"_s, u"print*"_s, u"\"paper jam\""_s, u"cafe hall"_s, u"東"_s, u"東京"_s, u"e-mail"_s, u"inc-7 jam"_s, u"3"_s, u"ca*"_s };
    std::map<ItemId, WorkItem> items;
    int hits = 0;
    for (int round = 0; round < 60; ++round) {
        for (int i = 0; i < 5; ++i) {
            const auto stored = m->capture({ { u"subject"_s, sentence() }, { u"captureId"_s, u"%1 %2"_s.arg(sentence()).arg(round * 5 + i) } });
            PipelineFixture::must(stored);
            items[stored->record.item.id] = stored->record.item;
        }
        auto changed = std::next(items.begin(), random.bounded(static_cast<int>(items.size())));
        const auto patched = m->patch(changed->first.toString(), { { u"subject"_s, sentence() }, { u"labels"_s, QJsonArray { sentence() } } });
        PipelineFixture::must(patched);
        changed->second = patched->record.item;
        const QString text = queries[random.bounded(queries.size())];
        const TextQuery query = *TextQuery::parse(text);
        std::set<ItemId> expected;
        for (const auto &[id, item] : items) {
            std::vector<QStringList> words;
            for (const QString &one : searchableTexts(item.captureId, QJsonDocument::fromJson(encodeItemDocument(item)).object()))
                words.push_back(wordsOf(one));
            if (query.matches(words))
                expected.insert(id);
        }
        QVERIFY2(found(text) == expected, qPrintable(text));
        hits += static_cast<int>(expected.size());
    }
    QVERIFY(hits > 500);
}

void TestTextIndex::theIndexCatchesUpByItself()
{
    const QString id = capture(u"paper jam"_s);
    QTRY_VERIFY_WITH_TIMEOUT(indexIsComplete(), 30'000);
    PipelineFixture::must(m->patch(id, { { u"subject"_s, u"toner"_s } }));
    QTRY_VERIFY_WITH_TIMEOUT(indexIsComplete(), 30'000);
    QVERIFY(found(u"jam"_s).empty());
    QCOMPARE(found(u"toner"_s).size(), size_t(1));
}

void TestTextIndex::aLostIndexIsBuiltAgain()
{
    capture(u"paper jam"_s);
    m->pipeline.reset();
    m->store.reset();
    QVERIFY(QFile::remove(databasePath() + u"-search"_s));
    m->restart();
    QCOMPARE(found(u"jam"_s).size(), size_t(1));
    QTRY_VERIFY_WITH_TIMEOUT(indexIsComplete(), 30'000);
    QCOMPARE(found(u"jam"_s).size(), size_t(1));
}

void TestTextIndex::aDamagedIndexIsBuiltAgain()
{
    capture(u"paper jam"_s);
    m->pipeline.reset();
    m->store.reset();
    QFile file(databasePath() + u"-search"_s);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(QByteArray(10'000, 'x'));
    file.close();
    m->restart();
    QCOMPARE(found(u"jam"_s).size(), size_t(1));
    QTRY_VERIFY_WITH_TIMEOUT(indexIsComplete(), 30'000);
    QCOMPARE(found(u"jam"_s).size(), size_t(1));
}

void TestTextIndex::anIndexThatIsAheadOfARestoredDatabaseIsBuiltAgain()
{
    capture(u"paper jam"_s);
    m->pipeline.reset();
    m->store.reset();
    // Connections that close at the same time may each leave the write-ahead log to the other: it is part of the database then.
    const bool hasLog = QFile::exists(databasePath() + u"-wal"_s);
    QVERIFY(QFile::copy(databasePath(), databasePath() + u".backup"_s));
    QVERIFY(!hasLog || QFile::copy(databasePath() + u"-wal"_s, databasePath() + u".backup-wal"_s));
    m->restart();
    m->advance(std::chrono::minutes(1));
    for (int i = 0; i < 5; ++i)
        capture(u"toner"_s);
    QTRY_VERIFY_WITH_TIMEOUT(indexIsComplete(), 30'000);
    m->pipeline.reset();
    m->store.reset();
    for (const QString &suffix : { QString(), u"-wal"_s, u"-shm"_s })
        QFile::remove(databasePath() + suffix);
    QVERIFY(QFile::copy(databasePath() + u".backup"_s, databasePath()));
    QVERIFY(!hasLog || QFile::copy(databasePath() + u".backup-wal"_s, databasePath() + u"-wal"_s));
    m->restart();
    m->advance(std::chrono::minutes(1));
    for (int i = 0; i < 5; ++i)
        capture(u"scanner"_s);
    QTRY_VERIFY_WITH_TIMEOUT(indexIsComplete(), 30'000);
    QCOMPARE(found(u"scanner"_s).size(), size_t(5));
    QVERIFY(found(u"toner"_s).empty());
    QCOMPARE(found(u"jam"_s).size(), size_t(1));
}

void TestTextIndex::withoutTheIndexSearchesFindTheSame()
{
    SqliteOptions options = patient();
    options.indexText = false;
    m = std::make_unique<PipelineFixture>(options);
    capture(u"paper jam"_s);
    QCOMPARE(found(u"jam"_s).size(), size_t(1));
    QVERIFY(!QFile::exists(databasePath() + u"-search"_s));
}

QTEST_GUILESS_MAIN(TestTextIndex)
#include "tst_textindex.moc"

// SPDX-License-Identifier: Apache-2.0
#include "textindex.h"

#include "itemtexts.h"

#include <base/log.h>
#include <domain/fulltext.h>

#include <QFile>
#include <QJsonDocument>

namespace iwd {

namespace {

/// Rises when the words of a text, or what is looked into, change.
constexpr qint64 Form = 1;
constexpr qint64 MostEventsAtOnce = 20'000;

QString pathOf(const QString &databasePath)
{
    return databasePath + QStringLiteral("-search");
}

bool executeAll(Database &database, const QStringList &statements)
{
    return std::all_of(statements.begin(), statements.end(), [&](const QString &statement) { return database.execute(statement); });
}

bool attachFile(Database &database, const QString &databasePath)
{
    QString path = pathOf(databasePath);
    path.replace(u'\'', QStringLiteral("''"));
    return executeAll(database, { QStringLiteral("attach database '%1' as search").arg(path), QStringLiteral("pragma search.synchronous = normal") });
}

/// Positions are not kept (detail=none): the search looks at phrases itself. What is written is words already, so the plain tokenizer does.
bool create(Database &database)
{
    return executeAll(database,
        { QStringLiteral("pragma search.journal_mode = wal"), QStringLiteral("drop table if exists search.item_text"), QStringLiteral("drop table if exists search.state"),
            QStringLiteral("create virtual table search.item_text using fts5(words, content='', detail=none, columnsize=0, tokenize='ascii')"),
            QStringLiteral("create table search.state (item_id integer not null, event_id integer not null, event_ms integer not null, form integer not null)"),
            QStringLiteral("insert into search.state select 0, coalesce(max(id), 0), coalesce((select at_ms from event order by id desc limit 1), 0), %1 from event").arg(Form) });
}

struct State
{
    qint64 itemId = 0;
    qint64 eventId = 0;
    qint64 eventMillis = 0;
    qint64 form = 0;
};

std::optional<State> readState(Database &database)
{
    auto row = database.systemStatement(QStringLiteral("system/text_state"));
    if (!row.run() || !row.next())
        return std::nullopt;
    return State { row.integer(0), row.integer(1), row.integer(2), row.integer(3) };
}

struct LogEnd
{
    qint64 eventId = 0;
    qint64 itemId = 0;
    qint64 millisOfState = 0;
    qint64 millis = 0;
};

LogEnd readLogEnd(Database &database, qint64 eventOfState)
{
    auto row = database.systemStatement(QStringLiteral("system/text_log_end"));
    row.bind(QStringLiteral(":event_id"), eventOfState);
    if (!row.run() || !row.next())
        return {};
    return { row.integer(0), row.integer(1), row.integer(2), row.integer(3) };
}

/// Whether the index was made from this database: not when the database was restored from an older state.
bool fits(Database &database)
{
    const auto state = readState(database);
    if (!state || state->form != Form)
        return false;
    const LogEnd end = readLogEnd(database, state->eventId);
    return state->itemId <= end.itemId && state->eventId <= end.eventId && (state->eventId == 0 || state->eventMillis == end.millisOfState);
}

struct IndexedText
{
    qint64 itemId = 0;
    QString words;
};

std::vector<IndexedText> readTexts(Statement &rows)
{
    std::vector<IndexedText> texts;
    if (!rows.run())
        return texts;
    while (rows.next()) {
        QStringList words;
        for (const QString &text : searchableTexts(rows.text(1), QJsonDocument::fromJson(rows.bytes(2)).object()))
            words.append(wordsOf(text));
        std::sort(words.begin(), words.end());
        words.erase(std::unique(words.begin(), words.end()), words.end());
        texts.push_back({ rows.integer(0), words.join(u' ') });
    }
    return texts;
}

bool add(Database &database, const std::vector<IndexedText> &texts)
{
    for (const IndexedText &text : texts) {
        if (text.words.isEmpty())
            continue;
        auto row = database.systemStatement(QStringLiteral("system/text_add"));
        row.bind(QStringLiteral(":item_id"), text.itemId).bind(QStringLiteral(":words"), text.words);
        if (!row.run())
            return false;
    }
    return true;
}

std::optional<bool> catchUpInTransaction(Database &database, int limit)
{
    const auto state = readState(database);
    if (!state)
        return std::nullopt;
    const LogEnd end = readLogEnd(database, state->eventId);
    State next = *state;
    next.eventId = std::min(end.eventId, state->eventId + MostEventsAtOnce);
    if (end.itemId == state->itemId && next.eventId == state->eventId)
        return false;
    std::vector<IndexedText> texts;
    {
        auto rows = database.systemStatement(QStringLiteral("system/text_changed_items"));
        rows.bind(QStringLiteral(":after"), state->eventId).bind(QStringLiteral(":up_to"), next.eventId).bind(QStringLiteral(":last_item"), state->itemId);
        texts = readTexts(rows);
    }
    if (!add(database, texts))
        return std::nullopt;
    {
        auto rows = database.systemStatement(QStringLiteral("system/text_new_items"));
        rows.bind(QStringLiteral(":after"), state->itemId).bind(QStringLiteral(":limit"), limit);
        texts = readTexts(rows);
    }
    if (!add(database, texts))
        return std::nullopt;
    if (!texts.empty())
        next.itemId = texts.back().itemId;
    next.eventMillis = next.eventId == end.eventId ? end.millis : readLogEnd(database, next.eventId).millisOfState;
    auto row = database.systemStatement(QStringLiteral("system/text_set_state"));
    row.bind(QStringLiteral(":item_id"), next.itemId).bind(QStringLiteral(":event_id"), next.eventId).bind(QStringLiteral(":event_ms"), next.eventMillis);
    if (!row.run())
        return std::nullopt;
    return next.itemId < end.itemId || next.eventId < end.eventId;
}

} // namespace

bool TextIndex::attach(Database &database, const QString &databasePath)
{
    const bool attached = attachFile(database, databasePath);
    if (attached && fits(database))
        return true;
    database.clearFailure();
    log::info(u"The full-text index is built anew", { { QLatin1StringView("file"), pathOf(databasePath) } });
    if (attached && create(database))
        return true;
    // A damaged file is of no use to anybody: the index is made from the items again.
    database.clearFailure();
    database.execute(QStringLiteral("detach database search"));
    database.clearFailure();
    for (const char *suffix : { "", "-wal", "-shm" })
        QFile::remove(pathOf(databasePath) + QLatin1StringView(suffix));
    return attachFile(database, databasePath) && create(database);
}

bool TextIndex::attachForReading(Database &database, const QString &databasePath)
{
    // It may be attached already, by a try that found no state yet.
    if (!attachFile(database, databasePath))
        database.clearFailure();
    return readState(database).has_value();
}

bool TextIndex::beginReading(Database &database)
{
    if (readState(database))
        return true;
    database.clearFailure();
    return false;
}

std::optional<bool> TextIndex::catchUp(Database &database, int limit)
{
    database.clearFailure();
    std::optional<bool> more;
    const bool done = database.inTransaction([&] {
        more = catchUpInTransaction(database, limit);
        return more.has_value();
    });
    return done ? more : std::nullopt;
}

QString TextIndex::matchText(const TextQuery &query)
{
    QStringList terms;
    for (const TextQuery::Part &part : query.parts()) {
        for (qsizetype i = 0; i < part.words.size(); ++i) {
            // Words hold letters and digits only, so none can end the quotes.
            const bool begins = part.prefix && i == part.words.size() - 1;
            terms.append(u'"' + part.words[i] + (begins ? QStringLiteral("\" *") : QStringLiteral("\"")));
        }
    }
    return terms.join(QStringLiteral(" AND "));
}

QString TextIndex::candidates(const QString &match)
{
    return QStringLiteral("select rowid as item_id from search.item_text where item_text match %1 "
                          "union all select item_id from item_payload where item_id > (select item_id from search.state) "
                          "union all select item_id from event where id > (select event_id from search.state) and type = 6")
        .arg(match);
}

} // namespace iwd

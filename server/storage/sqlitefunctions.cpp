// SPDX-License-Identifier: Apache-2.0
#include "sqlitefunctions.h"

#include "itemtexts.h"

#include <domain/conditionparser.h>
#include <domain/fulltext.h>
#include <domain/textorder.h>

#include <QJsonArray>
#include <QJsonDocument>

#include <sqlite3.h>

namespace iwd {

namespace {

QByteArrayView bytesOf(sqlite3_value *value)
{
    const auto *text = reinterpret_cast<const char *>(sqlite3_value_text(value));
    return { text, text ? sqlite3_value_bytes(value) : 0 };
}

QString textOf(sqlite3_value *value)
{
    return QString::fromUtf8(bytesOf(value));
}

bool isText(sqlite3_value *value)
{
    return sqlite3_value_type(value) == SQLITE_TEXT;
}

void answer(sqlite3_context *context, const QString &text)
{
    const QByteArray utf8 = text.toUtf8();
    sqlite3_result_text(context, utf8.constData(), static_cast<int>(utf8.size()), SQLITE_TRANSIENT);
}

/// The document that was read last: a statement asks for several attributes of a row, one after the other.
struct LastDocument
{
    QByteArray text;
    QJsonObject object;

    const QJsonObject &parsed(QByteArrayView wanted)
    {
        if (text != wanted || text.isNull()) {
            text = wanted.toByteArray();
            object = QJsonDocument::fromJson(text).object();
        }
        return object;
    }
};

void attribute(sqlite3_context *context, int, sqlite3_value **arguments)
{
    auto *last = static_cast<LastDocument *>(sqlite3_user_data(context));
    const QJsonObject &document = last->parsed(bytesOf(arguments[0]));
    const QString name = textOf(arguments[1]);
    static const QString custom = QStringLiteral("custom.");
    const QJsonValue value = name.startsWith(custom) ? document.value(QLatin1StringView("custom")).toObject().value(QStringView(name).sliced(custom.size()))
                                                     : document.value(name);
    if (value.isString())
        answer(context, value.toString());
    else if (value.isDouble())
        sqlite3_result_double(context, value.toDouble());
    else if (value.isBool())
        sqlite3_result_int(context, value.toBool() ? 1 : 0);
}

void number(sqlite3_context *context, int, sqlite3_value **arguments)
{
    if (sqlite3_value_type(arguments[0]) == SQLITE_FLOAT)
        sqlite3_result_double(context, sqlite3_value_double(arguments[0]));
    else if (isText(arguments[0])) {
        if (const auto found = numberOf(textOf(arguments[0])))
            sqlite3_result_double(context, *found);
    }
}

void instant(sqlite3_context *context, int, sqlite3_value **arguments)
{
    if (!isText(arguments[0]))
        return;
    const QString text = textOf(arguments[0]);
    // What is too short for a date needs no parsing; most texts of a column are no dates.
    if (text.size() < 10 || !text.front().isDigit())
        return;
    if (const auto found = instantFromIso(text))
        sqlite3_result_int64(context, toMillis(*found));
}

void fold(sqlite3_context *context, int, sqlite3_value **arguments)
{
    if (isText(arguments[0]))
        answer(context, caseFolded(textOf(arguments[0])));
}

void text(sqlite3_context *context, int, sqlite3_value **arguments)
{
    if (isText(arguments[0]))
        sqlite3_result_value(context, arguments[0]);
}

/// A query as the rows of a statement share it.
struct PreparedQuery
{
    TextQuery query;
    QSet<QString> hidden;
};

void finds(sqlite3_context *context, int, sqlite3_value **arguments)
{
    auto *prepared = static_cast<PreparedQuery *>(sqlite3_get_auxdata(context, 0));
    std::unique_ptr<PreparedQuery> made;
    if (!prepared) {
        made = std::make_unique<PreparedQuery>();
        if (auto parsed = TextQuery::parse(textOf(arguments[0])))
            made->query = *std::move(parsed);
        for (const auto &name : QJsonDocument::fromJson(bytesOf(arguments[1]).toByteArray()).array())
            made->hidden.insert(name.toString());
        prepared = made.get();
    }
    const auto texts = searchableTexts(textOf(arguments[2]), QJsonDocument::fromJson(bytesOf(arguments[3]).toByteArray()).object(), prepared->hidden);
    std::vector<QStringList> words;
    for (const QString &one : texts)
        words.push_back(wordsOf(one));
    sqlite3_result_int(context, prepared->query.matches(words) ? 1 : 0);
    if (made)
        sqlite3_set_auxdata(context, 0, made.release(), [](void *kept) { delete static_cast<PreparedQuery *>(kept); });
}

} // namespace

bool registerSearchFunctions(sqlite3 *connection)
{
    const auto add = [connection](const char *name, int arguments, void (*function)(sqlite3_context *, int, sqlite3_value **), void *data = nullptr, void (*destroy)(void *) = nullptr) {
        return sqlite3_create_function_v2(connection, name, arguments, SQLITE_UTF8 | SQLITE_DETERMINISTIC, data, function, nullptr, nullptr, destroy) == SQLITE_OK;
    };
    return add("iwd_attribute", 2, attribute, new LastDocument, [](void *data) { delete static_cast<LastDocument *>(data); }) && add("iwd_number", 1, number)
        && add("iwd_instant", 1, instant) && add("iwd_fold", 1, fold) && add("iwd_text", 1, text) && add("iwd_finds", 4, finds);
}

} // namespace iwd

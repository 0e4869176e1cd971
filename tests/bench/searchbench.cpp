// SPDX-License-Identifier: Apache-2.0
// How long searches take among many items, and what the full-text index costs. Prints a table; measures nothing that a test could assert.
//
//   searchbench [ITEMS] [FOLDER]     default: 1000000 items in a temporary folder; a folder that has a database already is used as it is
#include <base/log.h>
#include <contract/itemapi.h>
#include <pipeline/capture/capture.h>
#include <pipeline/itemoperations.h>
#include <pipeline/configure/configobjects.h>
#include <pipeline/search/searching.h>
#include <storage/sqlitestore.h>

#include <QCoreApplication>
#include <QFile>
#include <QRandomGenerator>
#include <QTemporaryDir>

#include <cstdio>
#include <future>

using namespace iwd;
using namespace Qt::StringLiterals;
using Seconds = std::chrono::duration<double>;

namespace {

const Actor actor { u"apiKey"_s, u"bench"_s, u"Bench"_s };

template <typename T>
T must(Result<T> result)
{
    if (!result)
        qFatal("%s", qPrintable(result.error().text));
    return *std::move(result);
}

void write(Store &store, TenantId tenant, const std::function<void(Transaction &)> &work)
{
    std::promise<std::optional<Error>> done;
    store.write({ tenant, work, [&done](const std::optional<Error> &failure) { done.set_value(failure); } });
    if (const auto failure = done.get_future().get())
        qFatal("%s", qPrintable(failure->text));
}

/// About a kilobyte, with 16 attributes of its own.
QJsonObject inventItem(QRandomGenerator &random, int number)
{
    static const QStringList words { u"printer"_s, u"paper"_s, u"jam"_s, u"network"_s, u"switch"_s, u"router"_s, u"login"_s, u"password"_s, u"invoice"_s, u"order"_s, u"contract"_s, u"delivery"_s,
        u"address"_s, u"refund"_s, u"hall"_s, u"building"_s, u"floor"_s, u"laptop"_s, u"screen"_s, u"phone"_s, u"mail"_s, u"outage"_s, u"slow"_s, u"broken"_s, u"urgent"_s };
    const auto sentence = [&](int length) {
        QStringList chosen;
        for (int i = 0; i < length; ++i)
            chosen.append(words[random.bounded(words.size())]);
        return chosen.join(u' ');
    };
    QJsonObject custom { { u"subject"_s, sentence(8) }, { u"text"_s, sentence(60) }, { u"impact"_s, random.bounded(4) }, { u"vip"_s, random.bounded(50) == 0 },
        { u"region"_s, QStringList({ u"EMEA"_s, u"APAC"_s, u"AMER"_s })[random.bounded(3)] }, { u"serial"_s, u"sn%1"_s.arg(number) } };
    for (int i = 0; i < 10; ++i)
        custom.insert(u"attribute %1"_s.arg(i), u"value %1"_s.arg(random.bounded(100)));
    return { { u"captureId"_s, u"INC%1"_s.arg(number, 7, 10, QChar(u'0')) }, { u"channel"_s, u"email"_s }, { u"customerId"_s, u"C-%1"_s.arg(random.bounded(100'000)) },
        { u"customerSegment"_s, QStringList({ u"gold"_s, u"silver"_s, u"bronze"_s })[random.bounded(3)] }, { u"businessValue"_s, random.bounded(1'000) },
        { u"category"_s, u"cat-%1"_s.arg(random.bounded(50)) }, { u"custom"_s, custom } };
}

/// 50 categories that lead to 20 queues.
void setUp(Transaction &transaction)
{
    seedConfiguration(transaction);
    const auto put = [&](ConfigKind kind, const QString &id, const QJsonObject &document) {
        must(putObject(transaction, { kind, id, document, PutMode::Create, std::nullopt, false, actor }));
    };
    for (int i = 0; i < 20; ++i)
        put(ConfigKind::Queue, u"queue-%1"_s.arg(i), { { u"id"_s, u"queue-%1"_s.arg(i) }, { u"name"_s, u"Queue %1"_s.arg(i) } });
    for (int i = 0; i < 50; ++i) {
        put(ConfigKind::Category, u"cat-%1"_s.arg(i),
            { { u"id"_s, u"cat-%1"_s.arg(i) }, { u"name"_s, u"Category %1"_s.arg(i) }, { u"order"_s, i }, { u"queue"_s, u"queue-%1"_s.arg(i % 20) }, { u"schema"_s, u"standard"_s },
                { u"rule"_s, QJsonObject { { u"any"_s, QJsonArray() } } } });
    }
}

double fill(Store &store, TenantId tenant, int items)
{
    QRandomGenerator random(1);
    constexpr int portion = 1'000;
    Seconds spent { 0 };
    for (int from = 0; from < items; from += portion) {
        std::vector<ItemInput> inputs;
        for (int i = from; i < std::min(items, from + portion); ++i)
            inputs.push_back(must(decodeItemInput(inventItem(random, i), InputMode::Create)));
        const auto start = std::chrono::steady_clock::now();
        write(store, tenant, [&](Transaction &transaction) {
            for (size_t i = 0; i < inputs.size(); ++i) {
                const auto captured = must(captureItem(transaction, inputs[i], actor));
                // Nine of ten are finished, so that the open ones are few, as they are.
                if (i % 10 != 0 && items > 10'000)
                    must(changeItem(transaction, { .operation = ItemOperation::Complete, .item = { captured.record.item.id.toString(), {} }, .actor = actor }));
            }
        });
        spent += std::chrono::steady_clock::now() - start;
    }
    return items / spent.count();
}

struct Question
{
    QString name;
    QJsonValue condition;
    QString text;
    std::vector<SortKey> sort;
    bool byPriority = false;
    CountWish count = CountWish::None;
};

void ask(Store &store, TenantId tenant, const Question &question)
{
    std::vector<double> milliseconds;
    size_t found = 0;
    QString outcome;
    for (int i = 0; i < 7; ++i) {
        std::promise<std::optional<Error>> done;
        const auto start = std::chrono::steady_clock::now();
        store.search(
            tenant,
            [&](Snapshot &snapshot) {
                SearchRequest request;
                request.search = { must(Condition::parse(question.condition)), question.text, {} };
                request.sort = question.sort;
                request.byPriority = question.byPriority;
                request.count = question.count;
                const auto page = searchItems(snapshot, request);
                found = page ? page->items.size() : 0;
                if (page && page->count)
                    outcome = u"%1%2 in all"_s.arg(page->count->exact ? u""_s : u"about "_s).arg(page->count->value);
            },
            [&](const std::optional<Error> &failure) { done.set_value(failure); }, Deadline::never());
        if (const auto failure = done.get_future().get())
            outcome = errorKey(failure->code);
        milliseconds.push_back(Seconds(std::chrono::steady_clock::now() - start).count() * 1'000);
    }
    std::sort(milliseconds.begin(), milliseconds.end());
    std::printf("| %-62s | %6zu | %9.1f | %9.1f | %s\n", qPrintable(question.name), found, milliseconds[3], milliseconds.back(), qPrintable(outcome));
    std::fflush(stdout);
}

QJsonObject compare(const QString &attribute, const QString &op, const QJsonValue &value)
{
    return { { u"attribute"_s, attribute }, { u"operator"_s, op }, { u"value"_s, value } };
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    const int items = argc > 1 ? atoi(argv[1]) : 1'000'000;
    QTemporaryDir temporary;
    const QString folder = argc > 2 ? QString::fromLocal8Bit(argv[2]) : temporary.path();
    const QString path = folder + u"/bench.db"_s;
    SystemClock clock;
    const bool isNew = !QFile::exists(path);
    SqliteOptions options;
    options.path = path;
    if (isNew) {
        for (const bool indexed : { false, true }) {
            QTemporaryDir sample;
            SqliteOptions some = options;
            some.path = sample.filePath(u"sample.db"_s);
            some.indexText = indexed;
            auto store = must(SqliteStore::open(some, clock));
            const TenantId tenant = must(store->createTenant(u"100"_s, u"t100"_s, u"6a2f41a3-c54c-fce8-32d2-0324e1c32e22"_s));
            write(*store, tenant, setUp);
            std::printf("captures per second in arrays of 1,000 %s full-text index: %.0f\n", indexed ? "with the" : "without", fill(*store, tenant, 20'000));
        }
    }
    auto store = must(SqliteStore::open(options, clock));
    TenantId tenant { 1 };
    if (isNew) {
        tenant = must(store->createTenant(u"100"_s, u"t100"_s, u"6a2f41a3-c54c-fce8-32d2-0324e1c32e22"_s));
        write(*store, tenant, setUp);
        std::printf("captures (nine of ten completed) per second: %.0f\n", fill(*store, tenant, items));
        std::printf("%.1f MB, with the full-text index beside it %.1f MB\n", double(store->sizeBytes()) / 1e6, double(QFile(path + u"-search"_s).size()) / 1e6);
    }
    std::printf("| %-62s | %6s | %9s | %9s |\n|---|---|---|---|\n", "search", "found", "p50 ms", "worst ms");
    const auto all = [](const QJsonArray &parts) { return QJsonObject { { u"all"_s, parts } }; };
    const QJsonObject queued = compare(u"status"_s, u"equals"_s, u"queued"_s);
    const SortKey byCreation { itemField(u"createdDateTime"_s), true };
    const SortKey byValue { itemField(u"businessValue"_s), true };
    ask(*store, tenant, { u"everything, newest first"_s, QJsonObject(), {}, {} });
    ask(*store, tenant, { u"everything, by createdDateTime"_s, QJsonObject(), {}, { byCreation } });
    ask(*store, tenant, { u"status queued, queue"_s, all({ queued, compare(u"queue"_s, u"equals"_s, u"queue-7"_s) }), {}, {} });
    ask(*store, tenant, { u"status queued, queue; by businessValue, counted"_s, all({ queued, compare(u"queue"_s, u"equals"_s, u"queue-7"_s) }), {}, { byValue }, false, CountWish::Exact });
    ask(*store, tenant, { u"status queued, queue; by priority"_s, all({ queued, compare(u"queue"_s, u"equals"_s, u"queue-7"_s) }), {}, {}, true });
    ask(*store, tenant, { u"category"_s, compare(u"category"_s, u"equals"_s, u"cat-3"_s), {}, {} });
    ask(*store, tenant, { u"category; by businessValue"_s, compare(u"category"_s, u"equals"_s, u"cat-3"_s), {}, { byValue } });
    ask(*store, tenant, { u"created in the last 5 seconds"_s, compare(u"createdDateTime"_s, u"greater"_s, u"now-5s"_s), {}, {} });
    ask(*store, tenant, { u"customerId"_s, compare(u"customerId"_s, u"equals"_s, u"c-4711"_s), {}, {} });
    ask(*store, tenant, { u"customerId; by createdDateTime, counted"_s, compare(u"customerId"_s, u"equals"_s, u"c-4711"_s), {}, { byCreation }, false, CountWish::Exact });
    ask(*store, tenant, { u"captureId, case counts"_s, QJsonObject { { u"attribute"_s, u"captureId"_s }, { u"operator"_s, u"equals"_s }, { u"value"_s, u"INC0004711"_s }, { u"caseSensitive"_s, true } }, {}, {} });
    ask(*store, tenant, { u"assignedToUser (nobody has any)"_s, compare(u"assignedToUser"_s, u"equals"_s, u"anna"_s), {}, {} });
    ask(*store, tenant, { u"text of one item"_s, QJsonObject(), u"sn471100"_s, {} });
    ask(*store, tenant, { u"text of most items"_s, QJsonObject(), u"printer jam"_s, {} });
    ask(*store, tenant, { u"text of most items, status queued, queue"_s, all({ queued, compare(u"queue"_s, u"equals"_s, u"queue-7"_s) }), u"printer jam"_s, {} });
    ask(*store, tenant, { u"custom attribute that 1 in 50 has"_s, compare(u"custom.vip"_s, u"equals"_s, true), {}, {} });
    ask(*store, tenant, { u"custom attribute that 1 in 50 has; counted"_s, compare(u"custom.vip"_s, u"equals"_s, true), {}, {}, false, CountWish::Exact });
    ask(*store, tenant, { u"status completed; counted"_s, compare(u"status"_s, u"equals"_s, u"completed"_s), {}, {}, false, CountWish::Exact });
    ask(*store, tenant, { u"custom attribute that nobody has"_s, compare(u"custom.none"_s, u"equals"_s, 1), {}, {} });
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
#include "stage.h"

using namespace Qt::StringLiterals;

namespace iwd::demo {

namespace {

/// Objects of one collection that need not wait for each other.
struct Batch
{
    QString collection;
    std::vector<SetupObject> objects;
};

QCoro::Task<> putObject(World world, SetupObject object, QByteArray ifMatch, std::shared_ptr<int> left, std::shared_ptr<std::optional<Error>> error, std::shared_ptr<Latch> done)
{
    const auto client = world->client;
    const QString path = u"/%1/%2"_s.arg(object.collection, pathSegment(object.id));
    const auto answer = co_await client->put(path, object.body, ifMatch);
    if (!answer)
        *error = answer.error();
    if (--*left == 0)
        done->open();
}

QCoro::Task<Result<int>> putBatch(World world, Batch batch)
{
    const auto client = world->client;
    const QString path = u"/"_s + batch.collection;
    const auto existing = co_await client->list(path);
    if (!existing)
        co_return existing.error();
    std::map<QString, QJsonObject> known;
    for (const auto &entry : *existing)
        known[entry.toObject()["id"_L1].toString()] = entry.toObject();
    std::erase_if(batch.objects, [&known](const SetupObject &object) {
        const auto found = known.find(object.id);
        return found != known.end() && alreadySays(found->second, object.body);
    });
    if (batch.objects.empty())
        co_return 0;
    auto left = std::make_shared<int>(static_cast<int>(batch.objects.size()));
    auto error = std::make_shared<std::optional<Error>>();
    auto done = std::make_shared<Latch>();
    for (const auto &object : batch.objects)
        putObject(world, object, known.contains(object.id) ? "*" : "", left, error, done);
    co_await done->wait();
    if (*error)
        co_return **error;
    co_return static_cast<int>(batch.objects.size());
}

/// Neighbors of one collection go together; categories level by level, because a child needs its parent.
std::vector<Batch> batchesOf(const std::vector<SetupObject> &setup)
{
    std::vector<Batch> batches;
    std::map<QString, int> levels;
    std::map<int, Batch> categories;
    for (const auto &object : setup) {
        if (object.collection == "categories"_L1) {
            const auto parent = levels.find(object.body["parent"_L1].toString());
            const int level = parent == levels.end() ? 0 : parent->second + 1;
            levels[object.id] = level;
            categories[level].collection = object.collection;
            categories[level].objects.push_back(object);
            continue;
        }
        if (object.collection == "agents"_L1) {
            for (auto &[level, batch] : std::exchange(categories, {}))
                batches.push_back(batch);
        }
        if (batches.empty() || batches.back().collection != object.collection)
            batches.push_back({ object.collection, {} });
        batches.back().objects.push_back(object);
    }
    for (auto &[level, batch] : categories)
        batches.push_back(batch);
    return batches;
}

} // namespace

QCoro::Task<Result<void>> setUp(World world)
{
    std::vector<DemoAgent> agents;
    for (const auto &worker : world->workers)
        agents.push_back(worker.agent);
    const auto setup = setupOf(world->incidents, agents, world->warp);
    int written = 0;
    for (const Batch &batch : batchesOf(setup)) {
        const auto count = co_await putBatch(world, batch);
        if (!count)
            co_return count.error();
        written += *count;
    }
    world->options.say(written == 0 ? u"The demo's queues, categories and agents are there."_s
                                    : u"Set up what the demo needs: %1 queues, skills, schemas, categories and agents."_s.arg(written));
    co_return {};
}

QCoro::Task<Result<int>> findRun(World world)
{
    const auto client = world->client;
    QUrlQuery query;
    query.addQueryItem(u"capturePointId"_s, CapturePoint);
    const auto newest = co_await client->list(u"/items"_s, query, 1);
    if (!newest)
        co_return newest.error();
    co_return newest->isEmpty() ? 1 : newest->first()["custom"_L1]["run"_L1].toInt() + 1;
}

QCoro::Task<Result<void>> findLeftOvers(World world)
{
    const auto client = world->client;
    QUrlQuery query;
    query.addQueryItem(u"capturePointId"_s, CapturePoint);
    query.addQueryItem(u"status"_s, u"new,captured,queued,distributed,assigned,held,errorheld"_s);
    const auto items = co_await client->list(u"/items"_s, query);
    if (!items)
        co_return items.error();
    for (const auto &entry : *items) {
        auto item = std::make_shared<Played>();
        item->captureId = entry["captureId"_L1].toString();
        item->itemId = entry["id"_L1].toString();
        item->status = entry["status"_L1].toString();
        world->played.emplace(item->captureId, item);
    }
    world->outcome.leftOver = static_cast<int>(world->played.size());
    co_return {};
}

} // namespace iwd::demo

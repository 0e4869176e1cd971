// SPDX-License-Identifier: Apache-2.0
#include "player.h"

#include <client/latch.h>

#include <QElapsedTimer>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace iwd::demo {
namespace {

constexpr auto LongPoll = 20s;
constexpr auto FeedWait = 5s;
constexpr auto FiguresEvery = 250ms;
constexpr auto LeaseRound = 60s; ///< leases last five minutes
constexpr auto Grace = 60s; ///< after the play's end for what still waits
constexpr int FeedPage = 1000;
constexpr int SpareConnections = 32; ///< beside one long poll per agent
constexpr int LostAfter = 20; ///< failed connections in a row
constexpr int KeptErrors = 5;

/// A hand that a taken item needs at least, as a part of the play.
milliseconds leastHandling(milliseconds duration)
{
    return std::clamp(duration / 200, milliseconds(20), milliseconds(2'000));
}

} // namespace

namespace {

struct Assignment
{
    size_t agent = 0;
    qint64 token = 0;
    qint64 version = 0; ///< of the item when it was taken
    milliseconds takenAt { 0 };
};

/// An item of this run, or one that an earlier run left open.
struct Played
{
    const Incident *incident = nullptr; ///< null: left over
    QString captureId;
    QString itemId;
    QString status; ///< of one that was left over
    std::optional<Assignment> assignment;
    std::shared_ptr<Latch> awaited; ///< opened when an agent has it
    qint64 validFrom = 0; ///< a taking that shows an older version was overtaken by what we did since
    bool groupChanged = false; ///< while it was held
};

struct Worker
{
    DemoAgent agent;
    int used = 0;
    std::shared_ptr<Latch> free;
};

} // namespace

struct Player::World
{
    World(std::vector<Incident> theIncidents, PlayOptions theOptions, TimeWarp theWarp)
        : incidents(std::move(theIncidents))
        , options(std::move(theOptions))
        , warp(std::move(theWarp))
    {
    }

    const std::vector<Incident> incidents;
    const PlayOptions options;
    const TimeWarp warp;
    std::shared_ptr<Client> client;
    std::vector<Worker> workers;
    std::map<QString, std::shared_ptr<Played>> played; ///< by captureId
    std::set<std::shared_ptr<Latch>> sleeping;
    std::shared_ptr<Latch> ended = std::make_shared<Latch>();
    QElapsedTimer clock;
    Instant startedAt;
    FiguresReader figures;
    Feed feed;
    qint64 feedCursor = 0;
    Outcome outcome;
    std::optional<Error> lost;
    int open = 0; ///< items whose story is not finished
    int lostInARow = 0;
    bool playing = false;
    bool stopping = false;

    [[nodiscard]] milliseconds now() const { return clock.isValid() ? milliseconds(clock.elapsed()) : 0ms; }

    void stop()
    {
        if (std::exchange(stopping, true))
            return;
        playing = false;
        for (const auto &latch : std::exchange(sleeping, {}))
            latch->open();
        for (auto &worker : workers) {
            if (const auto latch = std::exchange(worker.free, nullptr))
                latch->open();
        }
        for (const auto &[id, item] : played) {
            if (const auto latch = std::exchange(item->awaited, nullptr))
                latch->open();
        }
        ended->open();
    }

    void storyEnded()
    {
        if (--open == 0)
            stop();
    }

    /// Notes a failed call. @returns whether it matters
    bool failed(const QString &what, const Error &error)
    {
        if (stopping)
            return false;
        const bool gone = error.code == ErrorCode::Unreachable;
        lostInARow = gone ? lostInARow + 1 : 0;
        ++outcome.errors;
        const QString sentence = u"%1: %2 (%3)"_s.arg(what, error.text, errorKey(error.code));
        outcome.lastErrors.push_back(sentence);
        if (outcome.lastErrors.size() > KeptErrors)
            outcome.lastErrors.erase(outcome.lastErrors.begin());
        if (options.complain)
            options.complain(sentence);
        if (lostInARow >= LostAfter) {
            lost = error;
            stop();
        }
        return true;
    }

    void releaseSlot(Played &item)
    {
        if (!item.assignment)
            return;
        Worker &worker = workers[item.assignment->agent];
        item.assignment.reset();
        --worker.used;
        if (const auto latch = std::exchange(worker.free, nullptr))
            latch->open();
    }
};

namespace {

using World = std::shared_ptr<Player::World>;
using Item = std::shared_ptr<Played>;

// GCC 12 lays out the frame of a coroutine wrongly when co_await stands in the condition of an if or a loop and the coroutine has no
// other variable: so results of co_await get a name here first.

/// Waits until @p playTime. @returns false when the play is over
QCoro::Task<bool> reach(World world, milliseconds playTime)
{
    const auto left = playTime - world->now();
    if (world->stopping)
        co_return false;
    if (left <= 0ms)
        co_return true;
    auto latch = std::make_shared<Latch>();
    world->sleeping.insert(latch);
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, &timer, [latch] { latch->open(); });
    timer.setSingleShot(true);
    timer.setTimerType(Qt::PreciseTimer);
    timer.start(left);
    co_await latch->wait();
    world->sleeping.erase(latch);
    co_return !world->stopping;
}

QCoro::Task<bool> rest(World world, milliseconds duration)
{
    return reach(world, world->now() + duration);
}

/// POSTs and notes what goes wrong. @param staleIsFine whether a stale token is an answer that may be expected
QCoro::Task<Result<QJsonObject>> post(World world, QString what, QString path, QJsonObject body, bool staleIsFine = false)
{
    const auto client = world->client;
    const auto answer = co_await client->post(path, body);
    if (answer)
        world->lostInARow = 0;
    else if (staleIsFine && answer.error().code == ErrorCode::StaleToken)
        ++world->outcome.staleTokens;
    else
        world->failed(what, answer.error());
    co_return answer;
}

QString itemPath(const Item &item, const char *operation)
{
    return u"/items/%1/%2"_s.arg(pathSegment(item->itemId), QString::fromLatin1(operation));
}

/// The item left its agent by something that we did: what an agent was told before that is void. The answers of two connections may
/// cross, so that the next agent has it already: that one keeps it.
void takeBack(const World &world, const Item &item, const QJsonObject &answer)
{
    item->validFrom = answer["version"_L1].toInteger();
    if (item->assignment && item->assignment->version < item->validFrom)
        world->releaseSlot(*item);
}

/// The server no longer knows @p token, but perhaps a newer one.
void dropAssignment(const World &world, const Item &item, qint64 token)
{
    if (item->assignment && item->assignment->token == token)
        world->releaseSlot(*item);
}

QCoro::Task<bool> createItem(World world, Item item)
{
    const Instant due = world->startedAt + world->warp.playTime(item->incident->opened + serviceLevel(item->incident->priority));
    const QJsonObject body = itemOf(*item->incident, item->captureId, world->outcome.run, due);
    const auto answer = co_await post(world, u"POST /items"_s, u"/items"_s, body);
    if (!answer)
        co_return false;
    item->itemId = (*answer)["id"_L1].toString();
    co_return true;
}

QCoro::Task<bool> restart(World world, Item item, QString what)
{
    const auto answer = co_await post(world, what, itemPath(item, "restart"), QJsonObject());
    if (answer)
        takeBack(world, item, *answer);
    co_return answer.ok();
}

QCoro::Task<bool> reassign(World world, Item item, QString group, bool held)
{
    const auto client = world->client;
    const QString path = u"/items/"_s + pathSegment(item->itemId);
    QJsonObject custom;
    custom.insert(u"assignmentGroup"_s, group);
    QJsonObject body;
    body.insert(u"custom"_s, custom);
    const auto patched = co_await client->patch(path, body);
    if (!patched) {
        world->failed(u"PATCH item"_s, patched.error());
        co_return false;
    }
    if (held) {
        // A held item is classified anew when it comes back.
        item->groupChanged = true;
        co_return true;
    }
    co_return co_await restart(world, item, u"restart (moved)"_s);
}

QCoro::Task<bool> hold(World world, Item item, QString reason)
{
    QJsonObject body;
    body.insert(u"reason"_s, reason);
    if (item->assignment)
        body.insert(u"token"_s, item->assignment->token);
    auto answer = co_await post(world, u"hold"_s, itemPath(item, "hold"), body, true);
    if (!answer && answer.error().code == ErrorCode::StaleToken) {
        body.remove(u"token"_s);
        answer = co_await post(world, u"hold"_s, itemPath(item, "hold"), body);
    }
    if (answer)
        takeBack(world, item, *answer);
    co_return answer.ok();
}

QCoro::Task<bool> resume(World world, Item item)
{
    if (std::exchange(item->groupChanged, false))
        co_return co_await restart(world, item, u"restart (moved while held)"_s);
    const auto answer = co_await post(world, u"resume"_s, itemPath(item, "resume"), QJsonObject());
    co_return answer.ok();
}

QCoro::Task<bool> handOver(World world, Item item)
{
    if (!item->assignment)
        co_return true; // Nobody has it, so nobody hands it over.
    const Assignment assignment = *item->assignment;
    const QString path = u"/agents/%1/release"_s.arg(pathSegment(world->workers[assignment.agent].agent.id));
    QJsonObject body;
    body.insert(u"item"_s, item->itemId);
    body.insert(u"token"_s, assignment.token);
    body.insert(u"reason"_s, u"handed over"_s);
    const auto answer = co_await post(world, u"release"_s, path, body, true);
    if (answer)
        takeBack(world, item, *answer);
    else
        dropAssignment(world, item, assignment.token);
    co_return answer.ok() || answer.error().code == ErrorCode::StaleToken;
}

QCoro::Task<bool> untilAssigned(World world, Item item)
{
    while (!item->assignment && !world->stopping) {
        auto latch = std::make_shared<Latch>();
        item->awaited = latch;
        co_await latch->wait();
    }
    co_return !world->stopping;
}

/// An agent completes the item: whoever has it, or takes it next.
QCoro::Task<bool> complete(World world, Item item, QString resultCode)
{
    for (;;) {
        const bool assigned = co_await untilAssigned(world, item);
        if (!assigned)
            co_return false;
        const Assignment assignment = *item->assignment;
        const bool handled = co_await reach(world, assignment.takenAt + leastHandling(world->warp.duration()));
        if (!handled)
            co_return false;
        const QString path = u"/agents/%1/complete"_s.arg(pathSegment(world->workers[assignment.agent].agent.id));
        QJsonObject body;
        body.insert(u"item"_s, item->itemId);
        body.insert(u"token"_s, assignment.token);
        body.insert(u"resultCode"_s, resultCode);
        const auto answer = co_await post(world, u"complete"_s, path, body, true);
        if (answer) {
            takeBack(world, item, *answer);
            co_return true;
        }
        dropAssignment(world, item, assignment.token);
        if (answer.error().code != ErrorCode::StaleToken)
            co_return false;
    }
}

QCoro::Task<bool> playStep(World world, Item item, const Step &step, bool held)
{
    switch (step.kind) {
    case StepKind::Hold:
        return hold(world, item, step.reason);
    case StepKind::Resume:
        return resume(world, item);
    case StepKind::Reassign:
        return reassign(world, item, step.group, held);
    case StepKind::HandOver:
        return handOver(world, item);
    case StepKind::Resolve:
        return complete(world, item, u"resolved"_s);
    case StepKind::Reopen:
        return restart(world, item, u"restart (reopened)"_s);
    }
    Q_UNREACHABLE();
}

/// The story of one incident, from its opening to its last resolution.
QCoro::Task<> playIncident(World world, Item item)
{
    const Incident &incident = *item->incident;
    bool going = co_await reach(world, world->warp.playTime(incident.opened));
    if (going)
        going = co_await createItem(world, item);
    const std::vector<Step> steps = stepsOf(incident);
    bool held = false;
    for (const Step &step : steps) {
        if (!going)
            break;
        const bool reached = co_await reach(world, world->warp.playTime(step.at));
        if (!reached)
            break;
        going = co_await playStep(world, item, step, held);
        if (step.kind == StepKind::Hold)
            held = true;
        else if (step.kind == StepKind::Resume)
            held = false;
    }
    if (!world->stopping)
        world->storyEnded();
}

QCoro::Task<> playLeftOver(World world, Item item)
{
    bool going = true;
    if (item->status == "held"_L1 || item->status == "errorheld"_L1)
        going = co_await resume(world, item);
    if (going)
        co_await complete(world, item, u"finished by a later run"_s);
    if (!world->stopping)
        world->storyEnded();
}

/// An agent has got @p work, {"item","assignment"}.
void deliver(const World &world, size_t agent, const QJsonObject &work)
{
    const QJsonObject json = work["item"_L1].toObject();
    const auto found = world->played.find(json["captureId"_L1].toString());
    if (found == world->played.end())
        return; // Not of the demo: its lease will run out. The agents serve the demo's queues only, so this is somebody's own item there.
    const Item &item = found->second;
    const qint64 version = json["version"_L1].toInteger();
    if (version < item->validFrom || (item->assignment && version < item->assignment->version))
        return;
    world->releaseSlot(*item);
    item->itemId = json["id"_L1].toString();
    item->assignment = Assignment { agent, work["assignment"_L1]["token"_L1].toInteger(), version, world->now() };
    ++world->workers[agent].used;
    if (const auto latch = std::exchange(item->awaited, nullptr))
        latch->open();
}

QCoro::Task<bool> recoverAssignments(World world, size_t agent)
{
    const auto client = world->client;
    const auto list = co_await client->assignments(world->workers[agent].agent.id);
    if (!list) {
        world->failed(u"GET assignments"_s, list.error());
        co_return false;
    }
    if (!world->stopping) {
        for (const auto &work : *list)
            deliver(world, agent, work.toObject());
    }
    co_return true;
}

/// After a call that failed without an answer the server may have given us something.
bool mayHaveTaken(const Error &error)
{
    return error.code == ErrorCode::Unreachable || error.code == ErrorCode::DeadlineExceeded;
}

/// One agent: takes what the server gives as long as there is capacity.
QCoro::Task<> work(World world, size_t number)
{
    const auto client = world->client;
    Worker &worker = world->workers[number];
    co_await recoverAssignments(world, number);
    while (!world->stopping) {
        if (worker.used >= worker.agent.capacity) {
            auto latch = std::make_shared<Latch>();
            worker.free = latch;
            co_await latch->wait();
            continue;
        }
        const auto answer = co_await client->next(worker.agent.id, LongPoll);
        if (world->stopping)
            break;
        if (!answer) {
            world->failed(u"next"_s, answer.error());
            co_await rest(world, 200ms);
            if (!world->stopping && mayHaveTaken(answer.error()))
                co_await recoverAssignments(world, number);
        } else if ((*answer)["item"_L1].isObject()) {
            world->lostInARow = 0;
            deliver(world, number, *answer);
        } else if ((*answer)["reason"_L1].toString() == "atCapacity"_L1) {
            co_await rest(world, 50ms);
        }
    }
}

QCoro::Task<> keepLease(World world, Item item)
{
    const Assignment assignment = *item->assignment;
    QJsonObject body;
    body.insert(u"item"_s, item->itemId);
    body.insert(u"token"_s, assignment.token);
    const QString path = u"/agents/%1/extend"_s.arg(pathSegment(world->workers[assignment.agent].agent.id));
    co_await post(world, u"extend"_s, path, body, true);
}

QCoro::Task<> keepLeases(World world)
{
    for (;;) {
        const bool going = co_await rest(world, LeaseRound);
        if (!going)
            break;
        for (const auto &[id, item] : world->played) {
            if (item->assignment && world->now() - item->assignment->takenAt > LeaseRound)
                keepLease(world, item);
        }
    }
}

QCoro::Task<> followFigures(World world)
{
    const auto client = world->client;
    while (!world->stopping) {
        const auto queues = co_await client->get(u"/stats/queues"_s);
        const auto server = co_await client->get(u"/stats/server"_s);
        if (queues && server)
            world->figures.take(*queues, *server);
        else
            world->failed(u"GET /stats"_s, queues ? server.error() : queues.error());
        co_await rest(world, FiguresEvery);
    }
}

void takeEvents(const World &world, const QJsonObject &page)
{
    const QJsonArray events = page["data"_L1].toArray();
    for (const auto &event : events)
        world->feed.take(event.toObject());
    world->feedCursor = page["next"_L1].toInteger(world->feedCursor);
}

QCoro::Task<> followFeed(World world)
{
    const auto client = world->client;
    while (!world->stopping) {
        const auto page = co_await client->events(world->feedCursor, FeedPage, FeedWait);
        if (page)
            takeEvents(world, *page);
        else if (world->failed(u"GET /events"_s, page.error()))
            co_await rest(world, 500ms);
    }
}

/// What happened up to the last moment of the play.
QCoro::Task<> readRestOfFeed(World world)
{
    const auto client = world->client;
    for (bool more = true; more;) {
        const auto page = co_await client->events(world->feedCursor, FeedPage, 0s);
        if (!page)
            co_return;
        takeEvents(world, *page);
        more = (*page)["more"_L1].toBool();
    }
}

QCoro::Task<> giveUpLater(World world)
{
    const bool late = co_await reach(world, world->warp.duration() + Grace);
    if (late)
        world->stop();
}

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

/// Which run this will be: one more than that of the newest item.
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

QCoro::Task<Result<double>> requestsSoFar(World world)
{
    const auto client = world->client;
    Call call;
    call.path = u"/metrics"_s;
    const auto answer = co_await client->send(call);
    if (!answer)
        co_return answer.error();
    co_return counterSum(answer->content, "iwd_api_request_total");
}

void addIncidents(const World &world)
{
    std::set<QString> captureIds;
    for (const auto &incident : world->incidents) {
        auto item = std::make_shared<Played>();
        item->incident = &incident;
        item->captureId = captureIdOf(incident.number, world->outcome.run);
        captureIds.insert(item->captureId);
        world->played.emplace(item->captureId, item);
    }
    world->feed = Feed(std::move(captureIds));
    world->open = static_cast<int>(world->played.size());
}

QCoro::Task<> setState(World world, size_t number, QString state, std::shared_ptr<size_t> left, std::shared_ptr<Latch> done)
{
    const auto client = world->client;
    QJsonObject body;
    body.insert(u"state"_s, state);
    const QString path = u"/agents/%1/state"_s.arg(pathSegment(world->workers[number].agent.id));
    const auto answer = co_await client->put(path, body);
    if (!answer)
        world->failed(u"PUT agent state"_s, answer.error());
    if (--*left == 0)
        done->open();
}

QCoro::Task<> setAllStates(World world, QString state)
{
    auto left = std::make_shared<size_t>(world->workers.size());
    auto done = std::make_shared<Latch>();
    for (size_t number = 0; number < world->workers.size(); ++number)
        setState(world, number, state, left, done);
    co_await done->wait();
}

void openTheCurtain(const World &world)
{
    world->startedAt = std::chrono::time_point_cast<milliseconds>(SystemClock().now());
    world->clock.start();
    world->playing = true;
    for (size_t number = 0; number < world->workers.size(); ++number)
        work(world, number);
    for (const auto &[id, item] : world->played) {
        if (item->incident)
            playIncident(world, item);
        else
            playLeftOver(world, item);
    }
    keepLeases(world);
    followFigures(world);
    followFeed(world);
    giveUpLater(world);
}

QCoro::Task<Result<Outcome>> playAll(World world)
{
    const auto ready = co_await world->client->untilReady(30s);
    if (!ready)
        co_return ready.error();
    const auto run = co_await findRun(world);
    if (!run)
        co_return run.error();
    world->outcome.run = *run;
    if (*run > 1 && world->options.once) {
        world->outcome.alreadyPlayed = true;
        co_return world->outcome;
    }
    const auto set = co_await setUp(world);
    if (!set)
        co_return set.error();
    const auto leftOvers = co_await findLeftOvers(world);
    if (!leftOvers)
        co_return leftOvers.error();
    if (world->outcome.leftOver > 0)
        world->options.say(u"%1 incidents of an earlier run are still open; the agents finish them along the way."_s.arg(world->outcome.leftOver));
    const auto server = co_await world->client->get(u"/stats/server"_s);
    if (!server)
        co_return server.error();
    world->feedCursor = (*server)["lastEvent"_L1].toInteger();
    const auto requestsBefore = co_await requestsSoFar(world);
    addIncidents(world);
    co_await setAllStates(world, u"ready"_s);
    if (world->stopping)
        co_return world->outcome;

    openTheCurtain(world);
    co_await world->ended->wait();

    // The long polls of the play end with its client; the rest is asked with a new one.
    world->outcome.seconds = static_cast<double>(world->now().count()) / 1000.0;
    world->outcome.stillOpen = world->open;
    world->client->close();
    world->client = std::make_shared<Client>(world->client->options());
    if (world->lost)
        co_return *world->lost;
    const auto requestsAfter = co_await requestsSoFar(world);
    if (requestsBefore && requestsAfter)
        world->outcome.serverRequests = std::max(0.0, *requestsAfter - *requestsBefore);
    co_await setAllStates(world, u"loggedOut"_s);
    co_await readRestOfFeed(world);
    world->outcome.counts = world->feed.counts();
    world->outcome.waits = world->feed.waits();
    co_return world->outcome;
}

TimeWarp warpOf(const std::vector<Incident> &incidents, milliseconds duration)
{
    std::vector<Instant> moments;
    for (const auto &incident : incidents) {
        moments.push_back(incident.opened);
        for (const auto &update : incident.updates)
            moments.push_back(std::max(update.at, incident.opened));
    }
    return TimeWarp(std::move(moments), duration);
}

} // namespace

Player::Player(std::vector<Incident> incidents, PlayOptions options)
{
    TimeWarp warp = warpOf(incidents, options.duration);
    m_world = std::make_shared<World>(std::move(incidents), std::move(options), std::move(warp));
    for (auto &agent : agentsOf(m_world->incidents, m_world->options.agents))
        m_world->workers.push_back({ agent, 0, nullptr });
    ClientOptions connection = m_world->options.connection;
    connection.connections = static_cast<int>(m_world->workers.size()) + SpareConnections;
    m_world->client = std::make_shared<Client>(std::move(connection));
}

Player::~Player()
{
    m_world->stop();
    m_world->client->close();
}

QCoro::Task<Result<Outcome>> Player::play()
{
    return playAll(m_world);
}

void Player::interrupt()
{
    m_world->outcome.interrupted = true;
    if (!m_world->playing)
        m_world->client->close();
    m_world->stop();
}

bool Player::isPlaying() const
{
    return m_world->playing;
}

int Player::run() const
{
    return m_world->outcome.run;
}

milliseconds Player::playTime() const
{
    return m_world->now();
}

const TimeWarp &Player::warp() const
{
    return m_world->warp;
}

const Figures &Player::figures() const
{
    return m_world->figures.figures();
}

std::optional<Happening> Player::takeNews()
{
    return m_world->feed.takeNews();
}

int Player::errors() const
{
    return m_world->outcome.errors;
}

} // namespace iwd::demo

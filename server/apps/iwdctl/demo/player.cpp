// SPDX-License-Identifier: Apache-2.0
#include "player.h"

#include "crew.h"
#include "stage.h"
#include "story.h"

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace iwd::demo {
namespace {

constexpr auto FeedWait = 5s;
constexpr auto FiguresEvery = 250ms;
constexpr auto Grace = 60s; ///< after the play's end for what still waits
constexpr int FeedPage = 1000;
constexpr int SpareConnections = 32; ///< beside one long poll per agent

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
    m_world = std::make_shared<PlayWorld>(std::move(incidents), std::move(options), std::move(warp));
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

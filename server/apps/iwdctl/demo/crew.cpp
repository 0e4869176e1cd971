// SPDX-License-Identifier: Apache-2.0
#include "crew.h"

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace iwd::demo {

namespace {

constexpr auto LongPoll = 20s;
constexpr auto LeaseRound = 60s; ///< leases last five minutes

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

QCoro::Task<> keepLease(World world, Item item)
{
    const Assignment assignment = *item->assignment;
    QJsonObject body;
    body.insert(u"item"_s, item->itemId);
    body.insert(u"token"_s, assignment.token);
    const QString path = agentPath(world, assignment.agent, "extend");
    const auto answer = co_await post(world, u"extend"_s, path, body, true);
    Q_UNUSED(answer) // what goes wrong has been noted
}

QCoro::Task<> setState(World world, size_t number, QString state, std::shared_ptr<size_t> left, std::shared_ptr<Latch> done)
{
    const auto client = world->client;
    QJsonObject body;
    body.insert(u"state"_s, state);
    const QString path = agentPath(world, number, "state");
    const auto answer = co_await client->put(path, body);
    if (!answer)
        world->failed(u"PUT agent state"_s, answer.error());
    if (--*left == 0)
        done->open();
}

} // namespace

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

QCoro::Task<> setAllStates(World world, QString state)
{
    auto left = std::make_shared<size_t>(world->workers.size());
    auto done = std::make_shared<Latch>();
    for (size_t number = 0; number < world->workers.size(); ++number)
        setState(world, number, state, left, done);
    co_await done->wait();
}

} // namespace iwd::demo

// SPDX-License-Identifier: Apache-2.0
#include "playworld.h"

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace iwd::demo {

namespace {

constexpr int LostAfter = 20; ///< failed connections in a row
constexpr int KeptErrors = 5;

} // namespace

void PlayWorld::stop()
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

void PlayWorld::storyEnded()
{
    if (--open == 0)
        stop();
}

bool PlayWorld::failed(const QString &what, const Error &error)
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

void PlayWorld::releaseSlot(Played &item)
{
    if (!item.assignment)
        return;
    Worker &worker = workers[item.assignment->agent];
    item.assignment.reset();
    --worker.used;
    if (const auto latch = std::exchange(worker.free, nullptr))
        latch->open();
}

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

QCoro::Task<Result<QJsonObject>> post(World world, QString what, QString path, QJsonObject body, bool staleIsFine)
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

QString agentPath(const World &world, size_t number, const char *operation)
{
    return u"/agents/%1/%2"_s.arg(pathSegment(world->workers[number].agent.id), QString::fromLatin1(operation));
}

} // namespace iwd::demo

// SPDX-License-Identifier: Apache-2.0
#include "story.h"

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace iwd::demo {

namespace {

/// A hand that a taken item needs at least, as a part of the play.
milliseconds leastHandling(milliseconds duration)
{
    return std::clamp(duration / 200, milliseconds(20), milliseconds(2'000));
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
    const QString path = agentPath(world, assignment.agent, "release");
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
        const QString path = agentPath(world, assignment.agent, "complete");
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

} // namespace

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

} // namespace iwd::demo

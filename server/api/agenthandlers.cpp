// SPDX-License-Identifier: Apache-2.0
#include "agenthandlers.h"

#include "confighandlers.h"
#include "encoding.h"
#include "longpoll.h"
#include "offerstream.h"

#include <contract/jsonreading.h>
#include <domain/itemfields.h>
#include <pipeline/itemoperations.h>

namespace iwd {

namespace {

constexpr int longestWaitSeconds = 60;
constexpr milliseconds waitTimeout { std::chrono::seconds(longestWaitSeconds + 30) };

Answer encodeNext(const NextOutcome &outcome)
{
    if (outcome.item) {
        Answer answer = encodeWork(*outcome.item);
        answer.etag.clear(); // the answer is an item or none; it has no version of its own
        return answer;
    }
    const QString reason = outcome.nothing == NothingBecause::AtCapacity ? QStringLiteral("atCapacity") : QStringLiteral("noWork");
    return jsonAnswer({ { QStringLiteral("item"), QJsonValue() }, { QStringLiteral("reason"), reason } });
}

/// What a call took, as far as it got; written on the store's writing thread before the answer is delivered.
struct Taking
{
    ItemId item;
    qint64 token = 0;
};

/// Gives back what was taken for a client that had gone. An item that has moved on meanwhile is left alone.
void giveBack(Pipeline &pipeline, TenantId tenant, const Taking &taking)
{
    WriteUnit unit;
    unit.tenant = tenant;
    unit.run = [taking](Transaction &transaction) {
        const auto assignment = transaction.assignment(taking.item);
        auto record = transaction.item(taking.item);
        if (!assignment || assignment->token != taking.token || !record)
            return;
        returnToQueue(transaction, *record, EventType::ItemReleased, Actor::server(),
            QStringLiteral("The client had gone before the answer could be delivered."));
    };
    unit.done = [](const std::optional<Error> &) {}; // when this fails the lease still ends
    pipeline.store().write(std::move(unit));
}

Result<AgentCommand> decodeCommand(AgentAction action, const Call &call)
{
    AgentCommand command;
    command.action = action;
    command.agentId = call.id();
    command.actor = call.caller.actor;
    ObjectReader reader(call.body.toObject());
    command.item = { reader.requiredText(QStringLiteral("item"), limits::CaptureId), {} };
    const auto token = reader.take(readToken(reader.value(QStringLiteral("token"))));
    if (!token)
        reader.fail(missingField(QStringLiteral("token"), QStringLiteral("the fencing token of the assignment")));
    command.token = token.value_or(0);
    if (action == AgentAction::Complete)
        command.resultCode = reader.text(QStringLiteral("resultCode"), limits::Text);
    if (action == AgentAction::Release || action == AgentAction::Decline || action == AgentAction::Transfer)
        command.reason = reader.text(QStringLiteral("reason"), limits::Text);
    if (action == AgentAction::Transfer) {
        command.toQueueId = reader.objectId(QStringLiteral("toQueue"));
        command.toAgentId = reader.objectId(QStringLiteral("toAgent"));
        if (command.toQueueId.isEmpty() == command.toAgentId.isEmpty())
            reader.fail(missingField(QStringLiteral("toQueue"), QStringLiteral("exactly one of toQueue and toAgent")));
    }
    if (const auto finished = reader.finish(); !finished)
        return finished.error();
    return command;
}


} // namespace

std::vector<ApiEndpoint> AgentHandlers::endpoints()
{
    using enum Privilege;
    const QString agent = QStringLiteral("/iwd/v3/agents/{id}");
    std::vector<ApiEndpoint> all {
        { { .method = "PUT",
              .pattern = agent + QStringLiteral("/state"),
              .privilege = AgentsState,
              .body = BodyUse::Object,
              .idempotent = true },
            [this](Call call) { return setState(std::move(call)); } },
        { { .method = "POST",
              .pattern = agent + QStringLiteral("/next"),
              .privilege = DistributionTake,
              .parameters = { QStringLiteral("wait") },
              .idempotent = true,
              .options = { .timeout = waitTimeout } },
            [this](Call call) { return next(std::move(call)); } },
        { { .method = "GET",
              .pattern = agent + QStringLiteral("/offers"),
              .privilege = DistributionTake,
              .parameters = { QStringLiteral("after"), QStringLiteral("wait") },
              .options = { .timeout = waitTimeout } },
            [this](Call call) { return offers(std::move(call)); } },
        { { .method = "GET", .pattern = agent + QStringLiteral("/assignments"), .privilege = DistributionTake },
            [this](Call call) { return assignments(std::move(call)); } },
    };
    const std::pair<const char *, AgentAction> actions[] { { "/complete", AgentAction::Complete }, { "/release", AgentAction::Release },
        { "/extend", AgentAction::Extend }, { "/accept", AgentAction::Accept }, { "/decline", AgentAction::Decline },
        { "/transfer", AgentAction::Transfer } };
    for (const auto &[path, action] : actions) {
        all.push_back({ { .method = "POST",
                            .pattern = agent + QLatin1StringView(path),
                            .privilege = DistributionTake,
                            .body = BodyUse::Object,
                            .idempotent = true },
            [this, action = action](Call call) { return act(action, std::move(call)); } });
    }
    return all;
}

QCoro::Task<http::Response> AgentHandlers::setState(Call call)
{
    ObjectReader reader(call.body.toObject());
    const QString name = reader.requiredText(QStringLiteral("state"), limits::Text);
    const QString reason = reader.text(QStringLiteral("reason"), limits::Text);
    const QString channel = reader.text(QStringLiteral("channel"), limits::Text);
    const auto state = agentStateFromName(name);
    if (!state)
        reader.fail(invalidField(QStringLiteral("state"), QStringLiteral("ready, notReady or loggedOut"), name.left(60)));
    if (state == AgentState::LoggedOut && !channel.isEmpty())
        reader.fail(invalidField(QStringLiteral("state"), QStringLiteral("ready or notReady for a single channel"), name));
    if (const auto finished = reader.finish(); !finished)
        co_return call.problem(finished.error());
    std::function<Result<Answer>(Transaction &)> work
        = [command = AgentStateCommand { call.id(), channel, *state, reason, call.caller.actor }](Transaction &transaction) -> Result<Answer> {
        const auto set = setAgentState(transaction, command);
        return set ? agentAnswer(transaction, command.agentId) : set.error();
    };
    std::function<Answer(const Answer &)> encode = [](const Answer &answer) { return answer; };
    const auto answer = co_await m_pipeline.write<Answer>(call.writeContext(), work, encode);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> AgentHandlers::next(Call call)
{
    const auto wait = call.numberParameter(QStringLiteral("wait"), 0, longestWaitSeconds, 0);
    if (!wait)
        co_return call.badRequest(wait.error());
    const auto taking = std::make_shared<std::optional<Taking>>();
    std::function<Answer(const NextOutcome &)> encode = [taking](const NextOutcome &outcome) {
        // The last outcome counts: one that was undone with its transaction leaves a token that may be another agent's by now.
        *taking = outcome.item ? std::optional(Taking { outcome.item->record.item.id, outcome.item->assignment->token }) : std::nullopt;
        return encodeNext(outcome);
    };
    const milliseconds patience(static_cast<qint64>(*wait * 1000));
    const Presence::Stay stay = m_presence.stay(call.caller.tenant, call.id());
    const auto answer = co_await m_pipeline.next(call.writeContext(), call.id(), patience, encode);
    http::Response response = call.respond(answer);
    // With an idempotency key the client will come back for this very answer.
    if (answer && *taking && !call.idempotency)
        response.undelivered
            = [pipeline = &m_pipeline, tenant = call.caller.tenant, taking = **taking] { giveBack(*pipeline, tenant, taking); };
    co_return response;
}

QCoro::Task<http::Response> AgentHandlers::offers(Call call)
{
    const auto after = call.integerParameter(QStringLiteral("after"), 0, std::numeric_limits<qint64>::max(), 0);
    if (!after)
        co_return call.badRequest(after.error());
    const auto wait = call.numberParameter(QStringLiteral("wait"), 0, longestWaitSeconds, 0);
    if (!wait)
        co_return call.badRequest(wait.error());
    LongPoll<QJsonArray> poll;
    poll.news = [signal = &m_pipeline.offerSignal(), tenant = call.caller.tenant, id = call.id()] { return signal->next(tenant, id); };
    poll.read = [id = call.id(), after = *after](Snapshot &snapshot) { return inHands(snapshot, id, true, after); };
    poll.isThere = [](const QJsonArray &offers) { return !offers.isEmpty(); };
    const milliseconds patience(static_cast<qint64>(*wait * 1000));
    const Presence::Stay stay = m_presence.stay(call.caller.tenant, call.id());
    const auto offers = co_await readWhenThere(&m_pipeline, call.caller.tenant, call.request.deadline, patience, poll);
    if (!offers)
        co_return call.problem(offers.error());
    const QJsonObject body { { QStringLiteral("data"), *offers } };
    co_return toResponse(jsonAnswer(body));
}

QCoro::Task<http::Response> AgentHandlers::assignments(Call call)
{
    std::function<Result<Answer>(Snapshot &)> work = [id = call.id()](Snapshot &snapshot) -> Result<Answer> {
        const auto held = inHands(snapshot, id, false, 0);
        return held ? Result<Answer>(jsonAnswer({ { QStringLiteral("data"), *held } })) : held.error();
    };
    const auto answer = co_await m_pipeline.read<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> AgentHandlers::act(AgentAction action, Call call)
{
    const auto command = decodeCommand(action, call);
    if (!command)
        co_return call.problem(command.error());
    std::function<Result<ItemAnswer>(Transaction &)> work
        = [command = *command](Transaction &transaction) { return actOnAssignment(transaction, command); };
    m_presence.seen(call.caller.tenant, call.id());
    const auto encode = action == AgentAction::Extend || action == AgentAction::Accept ? encodeWork : encodeItemAnswer;
    const auto answer = co_await m_pipeline.write<ItemAnswer>(call.writeContext(), work, encode);
    co_return call.respond(answer);
}

EndpointInfo AgentHandlers::streamInfo() const
{
    return { .method = "GET", .pattern = QStringLiteral("/iwd/v3/agents/{id}/offers/stream"), .privilege = Privilege::DistributionTake };
}

http::WebSocketRoute AgentHandlers::stream()
{
    return { [this](http::Request request) { 
               return refuseStream(m_authenticator, std::move(request), streamInfo(), [this](Call call) { return refuseUnknown(std::move(call)); });
           },
        [this](http::Request request, QWebSocket *socket) {
            const auto source = offerSource(m_pipeline, request);
            const auto enter = [this, id = request.parameters.value(0)](TenantId tenant) { return m_presence.stay(tenant, id); };
            runLiveStream({ &m_pipeline, &m_authenticator, streamInfo(), m_slowestReader, std::move(request), source, enter }, socket);
        } };
}

QCoro::Task<std::optional<http::Response>> AgentHandlers::refuseUnknown(Call call)
{
    std::function<Result<QJsonArray>(Snapshot &)> work = [id = call.id()](Snapshot &snapshot) { return inHands(snapshot, id, true, 0); };
    const auto agent = co_await m_pipeline.read<QJsonArray>(call.caller.tenant, call.request.deadline, work);
    if (!agent)
        co_return call.problem(agent.error());
    co_return std::nullopt;
}

} // namespace iwd

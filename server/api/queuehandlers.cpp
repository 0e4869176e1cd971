// SPDX-License-Identifier: Apache-2.0
#include "queuehandlers.h"

#include "confighandlers.h"

#include <contract/queueapi.h>
#include <pipeline/configure/configobjects.h>

namespace iwd {

namespace {

Result<Answer> putInState(Transaction &transaction, const QString &id, QueueState state, const std::optional<qint64> &ifVersion, const Actor &actor)
{
    const auto stored = transaction.configRecord(ConfigKind::Queue, id);
    if (!stored || stored->deleted)
        return noSuchObject(ConfigKind::Queue, id);
    QJsonObject document = stored->document;
    document.insert(QStringLiteral("state"), queueStateName(state));
    // The rules for a whole queue hold here as well: one without overflow cannot be drained.
    const auto queue = decodeQueue(document, id);
    if (!queue)
        return queue.error();
    const PutCommand command { ConfigKind::Queue, id, encodeQueue(*queue), PutMode::Replace, ifVersion ? ifVersion : std::optional(stored->version), false, actor };
    const auto outcome = putObject(transaction, command);
    if (!outcome)
        return outcome.error();
    return encodeConfigObject(configObjectJson(transaction, outcome->record), outcome->record.version);
}

} // namespace

std::vector<ApiEndpoint> QueueHandlers::endpoints()
{
    const std::pair<const char *, QueueState> actions[] { { "/open", QueueState::Open }, { "/pause", QueueState::Paused }, { "/drain", QueueState::Draining } };
    std::vector<ApiEndpoint> all;
    for (const auto &[path, state] : actions) {
        all.push_back({ { .method = "POST",
                            .pattern = QStringLiteral("/iwd/v3/queues/{id}") + QLatin1StringView(path),
                            .privilege = Privilege::QueuesUpdate,
                            .idempotent = true,
                            .versioned = true },
            [this, state = state](Call call) { return setState(state, std::move(call)); } });
    }
    return all;
}

QCoro::Task<http::Response> QueueHandlers::setState(QueueState state, Call call)
{
    std::function<Result<Answer>(Transaction &)> work = [state, id = call.id(), ifVersion = call.ifVersion, actor = call.caller.actor](
                                                            Transaction &transaction) { return putInState(transaction, id, state, ifVersion, actor); };
    std::function<Answer(const Answer &)> encode = [](const Answer &answer) { return answer; };
    const auto answer = co_await m_pipeline.write<Answer>(call.writeContext(), work, encode);
    co_return call.respond(answer);
}

} // namespace iwd

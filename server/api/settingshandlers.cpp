// SPDX-License-Identifier: Apache-2.0
#include "settingshandlers.h"

#include "encoding.h"

#include <pipeline/configure/tenantsettings.h>

namespace iwd {

namespace {

Answer encodeSettingsRecord(const ConfigRecord &record)
{
    const bool stored = record.version > 0;
    QJsonObject json = record.document;
    json.insert(QStringLiteral("version"), record.version);
    json.insert(QStringLiteral("createdDateTime"), stored ? QJsonValue(toIso(record.created)) : QJsonValue());
    json.insert(QStringLiteral("updatedDateTime"), stored ? QJsonValue(toIso(record.updated)) : QJsonValue());
    Answer answer = jsonAnswer(json);
    answer.etag = etagOf(record.version);
    return answer;
}

} // namespace

std::vector<ApiEndpoint> SettingsHandlers::endpoints()
{
    const QString settings = QStringLiteral("/iwd/v3/settings");
    using enum Privilege;
    return { { { .method = "GET", .pattern = settings, .privilege = SettingsView }, [this](Call call) { return get(std::move(call)); } },
        { { .method = "PUT", .pattern = settings, .privilege = SettingsUpdate, .body = BodyUse::Object, .idempotent = true, .versioned = true },
            [this](Call call) { return put(std::move(call), false); } },
        { { .method = "PATCH", .pattern = settings, .privilege = SettingsUpdate, .body = BodyUse::Object, .idempotent = true, .versioned = true },
            [this](Call call) { return put(std::move(call), true); } } };
}

QCoro::Task<http::Response> SettingsHandlers::get(Call call)
{
    std::function<Result<Answer>(Snapshot &)> work = [](Snapshot &snapshot) -> Result<Answer> { return encodeSettingsRecord(settingsRecord(snapshot)); };
    const auto answer = co_await m_pipeline.read<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

QCoro::Task<http::Response> SettingsHandlers::put(Call call, bool merge)
{
    SettingsCommand command;
    command.json = call.body.toObject();
    command.merge = merge;
    command.ifVersion = call.ifVersion;
    command.anyVersion = call.anyVersion;
    command.actor = call.caller.actor;
    std::function<Result<ConfigRecord>(Transaction &)> work = [command](Transaction &transaction) { return putSettings(transaction, command); };
    const auto answer = co_await m_pipeline.write<ConfigRecord>(call.writeContext(), work, encodeSettingsRecord);
    co_return call.respond(answer);
}

} // namespace iwd

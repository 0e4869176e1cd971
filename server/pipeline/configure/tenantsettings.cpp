// SPDX-License-Identifier: Apache-2.0
#include "tenantsettings.h"

#include "configlog.h"

#include <pipeline/versionmismatch.h>

#include <contract/settingsapi.h>

namespace iwd {

namespace {

const QString settingsId = QStringLiteral("settings");

Result<void> check(const ConfigurationSnapshot &configuration, const Settings &settings)
{
    const QString &point = settings.defaultCapturePoint;
    if (configuration.capturePoint(point))
        return {};
    return Error { ErrorCode::InvalidReference, QStringLiteral("There is no capture point \"%1\". Create it first.").arg(point), QStringLiteral("defaultCapturePoint"),
        { { QStringLiteral("kind"), configKindName(ConfigKind::CapturePoint) }, { QStringLiteral("id"), point } } };
}

} // namespace

Result<void> checkSettings(const ConfigurationSnapshot &configuration, const QJsonObject &document)
{
    const auto settings = decodeSettings(document, {});
    return settings ? check(configuration, *settings) : settings.error();
}

ConfigRecord settingsRecord(Snapshot &snapshot)
{
    auto record = snapshot.configRecord(ConfigKind::Settings, settingsId);
    if (record)
        return *std::move(record);
    ConfigRecord defaults;
    defaults.kind = ConfigKind::Settings;
    defaults.id = settingsId;
    defaults.document = encodeSettings({});
    return defaults;
}

Result<ConfigRecord> putSettings(Transaction &transaction, const SettingsCommand &command)
{
    const ConfigRecord stored = settingsRecord(transaction);
    if (!command.merge && !command.ifVersion && !command.anyVersion) {
        return Error { ErrorCode::VersionRequired,
            QStringLiteral("Say in If-Match which version of the settings you are replacing (its ETag), so that nobody's change is lost; \"If-Match: *\" overwrites any."), {}, {} };
    }
    if (command.ifVersion && *command.ifVersion != stored.version)
        return versionMismatch(QStringLiteral("The settings"), stored.version, *command.ifVersion);
    const auto configuration = transaction.configuration();
    const auto settings = decodeSettings(command.json, command.merge ? configuration->settings() : Settings());
    if (!settings)
        return settings.error();
    if (const auto sound = check(*configuration, *settings); !sound)
        return sound.error();
    ConfigRecord record = stored;
    record.document = encodeSettings(*settings);
    if (record.document == stored.document)
        return stored;
    transaction.putConfig(record);
    logConfigChange(transaction, EventType::ConfigUpdated, record, stored.document, record.document, command.actor);
    return record;
}

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/store.h>

namespace iwd {

/// The settings as stored; version 0 and the defaults before anybody changed them.
[[nodiscard]] ConfigRecord settingsRecord(Snapshot &snapshot);

/// Whether all that they refer to is there.
[[nodiscard]] Result<void> checkSettings(const ConfigurationSnapshot &configuration, const QJsonObject &document);

struct SettingsCommand
{
    QJsonObject json; ///< as a client sent it
    bool merge = false; ///< what is not sent keeps its value (PATCH); else it takes its default (PUT)
    std::optional<qint64> ifVersion;
    bool anyVersion = false; ///< If-Match: *
    Actor actor;
};

/// Replacing needs a version or anyVersion, as everywhere; merging does not, because what is not sent is kept. A change that changes nothing writes nothing.
[[nodiscard]] Result<ConfigRecord> putSettings(Transaction &transaction, const SettingsCommand &command);

} // namespace iwd

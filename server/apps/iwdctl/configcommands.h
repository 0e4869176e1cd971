// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commandline.h"

#include <client/client.h>

#include <qcoro/qcorotask.h>

#include <QJsonObject>

#include <memory>

namespace iwd {

inline constexpr int ExitDifferent = 6; ///< of config diff and config compare, and of a dry run that would change something

/// config export, diff, apply, versions, compare, restore.
[[nodiscard]] const std::vector<CommandSpec> &configCommands();
[[nodiscard]] QCoro::Task<int> runConfigCommand(CommandLine line, std::shared_ptr<Client> client);

/// Changes of a plan or a comparison as lines for a person: what comes, what goes, and each member that becomes another.
[[nodiscard]] QString changesText(const QJsonArray &changes, bool color);

/// What is in a file of configuration, YAML or JSON. Nothing is sent.
[[nodiscard]] Result<QJsonObject> configurationFrom(const QByteArray &content);

} // namespace iwd

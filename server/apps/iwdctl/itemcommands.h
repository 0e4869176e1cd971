// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands.h"

namespace iwd {

[[nodiscard]] const std::vector<CommandSpec> &itemCommands();
[[nodiscard]] QCoro::Task<int> runItemCommand(CommandLine line, std::shared_ptr<Client> client);

/// One line about @p event of an item's history: what happened, in a person's words.
[[nodiscard]] QString eventSentence(const QJsonObject &event);

/// A value as a person types it: a number or true/false is one, everything else is text.
[[nodiscard]] QJsonValue valueFromText(const QString &text);

} // namespace iwd

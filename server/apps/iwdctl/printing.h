// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commandline.h"

#include <QJsonObject>

namespace iwd {

[[nodiscard]] bool wantsJson(const CommandLine &line);
/// What a table may take: the terminal's width, or 0 when nothing limits it.
[[nodiscard]] int tableWidth();

/// A value of an answer as text: lists with commas, objects as JSON, null as nothing.
[[nodiscard]] QString fieldText(const QJsonValue &value);
/// "2026-03-01T08:15:30.250Z" -> "2026-03-01 08:15:30"
[[nodiscard]] QString shortTime(const QJsonValue &value);
[[nodiscard]] QString pretty(const QJsonObject &object);
/// With its line feed, so that a program may read line by line.
[[nodiscard]] QString jsonLine(const QJsonObject &object);

/// Tells the person. @returns the exit code that says so
int fail(const Error &error);
/// The same for what was wrong with the words of the command.
int failUsage(const Error &error);

} // namespace iwd

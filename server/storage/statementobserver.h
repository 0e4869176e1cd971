// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

#include <chrono>
#include <functional>

namespace iwd {

/// Told of every statement: its name, whether it worked, how long it took. Called on the threads of the store.
using StatementObserver = std::function<void(const QString &name, bool ok, std::chrono::nanoseconds duration)>;

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

#include <stdexcept>

namespace iwd::bench {

/// Why a measurement cannot go on; main() prints it and ends with 1.
struct Failure : std::runtime_error
{
    using std::runtime_error::runtime_error;
};

[[noreturn]] inline void giveUp(const QString &why)
{
    throw Failure(why.toStdString());
}

} // namespace iwd::bench

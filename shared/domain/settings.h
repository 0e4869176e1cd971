// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/instant.h>

namespace iwd {

/// What holds for a whole tenant.
struct Settings
{
    std::optional<milliseconds> keepAnswers; ///< how long answers to writes with an Idempotency-Key are kept; nothing: as the server is configured
    QString defaultCapturePoint { QStringLiteral("default") }; ///< for items that name none
    bool acceptUndefinedAttributes = true; ///< else an item may have only custom attributes with a definition
    int countExactlyUpTo = 10'000; ///< above it, searches estimate how many items match
};

} // namespace iwd

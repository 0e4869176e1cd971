// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/clock.h>

#include <qcoro/qcorotask.h>

#include <QByteArray>

#include <map>
#include <optional>

namespace iwd {

/// Where processes tell each other something that soon grows old: each has one notice on a board, and reads those of all. Never the truth: notices may be gone
/// at any time. Thread-safe.
class Board
{
public:
    virtual ~Board() = default;

    using Notices = std::map<QByteArray, QByteArray>; ///< by who put them there

    /// Puts @p notice on the board @p name in place of the last one of @p self, or leaves that when it is empty, and reads all. The board as a whole is
    /// forgotten @p life after the last notice was put.
    /// @returns nothing when the board cannot be reached
    [[nodiscard]] virtual QCoro::Task<std::optional<Notices>> exchange(QByteArray name, QByteArray self, QByteArray notice, milliseconds life) = 0;
    /// Takes the notice of @p who away, as of a process that has ended.
    [[nodiscard]] virtual QCoro::Task<> takeDown(QByteArray name, QByteArray who) = 0;
};

} // namespace iwd

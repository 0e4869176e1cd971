// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/report/event.h>

namespace iwd {

/// Event::before and Event::after as the log keeps them for other processes, which have not seen the items: a JSON array of two, each null or
/// [status, queue, agent, captured, ended or null, SLA met], with instants in milliseconds.
[[nodiscard]] QByteArray encodeEventFacts(const Event &event);

/// Puts them into @p event. What cannot be read leaves it without.
void decodeEventFacts(const QByteArray &text, Event &event);

} // namespace iwd

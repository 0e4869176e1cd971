// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/store.h>

namespace iwd {

/// Tells the event log and the audit of a change to a configuration object.
/// @param record as it is stored now
/// @param before its document; empty: it was not there
/// @param after its document; empty: it is not there any more
void logConfigChange(Transaction &transaction, EventType type, const ConfigRecord &record, const QJsonObject &before, const QJsonObject &after, const Actor &actor);

} // namespace iwd

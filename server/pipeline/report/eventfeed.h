// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/access/categoryscope.h>
#include <pipeline/store.h>

namespace iwd {

/// The log as readers follow it: events after the one that they know as the last.
/// @param after 0: from the oldest one that is there
/// @returns at most @p limit events; FeedRestarted when the reader would miss some: those after @p after are no longer kept, or the log ends before it
[[nodiscard]] Result<std::vector<StoredEvent>> readFeed(Snapshot &snapshot, qint64 after, int limit);

/// Whether a caller may see the event. Who sees some categories only sees what is told of items of these, and nothing else.
[[nodiscard]] bool isSeen(const CategoryScope &scope, const ConfigurationSnapshot &configuration, const StoredEvent &event);

} // namespace iwd

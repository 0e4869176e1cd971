// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/configurationsnapshot.h>

#include <domain/workitem.h>

namespace iwd {

/// What the tree says of an item.
struct Classification
{
    QString categoryId;
    QString queueId;
    QString schemaId;
};

/// Walks the tree from the root: at each level the first category (by order, then id) whose rule matches, and from there into its
/// children only. The deepest category reached is the item's.
/// @param now what relative dates in rules count from
/// @returns an Error with the reason, in words for the person who has to mend the rules, when nothing matches
[[nodiscard]] Result<Classification> classify(const ConfigurationSnapshot &configuration, const WorkItem &item, Instant now);

/// The same for an item whose category the source has named: rules are not asked.
[[nodiscard]] Result<Classification> preclassified(const ConfigurationSnapshot &configuration, const QString &categoryId);

} // namespace iwd

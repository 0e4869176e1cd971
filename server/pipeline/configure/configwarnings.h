// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/configurationsnapshot.h>

namespace iwd {

/// What is allowed but will hardly do what its author meant, in sentences; shown when the object is saved. A category whose rule can never match, because a
/// sibling that is tried before it takes everything it could take, or that takes everything from later siblings; a queue that no agent can serve.
///
/// Rules are compared by their form: a sibling takes all that another could take when its condition is one of those that the other demands, or every
/// item meets it. So what is reported is true, but not everything that is true is reported.
[[nodiscard]] QStringList configurationWarnings(const ConfigurationSnapshot &configuration, ConfigKind kind, const QString &id);

/// Whether every item that meets @p narrow meets @p wide too, as far as their form shows it.
[[nodiscard]] bool implies(const Condition &narrow, const Condition &wide);

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "configdocuments.h"

#include <functional>
#include <map>

namespace iwd {

/// Objects by kind and id, as completeDocument() makes them. A kind that is not named is not spoken of. The settings are the one object of their kind, with the id "settings".
using ConfigurationContent = std::map<ConfigKind, std::map<QString, QJsonObject>>;

enum class ChangeAction { Create, Update, Delete };

struct ConfigurationChange
{
    ChangeAction action = ChangeAction::Update;
    ConfigKind kind = ConfigKind::Queue;
    QString id;
    QJsonObject before; ///< empty: it was not there
    QJsonObject after; ///< empty: it is not there any more
};

/// What happens to objects that are not named, of the kinds that are.
enum class OtherObjects { Stay, Go };

/// What would have to be done so that the configuration is as wanted.
struct ConfigurationPlan
{
    qint64 version = 0; ///< of the configuration that was compared with
    std::vector<ConfigurationChange> changes; ///< in the order of configKinds(), then of ids
    qint64 unchanged = 0;
    std::vector<Error> problems; ///< why it cannot be done; fields begin with "queues.claims"
    QStringList warnings; ///< about what changes, see configurationWarnings()
};

/// Counts the changes: the number of the newest one. Rises, with gaps. 0: nothing was ever changed.
[[nodiscard]] qint64 configurationVersion(Snapshot &snapshot);

/// All kinds as they are.
[[nodiscard]] ConfigurationContent configurationContent(Snapshot &snapshot);

/// All kinds as they were when @p version was the newest change. Found by taking back, one by one, what the audit has since then, so what is long ago takes longer: call it in Store::search().
/// @returns an Error when there was no such version yet
[[nodiscard]] Result<ConfigurationContent> configurationAt(Snapshot &snapshot, qint64 version);

/// Changes that were made at once.
struct ConfigurationVersion
{
    static constexpr size_t NamedChanges = 20;

    qint64 version = 0;
    qint64 first = 0; ///< the number of the first of them
    Instant at;
    Actor actor;
    qint64 count = 0;
    std::vector<ConfigurationChange> changes; ///< the last ones, without their documents
};

/// Those before the change number @p before, newest first.
[[nodiscard]] std::vector<ConfigurationVersion> configurationVersions(Snapshot &snapshot, qint64 before, int limit);

/// What is different in @p after, of the kinds that both have.
[[nodiscard]] std::vector<ConfigurationChange> differences(const ConfigurationContent &before, const ConfigurationContent &after);

/// Compares, and checks all that putObject() and deleteObject() would check, but of the outcome as a whole: objects may refer to each other in any order.
[[nodiscard]] ConfigurationPlan planConfiguration(Snapshot &snapshot, const ConfigurationContent &wanted, OtherObjects others);

struct ApplyCommand
{
    ConfigurationContent wanted;
    OtherObjects others = OtherObjects::Stay;
    std::optional<qint64> ifVersion;
    Actor actor;
    std::function<Result<void>(const ConfigurationChange &)> mayChange; ///< asked of each change; none: whoever it is may
};

/// Makes the configuration what is wanted, in this transaction: all of it or nothing. What is as wanted is not written.
/// @returns what was done, with the version after it
[[nodiscard]] Result<ConfigurationPlan> applyConfiguration(Transaction &transaction, const ApplyCommand &command);

/// @p problems as one, which names the first in words and all of them in args.problems.
[[nodiscard]] Error asOneError(const std::vector<Error> &problems);

[[nodiscard]] QString changeActionName(ChangeAction action); ///< "create", "update", "delete"

} // namespace iwd

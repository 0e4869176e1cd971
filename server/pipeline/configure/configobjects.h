// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/store.h>

namespace iwd {

enum class PutMode {
    Create, ///< refuse when it exists
    Replace, ///< replace what exists (needs a version or AnyVersion), create what does not
};

struct PutCommand
{
    ConfigKind kind = ConfigKind::Queue;
    QString id;
    QJsonObject document; ///< as decoded and encoded again by the contract: complete, checked by itself
    PutMode mode = PutMode::Create;
    std::optional<qint64> ifVersion;
    bool anyVersion = false; ///< If-Match: *
    Actor actor;
};

struct PutOutcome
{
    ConfigRecord record;
    bool created = false;
};

/// Stores a configuration object after checking what it refers to. Takes effect at once, on waiting items too: changing a curve writes this one row.
/// Changing the business value bands of a schema moves the items whose band changes.
[[nodiscard]] Result<PutOutcome> putObject(Transaction &transaction, const PutCommand &command);

/// Whether all that the document refers to is there, and its rules as an object among others hold: what putObject() checks.
/// @param document as decoded and encoded again by the contract
[[nodiscard]] Result<void> checkObject(const ConfigurationSnapshot &configuration, ConfigKind kind, const QString &id, const QJsonObject &document);

/// Who refers to the object, as "kind id", and "open items"; what deleteObject() asks.
[[nodiscard]] QStringList usersOf(Snapshot &snapshot, const ConfigurationSnapshot &configuration, ConfigKind kind, const QString &id);
[[nodiscard]] Error objectInUse(ConfigKind kind, const QString &id, const QStringList &users);

/// Writes what has been checked, with all that follows from it: putObject() without its questions.
/// @param stored what is there, or was before it was deleted
ConfigRecord storeObject(Transaction &transaction, const std::optional<ConfigRecord> &stored, ConfigKind kind, const QString &id, const QJsonObject &document, const Actor &actor);
/// deleteObject() without its questions, and without what is below a category.
void removeObject(Transaction &transaction, const ConfigRecord &stored, const Actor &actor);

struct DeleteCommand
{
    ConfigKind kind = ConfigKind::Queue;
    QString id;
    std::optional<qint64> ifVersion;
    Actor actor;
};

/// Refuses (ObjectInUse, with who uses it) what other objects or open items refer to. Deleting a category takes its subtree with it; items
/// keep pointing at it.
[[nodiscard]] Result<void> deleteObject(Transaction &transaction, const DeleteCommand &command);

/// Brings a deleted category back with the subtree that was deleted with it.
[[nodiscard]] Result<ConfigRecord> restoreCategory(Transaction &transaction, const QString &id, const Actor &actor);

/// The objects a new tenant starts with: capture point "default", queue "general", schema "standard", category "general".
void seedConfiguration(Transaction &transaction);

[[nodiscard]] Error noSuchObject(ConfigKind kind, const QString &id);

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/store.h>

#include <span>

namespace iwd {

/// All kinds, each after those that it refers to.
[[nodiscard]] std::span<const ConfigKind> configKinds();
/// How a document of the whole configuration calls the objects of a kind: "queues", "capturePoints", …
[[nodiscard]] QString configMember(ConfigKind kind);
[[nodiscard]] std::optional<ConfigKind> configKindNamed(QStringView name); ///< see configKindName()

/// What somebody sent as an object, checked by itself and completed with its defaults. The id is in the result, except that of the settings, which have none.
/// @param id of the address or the key, which an id in the object must repeat; empty: it is in the object, or made of its name
[[nodiscard]] Result<QJsonObject> completeDocument(ConfigKind kind, const QJsonObject &json, const QString &id = {});

/// The same object in as few words as completeDocument() needs to understand the same, without its id.
[[nodiscard]] QJsonObject withoutDefaults(ConfigKind kind, const QString &id, const QJsonObject &document);

/// Every object, deleted ones too, as ConfigurationSnapshot::build() wants them.
[[nodiscard]] std::vector<ConfigRecord> storedObjects(Snapshot &snapshot);

} // namespace iwd

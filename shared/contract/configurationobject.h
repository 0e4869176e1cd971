// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jsonreading.h"

namespace iwd {

inline constexpr int MaxNameLength = 200;
inline constexpr int MaxDescriptionLength = 1'000;

/// An id made from a name: letters without their accents and in lower case, everything else one "-".
/// "Netzwerk & WLAN (Süd)" -> "netzwerk-wlan-sud". Empty when nothing of the name can be kept.
[[nodiscard]] QString slugOf(const QString &name);

/// What the decoders of the configuration objects have in common. They all read id (from the name when it is missing), name
/// and description; ignore version, createdDateTime and updatedDateTime, so that an answer can be sent back as it is;
/// and refuse fields that they do not know.
namespace configuration {

/// @param idInPath the id of the address in a PUT, which an id in the body must repeat; empty in a POST
[[nodiscard]] QString readId(ObjectReader &reader, const QString &name, const QString &idInPath);

template <typename Object>
void readHead(ObjectReader &reader, Object &object, const QString &idInPath)
{
    object.name = reader.requiredText(QStringLiteral("name"), MaxNameLength);
    object.id = readId(reader, object.name, idInPath);
    if constexpr (requires { object.description; })
        object.description = reader.text(QStringLiteral("description"), MaxDescriptionLength);
    reader.ignore({ QStringLiteral("warnings"), QStringLiteral("version"), QStringLiteral("createdDateTime"), QStringLiteral("updatedDateTime") });
}

template <typename Object>
[[nodiscard]] QJsonObject encodeHead(const Object &object)
{
    QJsonObject json { { QStringLiteral("id"), object.id }, { QStringLiteral("name"), object.name } };
    if constexpr (requires { object.description; })
        json.insert(QStringLiteral("description"), object.description);
    return json;
}

/// Levels 1 to 100 by id of the skill.
[[nodiscard]] std::map<QString, int> readSkillLevels(ObjectReader &reader, const QString &name);
[[nodiscard]] QJsonObject encodeNumbers(const std::map<QString, int> &numbers);

/// Null when @p id is empty.
[[nodiscard]] QJsonValue encodeReference(const QString &id);

} // namespace configuration

} // namespace iwd

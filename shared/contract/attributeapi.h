// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/result.h>
#include <domain/attributedefinition.h>

#include <QJsonObject>

namespace iwd {

inline constexpr int MaxAllowedValues = 500;

/// Reads the definition of a custom attribute as a client writes it. Without "attribute" its id is also the name that items use. Whether another
/// definition speaks of the same attribute is for the caller to find out.
/// @param idInPath the id of the address in a PUT, which an id in the body must repeat; empty in a POST
/// @returns an Error whose field is the path inside @p json
[[nodiscard]] Result<AttributeDefinition> decodeAttribute(const QJsonObject &json, const QString &idInPath = {});

/// Without version, createdDateTime and updatedDateTime, which the caller adds.
[[nodiscard]] QJsonObject encodeAttribute(const AttributeDefinition &definition);

} // namespace iwd

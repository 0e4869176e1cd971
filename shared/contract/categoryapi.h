// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/result.h>
#include <domain/configuration.h>

#include <QJsonObject>

namespace iwd {

/// Reads a category as a client writes it. A category of level 1 must name its schema and its queue. Whether what it names exists,
/// and whether the tree stays a tree, is for the caller to find out.
/// @param idInPath the id of the address in a PUT, which an id in the body must repeat; empty in a POST
/// @returns an Error whose field is the path inside @p json
[[nodiscard]] Result<Category> decodeCategory(const QJsonObject &json, const QString &idInPath = {});

/// Without version, createdDateTime and updatedDateTime, which the caller adds.
[[nodiscard]] QJsonObject encodeCategory(const Category &category);

} // namespace iwd

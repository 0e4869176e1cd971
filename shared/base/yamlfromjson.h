// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QStringList>

namespace iwd {

/// Writes @p object as a YAML document for people: blocks, short lists on one line, texts without quotes where nobody could take them for anything else. jsonFromYaml() reads the same
/// object from it.
/// @param first members that come first wherever they are, in this order; the others follow by name
[[nodiscard]] QByteArray yamlFromJson(const QJsonObject &object, const QStringList &first = {});

} // namespace iwd

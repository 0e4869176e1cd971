// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QJsonObject>
#include <QSet>
#include <QStringList>

namespace iwd {

/// What the full-text search looks into: the source's key, who and what it is about, the labels, and the custom attributes' values, numbers too.
/// @param document see encodeItemDocument()
/// @param hidden custom attributes that are not searchable
[[nodiscard]] QStringList searchableTexts(const QString &captureId, const QJsonObject &document, const QSet<QString> &hidden = {});

} // namespace iwd

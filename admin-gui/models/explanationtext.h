// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QJsonArray>
#include <QJsonObject>
#include <QString>

namespace iwd {

/// Where an item stands and why, as a page of HTML for QTextBrowser. @param explanation as of GET /items/{id}/explanation
[[nodiscard]] QString explanationHtml(const QJsonObject &explanation);

/// What has happened to an item, the newest first, likewise. @param events as of GET /items/{id}/history, oldest first
[[nodiscard]] QString historyHtml(const QJsonArray &events);

} // namespace iwd

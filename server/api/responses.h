// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/error.h>
#include <http/httpserver.h>
#include <pipeline/store.h>

#include <QJsonObject>

namespace iwd {

/// The answer that an Error gets, with the header fields its status asks for.
/// @param status 0: the one that stands for the error's code
[[nodiscard]] http::Response problemResponse(const Error &error, const QString &correlationId, int status = 0);

/// How the edge words its own refusals.
[[nodiscard]] http::ProblemWriter edgeProblemWriter();

[[nodiscard]] http::Response toResponse(const Answer &answer);

[[nodiscard]] QByteArray compactJson(const QJsonObject &json);
[[nodiscard]] Answer jsonAnswer(const QJsonObject &json, int status = 200);
[[nodiscard]] Answer noContent(); ///< 204
[[nodiscard]] QByteArray etagOf(qint64 version);

} // namespace iwd

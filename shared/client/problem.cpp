// SPDX-License-Identifier: Apache-2.0
#include "problem.h"

namespace iwd {
namespace {

/// What a bare status means when nobody says why.
ErrorCode codeOfStatus(int status)
{
    switch (status) {
    case 401:
        return ErrorCode::InvalidCredentials;
    case 403:
        return ErrorCode::NotAllowed;
    case 404:
        return ErrorCode::RouteNotFound;
    case 405:
        return ErrorCode::MethodNotAllowed;
    case 412:
        return ErrorCode::VersionMismatch;
    case 413:
        return ErrorCode::PayloadTooLarge;
    case 415:
        return ErrorCode::UnsupportedMediaType;
    case 429:
        return ErrorCode::TooManyAttempts;
    case 502:
    case 503:
        return ErrorCode::Busy;
    case 408:
    case 504:
        return ErrorCode::DeadlineExceeded;
    default:
        return ErrorCode::Internal;
    }
}

Error bareError(int status)
{
    return { codeOfStatus(status), QStringLiteral("The answer was HTTP status %1, without a reason that this program understands.").arg(status), {},
        { { QStringLiteral("status"), status } } };
}

} // namespace

std::optional<ErrorCode> errorCodeFromKey(const QString &key)
{
    // Internal is the last of the enumeration.
    for (int value = 0; value <= static_cast<int>(ErrorCode::Internal); ++value) {
        const auto code = static_cast<ErrorCode>(value);
        if (errorKey(code) == key)
            return code;
    }
    return std::nullopt;
}

Error errorFromAnswer(int status, const QByteArray &contentType, const QByteArray &content)
{
    if (!contentType.contains("json"))
        return bareError(status);
    const QJsonObject problem = QJsonDocument::fromJson(content).object();
    const QString key = problem.value(QLatin1StringView("code")).toString();
    if (key.isEmpty())
        return bareError(status);

    Error error;
    error.args = problem.value(QLatin1StringView("args")).toObject();
    error.args.insert(QStringLiteral("status"), status);
    if (problem.contains(QLatin1StringView("correlationId")))
        error.args.insert(QStringLiteral("correlationId"), problem.value(QLatin1StringView("correlationId")));
    error.field = problem.value(QLatin1StringView("field")).toString();
    error.text = problem.value(QLatin1StringView("detail")).toString(problem.value(QLatin1StringView("title")).toString());
    const auto code = errorCodeFromKey(key);
    error.code = code.value_or(ErrorCode::Internal);
    if (!code)
        error.args.insert(QStringLiteral("code"), key);
    return error;
}

} // namespace iwd

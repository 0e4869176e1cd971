// SPDX-License-Identifier: Apache-2.0
#include "responses.h"

#include <base/log.h>
#include <contract/problem.h>

#include <QJsonDocument>

namespace iwd {

namespace {

constexpr char ProblemType[] = "application/problem+json";
constexpr char JsonType[] = "application/json";

http::Response withJson(int status, const QJsonObject &json, const char *type)
{
    http::Response response;
    response.status = status;
    response.headers.add("Content-Type", type);
    response.body = compactJson(json);
    return response;
}

void addStatusHeaders(http::Response &response, const QJsonObject &args)
{
    if (response.status == 401)
        response.headers.set("WWW-Authenticate", "Bearer");
    if (response.status == 429 || response.status == 503)
        response.headers.set("Retry-After", QByteArray::number(args.value(QStringLiteral("retryAfterSeconds")).toInteger(1)));
}

std::optional<ErrorCode> codeOf(const QString &key)
{
    for (int code = 0; code <= static_cast<int>(ErrorCode::Internal); ++code) {
        if (errorKey(static_cast<ErrorCode>(code)) == key)
            return static_cast<ErrorCode>(code);
    }
    return std::nullopt;
}

/// Titles of what only the protocol of the edge knows.
QString edgeTitle(const QString &key)
{
    static const QHash<QString, QString> titles {
        { QStringLiteral("request.malformed"), QStringLiteral("Malformed request") },
        { QStringLiteral("request.timeout"), QStringLiteral("Request timed out") },
        { QStringLiteral("request.target_too_long"), QStringLiteral("Address too long") },
        { QStringLiteral("request.headers_too_large"), QStringLiteral("Headers too large") },
        { QStringLiteral("request.expectation_failed"), QStringLiteral("Expectation failed") },
        { QStringLiteral("request.not_implemented"), QStringLiteral("Not implemented") },
        { QStringLiteral("request.version_not_supported"), QStringLiteral("HTTP version not supported") },
        { QStringLiteral("request.upgrade_required"), QStringLiteral("Upgrade required") },
    };
    return titles.value(key, QStringLiteral("Request refused"));
}

} // namespace

QByteArray compactJson(const QJsonObject &json)
{
    return QJsonDocument(json).toJson(QJsonDocument::Compact);
}

QByteArray etagOf(qint64 version)
{
    return '"' + QByteArray::number(version) + '"';
}

Answer jsonAnswer(const QJsonObject &json, int status)
{
    Answer answer;
    answer.status = status;
    answer.body = compactJson(json);
    return answer;
}

Answer noContent()
{
    Answer answer;
    answer.status = 204;
    return answer;
}

http::Response problemResponse(const Error &error, const QString &correlationId, int status)
{
    const int shown = status == 0 ? httpStatus(error.code) : status;
    http::Response response = withJson(shown, encodeProblem(error, shown, correlationId), ProblemType);
    addStatusHeaders(response, error.args);
    return response;
}

http::ProblemWriter edgeProblemWriter()
{
    return [](int status, const QString &key, const QString &text, const QJsonObject &args) {
        const auto code = codeOf(key);
        QJsonObject problem = encodeProblem({ code.value_or(ErrorCode::Internal), text, {}, args }, status, log::Correlation::current());
        if (!code) {
            problem.insert(QStringLiteral("type"), QString(QStringLiteral("urn:iwd:error:") + key));
            problem.insert(QStringLiteral("title"), edgeTitle(key));
            problem.insert(QStringLiteral("code"), key);
        }
        http::Response response = withJson(status, problem, ProblemType);
        addStatusHeaders(response, args);
        return response;
    };
}

http::Response toResponse(const Answer &answer)
{
    http::Response response;
    response.status = answer.status;
    if (!answer.body.isEmpty())
        response.headers.add("Content-Type", JsonType);
    if (!answer.etag.isEmpty())
        response.headers.add("ETag", answer.etag);
    if (!answer.location.isEmpty())
        response.headers.add("Location", answer.location);
    if (answer.replayed)
        response.headers.add("Idempotency-Replayed", "true");
    response.body = answer.body;
    return response;
}

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#include "problem.h"

namespace iwd {

namespace {

struct ProblemKind
{
    int status;
    QLatin1StringView title;
};

ProblemKind kindOf(ErrorCode code)
{
    using T = QLatin1StringView;
    switch (code) {
    case ErrorCode::MalformedJson:
        return { 400, T("Malformed JSON") };
    case ErrorCode::InvalidField:
        return { 422, T("Invalid field") };
    case ErrorCode::MissingField:
        return { 422, T("Missing field") };
    case ErrorCode::UnknownParameter:
        return { 400, T("Unknown parameter") };
    case ErrorCode::TooManyItems:
        return { 422, T("Too many items") };
    case ErrorCode::PayloadTooLarge:
        return { 413, T("Payload too large") };
    case ErrorCode::UnsupportedMediaType:
        return { 415, T("Unsupported media type") };
    case ErrorCode::NotAuthenticated:
        return { 401, T("Not authenticated") };
    case ErrorCode::InvalidCredentials:
        return { 401, T("Invalid credentials") };
    case ErrorCode::TooManyAttempts:
        return { 429, T("Too many attempts") };
    case ErrorCode::TooManyRequests:
        return { 429, T("Too many requests") };
    case ErrorCode::NotAllowed:
        return { 403, T("Not allowed") };
    case ErrorCode::PasswordChangeRequired:
        return { 403, T("Change the password first") };
    case ErrorCode::SignInRefused:
        return { 403, T("Sign-in refused") };
    case ErrorCode::ProviderUnavailable:
        return { 502, T("Identity provider unavailable") };
    case ErrorCode::RouteNotFound:
        return { 404, T("Nothing at this address") };
    case ErrorCode::MethodNotAllowed:
        return { 405, T("Method not allowed") };
    case ErrorCode::ItemNotFound:
        return { 404, T("Item not found") };
    case ErrorCode::ItemAmbiguous:
        return { 409, T("Ambiguous item") };
    case ErrorCode::ObjectNotFound:
        return { 404, T("Object not found") };
    case ErrorCode::ObjectExists:
        return { 409, T("Object exists already") };
    case ErrorCode::ObjectInUse:
        return { 409, T("Object in use") };
    case ErrorCode::LastAdministrator:
        return { 409, T("Last administrator") };
    case ErrorCode::InvalidReference:
        return { 422, T("Invalid reference") };
    case ErrorCode::NotAllowedInStatus:
        return { 409, T("Not allowed in this status") };
    case ErrorCode::VersionMismatch:
        return { 412, T("Changed in the meantime") };
    case ErrorCode::VersionRequired:
        return { 428, T("Version required") };
    case ErrorCode::IdempotencyKeyReused:
        return { 409, T("Idempotency key reused") };
    case ErrorCode::IdempotencyKeyInvalid:
        return { 400, T("Invalid idempotency key") };
    case ErrorCode::StaleToken:
        return { 409, T("Stale token") };
    case ErrorCode::AgentNotReady:
        return { 409, T("Agent not ready") };
    case ErrorCode::ConfirmationInvalid:
        return { 409, T("Confirmation invalid") };
    case ErrorCode::JobNotAllowedInState:
        return { 409, T("Not allowed in this state of the job") };
    case ErrorCode::JobNotUndoable:
        return { 409, T("Job cannot be undone") };
    case ErrorCode::TooManyJobs:
        return { 409, T("Too many jobs") };
    case ErrorCode::SearchTooBroad:
        return { 422, T("Search too broad") };
    case ErrorCode::FeedRestarted:
        return { 410, T("Feed restarted") };
    case ErrorCode::Busy:
        return { 503, T("Busy") };
    case ErrorCode::Draining:
        return { 503, T("Shutting down") };
    case ErrorCode::StorageUnavailable:
        return { 503, T("Storage unavailable") };
    case ErrorCode::DeadlineExceeded:
        return { 504, T("Deadline exceeded") };
    case ErrorCode::Unreachable:
        return { 502, T("Server unreachable") };
    case ErrorCode::ConfigurationInvalid:
        return { 500, T("Invalid configuration") };
    case ErrorCode::Internal:
        return { 500, T("Internal error") };
    }
    Q_UNREACHABLE();
}

} // namespace

int httpStatus(ErrorCode code)
{
    return kindOf(code).status;
}

QJsonObject encodeProblem(const Error &error, int status, const QString &correlationId)
{
    const QString key = errorKey(error.code);
    QJsonObject problem {
        { QStringLiteral("type"), QString(QStringLiteral("urn:iwd:error:") + key) },
        { QStringLiteral("title"), kindOf(error.code).title },
        { QStringLiteral("status"), status },
        { QStringLiteral("detail"), error.text },
        { QStringLiteral("code"), key },
        { QStringLiteral("args"), error.args },
    };
    if (!error.field.isEmpty())
        problem.insert(QStringLiteral("field"), error.field);
    if (!correlationId.isEmpty())
        problem.insert(QStringLiteral("correlationId"), correlationId);
    return problem;
}

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#include "error.h"

namespace iwd {

QString errorKey(ErrorCode code)
{
    switch (code) {
    case ErrorCode::MalformedJson:
        return QStringLiteral("request.malformed_json");
    case ErrorCode::InvalidField:
        return QStringLiteral("request.invalid_field");
    case ErrorCode::MissingField:
        return QStringLiteral("request.missing_field");
    case ErrorCode::UnknownParameter:
        return QStringLiteral("request.unknown_parameter");
    case ErrorCode::TooManyItems:
        return QStringLiteral("request.too_many_items");
    case ErrorCode::PayloadTooLarge:
        return QStringLiteral("request.too_large");
    case ErrorCode::UnsupportedMediaType:
        return QStringLiteral("request.unsupported_media_type");
    case ErrorCode::NotAuthenticated:
        return QStringLiteral("auth.missing");
    case ErrorCode::InvalidCredentials:
        return QStringLiteral("auth.invalid");
    case ErrorCode::TooManyRequests:
        return QStringLiteral("request.too_many_requests");
    case ErrorCode::TooManyAttempts:
        return QStringLiteral("auth.too_many_attempts");
    case ErrorCode::NotAllowed:
        return QStringLiteral("auth.not_allowed");
    case ErrorCode::PasswordChangeRequired:
        return QStringLiteral("auth.password_change_required");
    case ErrorCode::SignInRefused:
        return QStringLiteral("auth.sign_in_refused");
    case ErrorCode::ProviderUnavailable:
        return QStringLiteral("provider.unavailable");
    case ErrorCode::RouteNotFound:
        return QStringLiteral("route.not_found");
    case ErrorCode::MethodNotAllowed:
        return QStringLiteral("route.method_not_allowed");
    case ErrorCode::ItemNotFound:
        return QStringLiteral("item.not_found");
    case ErrorCode::ItemAmbiguous:
        return QStringLiteral("item.ambiguous");
    case ErrorCode::ObjectNotFound:
        return QStringLiteral("object.not_found");
    case ErrorCode::ObjectExists:
        return QStringLiteral("object.exists");
    case ErrorCode::ObjectInUse:
        return QStringLiteral("object.in_use");
    case ErrorCode::LastAdministrator:
        return QStringLiteral("user.last_administrator");
    case ErrorCode::InvalidReference:
        return QStringLiteral("object.invalid_reference");
    case ErrorCode::NotAllowedInStatus:
        return QStringLiteral("item.not_allowed_in_status");
    case ErrorCode::VersionMismatch:
        return QStringLiteral("version.mismatch");
    case ErrorCode::VersionRequired:
        return QStringLiteral("version.required");
    case ErrorCode::IdempotencyKeyReused:
        return QStringLiteral("idempotency.key_reused");
    case ErrorCode::IdempotencyKeyInvalid:
        return QStringLiteral("idempotency.key_invalid");
    case ErrorCode::StaleToken:
        return QStringLiteral("assignment.stale_token");
    case ErrorCode::AgentNotReady:
        return QStringLiteral("agent.not_ready");
    case ErrorCode::ConfirmationInvalid:
        return QStringLiteral("confirmation.invalid");
    case ErrorCode::JobNotAllowedInState:
        return QStringLiteral("job.not_allowed_in_state");
    case ErrorCode::JobNotUndoable:
        return QStringLiteral("job.not_undoable");
    case ErrorCode::TooManyJobs:
        return QStringLiteral("job.too_many");
    case ErrorCode::SearchTooBroad:
        return QStringLiteral("search.too_broad");
    case ErrorCode::FeedRestarted:
        return QStringLiteral("events.restarted");
    case ErrorCode::Busy:
        return QStringLiteral("server.busy");
    case ErrorCode::Draining:
        return QStringLiteral("server.draining");
    case ErrorCode::StorageUnavailable:
        return QStringLiteral("storage.unavailable");
    case ErrorCode::DeadlineExceeded:
        return QStringLiteral("server.deadline_exceeded");
    case ErrorCode::Unreachable:
        return QStringLiteral("server.unreachable");
    case ErrorCode::ConfigurationInvalid:
        return QStringLiteral("configuration.invalid");
    case ErrorCode::Internal:
        return QStringLiteral("server.internal");
    }
    Q_UNREACHABLE();
}

Error invalidField(const QString &field, const QString &expected, const QString &got)
{
    QJsonObject args { { QStringLiteral("expected"), expected } };
    QString text = QStringLiteral("The value of \"%1\" cannot be used: expected %2").arg(field, expected);
    if (!got.isEmpty()) {
        args.insert(QStringLiteral("got"), got);
        text += QStringLiteral(", got %1").arg(got);
    }
    return { ErrorCode::InvalidField, text + u'.', field, args };
}

Error missingField(const QString &field, const QString &expected)
{
    return { ErrorCode::MissingField, QStringLiteral("\"%1\" is required: expected %2.").arg(field, expected), field,
        { { QStringLiteral("expected"), expected } } };
}

Error inside(const QString &prefix, Error error)
{
    const QString bare = error.field;
    if (bare.isEmpty())
        error.field = prefix;
    else
        error.field = prefix + (bare.startsWith(u'[') ? bare : QString(u'.' + bare));
    if (!bare.isEmpty())
        error.text.replace(QStringLiteral("\"%1\"").arg(bare), QStringLiteral("\"%1\"").arg(error.field));
    return error;
}

} // namespace iwd

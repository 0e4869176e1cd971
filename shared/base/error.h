// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QJsonObject>
#include <QString>

namespace iwd {

/// Everything that can go wrong in operation. The set is closed: clients program against the keys
/// (see errorKey()), so a key is never renamed and never reused for something else.
enum class ErrorCode {
    // The request cannot be understood
    MalformedJson, ///< args: offset
    InvalidField, ///< field; args: expected, got
    MissingField, ///< field
    UnknownParameter, ///< field
    TooManyItems, ///< args: limit, got
    PayloadTooLarge, ///< args: limit
    UnsupportedMediaType, ///< args: got, expected
    // The caller
    NotAuthenticated,
    InvalidCredentials,
    TooManyAttempts, ///< args: retryAfterSeconds
    TooManyRequests, ///< args: limitPerSecond, retryAfterSeconds
    NotAllowed, ///< args: privilege
    PasswordChangeRequired,
    SignInRefused, ///< args: reason; provider
    ProviderUnavailable, ///< args: provider, reason
    // What the request speaks of
    RouteNotFound, ///< args: path
    MethodNotAllowed, ///< args: method, allowed
    ItemNotFound, ///< args: id
    ItemAmbiguous, ///< args: id, capturePoints
    ObjectNotFound, ///< args: kind, id
    ObjectExists, ///< args: kind, id
    ObjectInUse, ///< args: kind, id, usedBy
    LastAdministrator, ///< args: id
    InvalidReference, ///< field; args: kind, id
    NotAllowedInStatus, ///< args: operation, status
    VersionMismatch, ///< args: expected, actual
    VersionRequired,
    IdempotencyKeyReused,
    IdempotencyKeyInvalid,
    StaleToken, ///< args: id
    AgentNotReady, ///< args: id, state
    ConfirmationInvalid, ///< args: reason ("expired", "used" or "other"); job when it was used
    JobNotAllowedInState, ///< args: id, operation, state
    JobNotUndoable, ///< args: id, action; undoneBy when that has been done
    TooManyJobs, ///< args: limit
    SearchTooBroad, ///< args: limitMilliseconds
    FeedRestarted, ///< args: after, last; first when events after it are no longer kept
    // The server
    Busy, ///< args: retryAfterSeconds
    Draining,
    StorageUnavailable, ///< args: reason
    DeadlineExceeded,
    Unreachable, ///< args: url; a client's own: no answer came, so nobody knows what the server did
    ConfigurationInvalid, ///< field; args: file, expected
    Internal, ///< args: correlationId
};

/// The stable machine key of @p code, e.g. "item.not_found".
[[nodiscard]] QString errorKey(ErrorCode code);

/// What happened, to what, and what to do: a machine key with arguments for programs, an English text for people.
struct Error
{
    ErrorCode code = ErrorCode::Internal;
    QString text; ///< One or two English sentences for a person; never holds a secret.
    QString field; ///< JSON path of the offending input, e.g. "items[3].dueDateTime"; empty when none is to blame.
    QJsonObject args; ///< The facts of the text, for clients that localize.
};

/// An Error about one field of the input.
[[nodiscard]] Error invalidField(const QString &field, const QString &expected, const QString &got = {});
[[nodiscard]] Error missingField(const QString &field, const QString &expected);

/// @returns @p error with @p prefix put before its field ("items[3]" + "priority" -> "items[3].priority")
[[nodiscard]] Error inside(const QString &prefix, Error error);

} // namespace iwd

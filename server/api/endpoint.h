// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "authenticator.h"
#include "responses.h"

#include <http/router.h>
#include <pipeline/access/granting.h>
#include <pipeline/itemlookup.h>
#include <pipeline/pipeline.h>

#include <QJsonValue>

namespace iwd {

/// A request that has passed all the checks that requests have in common.
struct Call
{
    http::Request request;
    Caller caller;
    QJsonValue body = QJsonValue::Undefined; ///< an object; or an array where the endpoint takes one
    std::optional<qint64> ifVersion; ///< of If-Match; -1 for a tag that no version of ours has
    bool anyVersion = false; ///< If-Match: *
    std::optional<IdempotencyKey> idempotency;

    /// What the pattern's first placeholder matched.
    [[nodiscard]] QString id() const { return request.parameters.value(0); }
    [[nodiscard]] ItemRef item() const;
    [[nodiscard]] QString parameter(QStringView name) const { return request.queryValue(name).value_or(QString()); }
    /// @returns @p otherwise when it was not sent; an InvalidField to be answered with badRequest()
    [[nodiscard]] Result<qint64> integerParameter(const QString &name, qint64 least, qint64 most, qint64 otherwise) const;
    [[nodiscard]] Result<double> numberParameter(const QString &name, double least, double most, double otherwise) const;
    [[nodiscard]] Result<int> limit() const; ///< 1 to 1,000, 100 by default

    [[nodiscard]] WriteContext writeContext() const;
    /// The same for a write of keys or sessions.
    [[nodiscard]] WriteContext callersWriteContext() const;

    [[nodiscard]] http::Response respond(const Result<Answer> &answer) const;
    [[nodiscard]] http::Response problem(const Error &error) const { return problemResponse(error, request.correlationId); }
    /// For what is wrong with the address or the header, which is answered 400 whatever the code.
    [[nodiscard]] http::Response badRequest(const Error &error) const { return problemResponse(error, request.correlationId, 400); }
};

enum class BodyUse {
    None, ///< what is sent is not looked at
    Optional, ///< an object, or nothing
    Object,
    ObjectOrArray,
};

/// What everybody may know of an endpoint. Compared with the API's document by a test.
struct EndpointInfo
{
    QByteArray method;
    QString pattern;
    Privilege privilege = Privilege::None;
    bool open = false; ///< needs no caller at all
    bool showsWork = false; ///< work items are shown or counted here, though the privilege does not say so
    /// Keeps a caller who may see some categories only (Caller::categories) to them. What does not is refused to such a caller, if it is about work.
    bool keepsToCategories = false;
    bool beforePasswordChange = false; ///< also for a user who has to change the password before anything else
    QStringList parameters = {}; ///< known query parameters
    BodyUse body = BodyUse::None;
    bool idempotent = false; ///< looks at Idempotency-Key
    bool versioned = false; ///< looks at If-Match
    http::RouteOptions options = {};

    /// Whether work items are shown or changed here, or counted.
    [[nodiscard]] bool isAboutWork() const;
    /// Whether an agent acts here: one whose id is in the path, before what is done.
    [[nodiscard]] bool isOfOneAgent() const { return pattern.startsWith(QLatin1StringView("/iwd/v3/agents/{id}/")); }
};

struct ApiEndpoint
{
    EndpointInfo info;
    /// Knows nothing of sockets; what it refers to must outlive the server.
    std::function<QCoro::Task<http::Response>(Call)> handle;
};

/// Adds an endpoint to the table of routes. In front of the handler stands all that requests have in common, in this order: who is it
/// (401), do they ask too often (429), may they, and as that agent (403), are the query parameters known (400), the header fields sound (400), the body JSON (415, 400, 422).
/// @p authenticator must outlive the router
void addRoute(http::Router &router, Authenticator &authenticator, const ApiEndpoint &endpoint);

/// The part about the caller alone, for a WebSocket's handshake: who is it, do they ask too often, may they.
[[nodiscard]] QCoro::Task<Result<Caller>> admit(Authenticator &authenticator, http::Request request, EndpointInfo info);

/// The same of a caller who was admitted, without counting another request: for a stream that goes on.
[[nodiscard]] QCoro::Task<Result<Caller>> identify(Authenticator &authenticator, http::Request request, EndpointInfo info);

/// Whether the caller may: the part of it that looks at nothing but what is known of the caller. @returns the caller
[[nodiscard]] Result<Caller> allowed(const Caller &caller, const EndpointInfo &info, const http::Request &request);

/// What a caller may hand on to those whom it makes or changes. @param configuration see Granter
[[nodiscard]] Granter granterOf(const Caller &caller, std::shared_ptr<const ConfigurationSnapshot> configuration = {});
/// What a caller is told who lacks a privilege.
[[nodiscard]] Error lacks(const Caller &caller, Privilege privilege);

/// What a caller is told who is bound to an agent (Caller::agent) and wants to act as another.
[[nodiscard]] Error notTheAgent(const Caller &caller);

/// Refuses query parameters that are unknown, given twice or empty, so that a misspelt filter is not taken for none.
[[nodiscard]] Result<void> checkParameters(const http::Request &request, const QStringList &known);

} // namespace iwd

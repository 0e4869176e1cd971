// SPDX-License-Identifier: Apache-2.0
#include "endpoint.h"

#include <domain/suggestion.h>

#include <QCryptographicHash>
#include <QJsonArray>
#include <QJsonDocument>

#include <cmath>

namespace iwd {

namespace {

constexpr qsizetype longestIdempotencyKey = 200;

Error badHeader(const QString &name, const QString &expected)
{
    return { ErrorCode::InvalidField, QStringLiteral("The header %1 cannot be used: expected %2.").arg(name, expected), name,
        { { QStringLiteral("expected"), expected } } };
}

/// Reads If-Match (RFC 9110, 13.1.1). Our tags are the version in quotes, for agents with a suffix that tells states apart.
Result<void> readIfMatch(Call &call)
{
    const QByteArray value = call.request.headers.value("If-Match").trimmed();
    if (value.isEmpty())
        return {};
    if (value == "*") {
        call.anyVersion = true;
        return {};
    }
    const bool quoted = value.size() >= 2 && value.startsWith('"') && value.endsWith('"') && value.count('"') == 2;
    if (!quoted)
        return badHeader(QStringLiteral("If-Match"), QStringLiteral("one ETag as the server gave it, such as \"3\" with its quotes, or *"));
    const QByteArray tag = value.mid(1, value.size() - 2);
    bool isNumber = false;
    const qint64 version = tag.split('-').constFirst().toLongLong(&isNumber);
    call.ifVersion = isNumber && version >= 0 ? version : -1;
    return {};
}

QByteArray fingerprintOf(const http::Request &request)
{
    QCryptographicHash hash(QCryptographicHash::Sha256);
    hash.addData(request.method);
    hash.addData(QByteArrayView("\n"));
    hash.addData(request.rawTarget);
    hash.addData(QByteArrayView("\n"));
    hash.addData(request.body);
    return hash.result();
}

Result<void> readIdempotencyKey(Call &call)
{
    if (!call.request.headers.contains("Idempotency-Key"))
        return {};
    const QByteArray key = call.request.headers.value("Idempotency-Key");
    const bool printable = std::all_of(key.begin(), key.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
    if (key.isEmpty() || key.size() > longestIdempotencyKey || !printable) {
        return Error { ErrorCode::IdempotencyKeyInvalid,
            QStringLiteral("The header Idempotency-Key takes 1 to %1 printable ASCII characters.").arg(longestIdempotencyKey),
            QStringLiteral("Idempotency-Key"), {} };
    }
    const QString caller = call.caller.actor.kind + u':' + call.caller.actor.id;
    call.idempotency = IdempotencyKey { caller, QString::fromLatin1(key), fingerprintOf(call.request) };
    return {};
}

Result<void> checkContentType(const http::Request &request)
{
    const QByteArray type = request.headers.value("Content-Type");
    const QByteArray media = type.split(';').constFirst().trimmed().toLower();
    if (media == "application/json")
        return {};
    const QString got = QString::fromLatin1(media.left(100));
    return Error { ErrorCode::UnsupportedMediaType,
        got.isEmpty() ? QStringLiteral("Say what the body is: Content-Type: application/json.")
                      : QStringLiteral("Send the body as application/json, not as %1.").arg(got),
        {}, { { QStringLiteral("got"), got }, { QStringLiteral("expected"), QStringLiteral("application/json") } } };
}

/// Says what is wrong with a body that is not an object or array: QJsonDocument takes a sound lone value for unsound JSON.
Error unreadable(const QByteArray &text, const QJsonParseError &failure, BodyUse use)
{
    if (text.trimmed().isEmpty())
        return { ErrorCode::MalformedJson, QStringLiteral("The body is empty. Send JSON."), {}, { { QStringLiteral("offset"), 0 } } };
    const QJsonDocument wrapped = QJsonDocument::fromJson('[' + text + ']');
    if (wrapped.array().size() == 1) {
        const QString expected
            = use == BodyUse::ObjectOrArray ? QStringLiteral("an object or an array of objects") : QStringLiteral("an object");
        return { ErrorCode::InvalidField, QStringLiteral("The body has to be a JSON text that is %1, not a lone value.").arg(expected), {},
            { { QStringLiteral("expected"), expected } } };
    }
    return { ErrorCode::MalformedJson,
        QStringLiteral("The body is not sound JSON: %1 (at byte %2).").arg(failure.errorString()).arg(failure.offset), {},
        { { QStringLiteral("offset"), failure.offset } } };
}

Result<void> readBody(Call &call, BodyUse use)
{
    const QByteArray &text = call.request.body;
    if (use == BodyUse::None)
        return {};
    if (text.isEmpty() && use == BodyUse::Optional) {
        call.body = QJsonObject();
        return {};
    }
    if (const auto type = checkContentType(call.request); !type)
        return type;
    QJsonParseError failure;
    const QJsonDocument document = QJsonDocument::fromJson(text, &failure);
    if (document.isNull())
        return unreadable(text, failure, use);
    if (document.isArray() && use != BodyUse::ObjectOrArray)
        return Error { ErrorCode::InvalidField, QStringLiteral("The body has to be a JSON object, not an array."), {},
            { { QStringLiteral("expected"), QStringLiteral("an object") } } };
    call.body = document.isArray() ? QJsonValue(document.array()) : QJsonValue(document.object());
    return {};
}

Result<void> checkHeaders(Call &call, const EndpointInfo &info)
{
    if (info.versioned) {
        if (const auto read = readIfMatch(call); !read)
            return read;
    }
    return info.idempotent ? readIdempotencyKey(call) : Result<void>();
}

QCoro::Task<http::Response> serve(std::shared_ptr<const ApiEndpoint> endpoint, Authenticator *authenticator, http::Request request)
{
    const EndpointInfo &info = endpoint->info;
    Call call;
    call.request = std::move(request);
    if (!info.open) {
        auto caller = co_await admit(*authenticator, call.request, info);
        if (!caller)
            co_return call.problem(caller.error());
        call.caller = std::move(*caller);
    }
    if (const auto known = checkParameters(call.request, info.parameters); !known)
        co_return call.badRequest(known.error());
    if (const auto sound = checkHeaders(call, info); !sound)
        co_return call.badRequest(sound.error());
    if (const auto read = readBody(call, info.body); !read)
        co_return call.problem(read.error());
    co_return co_await endpoint->handle(std::move(call));
}

} // namespace

Result<Caller> allowed(const Caller &caller, const EndpointInfo &info, const http::Request &request)
{
    if (caller.changePassword && !info.beforePasswordChange) {
        return Error { ErrorCode::PasswordChangeRequired,
            QStringLiteral("The password of \"%1\" was made by somebody else. Change it first: PUT /iwd/v3/me/password, or iwdctl password.").arg(caller.actor.name), {}, {} };
    }
    if (!caller.may(info.privilege))
        return lacks(caller, info.privilege);
    if (!caller.categories.isEmpty() && info.isAboutWork() && !info.keepsToCategories) {
        return Error { ErrorCode::NotAllowed,
            QStringLiteral("\"%1\" sees the work of some categories only, and this cannot be kept to them. Ask somebody who sees all.").arg(caller.actor.name), {},
            { { QStringLiteral("categories"), QJsonArray::fromStringList(caller.categories) } } };
    }
    if (info.isOfOneAgent() && !caller.mayActAs(request.parameters.value(0)))
        return notTheAgent(caller);
    return caller;
}

ItemRef Call::item() const
{
    return { id(), parameter(u"capturePointId"), { caller.categories } };
}

bool EndpointInfo::isAboutWork() const
{
    const QString name = privilegeName(privilege);
    return showsWork || name.startsWith(QLatin1StringView("Workitems.")) || privilege == Privilege::DistributionTake || privilege == Privilege::EventsView || privilege == Privilege::DashboardView;
}

Result<qint64> Call::integerParameter(const QString &name, qint64 least, qint64 most, qint64 otherwise) const
{
    const auto text = request.queryValue(name);
    if (!text)
        return otherwise;
    bool isNumber = false;
    const qint64 number = text->toLongLong(&isNumber);
    if (!isNumber || number < least || number > most)
        return invalidField(name, QStringLiteral("a whole number from %1 to %2").arg(least).arg(most), text->left(60));
    return number;
}

Result<double> Call::numberParameter(const QString &name, double least, double most, double otherwise) const
{
    const auto text = request.queryValue(name);
    if (!text)
        return otherwise;
    bool isNumber = false;
    const double number = text->toDouble(&isNumber);
    if (!isNumber || !std::isfinite(number) || number < least || number > most)
        return invalidField(name, QStringLiteral("a number from %1 to %2").arg(least).arg(most), text->left(60));
    return number;
}

Result<int> Call::limit() const
{
    const auto limit = integerParameter(QStringLiteral("limit"), 1, 1000, 100);
    return limit ? Result<int>(static_cast<int>(*limit)) : limit.error();
}

WriteContext Call::writeContext() const
{
    return { caller.tenant, caller.actor, request.deadline, idempotency };
}

WriteContext Call::callersWriteContext() const
{
    WriteContext context = writeContext();
    context.aboutCallers = true;
    return context;
}

http::Response Call::respond(const Result<Answer> &answer) const
{
    return answer ? toResponse(*answer) : problem(answer.error());
}

Granter granterOf(const Caller &caller, std::shared_ptr<const ConfigurationSnapshot> configuration)
{
    return { caller.actor, caller.privileges, caller.categories, std::move(configuration) };
}

Error lacks(const Caller &caller, Privilege privilege)
{
    const QString who = caller.actor.kind == QLatin1StringView("user") ? QStringLiteral("The user") : QStringLiteral("The API key");
    return { ErrorCode::NotAllowed,
        QStringLiteral("%1 \"%2\" lacks the privilege %3.").arg(who, caller.actor.name, privilegeName(privilege)), {},
        { { QStringLiteral("privilege"), privilegeName(privilege) } } };
}

Error notTheAgent(const Caller &caller)
{
    return { ErrorCode::NotAllowed,
        QStringLiteral("The API key \"%1\" belongs to the agent \"%2\" and may act as nobody else.").arg(caller.actor.name, caller.agent), {},
        { { QStringLiteral("agent"), caller.agent } } };
}

Result<void> checkParameters(const http::Request &request, const QStringList &known)
{
    QStringList seen;
    for (const auto &[name, value] : request.query) {
        const QString shown = name.left(100);
        if (!known.contains(name)) {
            const QString list
                = known.isEmpty() ? QStringLiteral("It has none.") : QStringLiteral("Known are: %1.").arg(known.join(QStringLiteral(", ")));
            return Error { ErrorCode::UnknownParameter,
                QStringLiteral("This operation has no parameter \"%1\".").arg(shown) + suggestion(name, known) + u' ' + list, shown,
                { { QStringLiteral("parameter"), shown } } };
        }
        if (seen.contains(name))
            return Error { ErrorCode::InvalidField, QStringLiteral("The parameter \"%1\" is given more than once.").arg(shown), shown, {} };
        if (value.isEmpty())
            return Error { ErrorCode::InvalidField,
                QStringLiteral("The parameter \"%1\" is empty. Leave it out, or give it a value.").arg(shown), shown, {} };
        seen.append(name);
    }
    return {};
}

QCoro::Task<Result<Caller>> identify(Authenticator &authenticator, http::Request request, EndpointInfo info)
{
    const auto caller = co_await authenticator.authenticate(request.headers, request.remoteAddress, request.deadline);
    if (!caller)
        co_return caller;
    co_return allowed(*caller, info, request);
}

QCoro::Task<Result<Caller>> admit(Authenticator &authenticator, http::Request request, EndpointInfo info)
{
    const auto caller = co_await authenticator.authenticate(request.headers, request.remoteAddress, request.deadline);
    if (!caller)
        co_return caller;
    if (const auto admitted = authenticator.limits().admit(*caller); !admitted)
        co_return admitted.error();
    co_return allowed(*caller, info, request);
}

void addRoute(http::Router &router, Authenticator &authenticator, const ApiEndpoint &endpoint)
{
    const auto shared = std::make_shared<const ApiEndpoint>(endpoint);
    router.add(
        endpoint.info.method, endpoint.info.pattern,
        [shared, authenticator = &authenticator](http::Request request) { return serve(shared, authenticator, std::move(request)); },
        endpoint.info.options);
}

} // namespace iwd

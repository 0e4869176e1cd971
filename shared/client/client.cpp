// SPDX-License-Identifier: Apache-2.0
#include "client.h"

#include "bodytaker.h"
#include "connectionpool.h"
#include "problem.h"

#include <QNetworkReply>
#include <QPointer>
#include <QRandomGenerator>
#include <QUuid>

#include <set>

namespace iwd {
namespace {

/// More than any answer of the server; a stranger on its port must not fill our memory.
constexpr qint64 MaxContentBytes = 64 * 1024 * 1024;

/// Of a body that is taken piece by piece.
constexpr qint64 MaxUntakenBytes = 1024 * 1024;

bool isWrite(const QByteArray &method)
{
    return method == "POST" || method == "PATCH" || method == "PUT" || method == "DELETE";
}

bool needsIdempotencyKey(const Call &call)
{
    return (call.method == "POST" || call.method == "PATCH") && call.idempotencyKey.isEmpty() && !call.withoutIdempotencyKey;
}

bool isRepeatable(const Call &call)
{
    return (call.method != "POST" && call.method != "PATCH") || !call.idempotencyKey.isEmpty();
}

QByteArray contentOf(const Call &call)
{
    if (call.body.isArray())
        return QJsonDocument(call.body.toArray()).toJson(QJsonDocument::Compact);
    if (call.body.isObject())
        return QJsonDocument(call.body.toObject()).toJson(QJsonDocument::Compact);
    return {};
}

QUrl urlOf(const ClientOptions &options, const Call &call)
{
    QUrl url = options.url;
    QString base = url.path(QUrl::FullyEncoded);
    while (base.endsWith(u'/'))
        base.chop(1);
    const QString prefix = call.absolute ? QString() : QStringLiteral("/iwd/v3");
    url.setPath(base + prefix + call.path, QUrl::TolerantMode);
    QUrlQuery query = call.query;
    if (call.wait)
        query.addQueryItem(QStringLiteral("wait"), QString::number(call.wait->count()));
    url.setQuery(query);
    return url;
}

QNetworkRequest requestOf(const ClientOptions &options, const Call &call)
{
    QNetworkRequest request(urlOf(options, call));
    request.setAttribute(QNetworkRequest::Http2AllowedAttribute, false);
    request.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::AuthenticationReuseAttribute, QNetworkRequest::Manual);
    request.setHeader(QNetworkRequest::UserAgentHeader, QString::fromLatin1(options.program));
    request.setRawHeader("Accept", "application/json, application/problem+json");
    if (!options.apiKey.isEmpty())
        request.setRawHeader("x-api-key", options.apiKey.toUtf8());
    else if (!options.bearerToken.isEmpty())
        request.setRawHeader("Authorization", "Bearer " + options.bearerToken.toUtf8());
    if (!call.ifMatch.isEmpty())
        request.setRawHeader("If-Match", call.ifMatch);
    if (!call.ifNoneMatch.isEmpty())
        request.setRawHeader("If-None-Match", call.ifNoneMatch);
    if (!call.idempotencyKey.isEmpty() && isWrite(call.method))
        request.setRawHeader("Idempotency-Key", call.idempotencyKey);
    if (!call.body.isUndefined() || call.method == "POST")
        request.setHeader(QNetworkRequest::ContentTypeHeader, QStringLiteral("application/json"));
    return request;
}

QNetworkReply *begin(QNetworkAccessManager *manager, const ClientOptions &options, const Call &call, const QByteArray &acceptEncoding = {})
{
    QNetworkRequest request = requestOf(options, call);
    if (!acceptEncoding.isEmpty())
        request.setRawHeader("Accept-Encoding", acceptEncoding);
    if (call.method == "GET")
        return manager->get(request);
    if (call.method == "DELETE" && call.body.isUndefined())
        return manager->deleteResource(request);
    const QByteArray content = contentOf(call);
    if (call.method == "POST")
        return manager->post(request, content);
    if (call.method == "PUT")
        return manager->put(request, content);
    return manager->sendCustomRequest(request, call.method, content);
}

QString place(const QUrl &url)
{
    return url.toString(QUrl::RemovePath | QUrl::RemoveQuery | QUrl::RemoveUserInfo);
}

Error unreachable(const QUrl &url, const QString &reason)
{
    return { ErrorCode::Unreachable, QStringLiteral("No answer from %1: %2. Is iwd-server running there?").arg(place(url), reason), {},
        { { QStringLiteral("url"), place(url) } } };
}

Error tooLate(const QUrl &url)
{
    return { ErrorCode::DeadlineExceeded, QStringLiteral("%1 did not answer in time.").arg(place(url)), {}, { { QStringLiteral("url"), place(url) } } };
}

QString reasonOf(QNetworkReply *reply)
{
    switch (reply->error()) {
    case QNetworkReply::ConnectionRefusedError:
        return QStringLiteral("the connection was refused");
    case QNetworkReply::HostNotFoundError:
        return QStringLiteral("the host is not known");
    case QNetworkReply::RemoteHostClosedError:
        return QStringLiteral("the connection was closed before the answer was complete");
    case QNetworkReply::SslHandshakeFailedError:
        return QStringLiteral("the TLS handshake failed");
    default: {
        QString reason = reply->errorString();
        while (reason.endsWith(u'.'))
            reason.chop(1);
        return reason;
    }
    }
}

std::optional<milliseconds> retryAfterOf(QNetworkReply *reply)
{
    bool ok = false;
    const int seconds = reply->rawHeader("Retry-After").trimmed().toInt(&ok);
    if (!ok || seconds < 0)
        return std::nullopt;
    return std::chrono::seconds(seconds);
}

bool isSuccess(QNetworkReply *reply)
{
    const int status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    return status >= 200 && status <= 299;
}

/// A short answer that Qt left as it came.
QByteArray unzipped(const QByteArray &zipped)
{
    GunzipStream stream;
    QByteArray plain;
    const bool sound = stream.add(zipped, [&plain](const QByteArray &piece) {
        plain += piece;
        return plain.size() <= MaxContentBytes;
    });
    return sound && stream.isWhole() ? plain : QByteArray();
}

/// @param content where it has been read already
Result<Answer> answerOf(QNetworkReply *reply, int status, const std::optional<QByteArray> &content = std::nullopt)
{
    const QByteArray contentType = reply->header(QNetworkRequest::ContentTypeHeader).toString().toLatin1();
    Answer answer;
    answer.status = status;
    answer.content = content ? *content : reply->readAll();
    if ((status < 200 || status > 299) && status != 304)
        return errorFromAnswer(status, contentType, answer.content);
    answer.etag = reply->rawHeader("ETag");
    answer.replayed = reply->rawHeader("Idempotency-Replayed") == "true";
    if (contentType.contains("json") && !answer.content.isEmpty()) {
        QJsonParseError broken {};
        answer.body = QJsonDocument::fromJson(answer.content, &broken).object();
        if (broken.error != QJsonParseError::NoError)
            return Error { ErrorCode::Internal, QStringLiteral("%1 answered with broken JSON.").arg(place(reply->url())), {},
                { { QStringLiteral("status"), status } } };
    }
    return answer;
}

milliseconds leftUntil(Deadline deadline)
{
    return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(deadline.at() - std::chrono::steady_clock::now()));
}

} // namespace

struct Client::Shared
{
    explicit Shared(ClientOptions theOptions)
        : options(std::move(theOptions))
        , pool(std::make_shared<ConnectionPool>(std::clamp(options.connections, 1, 512)))
    {
    }
    const ClientOptions options;
    const std::shared_ptr<ConnectionPool> pool;
    std::set<QNetworkReply *> running;
    std::set<std::shared_ptr<Latch>> sleeping; ///< between two attempts
};

Client::Client(ClientOptions options)
    : m_shared(std::make_shared<Shared>(std::move(options)))
{
}

Client::~Client()
{
    close();
}

void Client::close()
{
    m_shared->pool->close();
    const auto sleeping = std::exchange(m_shared->sleeping, {});
    for (const auto &latch : sleeping)
        latch->open();
    const auto running = std::exchange(m_shared->running, {});
    for (QNetworkReply *reply : running)
        reply->abort();
}

const ClientOptions &Client::options() const
{
    return m_shared->options;
}

QCoro::Task<Result<Answer>> Client::send(Call call)
{
    return perform(m_shared, std::move(call));
}

QCoro::Task<Result<Answer>> Client::download(Call call, std::function<bool(const QByteArray &piece)> take)
{
    return fetch(m_shared, std::move(call), std::make_shared<ZippedBody>(std::move(take)));
}

QCoro::Task<Result<Answer>> Client::downloadVerified(Call call, std::function<bool(const QByteArray &piece, qint64 size)> take)
{
    return fetch(m_shared, std::move(call), std::make_shared<VerifiedBody>(std::move(take)));
}

QCoro::Task<Result<Answer>> Client::fetch(std::shared_ptr<Shared> shared, Call call, std::shared_ptr<BodyTaker> taker)
{
    const auto patience = call.deadline.value_or(shared->options.deadline);
    const auto slot = co_await ConnectionPool::acquire(shared->pool, Deadline::in(patience));
    if (!slot)
        co_return shared->pool->isClosed() ? unreachable(shared->options.url, QStringLiteral("this client was closed")) : tooLate(shared->options.url);

    // Asked for by ourselves, the body is not unzipped by Qt. It takes a long one that shrinks well for an attack and hands out the rest still zipped; and it reports a
    // chunked body that breaks off as finished when the end of the connection comes along with the last bytes. So the end of the gzip stream has to be there.
    QNetworkReply *const reply = begin(slot.manager(), shared->options, call, taker->acceptEncoding());
    reply->setReadBufferSize(MaxUntakenBytes);
    shared->running.insert(reply);
    auto finished = std::make_shared<Latch>();
    auto late = std::make_shared<bool>(false);
    auto silence = std::make_shared<QTimer>();
    silence->setSingleShot(true);
    silence->setInterval(patience);
    silence->start();
    QObject::connect(silence.get(), &QTimer::timeout, reply, [reply, late] {
        *late = true;
        reply->abort();
    });
    const auto giveOut = [reply, taker] { return !isSuccess(reply) || taker->take(*reply); };
    QObject::connect(reply, &QNetworkReply::readyRead, reply, [reply, giveOut, silence] {
        silence->start();
        if (!giveOut() || reply->bytesAvailable() > MaxContentBytes)
            reply->abort();
    });
    QObject::connect(reply, &QNetworkReply::finished, reply, [finished] { finished->open(); });
    co_await finished->wait();

    silence->stop();
    shared->running.erase(reply);
    reply->deleteLater();
    const int status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    const bool broken = reply->error() != QNetworkReply::NoError && reply->error() < QNetworkReply::ContentAccessDenied;
    if (*late)
        co_return tooLate(reply->url());
    if (status == 0 || broken)
        co_return unreachable(reply->url(), reasonOf(reply));
    if (!isSuccess(reply)) {
        const QByteArray zipped = reply->rawHeader("Content-Encoding") == "gzip" ? reply->readAll() : QByteArray();
        co_return zipped.isEmpty() ? answerOf(reply, status) : answerOf(reply, status, unzipped(zipped));
    }
    const bool taken = giveOut();
    const QString missing = taker->whatIsMissing(*reply);
    if (!taken || !missing.isEmpty())
        co_return unreachable(reply->url(), missing.isEmpty() ? QStringLiteral("the answer was not taken") : missing);
    auto answer = answerOf(reply, status, QByteArray());
    if (!answer)
        co_return answer;
    const auto fields = reply->rawHeaderPairs();
    for (const auto &[name, value] : fields)
        answer->headers.insert(name.toLower(), value);
    co_return answer;
}

QCoro::Task<Result<Answer>> Client::attempt(std::shared_ptr<Shared> shared, std::shared_ptr<const Call> call, Deadline deadline,
    std::shared_ptr<FailedAttempt> failed)
{
    failed->answered = false;
    failed->retryAfter.reset();
    const auto slot = co_await ConnectionPool::acquire(shared->pool, deadline);
    if (!slot)
        co_return shared->pool->isClosed() ? unreachable(shared->options.url, QStringLiteral("this client was closed")) : tooLate(shared->options.url);

    QNetworkReply *const reply = begin(slot.manager(), shared->options, *call);
    shared->running.insert(reply);
    auto finished = std::make_shared<Latch>();
    auto late = std::make_shared<bool>(false);
    QObject::connect(reply, &QNetworkReply::finished, reply, [finished] { finished->open(); });
    QObject::connect(reply, &QNetworkReply::downloadProgress, reply, [reply](qint64 received, qint64) {
        if (received > MaxContentBytes)
            reply->abort();
    });
    QTimer::singleShot(leftUntil(deadline), reply, [reply, late] {
        *late = true;
        reply->abort();
    });
    co_await finished->wait();

    shared->running.erase(reply);
    reply->deleteLater();
    const int status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    const bool broken = reply->error() != QNetworkReply::NoError && reply->error() < QNetworkReply::ContentAccessDenied;
    if (*late)
        co_return tooLate(reply->url());
    if (status == 0 || broken)
        co_return unreachable(reply->url(), reasonOf(reply));
    failed->answered = true;
    failed->retryAfter = retryAfterOf(reply);
    co_return answerOf(reply, status);
}

QCoro::Task<Result<Answer>> Client::perform(std::shared_ptr<Shared> shared, Call call)
{
    if (needsIdempotencyKey(call))
        call.idempotencyKey = QUuid::createUuid().toByteArray(QUuid::WithoutBraces);
    if (call.method == "POST" && call.body.isUndefined())
        call.body = QJsonObject();
    auto patience = call.deadline.value_or(shared->options.deadline);
    if (call.wait)
        patience += *call.wait;
    const auto deadline = Deadline::in(patience);
    const auto request = std::make_shared<const Call>(std::move(call));

    auto failed = std::make_shared<FailedAttempt>();
    failed->repeatable = isRepeatable(*request);
    for (;; ++failed->number) {
        Result<Answer> answer = co_await attempt(shared, request, deadline, failed);
        if (answer) {
            answer->attempts = failed->number;
            co_return answer;
        }
        failed->code = answer.error().code;
        const auto delay = delayBeforeRetry(shared->options.retry, *failed, QRandomGenerator::global()->generateDouble());
        if (!delay || shared->pool->isClosed() || *delay >= leftUntil(deadline))
            co_return answer;
        auto slept = std::make_shared<Latch>();
        shared->sleeping.insert(slept);
        QTimer timer;
        QObject::connect(&timer, &QTimer::timeout, &timer, [slept] { slept->open(); });
        timer.setSingleShot(true);
        timer.start(*delay);
        co_await slept->wait();
        shared->sleeping.erase(slept);
    }
}

QCoro::Task<Result<QJsonObject>> Client::bodyOf(std::shared_ptr<Shared> shared, Call call)
{
    Result<Answer> answer = co_await perform(shared, std::move(call));
    if (!answer)
        co_return answer.error();
    co_return std::move(answer->body);
}

QCoro::Task<Result<QJsonObject>> Client::get(QString path, QUrlQuery query)
{
    Call call;
    call.path = std::move(path);
    call.query = std::move(query);
    return bodyOf(m_shared, std::move(call));
}

QCoro::Task<Result<QJsonObject>> Client::post(QString path, QJsonValue body)
{
    Call call;
    call.method = "POST";
    call.path = std::move(path);
    call.body = std::move(body);
    return bodyOf(m_shared, std::move(call));
}

QCoro::Task<Result<QJsonObject>> Client::patch(QString path, QJsonObject body, QByteArray ifMatch)
{
    Call call;
    call.method = "PATCH";
    call.path = std::move(path);
    call.body = std::move(body);
    call.ifMatch = std::move(ifMatch);
    return bodyOf(m_shared, std::move(call));
}

QCoro::Task<Result<QJsonObject>> Client::put(QString path, QJsonObject body, QByteArray ifMatch)
{
    Call call;
    call.method = "PUT";
    call.path = std::move(path);
    call.body = std::move(body);
    call.ifMatch = std::move(ifMatch);
    return bodyOf(m_shared, std::move(call));
}

QCoro::Task<Result<QJsonObject>> Client::remove(QString path, QByteArray ifMatch)
{
    Call call;
    call.method = "DELETE";
    call.path = std::move(path);
    call.ifMatch = std::move(ifMatch);
    return bodyOf(m_shared, std::move(call));
}

QCoro::Task<Result<QJsonArray>> Client::list(QString path, QUrlQuery query, int most)
{
    const auto shared = m_shared;
    QJsonArray all;
    QString cursor;
    do {
        Call call;
        call.path = path;
        call.query = query;
        call.query.addQueryItem(QStringLiteral("limit"), QString::number(std::min(1000, most - static_cast<int>(all.size()))));
        if (!cursor.isEmpty())
            call.query.addQueryItem(QStringLiteral("cursor"), cursor);
        const Result<QJsonObject> page = co_await bodyOf(shared, std::move(call));
        if (!page)
            co_return page.error();
        const QJsonArray entries = page->value(QLatin1StringView("data")).toArray();
        for (const auto &entry : entries)
            all.append(entry);
        cursor = page->value(QLatin1StringView("nextCursor")).toString();
    } while (!cursor.isEmpty() && all.size() < most);
    co_return all;
}

QCoro::Task<Result<QJsonObject>> Client::next(QString agent, std::chrono::seconds wait)
{
    Call call;
    call.method = "POST";
    call.path = QStringLiteral("/agents/%1/next").arg(pathSegment(agent));
    call.wait = wait;
    call.withoutIdempotencyKey = true;
    return bodyOf(m_shared, std::move(call));
}

QCoro::Task<Result<QJsonArray>> Client::assignments(QString agent)
{
    const auto shared = m_shared;
    Call call;
    call.path = QStringLiteral("/agents/%1/assignments").arg(pathSegment(agent));
    const Result<QJsonObject> page = co_await bodyOf(shared, std::move(call));
    if (!page)
        co_return page.error();
    co_return page->value(QLatin1StringView("data")).toArray();
}

QCoro::Task<Result<QJsonObject>> Client::events(qint64 after, int limit, std::chrono::seconds wait)
{
    Call call;
    call.path = QStringLiteral("/events");
    call.query.addQueryItem(QStringLiteral("after"), QString::number(after));
    call.query.addQueryItem(QStringLiteral("limit"), QString::number(limit));
    call.wait = wait;
    return bodyOf(m_shared, std::move(call));
}

QCoro::Task<Result<void>> Client::untilReady(milliseconds patience)
{
    const auto shared = m_shared;
    const auto deadline = Deadline::in(patience);
    for (;;) {
        Call call;
        call.path = QStringLiteral("/health/ready");
        call.absolute = true;
        call.deadline = std::min(leftUntil(deadline), milliseconds(5'000));
        const Result<Answer> answer = co_await perform(shared, std::move(call));
        if (answer)
            co_return {};
        if (deadline.passed() || shared->pool->isClosed())
            co_return answer.error();
    }
}

QString pathSegment(const QString &text)
{
    return QString::fromLatin1(QUrl::toPercentEncoding(text));
}

} // namespace iwd

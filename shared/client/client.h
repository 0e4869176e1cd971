// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "retrypolicy.h"

#include <base/clock.h>
#include <base/result.h>

#include <QJsonArray>
#include <QMap>
#include <QUrl>
#include <QUrlQuery>

#include <functional>

namespace iwd {

class BodyTaker;
class ConnectionPool;

/// Where the server is and who is asking.
struct ClientOptions
{
    QUrl url { QStringLiteral("http://127.0.0.1:4024") }; ///< scheme, host and port; a path in front of /iwd/v3 is kept
    QString apiKey; ///< x-api-key; never shown
    QString bearerToken; ///< of a session; used when there is no API key
    QByteArray program = "iwd-client"; ///< for the User-Agent header
    int connections = 6; ///< requests at once; further calls wait for a free connection. 1 to 512.
    milliseconds deadline { 30'000 }; ///< of a call and all its repetitions, unless the call names its own
    RetryPolicy retry;
};

/// One request.
struct Call
{
    QByteArray method = "GET";
    QString path; ///< below /iwd/v3 ("/items"), or absolute when @ref absolute
    bool absolute = false; ///< the path counts from the root of the server ("/health/ready")
    QUrlQuery query;
    QJsonValue body = QJsonValue::Undefined; ///< object or array
    QByteArray ifMatch;
    QByteArray ifNoneMatch;
    QByteArray idempotencyKey; ///< POST and PATCH: empty makes one, so that they may be repeated
    bool withoutIdempotencyKey = false; ///< POST and PATCH: never repeated when the answer is lost
    std::optional<std::chrono::seconds> wait; ///< long poll: sent as "wait" and added to the deadline
    std::optional<milliseconds> deadline;
};

/// A successful answer (2xx, or 304 to If-None-Match).
struct Answer
{
    int status = 0;
    QJsonObject body; ///< empty when the answer is not a JSON object
    QByteArray content; ///< as it came, for what is not JSON
    QByteArray etag;
    bool replayed = false; ///< the stored answer of an earlier call with the same Idempotency-Key
    int attempts = 1;
    QMap<QByteArray, QByteArray> headers = {}; ///< of downloads alone; names in lower case
};

/// The one client of port 4024.
///
/// Every call ends by its deadline, with an answer or an Error. A refusal of the server carries the server's code and text, and args.status.
/// Without an answer the code is Unreachable (no connection, or it broke) or DeadlineExceeded without args.status.
/// Use it on one thread with an event loop. Destroying the client closes it.
class Client
{
public:
    explicit Client(ClientOptions options);
    ~Client();
    Client(const Client &) = delete;
    Client &operator=(const Client &) = delete;

    [[nodiscard]] const ClientOptions &options() const;

    /// Ends all running calls with Unreachable, and every later one too.
    void close();

    [[nodiscard]] QCoro::Task<Result<Answer>> send(Call call);

    /// Hands a successful answer's body to @p take as it comes, however long it is; the answer's content stays empty. Asked once, never repeated. The deadline is for each
    /// time in which nothing comes. A body that breaks off is Unreachable, whatever @p take was given before; so is one that the server does not zip, because only the end of a
    /// gzip stream tells surely that it is whole.
    /// @param take called on this thread; false gives up (Unreachable as well)
    [[nodiscard]] QCoro::Task<Result<Answer>> download(Call call, std::function<bool(const QByteArray &piece)> take);

    /// The same of a file that the server names the size (Backup-Bytes) and the SHA-256 (Repr-Digest, RFC 9530) of, which need not be zipped: one that does not agree with both is Unreachable.
    /// The answer's header fields say what else the server tells of it.
    /// @param take gets each piece and the size of the whole
    [[nodiscard]] QCoro::Task<Result<Answer>> downloadVerified(Call call, std::function<bool(const QByteArray &piece, qint64 size)> take);

    [[nodiscard]] QCoro::Task<Result<QJsonObject>> get(QString path, QUrlQuery query = {});
    [[nodiscard]] QCoro::Task<Result<QJsonObject>> post(QString path, QJsonValue body = QJsonObject());
    [[nodiscard]] QCoro::Task<Result<QJsonObject>> patch(QString path, QJsonObject body, QByteArray ifMatch = {});
    /// Creates; or replaces the version that @p ifMatch names, "*" whichever is there.
    [[nodiscard]] QCoro::Task<Result<QJsonObject>> put(QString path, QJsonObject body, QByteArray ifMatch = {});
    [[nodiscard]] QCoro::Task<Result<QJsonObject>> remove(QString path, QByteArray ifMatch = "*");

    /// All pages of a list, at most @p most entries.
    [[nodiscard]] QCoro::Task<Result<QJsonArray>> list(QString path, QUrlQuery query = {}, int most = 1'000'000);

    /// The Universal Queue's next item for @p agent; waits up to @p wait for one. Not repeated when the answer is lost:
    /// look at assignments() then.
    [[nodiscard]] QCoro::Task<Result<QJsonObject>> next(QString agent, std::chrono::seconds wait);
    [[nodiscard]] QCoro::Task<Result<QJsonArray>> assignments(QString agent);

    /// A page of the event feed after @p after; waits up to @p wait for the first event.
    [[nodiscard]] QCoro::Task<Result<QJsonObject>> events(qint64 after, int limit, std::chrono::seconds wait);

    /// Waits until the server says that it is ready, at most for @p patience.
    [[nodiscard]] QCoro::Task<Result<void>> untilReady(milliseconds patience);

private:
    struct Shared;
    static QCoro::Task<Result<Answer>> perform(std::shared_ptr<Shared> shared, Call call);
    static QCoro::Task<Result<Answer>> attempt(std::shared_ptr<Shared> shared, std::shared_ptr<const Call> call, Deadline deadline,
        std::shared_ptr<FailedAttempt> failed);
    static QCoro::Task<Result<Answer>> fetch(std::shared_ptr<Shared> shared, Call call, std::shared_ptr<BodyTaker> taker);
    static QCoro::Task<Result<QJsonObject>> bodyOf(std::shared_ptr<Shared> shared, Call call);

    std::shared_ptr<Shared> m_shared;
};

/// @p text as one segment of a path.
[[nodiscard]] QString pathSegment(const QString &text);

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/clock.h>
#include <base/result.h>

#include <qcoro/qcorotask.h>

#include <QByteArray>
#include <QList>
#include <QPair>
#include <QString>
#include <QStringList>

#include <functional>
#include <memory>
#include <optional>

namespace iwd::http {

/// Header fields in the order of arrival. Names compare without case.
class Headers
{
public:
    void add(const QByteArray &name, const QByteArray &value) { m_fields.append({ name, value }); }
    /// Replaces the fields of this name by one.
    void set(const QByteArray &name, const QByteArray &value);
    void remove(QByteArrayView name);
    /// @returns the first field's value, or an empty array
    [[nodiscard]] QByteArray value(QByteArrayView name) const;
    [[nodiscard]] bool contains(QByteArrayView name) const;
    [[nodiscard]] const QList<QPair<QByteArray, QByteArray>> &fields() const { return m_fields; }

private:
    QList<QPair<QByteArray, QByteArray>> m_fields;
};

/// A complete request, body included (already unchunked and unzipped). A value: copies share their data.
struct Request
{
    QByteArray method; ///< upper case; HEAD arrives as GET with `head` set
    bool head = false;
    QString path; ///< percent-decoded; never empty, starts with '/'
    QByteArray rawTarget; ///< path and query as they came, still percent-encoded
    QList<QPair<QString, QString>> query; ///< decoded ('+' is a space, as forms have it), in order
    Headers headers;
    QByteArray body;
    QStringList parameters; ///< what the route's {placeholders} matched, in order, percent-decoded
    QString remoteAddress;
    QString correlationId; ///< from X-Correlation-Id when it is sane, else made here; echoed in the response
    Deadline deadline = Deadline::never();

    /// @returns the first value of the query parameter, or nothing when it is absent
    [[nodiscard]] std::optional<QString> queryValue(QStringView name) const;
};

/// Makes a body while it is sent, so that an answer of any length needs no more memory than a piece. Used on the connection's thread, and gone with the answer.
class BodySource
{
public:
    virtual ~BodySource() = default;

    /// The next piece, at most a few hundred KiB; asked for when the client has taken most of the one before, never twice at once. It may wait by `co_await` and
    /// resumes on the same thread; what takes longer than the route's timeout is given up.
    /// @returns an empty array at the end. An Error cuts the connection, so that the client cannot take what it has for the whole.
    [[nodiscard]] virtual QCoro::Task<Result<QByteArray>> next() = 0;
};

/// A complete answer, or one whose body is still to be made. The edge adds Date, Server, Content-Length, Connection and X-Correlation-Id; it drops what the handler set for them,
/// except that `Connection: close` closes after this answer.
struct Response
{
    int status = 200;
    Headers headers;
    QByteArray body;
    std::shared_ptr<BodySource> stream = {}; ///< instead of a body; sent in chunks, to a client of HTTP/1.0 until the connection closes
    /// Called, at most once and on the connection's thread, when the client had gone or had been told 504 before this answer could be
    /// sent: the place to take back what was done for this client alone.
    std::function<void()> undelivered = {};
};

} // namespace iwd::http

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/clock.h>

#include <QByteArray>
#include <QList>
#include <QPair>
#include <QString>
#include <QStringList>

#include <functional>
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

/// A complete answer. The edge adds Date, Server, Content-Length, Connection and X-Correlation-Id; it drops what the handler set for them,
/// except that `Connection: close` closes after this answer.
struct Response
{
    int status = 200;
    Headers headers;
    QByteArray body;
    /// Called, at most once and on the connection's thread, when the client had gone or had been told 504 before this answer could be
    /// sent: the place to take back what was done for this client alone.
    std::function<void()> undelivered = {};
};

} // namespace iwd::http

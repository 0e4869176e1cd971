// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "addressguard.h"

#include <base/clock.h>
#include <base/delivery.h>
#include <base/result.h>

#include <QHostInfo>
#include <QNetworkAccessManager>
#include <QUrl>

#include <set>

namespace iwd {

struct OutgoingHeader
{
    QByteArray name;
    QByteArray value;
};

struct OutgoingRequest
{
    QByteArray method = "GET";
    QUrl url;
    std::vector<OutgoingHeader> headers = {}; ///< besides Host, User-Agent and Content-Length, which are not to be among them
    QByteArray body = {};
    milliseconds patience { 10'000 }; ///< for all of it: the name, the connection, and the last byte of the answer
    qint64 mostBytes = 64 * 1024; ///< of the answer's body; a longer one is an error
};

/// What the other side said, whatever the status: a redirection is an answer like any other.
struct OutgoingAnswer
{
    int status = 0;
    std::vector<OutgoingHeader> headers;
    QByteArray body;

    /// @param name in any case. @returns the first one's value, or nothing
    [[nodiscard]] std::optional<QByteArray> header(const QByteArray &name) const;
};

/// Why no answer came: "reason" in the arguments of the Error (ErrorCode::Unreachable), besides "url" without path and query, which may be secret.
namespace outgoingreason {
inline const QString Url = QStringLiteral("url"); ///< it cannot be called: no http or https, no host, or a password in it
inline const QString Resolve = QStringLiteral("resolve"); ///< the name has no address
inline const QString Forbidden = QStringLiteral("forbidden"); ///< the address may not be called, or not without TLS
inline const QString Connect = QStringLiteral("connect"); ///< refused, or no way there
inline const QString Tls = QStringLiteral("tls");
inline const QString Timeout = QStringLiteral("timeout");
inline const QString TooLarge = QStringLiteral("tooLarge"); ///< the answer
inline const QString Broken = QStringLiteral("broken"); ///< the connection ended before the answer did, or it is no HTTP
inline const QString Ended = QStringLiteral("ended"); ///< this client was destroyed
} // namespace outgoingreason

struct OutgoingOptions
{
    using Resolver = std::function<void(const QString &name, QObject *context, std::function<void(const QHostInfo &)> found)>;

    QByteArray userAgent; ///< "iwd-server/1.2.3"
    std::vector<Network> allowedNetworks = {}; ///< that may be called although they are not the internet, and without TLS
    QString authorityFile = {}; ///< PEM, certificates to be trusted besides the system's; empty: none
    Resolver resolve = {}; ///< calls `found` once, on the thread of @p context, or never when that is gone; empty: the system's
};

/// Whether a person may configure the address: http or https, a host, no user, password or fragment. @param field for the Error
[[nodiscard]] Result<QUrl> outgoingUrl(const QString &text, const QString &field);

/// Calls that the server makes itself, over HTTP/1.1. Follows no redirection, keeps no cookies and no cache, uses no proxy, and asks for no compression.
///
/// The address of a name is looked up first, judged by the AddressGuard and then connected to, so that no other one can slip in between; name and certificate are
/// checked against the host of the URL all the same. Plain http is taken to allowed networks only.
///
/// Connections are kept open for a while. When one breaks before any of an answer has come, the request may be sent again, so the other side may get it twice.
///
/// Lives on one thread with an event loop. Calls that are under way when it is destroyed end with an Error.
class OutgoingClient : public QObject
{
    Q_OBJECT
public:
    /// @returns ConfigurationInvalid when the file of authorities cannot be used
    [[nodiscard]] static Result<std::unique_ptr<OutgoingClient>> make(OutgoingOptions options);
    ~OutgoingClient() override;

    [[nodiscard]] QCoro::Task<Result<OutgoingAnswer>> send(OutgoingRequest request);
    [[nodiscard]] int underWay() const { return static_cast<int>(m_calls.size()); }

private:
    class Call;
    OutgoingClient(OutgoingOptions options, QSslConfiguration tls);
    [[nodiscard]] QCoro::Task<Result<std::vector<QHostAddress>>> addressesOf(QUrl url, Deadline deadline);
    [[nodiscard]] Delivery<Result<OutgoingAnswer>> begin(const OutgoingRequest &request, const QHostAddress &address, Deadline deadline);

    const OutgoingOptions m_options;
    const AddressGuard m_guard;
    const QSslConfiguration m_tls;
    std::set<Call *> m_calls;
    std::set<std::shared_ptr<Delivery<QHostInfo>>> m_lookUps;
    QNetworkAccessManager m_manager;
};

} // namespace iwd

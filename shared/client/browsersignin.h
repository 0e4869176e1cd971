// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/delivery.h>
#include <base/instant.h>
#include <base/result.h>

#include <QTcpServer>

#include <qcoro/qcorotask.h>

#include <map>

namespace iwd {

/// The part of whoever signs in on this machine in a browser (RFC 8252, RFC 7636): makes a code verifier, waits at a port of 127.0.0.1 for the browser to come back,
/// and tells the person there that the window may be closed. For programs with a window as well as for the command line.
///
///     listen() -> POST /sign-in/openid with redirectUri() and codeChallenge() -> the browser opens authorizationUrl -> comeBack(state) -> POST /sessions/openid
///
/// Lives on one thread with an event loop.
class BrowserSignIn : public QObject
{
    Q_OBJECT
public:
    /// What POST /sessions/openid takes.
    struct Return
    {
        QString state;
        QString code;
        QString codeVerifier;
    };

    /// @param port 0: a free one; others for providers that take only addresses which they know
    /// @returns Unreachable when the port is taken
    [[nodiscard]] static Result<std::unique_ptr<BrowserSignIn>> listen(quint16 port = 0);

    [[nodiscard]] QString redirectUri() const;
    /// S256
    [[nodiscard]] QString codeChallenge() const;

    /// Waits for the browser that brings @p state; others are turned away. To be called once.
    /// @returns SignInRefused when the identity provider says so, DeadlineExceeded when nobody came within @p patience
    [[nodiscard]] QCoro::Task<Result<Return>> comeBack(QString state, milliseconds patience);
    /// Whoever waits is told Unreachable.
    void giveUp();

private:
    BrowserSignIn();
    void accept();
    void read(QTcpSocket *socket);
    /// @returns the page to show, with its status
    [[nodiscard]] QByteArray answerTo(const QByteArray &requestLine);

    const QString m_verifier;
    QString m_state; ///< empty: nobody waits yet
    Delivery<Result<Return>> m_back;
    std::map<QTcpSocket *, QByteArray> m_heads; ///< what has come of each request
    QTcpServer m_server;
};

} // namespace iwd

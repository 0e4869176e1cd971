// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transport.h"

#include <QPointer>
#include <QSslConfiguration>
#include <QSslSocket>

namespace iwd::http {

/// A connection under TLS, on QSslSocket. A peer that finishes writing has, by the rules of TLS as Qt sees them, finished altogether.
class TlsTransport final : public Transport
{
public:
    /// Takes ownership of @p descriptor and begins the handshake.
    TlsTransport(int descriptor, const QSslConfiguration &configuration, User &user);
    ~TlsTransport() override;

    qint64 read(char *to, qint64 atMost) override;
    qint64 write(const char *from, qint64 size) override;
    void setInterest(bool read, bool write) override;
    void finishWriting() override;
    bool established() const override { return m_socket && m_socket->isEncrypted(); }
    bool wantsFarewell() const override { return true; }
    QTcpSocket *release() override;

private:
    void wake();

    QPointer<QSslSocket> m_socket;
    std::unique_ptr<QObject> m_context; ///< what the socket's signals are bound to: gone with the transport, also when queued
    User &m_user;
    bool m_wantRead = true;
    bool m_wantWrite = false;
};

} // namespace iwd::http

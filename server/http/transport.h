// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "poller.h"

#include <QByteArray>

class QTcpSocket;

namespace iwd::http {

/// The byte stream below a connection. Nothing of it blocks. Lives on one thread.
class Transport
{
public:
    class User
    {
    public:
        /// There may be something to read, or room to write. May destroy the transport.
        virtual void transportReady() = 0;
        /// The stream is gone in both directions. May destroy the transport.
        virtual void transportBroken() = 0;

    protected:
        ~User() = default;
    };

    static constexpr qint64 Nothing = 0; ///< nothing to read, or no room to write, at this moment
    static constexpr qint64 EndOfInput = -1; ///< the peer has finished writing; it may still read
    static constexpr qint64 Broken = -2;

    virtual ~Transport() = default;
    /// @returns how many bytes were read, or Nothing, EndOfInput or Broken
    [[nodiscard]] virtual qint64 read(char *to, qint64 atMost) = 0;
    /// @returns how many bytes were taken, or Nothing or Broken
    [[nodiscard]] virtual qint64 write(const char *from, qint64 size) = 0;
    virtual void setInterest(bool read, bool write) = 0;
    /// Tells the peer that nothing more will come; reading goes on.
    virtual void finishWriting() = 0;
    /// What is on its way need not arrive: closing frees it at once, where the system knows how to.
    virtual void abandon() { }
    /// False while a TLS handshake is under way, and for a connection that will never work.
    [[nodiscard]] virtual bool established() const = 0;
    /// True when simply destroying the transport would look like a broken connection to the peer.
    [[nodiscard]] virtual bool wantsFarewell() const = 0;
    /// Gives the stream up as a Qt socket. The transport is of no use afterwards.
    [[nodiscard]] virtual QTcpSocket *release() = 0;
};

/// A TCP connection without encryption: the descriptor itself. QTcpSocket cannot serve here, because it closes both directions
/// when the peer has finished its own (a half-closed client would never get its answer).
class PlainTransport final : public Transport, private Poller::Watched
{
public:
    /// Takes ownership of @p descriptor.
    PlainTransport(int descriptor, Poller &poller, User &user);
    ~PlainTransport() override;

    qint64 read(char *to, qint64 atMost) override;
    qint64 write(const char *from, qint64 size) override;
    void setInterest(bool read, bool write) override;
    void finishWriting() override;
    void abandon() override;
    bool established() const override { return m_watched; }
    bool wantsFarewell() const override { return false; }
    QTcpSocket *release() override;

private:
    void ready(quint32 events) override;

    int m_descriptor;
    Poller &m_poller;
    User &m_user;
    quint32 m_interest;
    bool m_watched; ///< false: the kernel had no room for a further watch; the connection soon times out
};

} // namespace iwd::http

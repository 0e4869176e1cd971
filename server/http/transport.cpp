// SPDX-License-Identifier: Apache-2.0
#include "transport.h"

#include <QTcpSocket>

#include <cerrno>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace iwd::http {

PlainTransport::PlainTransport(int descriptor, Poller &poller, User &user)
    : m_descriptor(descriptor)
    , m_poller(poller)
    , m_user(user)
    , m_interest(EPOLLIN)
{
    const int on = 1;
    ::setsockopt(m_descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    m_watched = m_poller.add(m_descriptor, m_interest, this);
}

PlainTransport::~PlainTransport()
{
    if (m_descriptor < 0)
        return;
    m_poller.remove(m_descriptor, this);
    ::close(m_descriptor);
}

qint64 PlainTransport::read(char *to, qint64 atMost)
{
    ssize_t got = 0;
    do {
        got = ::recv(m_descriptor, to, static_cast<size_t>(atMost), 0);
    } while (got < 0 && errno == EINTR);
    if (got > 0)
        return got;
    if (got == 0)
        return EndOfInput;
    return errno == EAGAIN || errno == EWOULDBLOCK ? Nothing : Broken;
}

qint64 PlainTransport::write(const char *from, qint64 size)
{
    ssize_t taken = 0;
    do {
        taken = ::send(m_descriptor, from, static_cast<size_t>(size), MSG_NOSIGNAL);
    } while (taken < 0 && errno == EINTR);
    if (taken >= 0)
        return taken;
    return errno == EAGAIN || errno == EWOULDBLOCK ? Nothing : Broken;
}

void PlainTransport::setInterest(bool read, bool write)
{
    const quint32 interest = (read ? EPOLLIN : 0U) | (write ? EPOLLOUT : 0U);
    if (interest == m_interest)
        return;
    m_interest = interest;
    m_poller.change(m_descriptor, interest, this);
}

void PlainTransport::finishWriting()
{
    ::shutdown(m_descriptor, SHUT_WR);
}

void PlainTransport::abandon()
{
    // Else the kernel keeps what it holds for a peer that does not read, and offers it again and again.
    const linger none { 1, 0 };
    ::setsockopt(m_descriptor, SOL_SOCKET, SO_LINGER, &none, sizeof none);
}

QTcpSocket *PlainTransport::release()
{
    m_poller.remove(m_descriptor, this);
    auto *socket = new QTcpSocket;
    socket->setSocketDescriptor(std::exchange(m_descriptor, -1));
    return socket;
}

void PlainTransport::ready(quint32 events)
{
    // Both are reported without being asked for. A peer that reset is gone for writing too; what it sent before does not matter any more.
    if (events & (EPOLLERR | EPOLLHUP))
        m_user.transportBroken();
    else
        m_user.transportReady();
}

} // namespace iwd::http

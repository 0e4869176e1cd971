// SPDX-License-Identifier: Apache-2.0
#include "tlstransport.h"

namespace iwd::http {

namespace {

constexpr qint64 readBufferBytes = 64 * 1024;
constexpr qint64 writeBufferBytes = 256 * 1024; // QSslSocket would take anything; beyond this it waits with us, where it is counted

} // namespace

TlsTransport::TlsTransport(int descriptor, const QSslConfiguration &configuration, User &user)
    : m_socket(new QSslSocket)
    , m_context(std::make_unique<QObject>())
    , m_user(user)
{
    m_socket->setSocketDescriptor(descriptor);
    m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    m_socket->setReadBufferSize(readBufferBytes);
    m_socket->setSslConfiguration(configuration);
    QSslSocket *socket = m_socket;
    QObject *context = m_context.get();
    QObject::connect(socket, &QSslSocket::encrypted, context, [this] { wake(); });
    QObject::connect(socket, &QSslSocket::readyRead, context, [this] {
        if (m_wantRead)
            wake();
    });
    QObject::connect(socket, &QSslSocket::encryptedBytesWritten, context, [this] {
        if (m_wantWrite)
            wake();
    });
    QObject::connect(socket, &QSslSocket::disconnected, context, [this] { wake(); });
    QObject::connect(socket, &QSslSocket::errorOccurred, context, [this] { wake(); });
    m_socket->startServerEncryption();
}

TlsTransport::~TlsTransport()
{
    m_context.reset();
    if (!m_socket)
        return;
    if (m_socket->isEncrypted() && m_socket->state() == QAbstractSocket::ConnectedState)
        m_socket->disconnectFromHost();
    if (m_socket->state() != QAbstractSocket::UnconnectedState)
        m_socket->abort();
    m_socket->deleteLater(); // this may run inside one of its signals
}

void TlsTransport::wake()
{
    m_user.transportReady();
}

qint64 TlsTransport::read(char *to, qint64 atMost)
{
    if (!m_socket)
        return Broken;
    const qint64 got = m_socket->read(to, atMost);
    if (got > 0)
        return got;
    return m_socket->state() == QAbstractSocket::ConnectedState || m_socket->state() == QAbstractSocket::ClosingState ? Nothing : Broken;
}

qint64 TlsTransport::write(const char *from, qint64 size)
{
    if (!established() || m_socket->state() != QAbstractSocket::ConnectedState)
        return Broken;
    const qint64 room = writeBufferBytes - m_socket->bytesToWrite() - m_socket->encryptedBytesToWrite();
    if (room <= 0)
        return Nothing;
    const qint64 taken = m_socket->write(from, std::min(size, room));
    m_socket->flush();
    return taken < 0 ? Broken : taken;
}

void TlsTransport::setInterest(bool read, bool write)
{
    const bool readAgain = read && !m_wantRead;
    m_wantRead = read;
    m_wantWrite = write;
    // What came in while nobody listened is not announced again.
    if (readAgain && m_socket && m_socket->bytesAvailable() > 0)
        QMetaObject::invokeMethod(
            m_context.get(), [this] { wake(); }, Qt::QueuedConnection);
}

void TlsTransport::finishWriting()
{
    if (m_socket)
        m_socket->disconnectFromHost();
}

QTcpSocket *TlsTransport::release()
{
    QSslSocket *socket = m_socket;
    m_socket = nullptr;
    m_context.reset();
    return socket;
}

} // namespace iwd::http

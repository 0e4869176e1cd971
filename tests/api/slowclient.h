// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QHostAddress>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTcpSocket>
#include <QTest>

namespace iwd::test {

/// A client that reads when it wants to.
class SlowClient
{
public:
    /// @param route method and path
    SlowClient(quint16 port, const QString &key, const QByteArray &route, const QJsonObject &body = {})
    {
        const QByteArray content = QJsonDocument(body).toJson(QJsonDocument::Compact);
        m_socket.setReadBufferSize(4096);
        m_socket.connectToHost(QHostAddress(QHostAddress::LocalHost), port);
        m_socket.setSocketOption(QAbstractSocket::ReceiveBufferSizeSocketOption, 65536);
        m_socket.write(route + " HTTP/1.1\r\nHost: localhost\r\nx-api-key: " + key.toLatin1() + "\r\nContent-Type: application/json\r\nContent-Length: "
            + QByteArray::number(content.size()) + "\r\n\r\n" + content);
    }
    [[nodiscard]] bool hasBegun()
    {
        return QTest::qWaitFor([this] { return m_socket.bytesAvailable() > 0; }, PatienceMs);
    }
    /// Takes everything until the last chunk or the end of the connection.
    void readOn()
    {
        m_socket.setReadBufferSize(0);
        const bool ended = QTest::qWaitFor(
            [this] {
                m_received += m_socket.readAll();
                return isWhole() || m_socket.state() == QAbstractSocket::UnconnectedState;
            },
            PatienceMs);
        QVERIFY(ended);
    }
    [[nodiscard]] bool isWhole() const { return m_received.endsWith("\r\n0\r\n\r\n"); }
    [[nodiscard]] int status() const { return m_received.mid(9, 3).toInt(); }
    [[nodiscard]] QByteArray body() const
    {
        QByteArray body;
        for (qsizetype at = m_received.indexOf("\r\n\r\n") + 4; at < m_received.size();) {
            const qsizetype line = m_received.indexOf("\r\n", at);
            const qsizetype size = m_received.mid(at, line - at).toLongLong(nullptr, 16);
            body += m_received.mid(line + 2, size);
            at = line + 2 + size + 2;
        }
        return body;
    }

private:
    static constexpr int PatienceMs = 30'000;

    QTcpSocket m_socket;
    QByteArray m_received;
};

} // namespace iwd::test

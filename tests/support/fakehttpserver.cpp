// SPDX-License-Identifier: Apache-2.0
#include "fakehttpserver.h"

namespace iwd {

FakeAnswer FakeAnswer::json(int status, const QJsonObject &body, const QByteArray &moreHeaders, const QByteArray &contentType)
{
    const QByteArray content = QJsonDocument(body).toJson(QJsonDocument::Compact);
    return { Send,
        "HTTP/1.1 " + QByteArray::number(status) + " Fake\r\nContent-Type: " + contentType + "\r\nContent-Length: "
            + QByteArray::number(content.size()) + "\r\n" + moreHeaders + "\r\n" + content };
}

FakeAnswer FakeAnswer::problem(int status, const QString &code, const QString &detail, const QByteArray &moreHeaders)
{
    return json(status, { { QStringLiteral("code"), code }, { QStringLiteral("detail"), detail }, { QStringLiteral("status"), status } }, moreHeaders,
        "application/problem+json");
}

FakeHttpServer::FakeHttpServer(Handler handler, QObject *parent)
    : QObject(parent)
    , m_handler(std::move(handler))
{
    connect(&m_server, &QTcpServer::newConnection, this, [this] {
        while (QTcpSocket *socket = m_server.nextPendingConnection()) {
            m_input.insert(socket, {});
            m_byNumber.insert(++m_lastNumber, socket);
            m_mostConnections = std::max(m_mostConnections, static_cast<int>(m_input.size()));
            connect(socket, &QTcpSocket::readyRead, this, [this, socket] { read(socket); });
            connect(socket, &QTcpSocket::disconnected, this, [this, socket] {
                m_input.remove(socket);
                m_silent.removeAll(socket);
                m_byNumber.remove(m_byNumber.key(socket));
                socket->deleteLater();
            });
        }
    });
    const bool listening = m_server.listen(QHostAddress::LocalHost);
    Q_ASSERT(listening);
    Q_UNUSED(listening);
}

QUrl FakeHttpServer::url() const
{
    return QUrl(QStringLiteral("http://127.0.0.1:%1").arg(m_server.serverPort()));
}

void FakeHttpServer::release(const FakeAnswer &answer)
{
    const auto silent = std::exchange(m_silent, {});
    for (QTcpSocket *socket : silent)
        reply(socket, answer);
}

void FakeHttpServer::answer(quint64 connection, const FakeAnswer &answer)
{
    QTcpSocket *const socket = m_byNumber.value(connection);
    if (socket && m_silent.removeAll(socket) > 0)
        reply(socket, answer);
}

void FakeHttpServer::read(QTcpSocket *socket)
{
    QByteArray &input = m_input[socket];
    input += socket->readAll();
    while (auto request = takeRequest(input)) {
        request->connection = m_byNumber.key(socket);
        m_requests.append(*request);
        const FakeAnswer answer = m_handler(*request);
        if (answer.kind == FakeAnswer::Silence)
            m_silent.append(socket);
        else
            reply(socket, answer);
        if (answer.kind == FakeAnswer::SendAndClose)
            return;
    }
}

std::optional<FakeRequest> FakeHttpServer::takeRequest(QByteArray &input)
{
    const auto headEnd = input.indexOf("\r\n\r\n");
    if (headEnd < 0)
        return std::nullopt;
    const QList<QByteArray> lines = input.left(headEnd).split('\n');
    const QList<QByteArray> words = lines.first().trimmed().split(' ');
    FakeRequest request;
    request.method = words.value(0);
    request.target = words.value(1);
    for (const QByteArray &line : lines.mid(1)) {
        const auto colon = line.indexOf(':');
        request.headers.insert(line.left(colon).trimmed().toLower(), line.mid(colon + 1).trimmed());
    }
    const auto length = request.headers.value("content-length", "0").toLongLong();
    if (input.size() < headEnd + 4 + length)
        return std::nullopt;
    request.body = input.mid(headEnd + 4, length);
    input.remove(0, headEnd + 4 + length);
    return request;
}

void FakeHttpServer::reply(QTcpSocket *socket, const FakeAnswer &answer)
{
    socket->write(answer.bytes);
    if (answer.kind == FakeAnswer::SendAndClose)
        socket->disconnectFromHost();
}

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QMap>
#include <QTcpServer>
#include <QTcpSocket>
#include <QUrl>

namespace iwd {

struct FakeRequest
{
    QByteArray method;
    QByteArray target; ///< path and query as sent
    QMap<QByteArray, QByteArray> headers; ///< names in lower case
    QByteArray body;
    quint64 connection = 0; ///< for FakeHttpServer::answer()

    [[nodiscard]] QJsonObject json() const { return QJsonDocument::fromJson(body).object(); }
};

/// What the fake does with a request.
struct FakeAnswer
{
    enum Kind {
        Send, ///< the bytes; the connection stays open
        SendAndClose,
        Silence, ///< nothing, until release() or the client leaves
    };
    Kind kind = Send;
    QByteArray bytes;

    [[nodiscard]] static FakeAnswer json(int status, const QJsonObject &body, const QByteArray &moreHeaders = {},
        const QByteArray &contentType = "application/json");
    [[nodiscard]] static FakeAnswer problem(int status, const QString &code, const QString &detail, const QByteArray &moreHeaders = {});
    [[nodiscard]] static FakeAnswer hangUp() { return { SendAndClose, {} }; }
    [[nodiscard]] static FakeAnswer silence() { return { Silence, {} }; }
};

/// A server of a few lines on a raw socket: it can break every rule that a real one keeps.
class FakeHttpServer : public QObject
{
    Q_OBJECT
public:
    using Handler = std::function<FakeAnswer(const FakeRequest &)>;

    explicit FakeHttpServer(Handler handler, QObject *parent = nullptr);

    [[nodiscard]] QUrl url() const;
    [[nodiscard]] const QList<FakeRequest> &requests() const { return m_requests; }
    [[nodiscard]] int silent() const { return static_cast<int>(m_silent.size()); }
    [[nodiscard]] int mostConnections() const { return m_mostConnections; }

    /// Answers the request of @p connection that was met with silence; does nothing when the client has left.
    void answer(quint64 connection, const FakeAnswer &answer);
    [[nodiscard]] bool isWaiting(quint64 connection) const { return m_silent.contains(m_byNumber.value(connection)); }
    /// Answers everything that was met with silence so far.
    void release(const FakeAnswer &answer);

private:
    void read(QTcpSocket *socket);
    [[nodiscard]] static std::optional<FakeRequest> takeRequest(QByteArray &input);
    static void reply(QTcpSocket *socket, const FakeAnswer &answer);

    Handler m_handler;
    QList<FakeRequest> m_requests;
    QMap<QTcpSocket *, QByteArray> m_input;
    QMap<quint64, QTcpSocket *> m_byNumber;
    quint64 m_lastNumber = 0;
    QList<QTcpSocket *> m_silent;
    int m_mostConnections = 0;
    QTcpServer m_server; ///< last, because its sockets say goodbye to the members above
};

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QList>

#include <chrono>
#include <optional>

namespace iwd::test {

/// What came back.
struct HttpAnswer
{
    int status = 0;
    QList<std::pair<QByteArray, QByteArray>> headers; ///< names in lower case
    QByteArray body;

    [[nodiscard]] QByteArray header(const QByteArray &name) const;
    [[nodiscard]] QJsonObject json() const { return QJsonDocument::fromJson(body).object(); }
};

/// A client of few lines that needs no event loop: one connection to a server on this machine, kept open, that blocks the thread which asks.
/// For threads that shall put a server under load, and meet its death. It repeats nothing by itself.
class HttpCaller
{
public:
    using HeaderFields = QList<std::pair<QByteArray, QByteArray>>;

    /// @param headers sent with every request
    explicit HttpCaller(quint16 port, HeaderFields headers = {});
    ~HttpCaller();
    HttpCaller(const HttpCaller &) = delete;
    HttpCaller &operator=(const HttpCaller &) = delete;

    /// @returns nothing when the connection could not be made, broke, or @p patience passed before the whole answer had come; the server
    /// may have acted all the same. The next call connects anew.
    [[nodiscard]] std::optional<HttpAnswer> call(const QByteArray &method, const QByteArray &target, const QByteArray &body = {},
        const HeaderFields &headers = {}, std::chrono::milliseconds patience = std::chrono::seconds(30));

    /// The two halves of call(): what is sent is answered meanwhile. @returns false when it could not be sent
    [[nodiscard]] bool begin(const QByteArray &method, const QByteArray &target, const QByteArray &body = {}, const HeaderFields &headers = {});
    [[nodiscard]] std::optional<HttpAnswer> finish(std::chrono::milliseconds patience = std::chrono::seconds(30));
    /// Connects and sends nothing.
    [[nodiscard]] bool connectOnly() { return m_descriptor >= 0 || connectNow(); }
    /// The server has closed the connection. Looks at it without waiting.
    [[nodiscard]] bool ended() const;
    [[nodiscard]] int descriptor() const { return m_descriptor; }

    /// False when the last call could not even connect, so that certainly nothing arrived.
    [[nodiscard]] bool connected() const { return m_connected; }
    void hangUp();

private:
    [[nodiscard]] bool connectNow();
    [[nodiscard]] bool sendAll(const QByteArray &bytes);
    [[nodiscard]] std::optional<HttpAnswer> receive(std::chrono::steady_clock::time_point until);

    quint16 m_port;
    HeaderFields m_headers;
    int m_descriptor = -1;
    bool m_connected = false;
    QByteArray m_input;
};

} // namespace iwd::test

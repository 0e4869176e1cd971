// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QList>
#include <QPair>
#include <QSocketNotifier>

#include <algorithm>
#include <functional>

namespace iwd::test {

/// One answer as it stood on the wire.
struct WireResponse
{
    int status = 0;
    QList<QPair<QByteArray, QByteArray>> fields;
    QByteArray body;

    [[nodiscard]] QByteArray field(const QByteArray &name) const;
    [[nodiscard]] int fieldCount(const QByteArray &name) const;
};

inline constexpr int patienceMs = 10'000;

/// Runs the event loop until @p condition holds, which may be about what other threads do. @returns false after @p boundMs
[[nodiscard]] bool waitUntil(const std::function<bool()> &condition, int boundMs = patienceMs);

/// A client that does exactly what it is told, byte by byte, over a socket of its own. Never blocks the event loop.
class RawClient
{
public:
    explicit RawClient(quint16 port, int receiveBuffer = 0);
    ~RawClient();
    RawClient(const RawClient &) = delete;
    RawClient &operator=(const RawClient &) = delete;

    /// @returns false when the server has gone
    bool send(const QByteArray &bytes);
    /// Half-closes: nothing more will be sent, everything may still come.
    void finishSending();
    /// Ends the connection with a reset instead of a goodbye.
    void reset();

    /// Takes what has come so far.
    void receive();
    [[nodiscard]] const QByteArray &received() const { return m_received; }
    /// The server has closed (or reset) the connection.
    [[nodiscard]] bool ended() const { return m_ended; }
    /// It ended by a reset, not by a goodbye.
    [[nodiscard]] bool wasReset() const { return m_wasReset; }
    [[nodiscard]] bool waitForEnd();
    /// Waits until @p count whole answers have come, or the connection has ended.
    /// @param bodyless the answers are to HEAD
    [[nodiscard]] QList<WireResponse> responses(int count, bool bodyless = false);
    /// Everything that has come, read as answers.
    [[nodiscard]] QList<WireResponse> parse(bool bodyless = false) const;

private:
    /// Runs the event loop until @p condition holds, which is about this socket. @returns false after patienceMs
    [[nodiscard]] bool waitFor(QSocketNotifier::Type readiness, const std::function<bool()> &condition);

    int m_descriptor;
    QByteArray m_received;
    bool m_ended = false;
    bool m_wasReset = false;
};

} // namespace iwd::test

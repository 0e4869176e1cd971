// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>

#include <chrono>
#include <functional>
#include <vector>

namespace iwd::bench {

using Nanoseconds = std::chrono::nanoseconds;
using TimePoint = std::chrono::steady_clock::time_point;

/// Keep-alive connections to a server on the loopback interface, each with at most one request under way. One thread, epoll, no library
/// in between, so that the generator costs little of what it measures.
class HttpConnections
{
public:
    struct Answer
    {
        int connection = 0;
        int status = 0;
        QByteArrayView body; ///< valid during the call
        Nanoseconds took { 0 }; ///< from the first byte sent to the last one received
        TimePoint at; ///< when it was complete
    };

    HttpConnections(quint16 port, int count);
    ~HttpConnections();
    HttpConnections(const HttpConnections &) = delete;
    HttpConnections &operator=(const HttpConnections &) = delete;

    [[nodiscard]] int count() const { return static_cast<int>(m_connections.size()); }
    /// What to do with each answer; it may send the next request.
    void onAnswer(std::function<void(const Answer &)> handler) { m_handler = std::move(handler); }
    /// Sends a whole request. The connection must not be waiting for an answer.
    void send(int connection, const QByteArray &request);
    [[nodiscard]] bool isBusy(int connection) const { return m_connections[static_cast<size_t>(connection)].busy; }
    [[nodiscard]] int busy() const { return m_busy; }
    /// Waits for something to happen and handles it.
    void poll(std::chrono::milliseconds atMost);

private:
    struct Connection
    {
        int descriptor = -1;
        bool busy = false;
        TimePoint sent;
        QByteArray output; ///< what the socket has not taken yet
        QByteArray input;
    };
    void flush(int index);
    void receive(int index);
    bool takeAnswer(int index);

    int m_epoll = -1;
    int m_busy = 0;
    std::vector<Connection> m_connections;
    std::function<void(const Answer &)> m_handler;
};

/// One request's bytes.
[[nodiscard]] QByteArray httpRequest(const char *method, const QByteArray &target, const QByteArray &key, const QByteArray &body = {});
/// A PUT that replaces an object, whatever its version.
[[nodiscard]] QByteArray httpReplace(const QByteArray &target, const QByteArray &key, const QByteArray &body);

/// What a run with a fixed number of busy connections did.
struct LoadOutcome
{
    qint64 answers = 0;
    qint64 failures = 0; ///< answers with another status than 200
    QByteArray firstFailure;
    double seconds = 0;
    std::vector<Nanoseconds> times; ///< of each answer, sorted

    [[nodiscard]] double perSecond() const { return seconds > 0 ? static_cast<double>(answers) / seconds : 0; }
    /// In milliseconds. @param part 0.99 for the 99th percentile
    [[nodiscard]] double quantile(double part) const;
};

/// Keeps every connection busy with requests of @p make until that gives an empty one, then waits for what is under way.
/// @param see called with each good answer; may be empty
[[nodiscard]] LoadOutcome load(quint16 port, int connections, const std::function<QByteArray()> &make,
    const std::function<void(const HttpConnections::Answer &)> &see = {});

} // namespace iwd::bench

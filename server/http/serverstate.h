// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "httpserver.h"

#include <QHash>
#include <QMutex>

#include <atomic>

namespace iwd::http {

/// What all threads of a server share. Kept alive by whoever may still need it: a handler can outlive its server.
struct ServerState
{
    ServerState(std::shared_ptr<const Router> theRouter, ServerOptions theOptions, ProblemWriter theProblem)
        : router(std::move(theRouter))
        , options(std::move(theOptions))
        , problem(std::move(theProblem))
    {
    }

    const std::shared_ptr<const Router> router;
    const ServerOptions options;
    const ProblemWriter problem;
    std::function<void(const Exchange &)> observer; ///< set before the threads start

    std::atomic<int> connections = 0;
    std::atomic<int> inFlight = 0;
    std::atomic<qint64> bodyBytes = 0;
    std::atomic<qint64> unsentBytes = 0;
    std::atomic<int> refusing = 0; ///< connections that are only told 503
    std::atomic<bool> draining = false;

    QMutex addressMutex;
    QHash<QByteArray, int> perAddress;
};

/// A place among the connections of the server and of an address, given back on destruction.
class ConnectionPermit
{
public:
    /// @returns nothing when a limit is reached
    [[nodiscard]] static std::unique_ptr<ConnectionPermit> take(const std::shared_ptr<ServerState> &state, const QByteArray &address);
    ~ConnectionPermit();
    ConnectionPermit(const ConnectionPermit &) = delete;
    ConnectionPermit &operator=(const ConnectionPermit &) = delete;

private:
    ConnectionPermit(std::shared_ptr<ServerState> state, QByteArray address);

    std::shared_ptr<ServerState> m_state;
    QByteArray m_address;
};

/// What one request's body takes of Limits::bodyBytes, given back on destruction.
class BodyShare
{
public:
    explicit BodyShare(std::shared_ptr<ServerState> state)
        : m_state(std::move(state))
    {
    }
    ~BodyShare() { m_state->bodyBytes -= m_bytes; }
    BodyShare(const BodyShare &) = delete;
    BodyShare &operator=(const BodyShare &) = delete;

    /// @returns false when all bodies together have become too many bytes
    [[nodiscard]] bool resize(qint64 bytes)
    {
        const qint64 change = bytes - std::exchange(m_bytes, bytes);
        return (m_state->bodyBytes += change) <= m_state->options.limits.bodyBytes || change <= 0;
    }

private:
    std::shared_ptr<ServerState> m_state;
    qint64 m_bytes = 0;
};

/// What one connection has not sent yet, taken back on destruction.
class UnsentShare
{
public:
    explicit UnsentShare(std::shared_ptr<ServerState> state)
        : m_state(std::move(state))
    {
    }
    ~UnsentShare() { m_state->unsentBytes -= m_bytes; }
    UnsentShare(const UnsentShare &) = delete;
    UnsentShare &operator=(const UnsentShare &) = delete;

    void resize(qint64 bytes) { m_state->unsentBytes += bytes - std::exchange(m_bytes, bytes); }

private:
    std::shared_ptr<ServerState> m_state;
    qint64 m_bytes = 0;
};

/// Counts one object in a counter of the state while it lives.
class Counted
{
public:
    Counted(std::shared_ptr<ServerState> state, std::atomic<int> ServerState::*counter)
        : m_state(std::move(state))
        , m_counter(counter)
    {
        ++((*m_state).*m_counter);
    }
    ~Counted() { --((*m_state).*m_counter); }
    Counted(const Counted &) = delete;
    Counted &operator=(const Counted &) = delete;

private:
    std::shared_ptr<ServerState> m_state;
    std::atomic<int> ServerState::*m_counter;
};

} // namespace iwd::http

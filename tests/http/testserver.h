// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <http/httpserver.h>

#include <QHash>

#include <QMutex>
#include <QSet>

namespace iwd::test {

/// Named gates that handlers wait at until the test opens them. Thread-safe.
class Gates
{
public:
    void open(const QString &name);
    [[nodiscard]] bool isOpen(const QString &name) const;
    /// A handler has come to the gate.
    void arrive(const QString &name);
    [[nodiscard]] int arrived(const QString &name) const;

private:
    mutable QMutex m_mutex;
    QSet<QString> m_open;
    QHash<QString, int> m_arrived;
};

/// What the edge has reported. Thread-safe.
class Exchanges
{
public:
    void add(const http::Exchange &exchange);
    [[nodiscard]] QList<http::Exchange> all() const;

private:
    mutable QMutex m_mutex;
    QList<http::Exchange> m_all;
};

/// A server on a free port with one route for each thing that a test may ask of it.
class TestServer
{
public:
    explicit TestServer(http::ServerOptions options = {});
    ~TestServer();

    [[nodiscard]] quint16 port() const { return m_port; }
    [[nodiscard]] http::Server &server() { return *m_server; }
    [[nodiscard]] Gates &gates() { return *m_gates; }
    [[nodiscard]] Exchanges &exchanges() { return *m_exchanges; }

private:
    std::shared_ptr<Gates> m_gates = std::make_shared<Gates>();
    std::shared_ptr<Exchanges> m_exchanges = std::make_shared<Exchanges>();
    std::unique_ptr<http::Server> m_server;
    quint16 m_port = 0;
};

/// A self-signed certificate for localhost, for tests alone.
[[nodiscard]] QSslConfiguration testTls();

} // namespace iwd::test

// SPDX-License-Identifier: Apache-2.0
#include "httpserver.h"

#include "serverstate.h"
#include "worker.h"

#include <base/eventthread.h>

#include <QTcpServer>
#include <QTimer>

#include <fcntl.h>
#include <sys/socket.h>

namespace iwd::http {

namespace {

constexpr int backlog = 4096;
constexpr int turnedAwayAtOnce = 256; ///< further ones are closed without a word
constexpr milliseconds acceptPause { 100 }; ///< after the system had no descriptor for us
constexpr milliseconds drainCheck { 20 };

/// The peer's address; one that is IPv4 inside IPv6 counts as the IPv4 address it is.
QHostAddress peerOf(int descriptor)
{
    sockaddr_storage storage {};
    socklen_t length = sizeof storage;
    if (::getpeername(descriptor, reinterpret_cast<sockaddr *>(&storage), &length) != 0)
        return {};
    const QHostAddress address(reinterpret_cast<const sockaddr *>(&storage));
    bool isIpv4 = false;
    const quint32 ipv4 = address.toIPv4Address(&isIpv4);
    return isIpv4 ? QHostAddress(ipv4) : address;
}

/// Hands accepted descriptors on instead of making sockets of them.
class Listener : public QTcpServer
{
public:
    explicit Listener(std::function<void(int)> accepted)
        : m_accepted(std::move(accepted))
    {
    }

protected:
    void incomingConnection(qintptr descriptor) override { m_accepted(static_cast<int>(descriptor)); }

private:
    std::function<void(int)> m_accepted;
};

} // namespace

class Server::Private
{
public:
    Private(std::shared_ptr<ServerState> theState)
        : state(std::move(theState))
        , listener([this](int descriptor) { accepted(descriptor); })
    {
    }

    void startWorkers();
    void stopWorkers();
    void accepted(int descriptor);

    struct Thread
    {
        std::unique_ptr<EventThread> thread;
        Worker *worker = nullptr; ///< lives and dies on the thread
    };

    std::shared_ptr<ServerState> state;
    Listener listener;
    std::vector<Thread> threads;
    size_t nextThread = 0;
    QTimer drainTimer;
    Deadline drainDeadline = Deadline::never();
};

void Server::Private::startWorkers()
{
    for (int i = 0; i < std::max(1, state->options.threads); ++i) {
        Thread entry { std::make_unique<EventThread>(QStringLiteral("http-%1").arg(i)) };
        // Made on its thread, because its poller and timer belong there.
        entry.thread->run([&] { entry.worker = new Worker(state); });
        threads.push_back(std::move(entry));
    }
}

void Server::Private::stopWorkers()
{
    for (const Thread &entry : threads) {
        entry.thread->post([worker = entry.worker] {
            worker->shutDown();
            delete worker;
        });
    }
    threads.clear();
}

void Server::Private::accepted(int descriptor)
{
    auto owner = std::make_shared<Descriptor>(descriptor);
    ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
    const QString address = peerOf(descriptor).toString();
    std::shared_ptr<ConnectionPermit> permit = ConnectionPermit::take(state, address.toLatin1());
    const bool mute = state->options.tls.has_value() || state->refusing >= turnedAwayAtOnce;
    if (!permit && mute)
        return;
    const Thread &entry = threads[nextThread++ % threads.size()];
    entry.thread->post(
        [worker = entry.worker, arrival = Arrival { std::move(owner), std::move(permit), address }]() mutable { worker->adopt(std::move(arrival)); });
}

Server::Server(std::shared_ptr<const Router> router, ServerOptions options, ProblemWriter problem, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(std::make_shared<ServerState>(std::move(router), std::move(options), std::move(problem))))
{
    connect(&d->listener, &QTcpServer::acceptError, this,
        [this] { QTimer::singleShot(acceptPause, this, [this] { d->listener.resumeAccepting(); }); });
    d->drainTimer.setInterval(drainCheck);
    connect(&d->drainTimer, &QTimer::timeout, this, [this] {
        if (connectionCount() > 0 && !d->drainDeadline.passed())
            return;
        d->drainTimer.stop();
        Q_EMIT drained();
    });
}

Server::~Server()
{
    d->listener.close();
    d->stopWorkers();
}

Result<quint16> Server::listen(const QHostAddress &address, quint16 port)
{
    Q_ASSERT(d->threads.empty());
    d->listener.setListenBacklogSize(backlog);
    if (!d->listener.listen(address, port)) {
        return Error { ErrorCode::ConfigurationInvalid,
            QStringLiteral("Cannot listen on %1, port %2: %3. Choose another address or port, or stop the program that uses it.")
                .arg(address.toString())
                .arg(port)
                .arg(d->listener.errorString()),
            {}, {} };
    }
    d->startWorkers();
    return d->listener.serverPort();
}

void Server::observe(std::function<void(const Exchange &)> observer)
{
    Q_ASSERT(d->threads.empty());
    d->state->observer = std::move(observer);
}

void Server::drain(milliseconds patience)
{
    d->listener.close();
    d->state->draining = true;
    for (auto &entry : d->threads)
        entry.thread->post([worker = entry.worker] { worker->drain(); });
    d->drainDeadline = Deadline::in(patience);
    d->drainTimer.start();
}

int Server::connectionCount() const
{
    return d->state->connections;
}

int Server::inFlightCount() const
{
    return d->state->inFlight;
}

} // namespace iwd::http

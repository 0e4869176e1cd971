// SPDX-License-Identifier: Apache-2.0
#include "redisconnection.h"

#include <QSslCertificate>
#include <QSslConfiguration>

namespace iwd {

namespace {

constexpr size_t mostPending = 10'000; ///< commands without an answer; more fail at once
constexpr milliseconds tick { 10 }; ///< how exactly deadlines are kept

} // namespace

RedisConnection::RedisConnection(RedisNode node, const RedisOptions &options, Peer peer)
    : m_node(std::move(node))
    , m_options(options)
    , m_peer(peer)
    , m_pause(options.shortestPause)
{
    m_timer.setInterval(tick);
    connect(&m_timer, &QTimer::timeout, this, &RedisConnection::checkTime);
}

RedisConnection::~RedisConnection()
{
    close(QStringLiteral("the server ends"));
}

Error RedisConnection::failure(const QString &reason) const
{
    return { ErrorCode::StorageUnavailable, QStringLiteral("The Redis at %1 cannot be used: %2.").arg(m_node.toText(), reason), {}, { { QStringLiteral("reason"), reason } } };
}

QCoro::Task<RedisAnswer> RedisConnection::ask(std::vector<QByteArray> command)
{
    const Delivery<RedisAnswer> answer = begin(command);
    RedisAnswer given = co_await answer;
    co_return given;
}

QCoro::Task<RedisAnswer> RedisConnection::askBoth(std::vector<QByteArray> first, std::vector<QByteArray> second)
{
    const Delivery<RedisAnswer> ignored = begin(first);
    const Delivery<RedisAnswer> answer = begin(second);
    RedisAnswer given = co_await answer;
    co_return given;
}

Delivery<RedisAnswer> RedisConnection::begin(const std::vector<QByteArray> &command)
{
    const Delivery<RedisAnswer> answer;
    if (m_state == State::Closed && !m_notBefore.passed()) {
        answer.deliver(failure(m_trouble));
        return answer;
    }
    if (m_sent.size() + m_unsent.size() >= mostPending) {
        answer.deliver(failure(QStringLiteral("%1 commands wait for an answer").arg(mostPending)));
        return answer;
    }
    Pending pending { answer, Deadline::in(m_options.timeout), false };
    if (m_state == State::Ready) {
        send(redisCommand(command), std::move(pending));
        return answer;
    }
    m_unsent.push_back({ redisCommand(command), std::move(pending) });
    if (m_state == State::Closed)
        open();
    return answer;
}

void RedisConnection::open()
{
    m_state = State::Connecting;
    m_connectDeadline = Deadline::in(m_options.connectTimeout);
    m_reader = std::make_unique<RedisReplyReader>();
    m_socket = std::make_unique<QSslSocket>();
    QSslSocket *socket = m_socket.get();
    connect(socket, m_options.tls ? &QSslSocket::encrypted : &QSslSocket::connected, this, &RedisConnection::connected);
    connect(socket, &QSslSocket::readyRead, this, &RedisConnection::readyRead);
    connect(socket, &QSslSocket::errorOccurred, this, [this, socket] { close(socket->errorString()); });
    m_timer.start();
    if (!m_options.tls)
        return socket->connectToHost(m_node.host, m_node.port);
    QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
    tls.setProtocol(QSsl::TlsV1_2OrLater);
    if (!m_options.caFile.isEmpty())
        tls.setCaCertificates(QSslCertificate::fromPath(m_options.caFile));
    socket->setSslConfiguration(tls);
    socket->connectToHostEncrypted(m_node.host, m_node.port);
}

void RedisConnection::connected()
{
    if (m_state != State::Connecting)
        return;
    m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    m_state = State::Greeting;
    greet();
}

/// Says who we are; everything else waits until that is accepted.
void RedisConnection::greet()
{
    std::vector<std::vector<QByteArray>> commands;
    const QString &password = m_peer == Peer::Sentinel ? m_options.sentinelPassword : m_options.password;
    if (!password.isEmpty()) {
        std::vector<QByteArray> auth { "AUTH" };
        if (m_peer == Peer::Server && !m_options.user.isEmpty())
            auth.push_back(m_options.user.toUtf8());
        auth.push_back(password.toUtf8());
        commands.push_back(std::move(auth));
    }
    if (m_peer == Peer::Server && m_options.database != 0)
        commands.push_back({ "SELECT", QByteArray::number(m_options.database) });
    if (commands.empty())
        commands.push_back({ "PING" });
    m_greetings = static_cast<int>(commands.size());
    for (const auto &command : commands)
        send(redisCommand(command), { {}, Deadline::in(m_options.connectTimeout), true });
}

void RedisConnection::greeted(const RedisReply &reply)
{
    // Redis repeats no password in its errors.
    if (reply.isError())
        return close(QString::fromUtf8(reply.text));
    if (--m_greetings == 0)
        ready();
}

void RedisConnection::ready()
{
    m_state = State::Ready;
    m_pause = m_options.shortestPause;
    m_trouble.clear();
    for (Unsent &unsent : std::exchange(m_unsent, {}))
        send(unsent.command, std::move(unsent.pending));
}

void RedisConnection::send(const QByteArray &command, Pending pending)
{
    m_socket->write(command);
    m_sent.push_back(std::move(pending));
    if (!m_timer.isActive())
        m_timer.start();
}

void RedisConnection::readyRead()
{
    const QByteArray bytes = m_socket->readAll();
    m_reader->feed(bytes);
    while (m_state != State::Closed) {
        auto reply = m_reader->next();
        if (!reply)
            break;
        if (m_sent.empty())
            return close(QStringLiteral("it answers what nobody asked"));
        const Pending pending = std::move(m_sent.front());
        m_sent.pop_front();
        if (pending.greeting)
            greeted(*reply);
        else
            pending.answer.deliver(*std::move(reply));
    }
    if (m_state != State::Closed && m_reader->isBroken())
        close(QStringLiteral("what it answers is not Redis's protocol"));
}

void RedisConnection::checkTime()
{
    if (m_state == State::Connecting || m_state == State::Greeting) {
        if (m_connectDeadline.passed())
            return close(QStringLiteral("it did not accept a connection in %1 ms").arg(m_options.connectTimeout.count()));
        // What waits for the connection need not wait for all of it.
        while (!m_unsent.empty() && m_unsent.front().pending.deadline.passed()) {
            m_unsent.front().pending.answer.deliver(failure(QStringLiteral("the connection took longer than %1 ms").arg(m_options.timeout.count())));
            m_unsent.pop_front();
        }
        return;
    }
    if (m_sent.empty())
        return m_timer.stop();
    if (m_sent.front().deadline.passed())
        close(QStringLiteral("it did not answer in %1 ms").arg(m_options.timeout.count()));
}

void RedisConnection::close(const QString &reason)
{
    if (m_state == State::Closed)
        return;
    m_state = State::Closed;
    m_timer.stop();
    m_trouble = reason;
    m_notBefore = Deadline::in(m_pause);
    m_pause = std::min(m_pause * 2, m_options.longestPause);
    QSslSocket *socket = m_socket.release();
    socket->disconnect(this);
    socket->abort();
    socket->deleteLater(); // this may run inside one of its signals
    const auto sent = std::exchange(m_sent, {});
    const auto unsent = std::exchange(m_unsent, {});
    for (const Pending &pending : sent)
        pending.answer.deliver(failure(reason));
    for (const Unsent &waiting : unsent)
        waiting.pending.answer.deliver(failure(reason));
}

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "redisoptions.h"
#include "redisprotocol.h"

#include <base/clock.h>
#include <base/delivery.h>

#include <QObject>
#include <QSslSocket>
#include <QTimer>

#include <qcoro/qcorotask.h>

#include <deque>

namespace iwd {

/// An answer of Redis (which may be an error of its own), or why there was none.
using RedisAnswer = Result<RedisReply>;

/// One connection to a node. Commands are pipelined: each is sent at once, and answers come in the same order. A node that does not answer
/// in time has its connection cut, because nobody could tell any more which answer belongs to what.
///
/// Opens by itself at the first command, and again after a pause when it was lost; until the pause is over every command fails at once.
/// To be used on one thread, which has an event loop.
class RedisConnection : public QObject
{
    Q_OBJECT
public:
    enum class Peer { Server, Sentinel };

    /// @param options must outlive this
    RedisConnection(RedisNode node, const RedisOptions &options, Peer peer);
    ~RedisConnection() override;

    [[nodiscard]] QCoro::Task<RedisAnswer> ask(std::vector<QByteArray> command);
    /// Sends two commands with nothing in between. @returns the answer to the second
    [[nodiscard]] QCoro::Task<RedisAnswer> askBoth(std::vector<QByteArray> first, std::vector<QByteArray> second);
    /// Ends it for @p reason; it opens again at the next command after the pause.
    void close(const QString &reason);

    [[nodiscard]] const RedisNode &node() const { return m_node; }
    [[nodiscard]] bool isReady() const { return m_state == State::Ready; }
    /// Why the last one was lost; empty while it is ready or was never tried.
    [[nodiscard]] const QString &trouble() const { return m_trouble; }

private:
    enum class State { Closed, Connecting, Greeting, Ready };
    struct Pending
    {
        Delivery<RedisAnswer> answer;
        Deadline deadline;
        bool greeting = false;
    };
    struct Unsent
    {
        QByteArray command;
        Pending pending;
    };

    [[nodiscard]] Delivery<RedisAnswer> begin(const std::vector<QByteArray> &command);
    void open();
    void connected();
    void greet();
    void greeted(const RedisReply &reply);
    void ready();
    void send(const QByteArray &command, Pending pending);
    void readyRead();
    void checkTime();
    [[nodiscard]] Error failure(const QString &reason) const;

    const RedisNode m_node;
    const RedisOptions &m_options;
    const Peer m_peer;
    std::unique_ptr<QSslSocket> m_socket;
    std::unique_ptr<RedisReplyReader> m_reader;
    State m_state = State::Closed;
    Deadline m_connectDeadline = Deadline::never();
    Deadline m_notBefore = Deadline::in(milliseconds(0));
    milliseconds m_pause;
    int m_greetings = 0; ///< that are not answered yet
    std::deque<Pending> m_sent;
    std::deque<Unsent> m_unsent; ///< until the connection is ready
    QTimer m_timer;
    QString m_trouble;
};

} // namespace iwd

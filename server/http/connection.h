// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gzip.h"
#include "requestparser.h"
#include "responsewriter.h"
#include "serverstate.h"
#include "transport.h"
#include "worker.h"

#include <deque>

namespace iwd::http {

class Connection;
using TimePoint = std::chrono::steady_clock::time_point;

/// One request and its answer, in its place among those of the connection. Shared with the running handler, which may outlive both
/// the connection and the deadline.
struct Turn
{
    std::weak_ptr<Connection> connection;
    std::shared_ptr<ServerState> state;
    std::unique_ptr<Counted> inFlight; ///< while the handler runs
    std::unique_ptr<BodyShare> body; ///< when there is one
    const Route *route = nullptr;
    QByteArray method; ///< as sent
    AnswerContext context;
    TimePoint begun;
    TimePoint deadline = TimePoint::max();
    bool close = false; ///< the connection ends after this answer
    std::optional<Response> answer;
    bool answered = false;
    bool streaming = false; ///< its head is out, and its body still being made
    bool making = false; ///< a piece of the body is
    std::unique_ptr<GzipStream> zipping; ///< of a streamed body
    std::optional<Request> webSocket; ///< an accepted handshake, waiting for its place in line
};

/// One client: reads requests, has them answered, sends the answers in order. Lives on its worker's thread.
class Connection final : public std::enable_shared_from_this<Connection>, public Transport::User
{
public:
    [[nodiscard]] static std::shared_ptr<Connection> open(Worker &worker, Arrival arrival);
    ~Connection();

    void tick(TimePoint now);
    void drain();
    /// The handler of @p turn is done.
    void finish(const std::shared_ptr<Turn> &turn, Response response);
    void acceptWebSocket(const std::shared_ptr<Turn> &turn, Request request);
    /// The next piece of @p turn's body is there, or will never be.
    void takePiece(const std::shared_ptr<Turn> &turn, Result<QByteArray> piece);
    void refuseWebSocket(const std::shared_ptr<Turn> &turn, Response response);
    /// Answers 503 and closes: the connection is one too many.
    void turnAway();
    void close();

    void transportReady() override;
    void transportBroken() override;

private:
    enum class Phase {
        Head, ///< waiting for a head, or between requests
        Body,
        Waiting, ///< a whole request whose turn to begin has not come
        Stopped, ///< no further request will be read; answers are still to be sent
        Upgrading, ///< a WebSocket handshake is being decided on
        Lingering, ///< everything sent, waiting for the client to notice
        Confirming, ///< everything sent to a client that sends no more: a reset would tell that it has gone for good
        Closed,
    };

    /// A request that is being read.
    struct Incoming
    {
        Request request;
        std::shared_ptr<Turn> turn;
        std::optional<Response> refusal; ///< the answer, once the body has been read past
        qint64 bodyLimit = 0;
        bool gzipped = false;
        bool webSocket = false;
        bool oweContinue = false;
    };

    Connection(Worker &worker, Arrival arrival);

    // Reading
    void readSome();
    void discardSome();
    bool mayReadOn() const;
    bool mayStartHead() const;
    void pump();
    qsizetype consume(QByteArrayView input);
    qsizetype consumeHead(QByteArrayView input);
    qsizetype consumeBody(QByteArrayView input);

    // A request, from its head to its handler
    void takeHead(QByteArrayView head);
    void noteFacts();
    void route(QByteArrayView head);
    std::optional<Response> routingRefusal(const Router::Match &match) const;
    std::optional<Response> webSocketRefusal() const;
    Response tooLarge() const;
    void expectBody(bool expectContinue);
    void messageComplete();
    void unzip();
    bool mayBegin() const;
    void begin();
    static QCoro::Task<void> run(std::shared_ptr<Turn> turn, Request request);
    static QCoro::Task<void> authorize(std::shared_ptr<Turn> turn, Request request);

    // Answers
    void refuse(Response response);
    void refuse(const Refusal &refusal);
    void answerLate(TimePoint at);
    /// Ends a connection whose client is to blame, and says so in the log.
    void drop(const QString &reason);
    void timeOut();
    std::shared_ptr<Turn> newTurn();
    void answer(const std::shared_ptr<Turn> &turn, Response response);
    void writeAnswered();
    void writeFront();
    void finishFront();
    bool continueStream();
    static QCoro::Task<void> makePiece(std::shared_ptr<Turn> turn);
    void cutStream(const QString &reason);
    bool flush();
    void settle();
    void farewell();
    void confirm();
    void confirmed();
    void upgrade();

    Worker &m_worker;
    std::shared_ptr<ServerState> m_state;
    const Limits &m_limits;
    std::shared_ptr<ConnectionPermit> m_permit;
    std::unique_ptr<Counted> m_refusing;
    std::unique_ptr<Transport> m_transport;
    QString m_address;

    Phase m_phase = Phase::Head;
    HeadScanner m_scanner;
    RequestParser m_parser;
    Incoming m_incoming;
    QByteArray m_input; ///< read, not yet consumed
    QByteArray m_handshake; ///< the raw head of a WebSocket request
    std::deque<std::shared_ptr<Turn>> m_turns;
    OutputQueue m_output;
    UnsentShare m_unsentShare { m_state };
    std::vector<std::function<void()>> m_unsent; ///< Response::undelivered of what is in m_output

    TimePoint m_phaseSince; ///< when what we wait for began: idleness, a head, a stretch of the body, the farewell
    TimePoint m_writeSince; ///< when the client last took something
    TimePoint m_waitingSince; ///< since when there has always been something it has not taken
    qint64 m_bodySinceMark = 0;
    bool m_headBegun = false; ///< bytes of a head are there
    bool m_blocked = false; ///< input waits until turns or output have shrunk
    bool m_peerFinished = false;
    bool m_pumping = false;
    bool m_missed = false; ///< the transport was ready while we were busy
    bool m_writeWaits = false;
    bool m_closeWhenSent = false;
    bool m_lingerAfter = false;
};

} // namespace iwd::http

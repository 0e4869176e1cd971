// SPDX-License-Identifier: Apache-2.0
#include "connection.h"

#include "tlstransport.h"
#include "websocketupgrade.h"

#include <base/log.h>

#include <QThread>

namespace iwd::http {

namespace {

constexpr qsizetype inputWhileBlocked = 64 * 1024; ///< read ahead of a client that pipelines more than we take on
constexpr qint64 bodyStretch = 16 * 1024; ///< what Limits::bodyTimeout is for
constexpr qint64 skippedBody = 64 * 1024; ///< a refused request's body is read past up to here, to keep the connection
constexpr qint64 streamAhead = 128 * 1024; ///< unsent bytes below which the next piece of a streamed body is made
constexpr std::chrono::seconds lingerTime { 2 };
constexpr std::chrono::seconds confirmTime { 1 };

TimePoint now()
{
    return std::chrono::steady_clock::now();
}

bool isSane(const QByteArray &correlationId)
{
    return !correlationId.isEmpty() && correlationId.size() <= 100 && std::all_of(correlationId.begin(), correlationId.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' || c == '_' || c == '-';
    });
}

Response problemOf(const Turn &turn, int status, const QString &code, const QString &text, const QJsonObject &args = {})
{
    const log::Correlation correlation(QString::fromLatin1(turn.context.correlationId));
    Response response = turn.state->problem(status, code, text, args);
    response.status = status;
    return response;
}

Response busy(const Turn &turn, const QString &text)
{
    Response response = problemOf(turn, 503, QStringLiteral("server.busy"), text, { { QStringLiteral("retryAfterSeconds"), 1 } });
    response.headers.set("Retry-After", "1");
    return response;
}

Response failure(const Turn &turn, const char *what)
{
    const QString correlation = QString::fromLatin1(turn.context.correlationId);
    const log::Correlation scope(correlation);
    log::error(u"A request's handler failed unexpectedly.",
        { { QLatin1StringView("route"), turn.route->pattern }, { QLatin1StringView("reason"), QString::fromLocal8Bit(what) } });
    return problemOf(turn, 500, QStringLiteral("server.internal"),
        QStringLiteral("The server failed to answer this request. Its log says more under the correlation id."),
        { { QStringLiteral("correlationId"), correlation } });
}

bool isKnownMethod(const QByteArray &method)
{
    static const QByteArrayList known { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE" };
    return known.contains(method);
}

void report(const Turn &turn, int status, bool delivered)
{
    if (turn.state->observer)
        turn.state->observer({ turn.route || isKnownMethod(turn.method) ? turn.method : QByteArrayLiteral("OTHER"),
            turn.route ? turn.route->pattern : QString(), status, now() - turn.begun, delivered });
}

/// Tells the handler that its answer reached nobody.
void reportUndelivered(const Response &response)
{
    if (response.undelivered)
        response.undelivered();
}

QByteArrayList withImplied(QByteArrayList methods)
{
    if (methods.contains("GET") && !methods.contains("HEAD"))
        methods.append("HEAD");
    if (!methods.contains("OPTIONS"))
        methods.append("OPTIONS");
    return methods;
}

QByteArrayList everyMethod(const Router &router)
{
    QByteArrayList methods;
    for (const auto &route : router.routes()) {
        if (!methods.contains(route->method))
            methods.append(route->method);
    }
    return withImplied(methods);
}

/// Calls the handler so that what it logs before it first waits carries the request's correlation id.
template <typename Callee>
auto withCorrelation(const Callee &callee, Request request)
{
    const log::Correlation correlation(request.correlationId);
    return callee(std::move(request));
}

/// The same of a piece of its body.
auto nextPiece(const Turn &turn)
{
    const log::Correlation correlation(QString::fromLatin1(turn.context.correlationId));
    return turn.answer->stream->next();
}

} // namespace

// ---- Life

std::shared_ptr<Connection> Connection::open(Worker &worker, Arrival arrival)
{
    const int descriptor = arrival.descriptor->take();
    std::shared_ptr<Connection> connection(new Connection(worker, std::move(arrival)));
    const auto &tls = connection->m_state->options.tls;
    if (tls)
        connection->m_transport = std::make_unique<TlsTransport>(descriptor, *tls, *connection);
    else
        connection->m_transport = std::make_unique<PlainTransport>(descriptor, worker.poller(), *connection);
    return connection;
}

Connection::Connection(Worker &worker, Arrival arrival)
    : m_worker(worker)
    , m_state(worker.state())
    , m_limits(m_state->options.limits)
    , m_permit(std::move(arrival.permit))
    , m_address(std::move(arrival.address))
    , m_scanner(m_limits.headerBytes, m_limits.urlBytes)
    , m_phaseSince(now())
{
    if (!m_permit)
        m_refusing = std::make_unique<Counted>(m_state, &ServerState::refusing);
}

Connection::~Connection() = default;

void Connection::turnAway()
{
    m_incoming.turn = newTurn();
    refuse(busy(*m_incoming.turn,
        QStringLiteral("Too many connections are open. Try again in a moment, and keep connections open between requests.")));
    pump();
}

void Connection::close()
{
    if (m_phase == Phase::Closed)
        return;
    m_phase = Phase::Closed;
    if (!m_turns.empty() && m_turns.front()->streaming && !m_turns.front()->context.http11)
        m_transport->abandon(); // a plain end of the connection would be the end of the body to this client
    for (const auto &turn : m_turns) {
        if (!turn->answered)
            continue;
        report(*turn, turn->answer->status, false);
        reportUndelivered(*turn->answer);
    }
    m_turns.clear();
    for (const auto &undelivered : std::exchange(m_unsent, {}))
        undelivered();
    m_transport.reset();
    m_permit.reset();
    m_worker.forget(this);
}

void Connection::drain()
{
    const bool idle = m_phase == Phase::Head && !m_headBegun && m_input.isEmpty() && m_turns.empty() && m_output.isEmpty();
    if (idle && m_transport->wantsFarewell())
        farewell();
    else if (idle)
        close();
}

void Connection::tick(TimePoint at)
{
    answerLate(at);
    if (!m_turns.empty() && m_turns.front()->making && at >= m_turns.front()->deadline)
        cutStream(QStringLiteral("A piece of it was not ready in time."));
    if (m_phase == Phase::Closed)
        return;
    const auto waited = at - m_phaseSince;
    const bool idle = m_turns.empty() && m_output.isEmpty();
    const bool crowded = m_state->unsentBytes > m_limits.unsentBytes;
    if (m_writeWaits && at - m_writeSince >= m_limits.writeTimeout)
        drop(QStringLiteral("It took nothing of its answers for %1 s.").arg(m_limits.writeTimeout / std::chrono::seconds(1)));
    else if (m_writeWaits && crowded && at - m_waitingSince >= m_limits.crowdedTimeout)
        drop(QStringLiteral("It takes its answers too slowly while the server holds as many unsent bytes as it may."));
    else if (m_phase == Phase::Lingering && waited >= lingerTime)
        close();
    else if (m_phase == Phase::Confirming && waited >= confirmTime)
        confirmed();
    else if (!m_transport->established() && waited >= m_limits.headerTimeout)
        close();
    else if (m_phase == Phase::Head && m_headBegun && m_blocked)
        m_phaseSince = at; // we are the ones who do not read
    else if (m_phase == Phase::Head && m_headBegun && waited >= m_limits.headerTimeout)
        timeOut();
    else if (m_phase == Phase::Body && waited >= m_limits.bodyTimeout)
        timeOut();
    else if (m_phase == Phase::Head && idle && !m_headBegun && waited >= m_limits.idleTimeout)
        close();
}

void Connection::drop(const QString &reason)
{
    log::warning(u"Dropped a client.", { { QLatin1StringView("address"), m_address }, { QLatin1StringView("unsentBytes"), qint64(m_output.size()) }, { QLatin1StringView("reason"), reason } });
    m_transport->abandon();
    close();
}

void Connection::answerLate(TimePoint at)
{
    const auto isLate = [at](const auto &turn) { return !turn->answered && at >= turn->deadline; };
    if (std::none_of(m_turns.begin(), m_turns.end(), isLate))
        return;
    for (const auto &turn : std::deque(m_turns)) { // a copy, because answering takes turns off
        if (isLate(turn)) {
            answer(turn,
                problemOf(*turn, 504, QStringLiteral("server.deadline_exceeded"),
                    QStringLiteral("The answer was not ready in time. The request may still take effect.")));
        }
    }
    pump();
}

void Connection::timeOut()
{
    if (!m_incoming.turn)
        m_incoming.turn = newTurn();
    refuse({ 408, QStringLiteral("request.timeout"), QStringLiteral("The request did not arrive completely in time.") });
    pump();
}

// ---- Reading

void Connection::transportBroken()
{
    const auto self = shared_from_this();
    close();
}

void Connection::transportReady()
{
    if (m_pumping) {
        m_missed = true;
        return;
    }
    const auto self = shared_from_this();
    do {
        m_missed = false;
        readSome();
        pump();
    } while (m_missed && m_phase != Phase::Closed);
}

bool Connection::mayStartHead() const
{
    return m_turns.size() < static_cast<size_t>(m_limits.pipelined) && m_output.size() < m_limits.outputBytes;
}

bool Connection::mayReadOn() const
{
    switch (m_phase) {
    case Phase::Head:
        return mayStartHead() || m_input.size() < inputWhileBlocked;
    case Phase::Waiting:
    case Phase::Upgrading:
        return m_input.size() < inputWhileBlocked;
    case Phase::Body:
    case Phase::Lingering:
        return true;
    case Phase::Stopped:
    case Phase::Confirming:
    case Phase::Closed:
        return false;
    }
    Q_UNREACHABLE();
}

void Connection::readSome()
{
    if (m_phase == Phase::Lingering) {
        discardSome();
        return;
    }
    QByteArray &scratch = m_worker.scratch();
    qint64 got = scratch.size();
    while (got == scratch.size() && !m_peerFinished && mayReadOn()) {
        got = m_transport->read(scratch.data(), scratch.size());
        if (got == Transport::Broken) {
            close();
        } else if (got == Transport::EndOfInput) {
            m_peerFinished = true;
        } else if (got > 0 && m_input.isEmpty()) {
            m_pumping = true;
            const QByteArrayView fresh(scratch.constData(), got);
            const qsizetype used = consume(fresh);
            m_pumping = false;
            if (used < got && m_phase != Phase::Stopped)
                m_input.append(fresh.data() + used, fresh.size() - used);
            else if (used < got)
                m_lingerAfter = true;
        } else if (got > 0) {
            m_input.append(scratch.constData(), got);
        }
    }
}

void Connection::discardSome()
{
    QByteArray &scratch = m_worker.scratch();
    const qint64 got = m_transport->read(scratch.data(), scratch.size());
    if (got == Transport::EndOfInput || got == Transport::Broken)
        close();
}

void Connection::pump()
{
    if (m_pumping || m_phase == Phase::Closed || m_phase == Phase::Lingering || m_phase == Phase::Confirming)
        return;
    m_pumping = true;
    bool open = true;
    do {
        const qsizetype used = consume(m_input);
        m_input.remove(0, used);
        if (m_incoming.oweContinue && m_phase == Phase::Body && m_turns.empty()) {
            m_incoming.oweContinue = false;
            m_output.append(QByteArrayLiteral("HTTP/1.1 100 Continue\r\n\r\n"));
        }
        open = flush();
    } while (open && ((m_blocked && mayStartHead()) || continueStream()));
    open = open && m_phase != Phase::Closed; // a piece that failed at once
    m_pumping = false;
    if (open)
        settle();
}

qsizetype Connection::consume(QByteArrayView input)
{
    qsizetype used = 0;
    for (;;) {
        const Phase before = m_phase;
        qsizetype taken = 0;
        if (m_phase == Phase::Waiting && mayBegin())
            begin();
        else if (m_phase == Phase::Head)
            taken = consumeHead(input.sliced(used));
        else if (m_phase == Phase::Body)
            taken = consumeBody(input.sliced(used));
        used += taken;
        if (taken == 0 && before == m_phase)
            return used;
    }
}

qsizetype Connection::consumeHead(QByteArrayView input)
{
    m_blocked = !input.isEmpty() && !mayStartHead();
    if (m_blocked || input.isEmpty())
        return 0;
    if (!m_headBegun) {
        m_headBegun = true;
        m_phaseSince = now();
    }
    const auto outcome = m_scanner.scan(input);
    if (outcome == HeadScanner::Outcome::Incomplete)
        return 0;
    m_incoming = Incoming();
    m_incoming.turn = newTurn();
    switch (outcome) {
    case HeadScanner::Outcome::Malformed:
        refuse({ 400, QStringLiteral("request.malformed"),
            QStringLiteral("The request is not well-formed HTTP: its lines must end with CRLF and may not be folded.") });
        return 0;
    case HeadScanner::Outcome::TargetTooLong:
        refuse({ 414, QStringLiteral("request.target_too_long"),
            QStringLiteral("The request's target is longer than %1 bytes.").arg(m_limits.urlBytes) });
        return 0;
    case HeadScanner::Outcome::HeadersTooLarge:
        refuse({ 431, QStringLiteral("request.headers_too_large"),
            QStringLiteral("The request's header is larger than %1 bytes.").arg(m_limits.headerBytes) });
        return 0;
    default:
        break;
    }
    const qsizetype end = m_scanner.end();
    takeHead(input.first(end).sliced(m_scanner.begin()));
    return end;
}

qsizetype Connection::consumeBody(QByteArrayView input)
{
    if (input.isEmpty())
        return 0;
    m_incoming.oweContinue = false;
    const auto body = m_parser.readBody(input, m_incoming.bodyLimit, m_incoming.request.body);
    m_bodySinceMark += body.consumed;
    if (m_bodySinceMark >= bodyStretch) {
        m_bodySinceMark = 0;
        m_phaseSince = now();
    }
    if (body.tooLarge)
        refuse(m_incoming.refusal ? *m_incoming.refusal : tooLarge());
    else if (body.refusal)
        refuse(*body.refusal);
    else if (!m_incoming.turn->body->resize(m_incoming.request.body.size()))
        refuse(busy(*m_incoming.turn, QStringLiteral("The server is reading as many bytes as it can hold. Try again in a moment.")));
    else if (body.complete)
        messageComplete();
    else if (input.size() - body.consumed > m_limits.headerBytes)
        refuse({ 431, QStringLiteral("request.headers_too_large"),
            QStringLiteral("A chunk's extensions or the trailer are larger than %1 bytes.").arg(m_limits.headerBytes) });
    return body.consumed;
}

// ---- A request, from its head to its handler

std::shared_ptr<Turn> Connection::newTurn()
{
    auto turn = std::make_shared<Turn>();
    turn->connection = weak_from_this();
    turn->state = m_state;
    turn->begun = now();
    turn->context.correlationId = m_worker.nextCorrelationId();
    return turn;
}

void Connection::takeHead(QByteArrayView head)
{
    const auto refusal = m_parser.readHead(head, m_incoming.request);
    noteFacts();
    if (refusal)
        refuse(*refusal);
    else
        route(head);
}

void Connection::noteFacts()
{
    const HeadFacts &facts = m_parser.facts();
    Request &request = m_incoming.request;
    Turn &turn = *m_incoming.turn;
    turn.method = request.method;
    turn.close = !facts.keepAlive;
    turn.context.http11 = facts.http11;
    turn.context.head = request.method == "HEAD";
    turn.context.safe = turn.context.head || request.method == "GET";
    turn.context.acceptEncoding = facts.acceptEncoding;
    turn.context.ifNoneMatch = facts.ifNoneMatch;
    if (isSane(facts.correlationId))
        turn.context.correlationId = facts.correlationId;
    if (turn.context.head) {
        request.method = QByteArrayLiteral("GET");
        request.head = true;
    }
    request.remoteAddress = m_address;
    request.correlationId = QString::fromLatin1(turn.context.correlationId);
}

void Connection::route(QByteArrayView head)
{
    const HeadFacts &facts = m_parser.facts();
    auto match = m_state->router->find(m_incoming.request.method, facts.rawPath);
    m_incoming.webSocket = match.webSocket && facts.upgradeToWebSocket && m_incoming.turn->method == "GET";
    const Route *route = m_incoming.webSocket ? match.webSocket : match.route;
    m_incoming.turn->route = route;
    m_incoming.bodyLimit = route ? route->options.maxBody : skippedBody;
    m_incoming.request.parameters = std::move(match.parameters);
    if (m_incoming.webSocket)
        m_incoming.refusal = webSocketRefusal();
    else if (!route)
        m_incoming.refusal = routingRefusal(match);
    if (m_incoming.webSocket)
        m_handshake = head.toByteArray();
    if (facts.hasBody)
        expectBody(facts.expectContinue);
    else
        messageComplete();
}

std::optional<Response> Connection::routingRefusal(const Router::Match &match) const
{
    const Turn &turn = *m_incoming.turn;
    const QByteArrayList allowed = m_parser.facts().rawPath == "*" ? everyMethod(*m_state->router) : withImplied(match.allowed);
    const bool known = !match.allowed.isEmpty() || m_parser.facts().rawPath == "*";
    Response response;
    if (turn.method == "OPTIONS" && known)
        response.status = 204;
    else if (!isKnownMethod(turn.method) && !match.allowed.contains(turn.method))
        return problemOf(
            turn, 501, QStringLiteral("request.not_implemented"), QStringLiteral("The method of this request is not known here."));
    else if (match.allowed.isEmpty() && !known)
        return problemOf(turn, 404, QStringLiteral("route.not_found"), QStringLiteral("There is nothing at this path."),
            { { QStringLiteral("path"), m_incoming.request.path } });
    else if (match.webSocket && turn.method == "GET") {
        response = problemOf(turn, 426, QStringLiteral("request.upgrade_required"),
            QStringLiteral("This path is a WebSocket: open it with a WebSocket handshake."));
        response.headers.set("Upgrade", "websocket");
        response.headers.set("Connection", "Upgrade");
    } else {
        response = problemOf(turn, 405, QStringLiteral("route.method_not_allowed"),
            QStringLiteral("This path does not take the method %1.").arg(QString::fromLatin1(turn.method)),
            { { QStringLiteral("method"), QString::fromLatin1(turn.method) },
                { QStringLiteral("allowed"), QString::fromLatin1(allowed.join(", ")) } });
    }
    response.headers.set("Allow", allowed.join(", "));
    return response;
}

std::optional<Response> Connection::webSocketRefusal() const
{
    const Headers &headers = m_incoming.request.headers;
    if (headers.value("Sec-WebSocket-Version").trimmed() != "13") {
        Response response = problemOf(*m_incoming.turn, 426, QStringLiteral("request.upgrade_required"),
            QStringLiteral("Only version 13 of the WebSocket protocol is spoken here."));
        response.headers.set("Sec-WebSocket-Version", "13");
        response.headers.set("Upgrade", "websocket");
        response.headers.set("Connection", "Upgrade");
        return response;
    }
    const auto key = QByteArray::fromBase64Encoding(headers.value("Sec-WebSocket-Key").trimmed(), QByteArray::AbortOnBase64DecodingErrors);
    if (!key || (*key).size() != 16 || m_parser.facts().hasBody)
        return problemOf(*m_incoming.turn, 400, QStringLiteral("request.malformed"),
            QStringLiteral("The WebSocket handshake is not valid: expected a Sec-WebSocket-Key of 16 bytes in base64, and no body."));
    return std::nullopt;
}

Response Connection::tooLarge() const
{
    return problemOf(*m_incoming.turn, 413, QStringLiteral("request.too_large"),
        QStringLiteral("The body is larger than the %1 bytes taken here.").arg(m_incoming.bodyLimit),
        { { QStringLiteral("limit"), m_incoming.bodyLimit } });
}

void Connection::expectBody(bool expectContinue)
{
    const HeadFacts &facts = m_parser.facts();
    const QByteArray encoding = facts.contentEncoding.trimmed().toLower();
    m_incoming.gzipped = encoding == "gzip" || encoding == "x-gzip";
    if (!m_incoming.refusal && !m_incoming.gzipped && !encoding.isEmpty() && encoding != "identity") {
        m_incoming.refusal = problemOf(*m_incoming.turn, 415, QStringLiteral("request.unsupported_media_type"),
            QStringLiteral("The only Content-Encoding known here is gzip."),
            { { QStringLiteral("got"), QString::fromLatin1(encoding.left(60)) }, { QStringLiteral("expected"), QStringLiteral("gzip") } });
        m_incoming.refusal->headers.set("Accept-Encoding", "gzip");
    }
    const bool large = facts.contentLength && *facts.contentLength > static_cast<quint64>(m_incoming.bodyLimit);
    if (large && !m_incoming.refusal)
        m_incoming.refusal = tooLarge();
    if (m_incoming.refusal && (large || expectContinue)) {
        refuse(*m_incoming.refusal);
        return;
    }
    m_incoming.oweContinue = expectContinue;
    m_incoming.turn->body = std::make_unique<BodyShare>(m_state);
    m_incoming.request.body.reserve(static_cast<qsizetype>(std::min<quint64>(facts.contentLength.value_or(0), 64 * 1024)));
    m_phase = Phase::Body;
    m_phaseSince = now();
    m_bodySinceMark = 0;
}

void Connection::messageComplete()
{
    if (m_incoming.gzipped && !m_incoming.refusal)
        unzip();
    m_phase = Phase::Waiting;
    if (mayBegin())
        begin();
}

void Connection::unzip()
{
    auto result = gunzip(m_incoming.request.body, m_incoming.bodyLimit);
    if (auto *plain = std::get_if<QByteArray>(&result)) {
        m_incoming.request.body = std::move(*plain);
        m_incoming.request.headers.remove("Content-Encoding");
        (void)m_incoming.turn->body->resize(m_incoming.request.body.size()); // counted, but not refused any more: it is all here
    } else if (std::get<GunzipFailure>(result) == GunzipFailure::TooLarge) {
        m_incoming.refusal = tooLarge();
    } else {
        m_incoming.refusal = problemOf(*m_incoming.turn, 400, QStringLiteral("request.malformed"),
            QStringLiteral("The body is not sound gzip, although its Content-Encoding says so."));
    }
}

bool Connection::mayBegin() const
{
    // RFC 9112, 9.3.2: requests of one connection may run side by side only when none of them changes anything.
    const bool alone = !m_incoming.turn->context.safe || m_incoming.webSocket;
    return m_turns.empty() || m_incoming.refusal
        || (!alone && std::all_of(m_turns.begin(), m_turns.end(), [](const auto &turn) { return turn->answered || turn->context.safe; }));
}

void Connection::begin()
{
    auto turn = std::move(m_incoming.turn);
    auto refusal = std::move(m_incoming.refusal);
    m_scanner.reset();
    m_headBegun = false;
    m_phaseSince = turn->begun;
    m_phase = turn->close ? Phase::Stopped : m_incoming.webSocket ? Phase::Upgrading : Phase::Head;
    m_turns.push_back(turn);
    if (!refusal) {
        turn->inFlight = std::make_unique<Counted>(m_state, &ServerState::inFlight);
        if (m_state->inFlight > m_limits.inFlight) {
            turn->inFlight.reset();
            refusal = busy(*turn, QStringLiteral("The server is answering as many requests as it can. Try again in a moment."));
        } else if (m_state->unsentBytes > m_limits.unsentBytes) {
            turn->inFlight.reset();
            refusal = busy(*turn, QStringLiteral("The server holds as many answers as it can that clients have not taken yet. Try again in a moment."));
        }
    }
    if (refusal) {
        if (m_phase == Phase::Upgrading)
            m_phase = Phase::Head;
        answer(turn, std::move(*refusal));
        return;
    }
    const auto timeout = turn->route->options.timeout;
    m_incoming.request.deadline = Deadline::in(timeout);
    turn->deadline = m_incoming.request.deadline.at();
    if (m_phase == Phase::Upgrading)
        authorize(turn, std::move(m_incoming.request));
    else
        run(turn, std::move(m_incoming.request));
}

QCoro::Task<void> Connection::run(std::shared_ptr<Turn> turn, Request request)
{
    std::optional<Response> response;
    try {
        auto task = withCorrelation(turn->route->handler, std::move(request));
        response = co_await task;
    } catch (const std::exception &exception) {
        response = failure(*turn, exception.what());
    } catch (...) {
        response = failure(*turn, "unknown exception");
    }
    if (!response->stream)
        turn->inFlight.reset();
    if (const auto connection = turn->connection.lock()) {
        connection->finish(turn, std::move(*response));
        co_return;
    }
    if (!turn->answered)
        report(*turn, response->status, false);
    reportUndelivered(*response);
}

QCoro::Task<void> Connection::authorize(std::shared_ptr<Turn> turn, Request request)
{
    std::optional<Response> refusal;
    try {
        auto task = withCorrelation(turn->route->webSocket->authorize, request);
        refusal = co_await task;
    } catch (const std::exception &exception) {
        refusal = failure(*turn, exception.what());
    } catch (...) {
        refusal = failure(*turn, "unknown exception");
    }
    turn->inFlight.reset();
    const auto connection = turn->connection.lock();
    if (connection && refusal)
        connection->refuseWebSocket(turn, std::move(*refusal));
    else if (connection)
        connection->acceptWebSocket(turn, std::move(request));
    else if (!turn->answered)
        report(*turn, refusal ? refusal->status : 101, false);
}

// ---- Answers

void Connection::refuse(Response response)
{
    auto turn = std::move(m_incoming.turn);
    turn->close = true;
    m_lingerAfter = true;
    m_phase = Phase::Stopped;
    m_turns.push_back(turn);
    answer(turn, std::move(response));
}

void Connection::refuse(const Refusal &refusal)
{
    refuse(problemOf(*m_incoming.turn, refusal.status, refusal.code, refusal.text));
}

void Connection::finish(const std::shared_ptr<Turn> &turn, Response response)
{
    Q_ASSERT(QThread::currentThread() == m_worker.thread()); // handlers resume where they began
    if (turn->answered) {
        reportUndelivered(response);
        return;
    }
    if (m_phase == Phase::Closed) {
        report(*turn, response.status, false);
        reportUndelivered(response);
        return;
    }
    answer(turn, std::move(response));
    pump();
    if (m_missed && !m_pumping)
        transportReady();
}

void Connection::refuseWebSocket(const std::shared_ptr<Turn> &turn, Response response)
{
    if (m_phase == Phase::Upgrading)
        m_phase = Phase::Head;
    finish(turn, std::move(response));
}

void Connection::acceptWebSocket(const std::shared_ptr<Turn> &turn, Request request)
{
    if (m_phase != Phase::Upgrading || turn->answered)
        return;
    turn->deadline = TimePoint::max();
    turn->webSocket = std::move(request);
    pump();
}

void Connection::answer(const std::shared_ptr<Turn> &turn, Response response)
{
    Q_ASSERT(response.status >= 200 && response.status < 600);
    turn->answered = true;
    if (response.headers.value("Connection").toLower() == "close")
        turn->close = true;
    if (m_phase == Phase::Upgrading)
        m_phase = Phase::Head;
    const bool zippedBefore = response.headers.contains("Content-Encoding");
    finishResponse(response, turn->context, m_state->options.gzip);
    if (response.stream && !zippedBefore && response.headers.contains("Content-Encoding"))
        turn->zipping = std::make_unique<GzipStream>();
    turn->answer = std::move(response);
    writeAnswered();
}

void Connection::writeAnswered()
{
    while (!m_turns.empty() && m_turns.front()->answered && !m_turns.front()->streaming && !m_closeWhenSent)
        writeFront();
    if (!m_closeWhenSent)
        return;
    // Requests that were pipelined behind an answer that closes go without one.
    for (const auto &turn : m_turns) {
        turn->connection.reset();
        if (!turn->answered)
            continue;
        report(*turn, turn->answer->status, false);
        reportUndelivered(*turn->answer);
    }
    m_turns.clear();
}

void Connection::writeFront()
{
    const auto turn = m_turns.front();
    const bool last = m_turns.size() == 1 && (m_phase == Phase::Head || m_phase == Phase::Stopped);
    const bool endsWithConnection = turn->answer->stream && !turn->context.http11;
    turn->close = turn->close || endsWithConnection || (last && m_state->draining);
    writeResponse(m_output, *turn->answer, turn->context, { turn->close, m_worker.date(), m_state->options.serverName });
    turn->streaming = streams(*turn->answer, turn->context);
    turn->deadline = TimePoint::max();
    if (!turn->streaming)
        finishFront();
}

void Connection::finishFront()
{
    const auto turn = std::move(m_turns.front());
    m_turns.pop_front();
    if (turn->answer->stream)
        turn->inFlight.reset(); // any other turn gives it back when its handler is done, which may be later
    if (turn->answer->undelivered)
        m_unsent.push_back(turn->answer->undelivered);
    if (turn->close) {
        m_closeWhenSent = true;
        m_phase = Phase::Stopped;
    }
    report(*turn, turn->answer->status, true);
    if (m_turns.empty() && !m_headBegun && m_phase == Phase::Head)
        m_phaseSince = now();
}

/// Has the next piece of a streamed answer made when there is room for it.
/// @returns whether there is something new to send at once
bool Connection::continueStream()
{
    if (m_turns.empty() || m_phase == Phase::Closed)
        return false;
    const auto turn = m_turns.front();
    if (!turn->streaming || turn->making || m_output.size() >= streamAhead)
        return false;
    turn->making = true;
    turn->deadline = now() + turn->route->options.timeout;
    makePiece(turn);
    return !turn->making && m_phase != Phase::Closed;
}

QCoro::Task<void> Connection::makePiece(std::shared_ptr<Turn> turn)
{
    std::optional<Result<QByteArray>> piece;
    try {
        auto task = nextPiece(*turn);
        piece = co_await task;
    } catch (const std::exception &exception) {
        piece = Result<QByteArray>(Error { ErrorCode::Internal, QString::fromLocal8Bit(exception.what()), {}, {} });
    } catch (...) {
        piece = Result<QByteArray>(Error { ErrorCode::Internal, QStringLiteral("unknown exception"), {}, {} });
    }
    if (const auto connection = turn->connection.lock())
        connection->takePiece(turn, std::move(*piece));
}

void Connection::takePiece(const std::shared_ptr<Turn> &turn, Result<QByteArray> piece)
{
    Q_ASSERT(QThread::currentThread() == m_worker.thread()); // sources resume where they began
    turn->making = false;
    turn->deadline = TimePoint::max();
    if (m_phase == Phase::Closed)
        return;
    if (!piece) {
        cutStream(piece.error().text);
        return;
    }
    const bool end = piece->isEmpty();
    const QByteArray bytes = turn->zipping ? turn->zipping->add(*piece) : *piece;
    if (turn->zipping && bytes.isEmpty()) {
        cutStream(QStringLiteral("It cannot be zipped."));
        return;
    }
    if (!bytes.isEmpty())
        writeChunk(m_output, bytes, turn->context);
    if (end) {
        writeChunk(m_output, {}, turn->context);
        turn->streaming = false;
        turn->close = turn->close || (m_turns.size() == 1 && m_state->draining && (m_phase == Phase::Head || m_phase == Phase::Stopped));
        finishFront();
        writeAnswered();
    }
    pump();
    if (m_missed && !m_pumping)
        transportReady();
}

/// Ends the connection in the middle of a streamed answer. What has been sent may still arrive, but never an end of the body.
void Connection::cutStream(const QString &reason)
{
    const auto turn = m_turns.front();
    const log::Correlation correlation(QString::fromLatin1(turn->context.correlationId));
    log::warning(u"Cut an answer off.", { { QLatin1StringView("route"), turn->route->pattern }, { QLatin1StringView("address"), m_address }, { QLatin1StringView("reason"), reason } });
    close();
}

bool Connection::flush()
{
    bool progress = false;
    while (!m_output.isEmpty()) {
        const QByteArrayView piece = m_output.front();
        const qint64 taken = m_transport->write(piece.data(), piece.size());
        if (taken == Transport::Broken) {
            close();
            return false;
        }
        if (taken == Transport::Nothing)
            break;
        m_output.drop(taken);
        progress = true;
    }
    const bool waits = !m_output.isEmpty();
    m_unsentShare.resize(m_output.size());
    if (waits && (progress || !m_writeWaits))
        m_writeSince = now();
    if (waits && !m_writeWaits)
        m_waitingSince = m_writeSince;
    m_writeWaits = waits;
    return true;
}

void Connection::settle()
{
    if (m_output.isEmpty()) {
        if (!m_unsent.empty() && m_peerFinished && m_turns.empty()) {
            confirm();
            return;
        }
        if (!m_peerFinished)
            m_unsent.clear();
        if (m_phase == Phase::Upgrading && m_turns.front()->webSocket) {
            upgrade();
            return;
        }
        if (m_closeWhenSent) {
            farewell();
            return;
        }
        if (m_peerFinished && m_turns.empty() && (m_phase == Phase::Head || m_phase == Phase::Body)) {
            close();
            return;
        }
    }
    m_transport->setInterest(!m_peerFinished && mayReadOn(), !m_output.isEmpty());
}

void Connection::farewell()
{
    // Closing with unread input makes the kernel send a reset, which may destroy the answer on its way. So the client is told
    // that this is the end, and what it still sends is read away for a moment.
    const bool linger = (m_lingerAfter || !m_input.isEmpty() || m_transport->wantsFarewell()) && !m_peerFinished;
    if (!linger) {
        close();
        return;
    }
    m_phase = Phase::Lingering;
    m_phaseSince = now();
    m_input.clear();
    m_transport->setInterest(true, false);
    m_transport->finishWriting();
}

void Connection::confirm()
{
    // A client that closed its sending side may still read, or may have died: then what we sent is answered with a reset.
    m_phase = Phase::Confirming;
    m_phaseSince = now();
    m_input.clear();
    m_transport->setInterest(false, false);
}

void Connection::confirmed()
{
    m_unsent.clear();
    close();
}

void Connection::upgrade()
{
    const auto turn = std::move(m_turns.front());
    m_turns.pop_front();
    report(*turn, 101, true);
    m_phase = Phase::Closed;
    Upgrade upgrade { m_transport->release(), std::move(m_permit), turn->route, std::move(*turn->webSocket), m_handshake, m_input };
    upgradeToWebSocket(m_worker, std::move(upgrade));
    m_worker.forget(this);
}

} // namespace iwd::http

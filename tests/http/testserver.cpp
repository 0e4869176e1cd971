// SPDX-License-Identifier: Apache-2.0
#include "testserver.h"

#include <qcoro/qcorotimer.h>

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSslCertificate>
#include <QSslKey>
#include <QWebSocket>

#include <stdexcept>

namespace iwd::test {

using http::Request;
using http::Response;

namespace {

Response text(const QByteArray &body)
{
    Response response;
    response.headers.add("Content-Type", "text/plain");
    response.body = body;
    return response;
}

QCoro::Task<Response> ping(Request)
{
    co_return text("pong");
}

QCoro::Task<Response> echo(Request request)
{
    co_return text(request.body);
}

/// What the handler was given, one fact a line.
QCoro::Task<Response> describe(Request request)
{
    QByteArray body
        = request.method + (request.head ? " head\n" : "\n") + request.path.toUtf8() + '\n' + request.parameters.join(u'|').toUtf8() + '\n';
    for (const auto &[name, value] : request.query)
        body += name.toUtf8() + '=' + value.toUtf8() + '\n';
    co_return text(body);
}

QCoro::Task<Response> large(Request request)
{
    const qsizetype bytes = request.queryValue(u"bytes").value_or(QString()).toLongLong();
    co_return text(QByteArray("0123456789").repeated(bytes / 10));
}

QCoro::Task<Response> versioned(Request)
{
    Response response = text("version seven");
    response.headers.add("ETag", "\"7\"");
    co_return response;
}

/// Says itself what may be kept, and what the edge says of every answer.
QCoro::Task<Response> kept(Request)
{
    Response response = text("page");
    response.headers.add("Cache-Control", "no-cache");
    response.headers.add("X-Content-Type-Options", "nosniff");
    co_return response;
}

QCoro::Task<Response> boom(Request)
{
    throw std::runtime_error("the handler broke");
    co_return Response();
}

QCoro::Task<Response> inject(Request)
{
    Response response = text("pong");
    response.headers.add("Location", "/a\r\nSet-Cookie: stolen=1");
    response.headers.add("Content-Length", "999");
    response.headers.add("Transfer-Encoding", "chunked");
    co_return response;
}

/// Answers with the gate's name once the gate is open.
QCoro::Task<Response> atGate(std::shared_ptr<Gates> gates, Request request)
{
    const QString name = request.parameters.value(0);
    gates->arrive(name);
    for (int tries = 0; !gates->isOpen(name) && tries < 10'000; ++tries)
        co_await QCoro::sleepFor(milliseconds(1));
    co_return text(name.toUtf8());
}

/// Pieces of one letter each, as the query says: how many of how many bytes, which one fails, throws or waits for a gate, whether each takes a moment.
class Letters : public http::BodySource
{
public:
    Letters(std::shared_ptr<Gates> gates, const Request &request)
        : m_gates(std::move(gates))
        , m_pieces(number(request, u"pieces"))
        , m_bytes(number(request, u"bytes"))
        , m_failsAt(number(request, u"fail"))
        , m_throwsAt(number(request, u"throw"))
        , m_waitsAt(number(request, u"wait"))
        , m_slowly(request.queryValue(u"slowly").has_value())
    {
    }

    QCoro::Task<Result<QByteArray>> next() override
    {
        ++m_made;
        m_gates->arrive(QStringLiteral("piece"));
        if (m_slowly)
            co_await QCoro::sleepFor(milliseconds(1));
        for (int tries = 0; m_made == m_waitsAt && !m_gates->isOpen(QStringLiteral("piece")) && tries < 10'000; ++tries)
            co_await QCoro::sleepFor(milliseconds(1));
        if (m_made == m_throwsAt)
            throw std::runtime_error("the source broke");
        if (m_made == m_failsAt)
            co_return Error { ErrorCode::Internal, QStringLiteral("nothing more to be had"), {}, {} };
        const char letter = static_cast<char>('a' + (m_made - 1) % 26);
        co_return m_made > m_pieces ? QByteArray() : QByteArray(m_bytes, letter);
    }

private:
    static int number(const Request &request, QStringView name) { return request.queryValue(name).value_or(QStringLiteral("0")).toInt(); }

    std::shared_ptr<Gates> m_gates;
    int m_pieces;
    int m_bytes;
    int m_failsAt;
    int m_throwsAt;
    int m_waitsAt;
    bool m_slowly;
    int m_made = 0;
};

QCoro::Task<Response> stream(std::shared_ptr<Gates> gates, Request request)
{
    Response response = text({});
    response.headers.add("ETag", "\"7\"");
    response.stream = std::make_shared<Letters>(gates, request);
    response.undelivered = [gates] { gates->arrive(QStringLiteral("undelivered")); };
    co_return response;
}

QCoro::Task<std::optional<Response>> letIn(Request request)
{
    if (request.queryValue(u"token") == QStringLiteral("good"))
        co_return std::nullopt;
    co_return Response { 403, {}, "not you" };
}

void echoMessages(Request request, QWebSocket *socket)
{
    QObject::connect(socket, &QWebSocket::textMessageReceived, socket,
        [socket](const QString &message) { socket->sendTextMessage(u"echo " + message); });
    QObject::connect(socket, &QWebSocket::disconnected, socket, &QObject::deleteLater);
    socket->sendTextMessage(u"hello " + request.queryValue(u"name").value_or(QString()));
}

/// Sends as much as it is asked for at once, whether anybody takes it or not.
void flood(Request request, QWebSocket *socket)
{
    QObject::connect(socket, &QWebSocket::disconnected, socket, &QObject::deleteLater);
    socket->sendBinaryMessage(QByteArray(request.queryValue(u"bytes").value_or(QString()).toLongLong(), 'x'));
}

Response problem(int status, const QString &code, const QString &sentence, const QJsonObject &)
{
    Response response;
    response.status = status;
    response.headers.add("Content-Type", "application/problem+json");
    response.body = QJsonDocument(QJsonObject { { QStringLiteral("code"), code }, { QStringLiteral("detail"), sentence } })
                        .toJson(QJsonDocument::Compact);
    return response;
}

std::shared_ptr<const http::Router> routes(const std::shared_ptr<Gates> &gates)
{
    auto router = std::make_shared<http::Router>();
    const auto gate = [gates](Request request) { return atGate(gates, std::move(request)); };
    router->add("GET", QStringLiteral("/ping"), ping);
    router->add("POST", QStringLiteral("/echo"), echo, { 100'000, milliseconds(30'000) });
    router->add("POST", QStringLiteral("/small"), echo, { 10, milliseconds(30'000) });
    router->add("GET", QStringLiteral("/describe"), describe);
    router->add("GET", QStringLiteral("/items/{id}"), describe);
    router->add("GET", QStringLiteral("/items/{id}/history/{page}"), describe);
    router->add("POST", QStringLiteral("/items/retry"), describe);
    router->add("GET", QStringLiteral("/large"), large);
    router->add("GET", QStringLiteral("/versioned"), versioned);
    router->add("GET", QStringLiteral("/kept"), kept);
    router->add("GET", QStringLiteral("/boom"), boom);
    router->add("GET", QStringLiteral("/inject"), inject);
    router->add("GET", QStringLiteral("/gate/{name}"), gate);
    router->add("POST", QStringLiteral("/gate/{name}"), gate);
    const auto letters = [gates](Request request) { return stream(gates, std::move(request)); };
    router->add("GET", QStringLiteral("/stream"), letters);
    router->add("POST", QStringLiteral("/stream"), letters);
    router->add("GET", QStringLiteral("/impatient-stream"), letters, { 1000, milliseconds(150) });
    router->add("GET", QStringLiteral("/impatient/{name}"), gate, { 1000, milliseconds(150) });
    router->addWebSocket(QStringLiteral("/live"), { letIn, echoMessages });
    router->addWebSocket(QStringLiteral("/flood"), { letIn, flood });
    return router;
}

} // namespace

void Gates::open(const QString &name)
{
    QMutexLocker lock(&m_mutex);
    m_open.insert(name);
}

bool Gates::isOpen(const QString &name) const
{
    QMutexLocker lock(&m_mutex);
    return m_open.contains(name);
}

void Gates::arrive(const QString &name)
{
    QMutexLocker lock(&m_mutex);
    ++m_arrived[name];
}

int Gates::arrived(const QString &name) const
{
    QMutexLocker lock(&m_mutex);
    return m_arrived.value(name);
}

void Exchanges::add(const http::Exchange &exchange)
{
    QMutexLocker lock(&m_mutex);
    m_all.append(exchange);
}

QList<http::Exchange> Exchanges::all() const
{
    QMutexLocker lock(&m_mutex);
    return m_all;
}

TestServer::TestServer(http::ServerOptions options)
    : m_server(std::make_unique<http::Server>(routes(m_gates), std::move(options), problem))
{
    m_server->observe([exchanges = m_exchanges](const http::Exchange &exchange) { exchanges->add(exchange); });
    const auto port = m_server->listen(QHostAddress::LocalHost, 0);
    if (!port)
        qFatal("%s", qPrintable(port.error().text));
    m_port = *port;
}

TestServer::~TestServer() = default;

QSslConfiguration testTls()
{
    QFile certificate(QStringLiteral(TEST_DATA "/localhost-certificate.pem"));
    QFile key(QStringLiteral(TEST_DATA "/localhost-key.pem"));
    if (!certificate.open(QIODevice::ReadOnly) || !key.open(QIODevice::ReadOnly))
        qFatal("The test's certificate cannot be read.");
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setPeerVerifyMode(QSslSocket::VerifyNone);
    configuration.setLocalCertificate(QSslCertificate(&certificate));
    configuration.setPrivateKey(QSslKey(&key, QSsl::Ec));
    return configuration;
}

} // namespace iwd::test

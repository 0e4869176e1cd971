// SPDX-License-Identifier: Apache-2.0
#include "requestparser.h"

#include "target.h"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/status.hpp>

#include <cstring>

namespace iwd::http {

namespace beast = boost::beast;
using beast::http::field;

namespace {

Refusal malformed(const QString &text)
{
    return { 400, QStringLiteral("request.malformed"), text };
}

QByteArrayView view(beast::string_view text)
{
    return QByteArrayView(text.data(), static_cast<qsizetype>(text.size()));
}

bool isTokenStart(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '\r' || c == '\n';
}

bool listContains(QByteArrayView list, QByteArrayView token)
{
    while (!list.isEmpty()) {
        const qsizetype comma = list.indexOf(',');
        const QByteArrayView item = (comma < 0 ? list : list.first(comma)).trimmed();
        if (item.compare(token, Qt::CaseInsensitive) == 0)
            return true;
        list = comma < 0 ? QByteArrayView() : list.sliced(comma + 1);
    }
    return false;
}

/// uri-host and port, as far as characters go (RFC 3986, 3.2.2).
bool isHost(QByteArrayView host)
{
    static constexpr char marks[] = "-._~!$&'()*+,;=:[]%";
    return !host.isEmpty() && std::all_of(host.begin(), host.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
            || (c != '\0' && std::strchr(marks, c) != nullptr);
    });
}

/// Method and version take at most this much of a request line that is any good.
constexpr qsizetype allowance = 64;
constexpr qsizetype shortestLastChunk = 5; // "0\r\n\r\n"

} // namespace

HeadScanner::Outcome HeadScanner::withinLimits(qsizetype size) const
{
    if (m_requestLineEnd == 0)
        return size - m_begin > m_urlBytes + allowance ? Outcome::TargetTooLong : Outcome::Incomplete;
    return size - m_requestLineEnd > m_headerBytes ? Outcome::HeadersTooLarge : Outcome::Incomplete;
}

HeadScanner::Outcome HeadScanner::requestLine(QByteArrayView line)
{
    const qsizetype first = line.indexOf(' ');
    const qsizetype last = line.lastIndexOf(' ');
    // A line that arrives in pieces is refused before its end is seen; one that comes at once is no better.
    const bool tooLong = last - first - 1 > m_urlBytes || line.size() + 1 > m_urlBytes + allowance;
    return tooLong ? Outcome::TargetTooLong : Outcome::Incomplete;
}

HeadScanner::Outcome HeadScanner::scan(QByteArrayView bytes)
{
    if (m_scanned == 0 && !bytes.isEmpty() && !isTokenStart(bytes.front()))
        return Outcome::Malformed;
    while (m_scanned < bytes.size()) {
        const void *found = std::memchr(bytes.data() + m_scanned, '\n', static_cast<size_t>(bytes.size() - m_scanned));
        if (!found) {
            m_scanned = bytes.size();
            break;
        }
        const qsizetype newline = static_cast<const char *>(found) - bytes.data();
        if (newline == m_lineStart || bytes[newline - 1] != '\r')
            return Outcome::Malformed;
        const QByteArrayView line = bytes.sliced(m_lineStart, newline - 1 - m_lineStart);
        m_scanned = m_lineStart = newline + 1;
        if (m_requestLineEnd == 0) {
            if (line.isEmpty()) { // RFC 9112, 2.2: blank lines before a request are skipped; a stream of them is not
                m_begin = m_scanned;
                if (m_begin > 4)
                    return Outcome::Malformed;
                continue;
            }
            if (requestLine(line) != Outcome::Incomplete)
                return Outcome::TargetTooLong;
            m_requestLineEnd = m_scanned;
        } else if (line.isEmpty()) {
            return withinLimits(m_scanned) == Outcome::Incomplete ? Outcome::Complete : Outcome::HeadersTooLarge;
        } else if (line.front() == ' ' || line.front() == '\t') {
            return Outcome::Malformed;
        }
    }
    return withinLimits(bytes.size());
}

/// Beast's parser calls back for every part; this keeps what it hears.
class RequestParser::Message : public beast::http::basic_parser<true>
{
public:
    Message(Request &request, HeadFacts &facts)
        : m_request(&request)
        , m_facts(facts)
    {
        eager(true);
        // Our own limit is the route's. None at all would be boost::none, but 1.74 takes that for a limit of nothing.
        body_limit(std::numeric_limits<std::uint64_t>::max());
        header_limit(std::numeric_limits<std::uint32_t>::max()); // the scanner has seen to it
    }

    void collectInto(QByteArray &body, qint64 limit)
    {
        m_body = &body;
        m_limit = limit;
    }

    QByteArray target;
    QByteArray host;
    QByteArray transferEncoding;
    QByteArray expect;
    QByteArray upgrade;
    QByteArray connection;
    int hosts = 0;
    int contentLengths = 0;
    bool contentLengthIsList = false;
    int transferEncodings = 0;
    bool tooLarge = false;

protected:
    using Error = beast::error_code;
    using Text = beast::string_view;

    void on_request_impl(beast::http::verb, Text method, Text requestTarget, int version, Error &) override
    {
        m_facts.http11 = version == 11;
        m_request->method = view(method).toByteArray();
        target = view(requestTarget).toByteArray();
    }

    void on_response_impl(int, Text, int, Error &) override { }

    void on_field_impl(field name, Text text, Text value, Error &) override
    {
        if (m_headDone)
            return; // A trailer says nothing that anyone here asked for.
        const QByteArray bytes = view(value).toByteArray();
        m_request->headers.add(view(text).toByteArray(), bytes);
        note(name, bytes);
    }

    void on_header_impl(Error &) override { m_headDone = true; }
    void on_body_init_impl(const boost::optional<std::uint64_t> &, Error &) override { }
    std::size_t on_body_impl(Text bytes, Error &error) override { return take(bytes, error); }
    void on_chunk_header_impl(std::uint64_t size, Text, Error &error) override
    {
        if (size > static_cast<std::uint64_t>(m_limit - m_body->size()))
            refuse(error);
    }
    std::size_t on_chunk_body_impl(std::uint64_t, Text bytes, Error &error) override { return take(bytes, error); }
    void on_finish_impl(Error &) override { }

private:
    void note(field name, const QByteArray &value)
    {
        switch (name) {
        case field::host:
            ++hosts;
            host = value;
            break;
        case field::content_length:
            ++contentLengths;
            contentLengthIsList = value.contains(',');
            break;
        case field::transfer_encoding:
            ++transferEncodings;
            transferEncoding = value;
            break;
        case field::expect:
            expect = value;
            break;
        case field::content_encoding:
            m_facts.contentEncoding += m_facts.contentEncoding.isEmpty() ? value : QByteArray(',' + value);
            break;
        case field::accept_encoding:
            m_facts.acceptEncoding += m_facts.acceptEncoding.isEmpty() ? value : QByteArray(',' + value);
            break;
        case field::if_none_match:
            m_facts.ifNoneMatch += m_facts.ifNoneMatch.isEmpty() ? value : QByteArray(',' + value);
            break;
        case field::upgrade:
            upgrade = value;
            break;
        case field::connection:
            connection += ',' + value;
            break;
        case field::unknown:
            if (m_facts.correlationId.isEmpty()
                && m_request->headers.fields().constLast().first.compare("x-correlation-id", Qt::CaseInsensitive) == 0)
                m_facts.correlationId = value;
            break;
        default:
            break;
        }
    }

    std::size_t take(Text bytes, Error &error)
    {
        if (static_cast<qint64>(bytes.size()) > m_limit - m_body->size()) {
            refuse(error);
            return 0;
        }
        m_body->append(bytes.data(), static_cast<qsizetype>(bytes.size()));
        return bytes.size();
    }

    void refuse(Error &error)
    {
        tooLarge = true;
        error = beast::http::error::body_limit;
    }

    Request *m_request; // valid while the head is read
    HeadFacts &m_facts;
    QByteArray *m_body = nullptr;
    qint64 m_limit = 0;
    bool m_headDone = false;
};

RequestParser::RequestParser() = default;
RequestParser::~RequestParser() = default;

namespace {

Refusal refusalOf(const beast::error_code &code, QByteArrayView head)
{
    using beast::http::error;
    if (code == error::bad_version) {
        const QByteArrayView line = head.first(std::max<qsizetype>(0, head.indexOf('\r')));
        const QByteArrayView version = line.size() > 8 ? line.last(8) : QByteArrayView();
        if (version.startsWith("HTTP/") && std::isdigit(version[5]) && version[6] == '.' && std::isdigit(version[7]))
            return { 505, QStringLiteral("request.version_not_supported"), QStringLiteral("This server speaks HTTP/1.1 and HTTP/1.0.") };
    }
    if (code == error::bad_content_length)
        return malformed(
            QStringLiteral("Content-Length cannot be used: expected one number of bytes, and no Transfer-Encoding beside it."));
    if (code == error::bad_transfer_encoding)
        return malformed(QStringLiteral("Transfer-Encoding cannot be used: expected \"chunked\" once, and no Content-Length beside it."));
    return malformed(QStringLiteral("The request is not well-formed HTTP (%1).").arg(QString::fromStdString(code.message())));
}

} // namespace

std::optional<Refusal> RequestParser::readHead(QByteArrayView head, Request &request)
{
    m_facts = HeadFacts();
    m_bodyBegun = false;
    m_message = std::make_unique<Message>(request, m_facts);
    beast::error_code error;
    const std::size_t used = m_message->put(boost::asio::const_buffer(head.data(), static_cast<std::size_t>(head.size())), error);
    if (error && error != beast::http::error::need_more)
        return refusalOf(error, head);
    if (used != static_cast<std::size_t>(head.size()) || !m_message->is_header_done())
        return malformed(QStringLiteral("The request is not well-formed HTTP."));
    m_facts.keepAlive = m_message->keep_alive();
    if (auto refusal = checkFraming(request))
        return refusal;
    if (auto refusal = checkHost())
        return refusal;
    auto target = readTarget(m_message->target);
    if (!target || (target->rawPath == "*" && request.method != "OPTIONS"))
        return malformed(QStringLiteral(
            "The request's target is not a valid path and query: expected ASCII with sound percent-encoding of UTF-8 text."));
    request.path = std::move(target->path);
    request.rawTarget = std::move(target->rawTarget);
    request.query = std::move(target->query);
    m_facts.rawPath = std::move(target->rawPath);
    if (!m_message->upgrade.isEmpty())
        m_facts.upgradeToWebSocket
            = m_facts.http11 && listContains(m_message->connection, "upgrade") && listContains(m_message->upgrade, "websocket");
    return std::nullopt;
}

std::optional<Refusal> RequestParser::checkFraming(const Request &request)
{
    const Message &message = *m_message;
    if (message.contentLengths > 1 || message.contentLengthIsList)
        return malformed(QStringLiteral("Content-Length is given more than once."));
    if (message.transferEncodings > 0) {
        if (message.contentLengths > 0)
            return malformed(QStringLiteral("Transfer-Encoding and Content-Length exclude each other."));
        if (!m_facts.http11)
            return malformed(QStringLiteral("HTTP/1.0 knows no Transfer-Encoding."));
        if (message.transferEncodings > 1 || message.transferEncoding.compare("chunked", Qt::CaseInsensitive) != 0)
            return Refusal { 501, QStringLiteral("request.not_implemented"),
                QStringLiteral("The only Transfer-Encoding known here is \"chunked\".") };
    }
    if (request.method == "CONNECT")
        return Refusal { 501, QStringLiteral("request.not_implemented"),
            QStringLiteral("This server is no proxy: CONNECT is not implemented.") };
    if (!message.expect.isEmpty() && m_facts.http11) {
        if (message.expect.compare("100-continue", Qt::CaseInsensitive) != 0)
            return Refusal { 417, QStringLiteral("request.expectation_failed"),
                QStringLiteral("The only expectation known here is \"100-continue\".") };
        m_facts.expectContinue = true;
    }
    m_facts.hasBody = !m_message->is_done();
    if (const auto length = m_message->content_length())
        m_facts.contentLength = *length;
    return std::nullopt;
}

std::optional<Refusal> RequestParser::checkHost() const
{
    if (m_message->hosts > 1)
        return malformed(QStringLiteral("Host is given more than once."));
    if (m_message->hosts == 0)
        return m_facts.http11 ? std::optional(malformed(QStringLiteral("Host is missing; HTTP/1.1 requires it."))) : std::nullopt;
    if (!isHost(m_message->host))
        return malformed(QStringLiteral("Host is not a valid name or address."));
    return std::nullopt;
}

RequestParser::Body RequestParser::readBody(QByteArrayView bytes, qint64 limit, QByteArray &body)
{
    Body result;
    // Beast takes for granted that it sees the last chunk not before all of it can be there, which does not hold when that is the first one and comes in pieces.
    if (m_message->chunked() && !m_bodyBegun && bytes.size() < shortestLastChunk)
        return result;
    m_message->collectInto(body, limit);
    beast::error_code error;
    result.consumed
        = static_cast<qsizetype>(m_message->put(boost::asio::const_buffer(bytes.data(), static_cast<std::size_t>(bytes.size())), error));
    m_bodyBegun = m_bodyBegun || result.consumed > 0;
    result.tooLarge = m_message->tooLarge;
    result.complete = m_message->is_done();
    if (error && error != beast::http::error::need_more && !result.tooLarge)
        result.refusal
            = malformed(QStringLiteral("The request's body is not well-formed (%1).").arg(QString::fromStdString(error.message())));
    return result;
}

QByteArray reasonPhrase(int status)
{
    if (status == 422)
        return "Unprocessable Content";
    const auto text = beast::http::obsolete_reason(beast::http::int_to_status(static_cast<unsigned>(status)));
    return view(text).toByteArray();
}

} // namespace iwd::http

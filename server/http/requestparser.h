// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "httpmessage.h"

#include <memory>

namespace iwd::http {

/// Why the edge itself answers: status, machine key and sentence for the ProblemWriter.
struct Refusal
{
    int status = 400;
    QString code;
    QString text;
};

/// Finds where a request's head ends in a stream that arrives in pieces, and refuses at once what can only be an attack or a mistake:
/// a line that ends without CR, a folded line, a target or head beyond its limit. Looks at each byte once.
class HeadScanner
{
public:
    HeadScanner(int headerBytes, int urlBytes)
        : m_headerBytes(headerBytes)
        , m_urlBytes(urlBytes)
    {
    }

    enum class Outcome { Incomplete, Complete, Malformed, TargetTooLong, HeadersTooLarge };
    /// @param bytes everything since the end of the last message; grows from call to call
    [[nodiscard]] Outcome scan(QByteArrayView bytes);
    /// Where the head begins (after blank lines) and ends (after its blank line), once Complete.
    [[nodiscard]] qsizetype begin() const { return m_begin; }
    [[nodiscard]] qsizetype end() const { return m_scanned; }
    void reset() { *this = HeadScanner(m_headerBytes, m_urlBytes); }

private:
    Outcome requestLine(QByteArrayView line);
    [[nodiscard]] Outcome withinLimits(qsizetype size) const;

    int m_headerBytes;
    int m_urlBytes;
    qsizetype m_begin = 0;
    qsizetype m_lineStart = 0;
    qsizetype m_scanned = 0;
    qsizetype m_requestLineEnd = 0; ///< 0: not seen yet
};

/// What the edge itself needs to know of a head, beside the Request.
struct HeadFacts
{
    bool http11 = true;
    bool keepAlive = true;
    bool hasBody = false;
    bool expectContinue = false;
    std::optional<quint64> contentLength;
    QByteArray rawPath;
    QByteArray contentEncoding; ///< empty, or as sent
    QByteArray acceptEncoding;
    QByteArray ifNoneMatch;
    QByteArray correlationId; ///< as sent
    bool upgradeToWebSocket = false;
};

/// One request after the other through Boost.Beast's parser, with the refusals of RFC 9112 that it leaves to its user.
class RequestParser
{
public:
    RequestParser();
    ~RequestParser();
    RequestParser(const RequestParser &) = delete;
    RequestParser &operator=(const RequestParser &) = delete;

    /// Reads a whole head, as HeadScanner found it, into @p request and facts().
    [[nodiscard]] std::optional<Refusal> readHead(QByteArrayView head, Request &request);
    [[nodiscard]] const HeadFacts &facts() const { return m_facts; }

    struct Body
    {
        qsizetype consumed = 0;
        bool complete = false;
        bool tooLarge = false;
        std::optional<Refusal> refusal;
    };
    /// Takes what it can from @p bytes and appends the body's share to @p body, never letting it grow beyond @p limit.
    [[nodiscard]] Body readBody(QByteArrayView bytes, qint64 limit, QByteArray &body);

private:
    class Message;
    std::optional<Refusal> checkFraming(const Request &request);
    std::optional<Refusal> checkHost() const;

    std::unique_ptr<Message> m_message;
    HeadFacts m_facts;
    bool m_bodyBegun = false; ///< something of it was consumed
};

/// The reason phrase of a status, for people who read the wire.
[[nodiscard]] QByteArray reasonPhrase(int status);

} // namespace iwd::http

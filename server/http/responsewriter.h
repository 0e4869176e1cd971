// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "httpmessage.h"

#include <deque>

namespace iwd::http {

/// What of the request decides the shape of its answer.
struct AnswerContext
{
    bool head = false;
    bool safe = false; ///< GET or HEAD
    bool http11 = true;
    QByteArray acceptEncoding;
    QByteArray ifNoneMatch;
    QByteArray correlationId;
};

/// Makes of a handler's answer what goes out: 304 where the client has it already (RFC 9110, 13.1.2), zipped where the client
/// takes gzip and it pays, `Vary` where it could have been.
void finishResponse(Response &response, const AnswerContext &context, bool mayGzip);

/// @returns whether @p acceptEncoding (RFC 9110, 12.5.3) takes gzip
[[nodiscard]] bool acceptsGzip(QByteArrayView acceptEncoding);

/// Bytes on their way out: many small ones in one buffer, large bodies as they are.
class OutputQueue
{
public:
    [[nodiscard]] qint64 size() const { return m_size; }
    [[nodiscard]] bool isEmpty() const { return m_size == 0; }
    /// Where to append a head or another small piece; call grown() afterwards.
    [[nodiscard]] QByteArray &tail() { return m_tail; }
    void grown(qsizetype bytes) { m_size += bytes; }
    void append(const QByteArray &body);

    [[nodiscard]] QByteArrayView front() const;
    void drop(qsizetype bytes);

private:
    std::deque<QByteArray> m_chunks;
    QByteArray m_tail;
    qsizetype m_sent = 0; ///< of the front piece
    qint64 m_size = 0;
};

struct HeadFields
{
    bool close = false;
    QByteArrayView date;
    QByteArrayView server;
};

/// Whether a body is made while it is sent, and there is one for this request.
[[nodiscard]] bool streams(const Response &response, const AnswerContext &context);

/// One chunk of a streamed body (RFC 9112, 7.1), or its bare bytes for HTTP/1.0. An empty piece is the end.
void writeChunk(OutputQueue &output, const QByteArray &piece, const AnswerContext &context);

/// Appends head and body to @p output, of a streamed answer the head. Nobody may keep an answer (Cache-Control) unless its handler says otherwise; none is taken for another type than it says. Fields of the handler that could break the framing are left out, with a line in the log.
void writeResponse(OutputQueue &output, const Response &response, const AnswerContext &context, const HeadFields &fields);

} // namespace iwd::http

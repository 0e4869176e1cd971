// SPDX-License-Identifier: Apache-2.0
#include "responsewriter.h"

#include "gzip.h"
#include "requestparser.h"

#include <base/log.h>

namespace iwd::http {

namespace {

constexpr qsizetype gzipFrom = 1024; // below, the saving is less than a packet
constexpr qsizetype largeBody = 32 * 1024; // from here a copy costs more than a further write
constexpr qsizetype keptCapacity = 16 * 1024;

bool isText(const QByteArray &contentType)
{
    const QByteArray kind = contentType.split(';').constFirst().trimmed().toLower();
    static const QByteArrayList others { "application/json", "application/xml", "application/javascript", "application/yaml",
        "application/x-ndjson", "application/openmetrics-text", "image/svg+xml" };
    return kind.startsWith("text/") || kind.endsWith("+json") || kind.endsWith("+xml") || others.contains(kind);
}

void varyOnEncoding(Headers &headers)
{
    const QByteArray vary = headers.value("Vary");
    if (vary.isEmpty())
        headers.add("Vary", "Accept-Encoding");
    else if (!vary.contains('*') && !vary.toLower().contains("accept-encoding"))
        headers.set("Vary", vary + ", Accept-Encoding");
}

QByteArrayView opaque(QByteArrayView tag)
{
    return tag.startsWith("W/") ? tag.sliced(2) : tag;
}

/// Weak comparison of @p etag with a list of entity tags. A tag's text may hold commas, so quotes are followed.
bool matches(QByteArrayView list, QByteArrayView etag)
{
    if (list.trimmed() == QByteArrayView("*"))
        return true;
    qsizetype at = 0;
    while (at < list.size()) {
        const qsizetype open = list.indexOf('"', at);
        const qsizetype close = open < 0 ? -1 : list.indexOf('"', open + 1);
        if (close < 0)
            return false;
        if (list.sliced(open, close + 1 - open) == opaque(etag))
            return true;
        at = close + 1;
    }
    return false;
}

bool breaksFraming(const QByteArray &text)
{
    return std::any_of(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

bool isOurs(const QByteArray &name)
{
    switch (name.size()) {
    case 4:
        return qstricmp(name.constData(), "date") == 0;
    case 6:
        return qstricmp(name.constData(), "server") == 0;
    case 10:
        return qstricmp(name.constData(), "connection") == 0 || qstricmp(name.constData(), "keep-alive") == 0;
    case 14:
        return qstricmp(name.constData(), "content-length") == 0;
    case 15:
        return qstricmp(name.constData(), "referrer-policy") == 0;
    case 16:
        return qstricmp(name.constData(), "x-correlation-id") == 0;
    case 17:
        return qstricmp(name.constData(), "transfer-encoding") == 0;
    case 22:
        return qstricmp(name.constData(), "x-content-type-options") == 0;
    default:
        return false;
    }
}

void appendStatusLine(QByteArray &out, int status)
{
    if (status == 200) {
        out.append("HTTP/1.1 200 OK\r\n");
        return;
    }
    out.append("HTTP/1.1 ").append(QByteArray::number(status)).append(' ').append(reasonPhrase(status)).append("\r\n");
}

void appendField(QByteArray &out, QByteArrayView name, QByteArrayView value)
{
    out.append(name.data(), name.size()).append(": ", 2).append(value.data(), value.size()).append("\r\n", 2);
}

void appendHandlerFields(QByteArray &out, const Response &response)
{
    for (const auto &[name, value] : response.headers.fields()) {
        if (isOurs(name) && value != "Upgrade")
            continue;
        if (breaksFraming(name) || breaksFraming(value)) {
            log::error(u"A header field of an answer was left out because its value holds a line break or NUL.",
                { { QLatin1StringView("field"), QString::fromLatin1(name.left(60)) } });
            continue;
        }
        appendField(out, name, value);
    }
}

/// What programs in between and browsers may do with an answer: keep it only when its handler says so, take it for nothing but what it says it is, and tell no other site where it came from.
void appendPrecautions(QByteArray &out, const Headers &headers)
{
    if (!headers.contains("Cache-Control"))
        out.append("Cache-Control: no-store\r\n");
    out.append("X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n");
}

bool isBodyless(int status)
{
    return status == 204 || status == 304 || status < 200;
}

} // namespace

bool acceptsGzip(QByteArrayView list)
{
    bool any = false;
    while (!list.isEmpty()) {
        const qsizetype comma = list.indexOf(',');
        const QByteArrayView item = comma < 0 ? list : list.first(comma);
        list = comma < 0 ? QByteArrayView() : list.sliced(comma + 1);
        const qsizetype semicolon = item.indexOf(';');
        const QByteArrayView coding = (semicolon < 0 ? item : item.first(semicolon)).trimmed();
        double quality = 1;
        if (semicolon >= 0) {
            const QByteArray weight = item.sliced(semicolon + 1).trimmed().toByteArray();
            if (weight.startsWith("q=") || weight.startsWith("Q="))
                quality = weight.mid(2).toDouble();
        }
        if (coding.compare("gzip", Qt::CaseInsensitive) == 0 || coding.compare("x-gzip", Qt::CaseInsensitive) == 0)
            return quality > 0;
        any = any || (coding == QByteArrayView("*") && quality > 0);
    }
    return any;
}

void finishResponse(Response &response, const AnswerContext &context, bool mayGzip)
{
    const bool couldZip = mayGzip && (response.stream || response.body.size() >= gzipFrom) && !response.headers.contains("Content-Encoding")
        && isText(response.headers.value("Content-Type"));
    if (couldZip)
        varyOnEncoding(response.headers);
    if (context.safe && response.status == 200 && !context.ifNoneMatch.isEmpty()) {
        const QByteArray etag = response.headers.value("ETag");
        if (!etag.isEmpty() && matches(context.ifNoneMatch, etag)) {
            response.status = 304;
            response.body.clear();
            response.stream.reset();
            response.headers.remove("Content-Type");
            return;
        }
    }
    if (!couldZip || !acceptsGzip(context.acceptEncoding))
        return;
    if (response.stream) {
        response.headers.add("Content-Encoding", "gzip"); // each piece on its way
        return;
    }
    const QByteArray zipped = gzip(response.body);
    if (zipped.isEmpty() || zipped.size() >= response.body.size())
        return;
    response.body = zipped;
    response.headers.add("Content-Encoding", "gzip");
}

void OutputQueue::append(const QByteArray &body)
{
    m_size += body.size();
    if (body.size() < largeBody) {
        m_tail.append(body);
        return;
    }
    if (!m_tail.isEmpty())
        m_chunks.push_back(std::exchange(m_tail, {}));
    m_chunks.push_back(body);
}

QByteArrayView OutputQueue::front() const
{
    const QByteArray &piece = m_chunks.empty() ? m_tail : m_chunks.front();
    return QByteArrayView(piece).sliced(m_sent);
}

void OutputQueue::drop(qsizetype bytes)
{
    m_size -= bytes;
    m_sent += bytes;
    const qsizetype whole = m_chunks.empty() ? m_tail.size() : m_chunks.front().size();
    if (m_sent < whole)
        return;
    m_sent = 0;
    if (!m_chunks.empty())
        m_chunks.pop_front();
    else if (m_tail.capacity() > keptCapacity)
        m_tail = QByteArray();
    else
        m_tail.resize(0);
}

bool streams(const Response &response, const AnswerContext &context)
{
    return response.stream && !context.head && !isBodyless(response.status);
}

void writeChunk(OutputQueue &output, const QByteArray &piece, const AnswerContext &context)
{
    if (!context.http11) {
        output.append(piece);
        return;
    }
    output.append(QByteArray::number(piece.size(), 16) + "\r\n");
    output.append(piece);
    output.append(QByteArrayLiteral("\r\n"));
}

void writeResponse(OutputQueue &output, const Response &response, const AnswerContext &context, const HeadFields &fields)
{
    QByteArray &out = output.tail();
    const qsizetype before = out.size();
    if (out.capacity() < before + 512)
        out.reserve(std::max<qsizetype>(1024, 2 * out.capacity()));
    appendStatusLine(out, response.status);
    appendField(out, "Date", fields.date);
    appendField(out, "Server", fields.server);
    appendHandlerFields(out, response);
    if (response.status >= 200)
        appendPrecautions(out, response.headers);
    if (!context.correlationId.isEmpty())
        appendField(out, "X-Correlation-Id", context.correlationId);
    if (fields.close)
        out.append("Connection: close\r\n");
    else if (!context.http11)
        out.append("Connection: keep-alive\r\n");
    const bool bodyless = isBodyless(response.status);
    if (!bodyless && response.stream && context.http11)
        out.append("Transfer-Encoding: chunked\r\n");
    else if (!bodyless && !response.stream)
        appendField(out, "Content-Length", QByteArray::number(response.body.size()));
    out.append("\r\n", 2);
    output.grown(out.size() - before);
    if (!bodyless && !context.head)
        output.append(response.body);
}

} // namespace iwd::http

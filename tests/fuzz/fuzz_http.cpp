// SPDX-License-Identifier: Apache-2.0
// Bytes of a connection -> requests. The first byte says how the rest is cut into pieces; cut or not, the same requests have to come out.
#include <http/gzip.h>
#include <http/requestparser.h>

#include <QByteArrayList>

#include <cstdio>
#include <cstdlib>

using namespace iwd::http;

namespace {

constexpr int headerBytes = 1024; // small, so that limits are met
constexpr int urlBytes = 512;
constexpr qint64 bodyBytes = 700;
constexpr int mostRequests = 64;

struct Input
{
    QByteArrayView bytes;
    qsizetype piece; ///< how much comes at once
};

/// What a connection makes of its input, as text.
class Conversation
{
public:
    explicit Conversation(const Input &input)
        : m_input(input)
    {
        while (m_requests < mostRequests && request()) { }
    }

    [[nodiscard]] const QByteArrayList &story() const { return m_story; }

private:
    bool more()
    {
        const qsizetype size = std::min(m_input.piece, m_input.bytes.size() - m_arrived);
        m_buffer.append(m_input.bytes.sliced(m_arrived, size));
        m_arrived += size;
        return size > 0;
    }

    bool refused()
    {
        m_story.append("refused");
        return false;
    }

    bool request()
    {
        HeadScanner scanner(headerBytes, urlBytes);
        auto outcome = scanner.scan(m_buffer);
        while (outcome == HeadScanner::Outcome::Incomplete) {
            if (!more())
                return false;
            outcome = scanner.scan(m_buffer);
        }
        if (outcome != HeadScanner::Outcome::Complete)
            return refused();
        if (scanner.begin() > scanner.end() || scanner.end() > m_buffer.size())
            std::abort();
        Request request;
        if (m_parser.readHead(QByteArrayView(m_buffer).first(scanner.end()).sliced(scanner.begin()), request))
            return refused();
        m_buffer.remove(0, scanner.end());
        ++m_requests;
        m_story.append(request.method + ' ' + request.path.toUtf8() + ' ' + request.rawTarget + ' ' + m_parser.facts().rawPath);
        for (const auto &[name, value] : request.query)
            m_story.append(name.toUtf8() + '=' + value.toUtf8());
        return !m_parser.facts().hasBody || body(request);
    }

    bool body(Request &request)
    {
        for (;;) {
            const auto part = m_parser.readBody(m_buffer, bodyBytes, request.body);
            if (part.consumed < 0 || part.consumed > m_buffer.size() || request.body.size() > bodyBytes)
                std::abort();
            m_buffer.remove(0, part.consumed);
            if (part.tooLarge || part.refusal)
                return refused();
            if (part.complete) {
                m_story.append("body " + request.body);
                return true;
            }
            if (!more())
                return false;
        }
    }

    const Input m_input;
    RequestParser m_parser;
    QByteArray m_buffer;
    qsizetype m_arrived = 0;
    int m_requests = 0;
    QByteArrayList m_story;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    const QByteArrayView bytes(reinterpret_cast<const char *>(data + 1), static_cast<qsizetype>(size - 1));
    if (data[0] == 0xff) {
        const auto plain = gunzip(bytes.toByteArray(), 10'000);
        if (const auto *text = std::get_if<QByteArray>(&plain); text && text->size() > 10'000)
            std::abort();
        return 0;
    }
    const Conversation whole({ bytes, bytes.size() });
    const Conversation pieces({ bytes, 1 + data[0] % 64 });
    if (whole.story() != pieces.story()) {
        std::fprintf(stderr, "In one piece:\n%s\nIn several:\n%s\n", whole.story().join('\n').constData(), pieces.story().join('\n').constData());
        std::abort();
    }
    return 0;
}

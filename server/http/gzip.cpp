// SPDX-License-Identifier: Apache-2.0
#include "gzip.h"

#include <zlib.h>

#include <algorithm>

namespace iwd::http {

namespace {

constexpr int gzipWindow = 15 + 16; // zlib's way to ask for the gzip wrapper
constexpr qsizetype block = 64 * 1024;

/// zlib only reads its input, but says so in its type only when asked by a macro.
Bytef *readable(const QByteArray &bytes)
{
    return reinterpret_cast<Bytef *>(const_cast<char *>(bytes.constData()));
}

class Inflater
{
public:
    Inflater() { m_sound = inflateInit2(&m_stream, gzipWindow) == Z_OK; }
    ~Inflater() { inflateEnd(&m_stream); }
    Inflater(const Inflater &) = delete;
    Inflater &operator=(const Inflater &) = delete;

    std::variant<QByteArray, GunzipFailure> run(const QByteArray &zipped, qint64 limit)
    {
        QByteArray plain;
        m_stream.next_in = readable(zipped);
        m_stream.avail_in = static_cast<uInt>(zipped.size());
        while (m_sound) {
            const qsizetype before = plain.size();
            plain.resize(before + std::min<qint64>(block, limit + 1 - before));
            m_stream.next_out = reinterpret_cast<Bytef *>(plain.data()) + before;
            m_stream.avail_out = static_cast<uInt>(plain.size() - before);
            const int state = inflate(&m_stream, Z_NO_FLUSH);
            plain.chop(static_cast<qsizetype>(m_stream.avail_out));
            if (plain.size() > limit)
                return GunzipFailure::TooLarge;
            if (state == Z_STREAM_END) {
                if (m_stream.avail_in == 0)
                    return plain;
                m_sound = inflateReset(&m_stream) == Z_OK; // a further member follows
            } else if (state != Z_OK) {
                break;
            }
        }
        return GunzipFailure::NotGzip;
    }

private:
    z_stream m_stream {};
    bool m_sound = false;
};

constexpr int fast = 4; ///< zlib's level: the time it takes counts more than the last percent

class Deflater
{
public:
    Deflater() { m_sound = deflateInit2(&m_stream, fast, Z_DEFLATED, gzipWindow, 8, Z_DEFAULT_STRATEGY) == Z_OK; }
    ~Deflater() { deflateEnd(&m_stream); }
    Deflater(const Deflater &) = delete;
    Deflater &operator=(const Deflater &) = delete;

    QByteArray run(const QByteArray &plain)
    {
        if (!m_sound || deflateReset(&m_stream) != Z_OK)
            return {};
        QByteArray zipped(static_cast<qsizetype>(deflateBound(&m_stream, static_cast<uLong>(plain.size()))), Qt::Uninitialized);
        m_stream.next_in = readable(plain);
        m_stream.avail_in = static_cast<uInt>(plain.size());
        m_stream.next_out = reinterpret_cast<Bytef *>(zipped.data());
        m_stream.avail_out = static_cast<uInt>(zipped.size());
        if (deflate(&m_stream, Z_FINISH) != Z_STREAM_END)
            return {};
        zipped.chop(static_cast<qsizetype>(m_stream.avail_out));
        return zipped;
    }

private:
    z_stream m_stream {};
    bool m_sound = false;
};

} // namespace

class GzipStream::Deflater
{
public:
    Deflater() { m_sound = deflateInit2(&m_stream, fast, Z_DEFLATED, gzipWindow, 8, Z_DEFAULT_STRATEGY) == Z_OK; }
    ~Deflater() { deflateEnd(&m_stream); }
    Deflater(const Deflater &) = delete;
    Deflater &operator=(const Deflater &) = delete;

    QByteArray run(const QByteArray &piece, int flush)
    {
        QByteArray zipped;
        m_stream.next_in = readable(piece);
        m_stream.avail_in = static_cast<uInt>(piece.size());
        while (m_sound) {
            const qsizetype before = zipped.size();
            zipped.resize(before + std::max<qsizetype>(1024, static_cast<qsizetype>(m_stream.avail_in)));
            m_stream.next_out = reinterpret_cast<Bytef *>(zipped.data()) + before;
            m_stream.avail_out = static_cast<uInt>(zipped.size() - before);
            const int state = deflate(&m_stream, flush);
            const bool full = m_stream.avail_out == 0;
            zipped.chop(static_cast<qsizetype>(m_stream.avail_out));
            m_sound = state == Z_OK || state == Z_STREAM_END || state == Z_BUF_ERROR;
            if (!full)
                break;
        }
        return m_sound ? zipped : QByteArray();
    }

private:
    z_stream m_stream {};
    bool m_sound = false;
};

GzipStream::GzipStream()
    : m_deflater(std::make_unique<Deflater>())
{
}

GzipStream::~GzipStream() = default;

QByteArray GzipStream::add(const QByteArray &piece)
{
    return m_deflater->run(piece, piece.isEmpty() ? Z_FINISH : Z_SYNC_FLUSH);
}

std::variant<QByteArray, GunzipFailure> gunzip(const QByteArray &zipped, qint64 limit)
{
    return Inflater().run(zipped, limit);
}

QByteArray gzip(const QByteArray &plain)
{
    static thread_local Deflater deflater;
    return deflater.run(plain);
}

} // namespace iwd::http

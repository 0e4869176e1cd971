// SPDX-License-Identifier: Apache-2.0
#include "gunzipstream.h"

#include <zlib.h>

namespace iwd {

namespace {

constexpr int GzipWindow = 15 + 16; // zlib's way to ask for the gzip wrapper
constexpr qsizetype Block = 64 * 1024;

} // namespace

struct GunzipStream::Inflater
{
    Inflater()
        : sound(inflateInit2(&stream, GzipWindow) == Z_OK)
    {
    }
    ~Inflater() { inflateEnd(&stream); }
    Inflater(const Inflater &) = delete;
    Inflater &operator=(const Inflater &) = delete;

    z_stream stream {};
    bool sound;
};

GunzipStream::GunzipStream()
    : m_inflater(std::make_unique<Inflater>())
{
}

GunzipStream::~GunzipStream() = default;

bool GunzipStream::add(const QByteArray &zipped, const std::function<bool(const QByteArray &)> &take)
{
    z_stream &stream = m_inflater->stream;
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(zipped.constData())); // only read, but zlib's type does not say so
    stream.avail_in = static_cast<uInt>(zipped.size());
    m_inflater->sound = m_inflater->sound && (!m_whole || zipped.isEmpty());
    for (bool full = true; m_inflater->sound && !m_whole && full;) {
        QByteArray plain(Block, Qt::Uninitialized);
        stream.next_out = reinterpret_cast<Bytef *>(plain.data());
        stream.avail_out = static_cast<uInt>(plain.size());
        const int state = inflate(&stream, Z_NO_FLUSH);
        full = stream.avail_out == 0;
        plain.chop(static_cast<qsizetype>(stream.avail_out));
        m_whole = state == Z_STREAM_END && stream.avail_in == 0;
        m_inflater->sound = m_whole || state == Z_OK || state == Z_BUF_ERROR;
        if (!plain.isEmpty() && !take(plain))
            return false;
    }
    return m_inflater->sound;
}

} // namespace iwd

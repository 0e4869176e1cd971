// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>

#include <functional>
#include <memory>

namespace iwd {

/// Unzips a gzip stream (RFC 1952) piece by piece. Its end, with length and checksum, is what tells a whole body from one that broke off: a QNetworkReply does not always.
class GunzipStream
{
public:
    GunzipStream();
    ~GunzipStream();
    GunzipStream(const GunzipStream &) = delete;
    GunzipStream &operator=(const GunzipStream &) = delete;

    /// @param take given what comes out, in pieces of at most 64 KiB
    /// @returns false when @p zipped does not go on a sound stream, or when @p take said false
    [[nodiscard]] bool add(const QByteArray &zipped, const std::function<bool(const QByteArray &)> &take);
    /// Whether the stream came to its end, and nothing behind it.
    [[nodiscard]] bool isWhole() const { return m_whole; }

private:
    struct Inflater;
    std::unique_ptr<Inflater> m_inflater;
    bool m_whole = false;
};

} // namespace iwd

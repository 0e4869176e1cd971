// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>

#include <memory>
#include <variant>

namespace iwd::http {

enum class GunzipFailure {
    NotGzip, ///< not a whole, sound gzip stream
    TooLarge, ///< more than the limit comes out of it
};

/// Unzips a gzip stream (RFC 1952) of one or more members. Never makes more than @p limit bytes.
[[nodiscard]] std::variant<QByteArray, GunzipFailure> gunzip(const QByteArray &zipped, qint64 limit);

/// Zips for sending at once: fast rather than small. Keeps its working memory for the thread's next call.
/// @returns an empty array when zlib has no memory
[[nodiscard]] QByteArray gzip(const QByteArray &plain);

/// One gzip stream made piece by piece. Each piece can be unzipped as far as it goes, so that a client sees what has been sent.
class GzipStream
{
public:
    GzipStream();
    ~GzipStream();
    GzipStream(const GzipStream &) = delete;
    GzipStream &operator=(const GzipStream &) = delete;

    /// @returns what to send for @p piece, nothing when zlib fails; an empty piece ends the stream
    [[nodiscard]] QByteArray add(const QByteArray &piece);

private:
    class Deflater;
    std::unique_ptr<Deflater> m_deflater;
};

} // namespace iwd::http

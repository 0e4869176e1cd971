// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>

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

} // namespace iwd::http

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QList>
#include <QString>

namespace iwd {

/// A page for people, or a part of one, as the server sends it.
struct Page
{
    QString path; ///< where it is served, e.g. "/docs"
    QByteArray contentType; ///< with its charset
    QByteArray (*body)(); ///< made when it is first asked for; the API's document takes a while. Thread-safe
};

/// The Content-Security-Policy that the pages are made for: everything comes from this server, nothing is inline.
inline constexpr char PagePolicy[] = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
                                     "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Everything the server shows without knowing the caller: the start page (/), the rendered API reference (/docs) with its style and
/// scripts, and the API's document (/iwd/v3/openapi.json). Thread-safe.
[[nodiscard]] const QList<Page> &pages();

} // namespace iwd

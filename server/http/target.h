// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QList>
#include <QPair>
#include <QString>

#include <optional>

namespace iwd::http {

/// What a request-target of RFC 9112 (section 3.2) names.
struct Target
{
    QByteArray rawPath; ///< percent-encoded; "*" for the asterisk-form
    QByteArray rawTarget; ///< path and query in origin-form
    QString path; ///< decoded
    QList<QPair<QString, QString>> query; ///< decoded
};

/// Reads origin-form ("/a?b=c"), absolute-form ("http://host/a", whose host is not looked at) and asterisk-form ("*").
/// @returns nothing when the target breaks the grammar: bytes outside ASCII, a fragment, an incomplete percent-encoding, text that is
/// no UTF-8, or an encoded control character in the path
[[nodiscard]] std::optional<Target> readTarget(QByteArrayView target);

/// Undoes percent-encoding (RFC 3986, 2.1). @returns nothing for "%" without two hexadecimal digits, NUL, or text that is no UTF-8
[[nodiscard]] std::optional<QString> percentDecoded(QByteArrayView encoded, bool plusIsSpace = false);

} // namespace iwd::http

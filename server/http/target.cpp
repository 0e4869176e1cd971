// SPDX-License-Identifier: Apache-2.0
#include "target.h"

#include <QStringDecoder>

namespace iwd::http {

namespace {

constexpr qsizetype maxQueryParameters = 256;

int hexDigit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool isVisibleAscii(char c)
{
    return c > 0x20 && c < 0x7f;
}

/// The origin-form of an absolute-form, or nothing when it is none of http or https.
std::optional<QByteArrayView> originForm(QByteArrayView target)
{
    for (const QByteArrayView scheme : { QByteArrayView("http://"), QByteArrayView("https://") }) {
        if (target.size() <= scheme.size() || target.first(scheme.size()).compare(scheme, Qt::CaseInsensitive) != 0)
            continue;
        const QByteArrayView rest = target.sliced(scheme.size());
        qsizetype end = 0;
        while (end < rest.size() && rest[end] != '/' && rest[end] != '?')
            ++end;
        if (end == 0)
            return std::nullopt;
        return rest.sliced(end);
    }
    return std::nullopt;
}

bool readQuery(QByteArrayView raw, QList<QPair<QString, QString>> &query)
{
    while (!raw.isEmpty()) {
        const qsizetype end = raw.indexOf('&');
        const QByteArrayView part = end < 0 ? raw : raw.first(end);
        raw = end < 0 ? QByteArrayView() : raw.sliced(end + 1);
        if (part.isEmpty())
            continue;
        const qsizetype equals = part.indexOf('=');
        const auto name = percentDecoded(equals < 0 ? part : part.first(equals), true);
        const auto value = percentDecoded(equals < 0 ? QByteArrayView() : part.sliced(equals + 1), true);
        if (!name || !value || query.size() >= maxQueryParameters)
            return false;
        query.append({ *name, *value });
    }
    return true;
}

bool hasControlCharacter(const QString &text)
{
    return std::any_of(text.begin(), text.end(), [](QChar c) { return c.unicode() < 0x20 || c.unicode() == 0x7f; });
}

} // namespace

std::optional<QString> percentDecoded(QByteArrayView encoded, bool plusIsSpace)
{
    const bool plain = std::none_of(encoded.begin(), encoded.end(),
        [plusIsSpace](char c) { return c == '%' || (plusIsSpace && c == '+') || static_cast<signed char>(c) <= 0; });
    if (plain)
        return QString::fromLatin1(encoded.data(), encoded.size());

    QByteArray bytes;
    bytes.reserve(encoded.size());
    for (qsizetype i = 0; i < encoded.size(); ++i) {
        char c = encoded[i];
        if (c == '%') {
            const int high = i + 2 < encoded.size() ? hexDigit(encoded[i + 1]) : -1;
            const int low = i + 2 < encoded.size() ? hexDigit(encoded[i + 2]) : -1;
            if (high < 0 || low < 0)
                return std::nullopt;
            c = static_cast<char>(high * 16 + low);
            i += 2;
        } else if (c == '+' && plusIsSpace) {
            c = ' ';
        }
        if (c == '\0')
            return std::nullopt;
        bytes.append(c);
    }
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    const QString text = decoder(bytes);
    if (decoder.hasError())
        return std::nullopt;
    return text;
}

std::optional<Target> readTarget(QByteArrayView target)
{
    if (!std::all_of(target.begin(), target.end(), isVisibleAscii) || target.contains('#'))
        return std::nullopt;
    if (target == QByteArrayView("*"))
        return Target { "*", "*", QStringLiteral("*"), {} };

    Target result;
    if (!target.startsWith('/')) {
        const auto origin = originForm(target);
        if (!origin)
            return std::nullopt;
        result.rawTarget = origin->startsWith('/') ? origin->toByteArray() : QByteArray('/' + origin->toByteArray());
    } else {
        result.rawTarget = target.toByteArray();
    }

    const qsizetype question = result.rawTarget.indexOf('?');
    result.rawPath = question < 0 ? result.rawTarget : result.rawTarget.first(question);
    const auto path = percentDecoded(result.rawPath);
    if (!path || hasControlCharacter(*path))
        return std::nullopt;
    result.path = *path;
    if (question >= 0 && !readQuery(QByteArrayView(result.rawTarget).sliced(question + 1), result.query))
        return std::nullopt;
    return result;
}

} // namespace iwd::http

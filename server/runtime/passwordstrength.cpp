// SPDX-License-Identifier: Apache-2.0
#include "passwordstrength.h"

#include "secrets.h"

#include <zxcvbn.h>

namespace iwd {

namespace {

constexpr qsizetype mostEstimated = 60; ///< bytes; the time of an estimate rises with the cube of the length, and by then the password is strong

Error refused(const QString &field, const QString &expected, const QString &text)
{
    Error error = invalidField(field, expected);
    error.text = text;
    return error;
}

double bitsOf(const QString &password, const QStringList &about)
{
    std::vector<QByteArray> words;
    for (const QString &word : about) {
        for (const QString &part : word.toLower().split(QLatin1Char(' '), Qt::SkipEmptyParts))
            words.push_back(part.toUtf8().left(mostEstimated));
    }
    std::vector<const char *> pointers;
    for (const QByteArray &word : words)
        pointers.push_back(word.constData());
    pointers.push_back(nullptr);
    QByteArray text = password.toUtf8().left(mostEstimated);
    const double bits = ZxcvbnMatch(text.constData(), pointers.data(), nullptr);
    text.fill('\0');
    return bits;
}

} // namespace

Result<void> checkPasswordStrength(const QString &field, const QString &password, const QStringList &about)
{
    const QString expected = QStringLiteral("a password of at least %1 characters that is hard to guess").arg(ShortestPassword);
    if (password.size() < ShortestPassword)
        return refused(field, expected, QStringLiteral("The password is too short: it needs at least %1 characters. Several words that do not belong together are easy to remember.").arg(ShortestPassword));
    if (password.toUtf8().size() > secrets::MaxPasswordBytes)
        return refused(field, expected, QStringLiteral("The password is too long: at most %1 bytes of UTF-8.").arg(secrets::MaxPasswordBytes));
    if (bitsOf(password, about) < WeakestPassword)
        return refused(field, expected, QStringLiteral("The password is too easy to guess: it is made of well-known words, names, dates, repetitions or neighboring keys. Add words that do not belong together."));
    return {};
}

} // namespace iwd

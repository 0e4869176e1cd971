// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "configreader.h"
#include "instant.h"

/// Makers of keys, one for each kind of value. Each key is bound to a variable, which has to outlive it: what that holds when the
/// key is made is the default, and it changes only to a value that is valid.
namespace iwd::configkey {

[[nodiscard]] ConfigKey duration(
    const QString &name, milliseconds &target, milliseconds least, milliseconds most, const QString &description);
[[nodiscard]] ConfigKey size(const QString &name, int &target, int least, int most, const QString &description);
[[nodiscard]] ConfigKey size(const QString &name, qint64 &target, qint64 least, qint64 most, const QString &description);
[[nodiscard]] ConfigKey count(const QString &name, int &target, int least, int most, const QString &description);
[[nodiscard]] ConfigKey boolean(const QString &name, bool &target, const QString &description);
/// The path of a file that can be read; becomes absolute. There is none by default.
[[nodiscard]] ConfigKey readableFile(const QString &name, QString &target, const QString &description);

/// One of a few words.
template <typename T>
[[nodiscard]] ConfigKey choice(const QString &name, T &target, const QList<QPair<QString, T>> &words, const QString &description)
{
    QStringList expected;
    QString defaultText;
    for (const auto &[word, value] : words) {
        expected << word;
        if (value == target)
            defaultText = word;
    }
    const QString last = expected.takeLast();
    return { name, QString(expected.join(QStringLiteral(", ")) + QStringLiteral(" or ") + last), description, defaultText, false,
        [&target, words](const QString &text) {
            for (const auto &[word, value] : words) {
                if (word == text) {
                    target = value;
                    return true;
                }
            }
            return false;
        } };
}

} // namespace iwd::configkey

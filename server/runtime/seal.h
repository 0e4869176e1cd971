// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>

#include <optional>

namespace iwd {

/// Makes sure that what lies where others may write is ours: what is sealed under a name can be read by everybody, but be made, changed or put under another
/// name only by who has the secret. Thread-safe.
class Seal
{
public:
    /// @param secret random, see secrets::newSecret()
    explicit Seal(QByteArray secret);

    [[nodiscard]] QByteArray close(const QByteArray &name, const QByteArray &text) const;
    /// @returns what was sealed under @p name; nothing when @p sealed is something else
    [[nodiscard]] std::optional<QByteArray> open(const QByteArray &name, const QByteArray &sealed) const;

private:
    [[nodiscard]] QByteArray code(const QByteArray &name, QByteArrayView text) const;

    const QByteArray m_secret;
};

} // namespace iwd

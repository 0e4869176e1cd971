// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QList>
#include <QSettings>
#include <QString>
#include <QUrl>

#include <memory>
#include <optional>

namespace iwd {

/// A server that somebody works with, and how they sign in there. Secrets are not a part of it: those are in a SecretStore.
struct Profile
{
    QString name; ///< unique; how it is called in lists
    QUrl url;
    QString tenant; ///< id or name; empty: the server's first one
    QString user; ///< empty when an identity provider knows who it is
    QString provider; ///< id of the identity provider; empty: by password
    bool staySignedIn = false; ///< the session is kept for the next start

    bool operator==(const Profile &) const = default;
};

/// The profiles of the person who runs the program, in the order in which they were added.
class Profiles
{
public:
    /// @param settings where they are kept
    explicit Profiles(std::unique_ptr<QSettings> settings);

    [[nodiscard]] QList<Profile> all() const;
    [[nodiscard]] std::optional<Profile> find(const QString &name) const;
    /// The one that was used last, or else the first.
    [[nodiscard]] std::optional<Profile> latest() const;

    /// Adds it, or replaces the one of that name.
    void put(const Profile &profile);
    void remove(const QString &name);
    void setLatest(const QString &name);

private:
    void write(const QList<Profile> &profiles);

    std::unique_ptr<QSettings> m_settings;
};

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/result.h>

#include <functional>
#include <map>

namespace iwd {

/// A server and whoever logged in there.
struct Profile
{
    QString url;
    QString user; ///< empty: logged in with an API key
    QString tenant; ///< id, as the server told it
    QString apiKey; ///< a secret
    QString token; ///< a secret: of a session
    QString expires; ///< when the session ends, as the server wrote it

    [[nodiscard]] bool isLoggedIn() const { return !apiKey.isEmpty() || !token.isEmpty(); }
};

/// The profiles of the person who runs this program: one JSON file that nobody else may read, because it holds keys and tokens.
struct Profiles
{
    std::map<QString, Profile> all;
    QString defaultName; ///< empty: none

    /// @returns null when there is no such profile
    [[nodiscard]] const Profile *find(const QString &name) const;
};

/// $XDG_CONFIG_HOME/iwdctl/profiles, or ~/.config/iwdctl/profiles.
[[nodiscard]] QString profilesFile();

/// No file is no profiles. @returns an Error when others may read the file, or it makes no sense
[[nodiscard]] Result<Profiles> readProfiles();

/// Reads, changes and writes the profiles as one step: another iwdctl waits for its turn. @p change may refuse; then nothing is written.
[[nodiscard]] Result<void> changeProfiles(const std::function<Result<void>(Profiles &)> &change);

/// Letters, digits, and . _ - inside: what needs no quoting in a shell.
[[nodiscard]] bool isProfileName(const QString &name);

[[nodiscard]] Error noSuchProfile(const Profiles &profiles, const QString &name);

} // namespace iwd

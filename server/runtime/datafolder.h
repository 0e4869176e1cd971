// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/result.h>

#include <QMap>
#include <QString>

namespace iwd {

/// Where the server keeps its data when nobody says otherwise, the first of: the folder that systemd gives the service
/// ($STATE_DIRECTORY), /var/lib/iwd when this is root and it can be written to, $XDG_STATE_HOME/iwd, ~/.local/state/iwd.
/// @param serviceFolderIsOurs whether this process is root and /var/lib/iwd is a folder that it may write to
[[nodiscard]] QString defaultDataFolder(const QMap<QString, QString> &environment, bool serviceFolderIsOurs);
[[nodiscard]] bool serviceFolderIsOurs();

/// The data folder of a running server, which no other server may use while this object lives. The lock belongs to the
/// process, not to the file: nothing is left to clean up after a crash.
class DataFolder
{
public:
    /// Makes the folder (mode 0700) when it is missing, and locks it.
    /// @returns ConfigurationInvalid when it cannot be made or written to, or when a server (whose process id the text names) holds it
    [[nodiscard]] static Result<DataFolder> open(const QString &path);

    DataFolder(DataFolder &&other) noexcept;
    DataFolder &operator=(DataFolder &&other) noexcept;
    ~DataFolder();

    /// Absolute.
    [[nodiscard]] const QString &path() const { return m_path; }
    [[nodiscard]] QString filePath(const QString &name) const { return m_path + u'/' + name; }

private:
    DataFolder(QString path, int lock);
    void release();

    QString m_path;
    int m_lock = -1;
};

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#include "profiles.h"

#include <QDir>
#include <QFileInfo>
#include <QLockFile>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTemporaryFile>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace iwd {
namespace {

constexpr qint64 MaxFileBytes = 1024 * 1024;
constexpr std::chrono::milliseconds LongestTurn { 10'000 }; ///< of another iwdctl, which only reads and writes a small file
constexpr auto ForOthers = QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther;
constexpr auto ForOwner = QFile::ReadOwner | QFile::WriteOwner;

Error problemOf(const QString &text)
{
    return { ErrorCode::ConfigurationInvalid, text, {}, {} };
}

Profile profileOf(const QJsonObject &json)
{
    return { json["url"_L1].toString(), json["user"_L1].toString(), json["tenant"_L1].toString(), json["apiKey"_L1].toString(), json["token"_L1].toString(),
        json["expiresDateTime"_L1].toString() };
}

QJsonObject jsonOf(const Profile &profile)
{
    QJsonObject json { { u"url"_s, profile.url } };
    for (const auto &[name, value] : { std::pair("user"_L1, profile.user), { "tenant"_L1, profile.tenant }, { "apiKey"_L1, profile.apiKey },
             { "token"_L1, profile.token }, { "expiresDateTime"_L1, profile.expires } }) {
        if (!value.isEmpty())
            json.insert(name, value);
    }
    return json;
}

Result<void> makeFolder(const QString &folder)
{
    if (!QDir().mkpath(folder))
        return problemOf(u"The folder \"%1\" cannot be made; the profiles belong there."_s.arg(folder));
    // Others could otherwise put a file of theirs in the place of ours.
    if (!QFile::setPermissions(folder, ForOwner | QFile::ExeOwner))
        return problemOf(u"The folder \"%1\" cannot be kept from others; is it yours?"_s.arg(folder));
    return {};
}

/// Whoever reads meanwhile sees the old file or the new one, and a full disk leaves the old one.
Result<void> writeProfiles(const Profiles &profiles)
{
    QJsonObject all;
    for (const auto &[name, profile] : profiles.all)
        all.insert(name, jsonOf(profile));
    QJsonObject json { { u"profiles"_s, all } };
    if (!profiles.defaultName.isEmpty())
        json.insert(u"default"_s, profiles.defaultName);
    const QByteArray content = QJsonDocument(json).toJson(QJsonDocument::Indented);

    QTemporaryFile file(profilesFile() + u".XXXXXX"_s); // made for its owner alone
    const auto failed = [&file](const QString &reason) { return problemOf(u"\"%1\" cannot be written: %2. Nothing was changed."_s.arg(profilesFile(), reason)); };
    if (!file.open() || file.write(content) != content.size() || !file.flush() || ::fsync(file.handle()) != 0)
        return failed(file.errorString());
    if (std::rename(QFile::encodeName(file.fileName()).constData(), QFile::encodeName(profilesFile()).constData()) != 0)
        return failed(QString::fromLocal8Bit(std::strerror(errno)));
    file.setAutoRemove(false);
    return {};
}

} // namespace

const Profile *Profiles::find(const QString &name) const
{
    const auto found = all.find(name);
    return found == all.end() ? nullptr : &found->second;
}

QString profilesFile()
{
    return QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation) + u"/iwdctl/profiles"_s;
}

Result<Profiles> readProfiles()
{
    QFile file(profilesFile());
    if (!file.exists())
        return Profiles {};
    if (file.permissions() & ForOthers)
        return problemOf(u"Others may read or change \"%1\", which holds keys and tokens. If they may have done so, log in again afterwards. Now run: chmod 600 %1"_s.arg(file.fileName()));
    if (!file.open(QIODevice::ReadOnly))
        return problemOf(u"\"%1\" cannot be read: %2."_s.arg(file.fileName(), file.errorString()));
    QJsonParseError broken {};
    const QJsonObject json = QJsonDocument::fromJson(file.read(MaxFileBytes), &broken).object();
    if (broken.error != QJsonParseError::NoError || !json["profiles"_L1].isObject())
        return problemOf(u"\"%1\" is no file of profiles (%2 at byte %3). Mend it, or remove it and log in again."_s.arg(file.fileName(), broken.errorString()).arg(broken.offset));
    Profiles profiles;
    profiles.defaultName = json["default"_L1].toString();
    const QJsonObject all = json["profiles"_L1].toObject();
    for (auto entry = all.begin(); entry != all.end(); ++entry)
        profiles.all.emplace(entry.key(), profileOf(entry->toObject()));
    return profiles;
}

Result<void> changeProfiles(const std::function<Result<void>(Profiles &)> &change)
{
    if (const auto made = makeFolder(QFileInfo(profilesFile()).path()); !made)
        return made.error();
    QLockFile lock(profilesFile() + u".lock"_s);
    if (!lock.tryLock(static_cast<int>(LongestTurn.count())))
        return problemOf(u"Another iwdctl is writing \"%1\". Try again."_s.arg(profilesFile()));
    auto profiles = readProfiles();
    if (!profiles)
        return profiles.error();
    if (const auto changed = change(*profiles); !changed)
        return changed.error();
    return writeProfiles(*profiles);
}

bool isProfileName(const QString &name)
{
    static const QRegularExpression pattern(u"\\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\\z"_s);
    return pattern.match(name).hasMatch();
}

Error noSuchProfile(const Profiles &profiles, const QString &name)
{
    QStringList names;
    for (const auto &[known, profile] : profiles.all)
        names.append(known);
    const QString others = names.isEmpty() ? u"There are no profiles yet: make one with iwdctl login."_s : u"There are %1."_s.arg(names.join(u", "_s));
    return { ErrorCode::InvalidField, u"There is no profile \"%1\". %2"_s.arg(name, others), {}, {} };
}

} // namespace iwd

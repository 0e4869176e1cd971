// SPDX-License-Identifier: Apache-2.0
#include "profiles.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace iwd {

Profiles::Profiles(std::unique_ptr<QSettings> settings)
    : m_settings(std::move(settings))
{
}

QList<Profile> Profiles::all() const
{
    QList<Profile> profiles;
    const int count = m_settings->beginReadArray(u"profiles"_s);
    for (int i = 0; i < count; ++i) {
        m_settings->setArrayIndex(i);
        const auto text = [this](const QString &key) { return m_settings->value(key).toString(); };
        Profile profile { text(u"name"_s), QUrl(text(u"url"_s)), text(u"tenant"_s), text(u"user"_s), text(u"provider"_s), m_settings->value(u"staySignedIn"_s).toBool() };
        if (!profile.name.isEmpty() && profile.url.isValid())
            profiles.append(profile);
    }
    m_settings->endArray();
    return profiles;
}

std::optional<Profile> Profiles::find(const QString &name) const
{
    const QList<Profile> profiles = all();
    const auto found = std::find_if(profiles.begin(), profiles.end(), [&](const Profile &profile) { return profile.name == name; });
    return found == profiles.end() ? std::nullopt : std::optional(*found);
}

std::optional<Profile> Profiles::latest() const
{
    if (const auto latest = find(m_settings->value(u"latestProfile"_s).toString()))
        return latest;
    const QList<Profile> profiles = all();
    return profiles.isEmpty() ? std::nullopt : std::optional(profiles.first());
}

void Profiles::put(const Profile &profile)
{
    QList<Profile> profiles = all();
    const auto found = std::find_if(profiles.begin(), profiles.end(), [&](const Profile &known) { return known.name == profile.name; });
    if (found == profiles.end())
        profiles.append(profile);
    else
        *found = profile;
    write(profiles);
}

void Profiles::remove(const QString &name)
{
    QList<Profile> profiles = all();
    profiles.removeIf([&](const Profile &profile) { return profile.name == name; });
    write(profiles);
}

void Profiles::setLatest(const QString &name)
{
    m_settings->setValue(u"latestProfile"_s, name);
}

void Profiles::write(const QList<Profile> &profiles)
{
    m_settings->remove(u"profiles"_s);
    m_settings->beginWriteArray(u"profiles"_s, int(profiles.size()));
    for (int i = 0; i < profiles.size(); ++i) {
        const Profile &profile = profiles.at(i);
        m_settings->setArrayIndex(i);
        m_settings->setValue(u"name"_s, profile.name);
        m_settings->setValue(u"url"_s, profile.url.toString(QUrl::RemoveUserInfo));
        m_settings->setValue(u"tenant"_s, profile.tenant);
        m_settings->setValue(u"user"_s, profile.user);
        m_settings->setValue(u"provider"_s, profile.provider);
        m_settings->setValue(u"staySignedIn"_s, profile.staySignedIn);
    }
    m_settings->endArray();
}

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#include "timezone.h"

#include "suggestion.h"

#include <QDateTime>
#include <QSet>

namespace iwd {

namespace {

QStringList zoneNames()
{
    QStringList names;
    for (const QByteArray &name : QTimeZone::availableTimeZoneIds())
        names.append(QString::fromLatin1(name));
    return names;
}

} // namespace

Result<TimeZone> TimeZone::named(const QString &name, const QString &path)
{
    static const QStringList known = zoneNames();
    static const QSet<QString> set(known.begin(), known.end());
    if (!set.contains(name)) {
        Error error = invalidField(path, QStringLiteral("the IANA name of a time zone, such as Europe/Berlin or UTC"), u'"' + name.left(60) + u'"');
        error.text += suggestion(name.left(60), known);
        return error;
    }
    TimeZone zone;
    zone.m_isUtc = name == QLatin1StringView("UTC");
    zone.m_zone = QTimeZone(name.toLatin1());
    return zone;
}

QString TimeZone::toIso(Instant instant) const
{
    if (m_isUtc)
        return iwd::toIso(instant);
    const int offset = m_zone.offsetFromUtc(QDateTime::fromMSecsSinceEpoch(toMillis(instant), Qt::UTC));
    QString text = iwd::toIso(instant + std::chrono::seconds(offset));
    text.chop(1); // the Z
    const int minutes = std::abs(offset) / 60;
    return text + QString::asprintf("%c%02d:%02d", offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

Instant TimeZone::fromWallClock(const QDateTime &dateTime) const
{
    const QDateTime shown(dateTime.date(), dateTime.time(), Qt::UTC);
    const qint64 wall = shown.toMSecsSinceEpoch();
    if (m_isUtc)
        return fromMillis(wall);
    // Clocks change by far less than a day, so one of the offsets around holds, and both are known by looking a day away.
    const auto offsetAt = [this](qint64 millis) { return m_zone.offsetFromUtc(QDateTime::fromMSecsSinceEpoch(millis, Qt::UTC)) * 1'000LL; };
    constexpr qint64 day = 86'400'000;
    const qint64 before = offsetAt(wall - day);
    const qint64 after = offsetAt(wall + day);
    // The offset before the change comes first where both fit, and counts on where neither does.
    if (offsetAt(wall - before) == before || offsetAt(wall - after) != after)
        return fromMillis(wall - before);
    return fromMillis(wall - after);
}

} // namespace iwd

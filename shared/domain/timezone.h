// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/instant.h>
#include <base/result.h>

#include <QTimeZone>

class QDateTime;

namespace iwd {

/// A time zone of the IANA database, as the system knows it. UTC unless it was named. A value.
class TimeZone
{
public:
    TimeZone() = default;
    /// @param path what the Error names
    [[nodiscard]] static Result<TimeZone> named(const QString &name, const QString &path);

    [[nodiscard]] QByteArray id() const { return m_isUtc ? QByteArrayLiteral("UTC") : m_zone.id(); }
    /// ISO 8601 with milliseconds and the offset that holds in the zone then: "2026-03-01T09:15:30.250+01:00"; "Z" in UTC.
    [[nodiscard]] QString toIso(Instant instant) const;
    /// The instant at which clocks in the zone show @p dateTime, whose own zone does not count. A time that comes twice is the first of them, one that is left out when
    /// clocks are put forward is as long after the change as it would have been.
    [[nodiscard]] Instant fromWallClock(const QDateTime &dateTime) const;

private:
    QTimeZone m_zone;
    bool m_isUtc = true;
};

} // namespace iwd

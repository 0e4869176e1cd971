// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/result.h>
#include <domain/businesscalendar.h>

#include <QJsonObject>

namespace iwd {

/// A calendar as clients send and see it:
/// {id, name, description, timeZone, week: {monday: [{from: "09:00", to: "17:00"}], …}, exceptions: [{date, name, hours: […]}]}.
/// Days that are not named are closed. The date of an exception is "2026-12-24", or "12-24" for every year.
/// What is read compiles (BusinessCalendar::compile()).
[[nodiscard]] Result<Calendar> decodeCalendar(const QJsonObject &json, const QString &idInPath = {});
[[nodiscard]] QJsonObject encodeCalendar(const Calendar &calendar);

} // namespace iwd

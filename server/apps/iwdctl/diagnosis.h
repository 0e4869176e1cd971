// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probe.h"

#include <base/result.h>

#include <QJsonArray>
#include <QJsonObject>

namespace iwd {

/// What one check of `iwdctl doctor` came to.
struct Finding
{
    enum State { Ok, Warning, Fail, NotLookedAt };
    QString check; ///< a stable key: "clock.server"
    State state = Ok;
    QString text; ///< how it is, in a sentence
    QString advice = {}; ///< what to do; only where it is not Ok
    QString privilege = {}; ///< that the caller lacks; only where it was not looked at for that reason
};
using Findings = QList<Finding>;

/// Why @p check was not made: an answer that was refused, or did not come. What is not a matter of privileges is a failure.
[[nodiscard]] Finding refused(const QString &check, const Error &error);

// Each judges what was seen and asks nobody.
[[nodiscard]] Findings judgeReach(const QUrl &url, const Reach &reach, const QDateTime &now);
[[nodiscard]] Finding judgeAnswer(const Glance &live);
[[nodiscard]] Findings judgeReadiness(const Glance &ready);
/// @param date of the answer's header, in whole seconds
[[nodiscard]] Finding judgeClock(const Glance &glance);
[[nodiscard]] Findings judgeCaller(const QJsonObject &me);
[[nodiscard]] Finding judgeApi(const Glance &document);
/// @param stats of the server @param version of this program
[[nodiscard]] Findings judgeServer(const QJsonObject &stats, const QString &version);
[[nodiscard]] Finding judgeConfiguration(const QJsonObject &lint);
/// @param search answer to the search for items that should have been activated by now
[[nodiscard]] Finding judgeDueWork(const QJsonObject &search);
[[nodiscard]] Finding judgeKeys(const QJsonArray &keys, const QDateTime &now);
/// @param states of all webhooks
[[nodiscard]] Finding judgeWebhooks(const QJsonArray &states);

} // namespace iwd

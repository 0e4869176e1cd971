// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "incidentlog.h"
#include "timewarp.h"

#include <QJsonObject>

#include <map>

namespace iwd::demo {

/// A configuration object of the demo, as PUT /<collection>/<id> takes it.
struct SetupObject
{
    QString collection; ///< "queues"
    QString id;
    QJsonObject body;
};

/// Somebody who worked on incidents.
struct DemoAgent
{
    QString id;
    QString name;
    std::map<QString, int> updates; ///< group -> how many updates of its incidents
    int capacity = 1;
};

inline const QString CapturePoint = QStringLiteral("incidents");
inline const QString DispatchQueue = QStringLiteral("dispatch"); ///< for incidents that no group has yet

/// "Group 70" -> "group-70"; the id of the group's queue and skill.
[[nodiscard]] QString slug(const QString &name);

/// The service level of @p priority ("1 - Critical" …), in the incident's time. The record does not name one: these are the demo's.
[[nodiscard]] milliseconds serviceLevel(const QString &priority);

/// The people of the record, at most @p most: first as few as cover every group, then the busiest.
/// A group in whose incidents nobody was named is covered by those who resolved them.
[[nodiscard]] std::vector<DemoAgent> agentsOf(const std::vector<Incident> &incidents, int most);

/// Everything the demo needs, in an order in which every reference exists: capture point, skills, queues, schemas,
/// categories (parents first), agents. The same data and warp give the same objects.
[[nodiscard]] std::vector<SetupObject> setupOf(const std::vector<Incident> &incidents, const std::vector<DemoAgent> &agents, const TimeWarp &warp);

/// Whether @p existing, an object as the server answers it, already says everything that @p wanted says.
[[nodiscard]] bool alreadySays(const QJsonObject &existing, const QJsonObject &wanted);

/// The item to POST for @p incident in run @p run.
[[nodiscard]] QJsonObject itemOf(const Incident &incident, const QString &captureId, int run, Instant due);

/// The source's key in run @p run: the number itself, and in later runs "<number>-r2", because a key is known for ever.
[[nodiscard]] QString captureIdOf(const QString &number, int run);
[[nodiscard]] QString labelOf(int run);

} // namespace iwd::demo

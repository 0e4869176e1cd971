// SPDX-License-Identifier: Apache-2.0
#include "sqltransaction.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace iwd {

namespace {

enum HistoryPart { Arrived = 0, Left = 1, Completed = 2 }; // see item/hourly.sql

} // namespace

ItemHistory SqlTransaction::itemHistory(qint64 from, qint64 to)
{
    ItemHistory history;
    std::map<std::pair<QString, qint64>, HourlyCount> hours;
    auto rows = statement("item/hourly");
    rows.bind(QStringLiteral(":from"), from).bind(QStringLiteral(":to"), to).run();
    while (!failed() && rows.next()) {
        const qint64 part = rows.integer(0);
        const qint64 count = rows.integer(3);
        if (part > Completed) {
            history.items = count;
            history.open = rows.integer(4);
            if (count > 0)
                history.firstCaptured = fromMillis(rows.integer(2));
            continue;
        }
        HourlyCount &hour = hours[{ rows.text(1), rows.integer(2) }];
        if (part == Arrived) {
            hour.arrived = count;
        } else if (part == Left) {
            hour.left = count;
        } else {
            hour.completed = count;
            hour.slaMissed = rows.integer(4);
            hour.handled = rows.integer(5);
            hour.handlingSeconds = rows.integer(6);
            hour.handlingSquares = rows.integer(7);
        }
    }
    for (auto &[place, hour] : hours) {
        hour.queueId = place.first;
        hour.hour = place.second;
        history.hours.push_back(hour);
    }
    return history;
}

std::vector<SourceArrivals> SqlTransaction::arrivalsBySource(qint64 from)
{
    std::vector<SourceArrivals> arrivals;
    auto rows = statement("item/by_source");
    rows.bind(QStringLiteral(":from"), from).run();
    while (!failed() && rows.next())
        arrivals.push_back({ rows.text(0), rows.integer(1), fromMillis(rows.integer(2)), fromMillis(rows.integer(3)), milliseconds(rows.integer(4)) });
    return arrivals;
}

QStringList SqlTransaction::requestedSkills()
{
    QStringList skills;
    auto rows = statement("class/skills");
    rows.run();
    while (!failed() && rows.next()) {
        for (const auto &skill : QJsonDocument::fromJson(rows.text(0).toUtf8()).array())
            skills.append(skill.toString());
    }
    skills.removeDuplicates();
    return skills;
}

} // namespace iwd

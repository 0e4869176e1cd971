// SPDX-License-Identifier: Apache-2.0
#include "incidentlog.h"

#include <map>

using namespace Qt::StringLiterals;

namespace iwd::demo {
namespace {

constexpr int MaxIncidents = 100'000;

/// The fields of a line; a field may be quoted as RFC 4180 says, but holds no line break.
QStringList fieldsOf(const QString &line)
{
    QStringList fields { QString() };
    bool quoted = false;
    for (qsizetype at = 0; at < line.size(); ++at) {
        const QChar c = line.at(at);
        if (quoted && c == u'"' && line.mid(at + 1, 1) == "\""_L1) {
            fields.back() += c;
            ++at;
        } else if (c == u'"') {
            quoted = !quoted;
        } else if (c == u',' && !quoted) {
            fields.append(QString());
        } else {
            fields.back() += c;
        }
    }
    return fields;
}

Error lineError(qsizetype line, const QString &what)
{
    return { ErrorCode::InvalidField, u"Line %1 of the incidents cannot be used: %2."_s.arg(line + 1).arg(what), {}, {} };
}

/// Fills the fields that a row leaves empty with those of the incident's row before.
using Row = std::map<QString, QString>;

Row completed(const Row &before, const QStringList &names, const QStringList &fields)
{
    Row row = before;
    for (qsizetype column = 0; column < names.size(); ++column) {
        const QString field = fields.value(column);
        if (!field.isEmpty())
            row[names.at(column)] = field == "?"_L1 ? QString() : field;
    }
    return row;
}

Incident incidentOf(const Row &row, Instant opened)
{
    const auto field = [&row](const char *name) {
        const auto found = row.find(QString::fromLatin1(name));
        return found == row.end() ? QString() : found->second;
    };
    Incident incident;
    incident.number = field("number");
    incident.opened = opened;
    incident.category = field("category");
    incident.subcategory = field("subcategory");
    incident.symptom = field("symptom");
    incident.location = field("location");
    incident.caller = field("caller");
    incident.contactType = field("contactType");
    incident.impact = field("impact");
    incident.urgency = field("urgency");
    incident.priority = field("priority");
    incident.resolvedBy = field("resolvedBy");
    return incident;
}

bool isAwaiting(const QString &state)
{
    return state.startsWith("Awaiting"_L1);
}

bool isDone(const QString &state)
{
    return state == "Resolved"_L1 || state == "Closed"_L1;
}

} // namespace

Result<std::vector<Incident>> readIncidents(const QByteArray &csv)
{
    const QStringList lines = QString::fromUtf8(csv).split(u'\n');
    const QStringList names = fieldsOf(lines.constFirst().trimmed());
    for (const auto needed : { "number"_L1, "updatedAt"_L1, "openedAt"_L1, "state"_L1, "group"_L1 }) {
        if (!names.contains(needed))
            return lineError(0, u"it names no column \"%1\""_s.arg(needed));
    }
    std::vector<Incident> incidents;
    Row row;
    for (qsizetype number = 1; number < lines.size(); ++number) {
        const QString line = lines.at(number).trimmed();
        if (line.isEmpty())
            continue;
        const QStringList fields = fieldsOf(line);
        if (fields.size() != names.size())
            return lineError(number, u"it has %1 fields instead of %2"_s.arg(fields.size()).arg(names.size()));
        const QString key = fields.at(names.indexOf("number"_L1));
        const bool isNew = incidents.empty() || incidents.back().number != key;
        row = completed(isNew ? Row() : row, names, fields);
        const auto at = instantFromIso(row[u"updatedAt"_s]);
        const auto opened = instantFromIso(row[u"openedAt"_s]);
        if (!at || !opened)
            return lineError(number, u"updatedAt and openedAt are dates such as 2016-02-29T08:00:00Z"_s);
        if (isNew)
            incidents.push_back(incidentOf(row, *opened));
        if (incidents.size() > MaxIncidents)
            return lineError(number, u"more than %1 incidents"_s.arg(MaxIncidents));
        incidents.back().updates.push_back({ *at, row[u"state"_s], row[u"group"_s], row[u"assignedTo"_s], row[u"reopenCount"_s].toInt() });
    }
    if (incidents.empty())
        return lineError(0, u"no incident follows"_s);
    std::stable_sort(incidents.begin(), incidents.end(), [](const auto &a, const auto &b) { return a.opened < b.opened; });
    return incidents;
}

std::vector<Step> stepsOf(const Incident &incident)
{
    std::vector<Step> steps;
    QString group = incident.updates.front().group;
    QString person = incident.updates.front().assignedTo;
    int reopenCount = incident.updates.front().reopenCount;
    bool held = false;
    bool done = false;
    const auto add = [&steps](StepKind kind, Instant at, const QString &toGroup, const QString &reason) { steps.push_back({ kind, at, toGroup, reason }); };
    for (const auto &update : incident.updates) {
        const Instant at = std::max(update.at, incident.opened);
        if (done && (update.reopenCount > reopenCount || !isDone(update.state))) {
            add(StepKind::Reopen, at, {}, {});
            done = false;
        }
        reopenCount = std::max(reopenCount, update.reopenCount);
        if (done)
            continue;
        if (!update.group.isEmpty() && update.group != group) {
            group = update.group;
            add(StepKind::Reassign, at, group, {});
        } else if (!person.isEmpty() && !update.assignedTo.isEmpty() && update.assignedTo != person && !held && !isAwaiting(update.state)) {
            add(StepKind::HandOver, at, {}, {});
        }
        person = update.assignedTo;
        if (isAwaiting(update.state) && !held)
            add(StepKind::Hold, at, {}, update.state);
        else if (held && !isAwaiting(update.state))
            add(StepKind::Resume, at, {}, {});
        held = isAwaiting(update.state);
        if (isDone(update.state)) {
            add(StepKind::Resolve, at, {}, {});
            done = true;
        }
    }
    const Instant last = std::max(incident.updates.back().at, incident.opened);
    if (held)
        add(StepKind::Resume, last, {}, {});
    if (!done)
        add(StepKind::Resolve, last, {}, {});
    return steps;
}

} // namespace iwd::demo

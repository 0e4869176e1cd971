// SPDX-License-Identifier: Apache-2.0
#include "demosetup.h"

#include <QJsonArray>

#include <cmath>
#include <set>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace iwd::demo {
namespace {

constexpr int LeaseSeconds = 300;
constexpr int HighestSkillLevel = 5;
constexpr int LeastCapacity = 2;
constexpr int MostCapacity = 20;
constexpr double BusyShare = 0.6; ///< of what a person had open at worst; the rest of it waits in the queue, where the priority decides

/// A priority of the record, and how urgent the demo makes it.
struct PriorityClass
{
    QString name; ///< as in the record
    QString id;
    QString title;
    std::chrono::hours serviceLevel;
    int start; ///< priority when the item is new
    int atSla; ///< when its service level is reached
};

const std::vector<PriorityClass> &priorityClasses()
{
    using std::chrono::hours;
    static const std::vector<PriorityClass> classes {
        { u"1 - Critical"_s, u"critical"_s, u"Critical incidents"_s, hours(8), 600, 1000 },
        { u"2 - High"_s, u"high"_s, u"High incidents"_s, hours(24), 400, 800 },
        { u"3 - Moderate"_s, u"moderate"_s, u"Moderate incidents"_s, hours(72), 200, 600 },
        { u"4 - Low"_s, u"low"_s, u"Low incidents"_s, hours(120), 0, 400 },
    };
    return classes;
}

const PriorityClass &classOf(const QString &priority)
{
    for (const auto &one : priorityClasses()) {
        if (one.name == priority)
            return one;
    }
    return priorityClasses()[2];
}

QString schemaId(const PriorityClass &one)
{
    return u"incidents-"_s + one.id;
}

/// Every group of the record with the priorities that its incidents had.
std::map<QString, std::set<QString>> groupsOf(const std::vector<Incident> &incidents)
{
    std::map<QString, std::set<QString>> groups;
    for (const auto &incident : incidents) {
        for (const auto &update : incident.updates) {
            if (!update.group.isEmpty())
                groups[update.group].insert(incident.priority);
        }
    }
    return groups;
}

QJsonObject equals(const QString &attribute, const QString &value)
{
    return { { u"attribute"_s, attribute }, { u"operator"_s, u"equals"_s }, { u"value"_s, value } };
}

double inMinutes(milliseconds duration)
{
    return static_cast<double>(duration.count()) / 60'000.0;
}

/// The service level as long as it lasts in the play: the median over the incidents, because the warp is not even.
milliseconds playedServiceLevel(const std::vector<Incident> &incidents, const PriorityClass &one, const TimeWarp &warp)
{
    std::vector<milliseconds> lengths;
    for (const auto &incident : incidents)
        lengths.push_back(warp.playTime(incident.opened + one.serviceLevel) - warp.playTime(incident.opened));
    const auto middle = lengths.begin() + static_cast<std::ptrdiff_t>(lengths.size() / 2);
    std::nth_element(lengths.begin(), middle, lengths.end());
    // A multiple of 60 ms is a short decimal of a minute, which the server gives back as it got it.
    return std::max(milliseconds(*middle / 60ms * 60), milliseconds(600));
}

QJsonObject schemaBody(const PriorityClass &one, milliseconds sla)
{
    const double minutes = inMinutes(sla);
    const double managed = inMinutes(sla * 3);
    const QJsonArray points {
        QJsonObject { { u"age"_s, 0 }, { u"priority"_s, one.start } },
        QJsonObject { { u"age"_s, minutes }, { u"priority"_s, one.atSla } },
        QJsonObject { { u"age"_s, managed }, { u"priority"_s, one.atSla + 200 } },
    };
    return { { u"name"_s, one.title },
        { u"description"_s, u"%1 hours of the incidents' time, compressed like everything in the demo"_s.arg(one.serviceLevel.count()) },
        { u"unit"_s, u"minutes"_s }, { u"sla"_s, minutes }, { u"managedPeriod"_s, managed },
        { u"curve"_s, QJsonObject { { u"interpolation"_s, u"linear"_s }, { u"points"_s, points } } } };
}

QJsonObject categoryBody(const QString &name, const QJsonValue &parent, int order, const QJsonObject &rule, const QJsonValue &schema, const QJsonValue &queue)
{
    return { { u"name"_s, name }, { u"parent"_s, parent }, { u"order"_s, order }, { u"rule"_s, rule }, { u"schema"_s, schema }, { u"queue"_s, queue } };
}

void addCategories(std::vector<SetupObject> &setup, const std::map<QString, std::set<QString>> &groups)
{
    const QString root = CapturePoint;
    setup.push_back({ u"categories"_s, root,
        categoryBody(u"IT service desk"_s, QJsonValue::Null, 100, equals(u"capturePointId"_s, CapturePoint), schemaId(classOf({})), DispatchQueue) });
    int order = 0;
    for (const auto &[group, priorities] : groups) {
        const QString id = root + u'-' + slug(group);
        setup.push_back({ u"categories"_s, id,
            categoryBody(group, root, ++order, equals(u"custom.assignmentGroup"_s, group), QJsonValue::Null, slug(group)) });
        int inner = 0;
        for (const auto &priority : priorities) {
            const auto &one = classOf(priority);
            if (&one == &classOf({}))
                continue;
            setup.push_back({ u"categories"_s, id + u'-' + one.id,
                categoryBody(group + u", "_s + one.id, id, ++inner, equals(u"custom.priority"_s, priority), schemaId(one), QJsonValue::Null) });
        }
    }
}

QJsonObject agentBody(const DemoAgent &agent)
{
    QJsonObject skills;
    QJsonArray queues { DispatchQueue };
    for (const auto &[group, updates] : agent.updates) {
        skills.insert(slug(group), std::min(HighestSkillLevel, 1 + static_cast<int>(std::log2(updates) / 2)));
        queues.append(slug(group));
    }
    return { { u"name"_s, agent.name }, { u"skills"_s, skills }, { u"capacity"_s, QJsonObject { { u"*"_s, agent.capacity } } }, { u"queues"_s, queues } };
}

/// How many incidents each named person had open at the same time, at most.
std::map<QString, int> peakLoads(const std::vector<Incident> &incidents)
{
    struct Change
    {
        Instant at;
        int delta;
    };
    std::map<QString, std::vector<Change>> changes;
    for (const auto &incident : incidents) {
        const Incident::Update *before = nullptr;
        for (const auto &update : incident.updates) {
            if (before && !before->assignedTo.isEmpty()) {
                changes[before->assignedTo].push_back({ before->at, 1 });
                changes[before->assignedTo].push_back({ update.at, -1 });
            }
            const bool works = update.state == "New"_L1 || update.state == "Active"_L1;
            before = works ? &update : nullptr;
        }
    }
    std::map<QString, int> peaks;
    for (auto &[person, list] : changes) {
        std::sort(list.begin(), list.end(), [](const Change &a, const Change &b) { return std::pair(a.at, a.delta) < std::pair(b.at, b.delta); });
        int load = 0;
        for (const auto &change : list) {
            load += change.delta;
            peaks[person] = std::max(peaks[person], load);
        }
    }
    return peaks;
}

std::map<QString, DemoAgent> everybody(const std::vector<Incident> &incidents)
{
    std::map<QString, DemoAgent> people;
    const auto peaks = peakLoads(incidents);
    const auto count = [&people, &peaks](const QString &name, const QString &group) {
        DemoAgent &agent = people[name];
        agent.id = slug(name);
        agent.name = name;
        const auto peak = peaks.find(name);
        const double load = peak == peaks.end() ? 0 : peak->second * BusyShare;
        agent.capacity = std::clamp(static_cast<int>(std::lround(load)), LeastCapacity, MostCapacity);
        ++agent.updates[group];
    };
    std::set<QString> covered;
    for (const auto &incident : incidents) {
        for (const auto &update : incident.updates) {
            if (!update.assignedTo.isEmpty() && !update.group.isEmpty()) {
                count(update.assignedTo, update.group);
                covered.insert(update.group);
            }
        }
    }
    for (const auto &incident : incidents) {
        for (const auto &update : incident.updates) {
            if (!update.group.isEmpty() && !covered.contains(update.group) && !incident.resolvedBy.isEmpty())
                count(incident.resolvedBy, update.group);
        }
    }
    return people;
}

int workOf(const DemoAgent &agent)
{
    int sum = 0;
    for (const auto &[group, updates] : agent.updates)
        sum += updates;
    return sum;
}

} // namespace

QString slug(const QString &name)
{
    QString id;
    for (const QChar c : name.toLower()) {
        const bool plain = (c >= u'a' && c <= u'z') || (c >= u'0' && c <= u'9');
        if (plain)
            id += c;
        else if (!id.isEmpty() && !id.endsWith(u'-'))
            id += u'-';
    }
    while (id.endsWith(u'-'))
        id.chop(1);
    return id.left(60);
}

milliseconds serviceLevel(const QString &priority)
{
    return classOf(priority).serviceLevel;
}

std::vector<DemoAgent> agentsOf(const std::vector<Incident> &incidents, int most)
{
    std::map<QString, DemoAgent> left = everybody(incidents);
    std::set<QString> open;
    for (const auto &[name, agent] : left) {
        for (const auto &[group, updates] : agent.updates)
            open.insert(group);
    }
    std::vector<DemoAgent> chosen;
    const auto news = [&open](const DemoAgent &agent) {
        return std::count_if(agent.updates.begin(), agent.updates.end(), [&open](const auto &entry) { return open.contains(entry.first); });
    };
    while (!left.empty() && static_cast<int>(chosen.size()) < most) {
        const auto best = std::max_element(left.begin(), left.end(), [&news](const auto &a, const auto &b) {
            return std::pair(news(a.second), workOf(a.second)) < std::pair(news(b.second), workOf(b.second));
        });
        for (const auto &[group, updates] : best->second.updates)
            open.erase(group);
        chosen.push_back(best->second);
        left.erase(best);
    }
    std::sort(chosen.begin(), chosen.end(), [](const auto &a, const auto &b) { return a.id < b.id; });
    return chosen;
}

std::vector<SetupObject> setupOf(const std::vector<Incident> &incidents, const std::vector<DemoAgent> &agents, const TimeWarp &warp)
{
    const auto groups = groupsOf(incidents);
    std::vector<SetupObject> setup;
    setup.push_back({ u"capture-points"_s, CapturePoint,
        QJsonObject { { u"name"_s, u"Service desk"_s }, { u"description"_s, u"The incidents that the demo plays"_s }, { u"defaultChannel"_s, u"phone"_s } } });
    for (const auto &[group, priorities] : groups)
        setup.push_back({ u"skills"_s, slug(group), QJsonObject { { u"name"_s, group } } });
    setup.push_back({ u"queues"_s, DispatchQueue,
        QJsonObject { { u"name"_s, u"Dispatch"_s }, { u"description"_s, u"Incidents that no group has yet"_s }, { u"leaseSeconds"_s, LeaseSeconds } } });
    for (const auto &[group, priorities] : groups)
        setup.push_back({ u"queues"_s, slug(group),
            QJsonObject { { u"name"_s, group }, { u"requiredSkills"_s, QJsonObject { { slug(group), 1 } } }, { u"leaseSeconds"_s, LeaseSeconds } } });
    for (const auto &one : priorityClasses())
        setup.push_back({ u"schemas"_s, schemaId(one), schemaBody(one, playedServiceLevel(incidents, one, warp)) });
    addCategories(setup, groups);
    for (const auto &agent : agents)
        setup.push_back({ u"agents"_s, agent.id, agentBody(agent) });
    return setup;
}

bool alreadySays(const QJsonObject &existing, const QJsonObject &wanted)
{
    for (auto field = wanted.begin(); field != wanted.end(); ++field) {
        const QJsonValue there = existing.value(field.key());
        if (field->isNull() && there.isUndefined())
            continue;
        if (there != *field)
            return false;
    }
    return true;
}

QJsonObject itemOf(const Incident &incident, const QString &captureId, int run, Instant due)
{
    QJsonObject custom { { u"run"_s, run }, { u"number"_s, incident.number } };
    const auto add = [&custom](const QString &name, const QString &value) {
        if (!value.isEmpty())
            custom.insert(name, value);
    };
    add(u"category"_s, incident.category);
    add(u"subcategory"_s, incident.subcategory);
    add(u"symptom"_s, incident.symptom);
    add(u"location"_s, incident.location);
    add(u"impact"_s, incident.impact);
    add(u"urgency"_s, incident.urgency);
    add(u"priority"_s, incident.priority);
    add(u"assignmentGroup"_s, incident.updates.front().group);
    QJsonObject item { { u"captureId"_s, captureId }, { u"capturePointId"_s, CapturePoint }, { u"dueDateTime"_s, toIso(due) },
        { u"sourceCreatedDateTime"_s, toIso(incident.opened) }, { u"sourceProcessType"_s, u"Incident"_s }, { u"custom"_s, custom },
        { u"labels"_s, QJsonArray { labelOf(run) } } };
    if (!incident.contactType.isEmpty())
        item.insert(u"channel"_s, incident.contactType.toLower());
    if (!incident.caller.isEmpty())
        item.insert(u"customerId"_s, incident.caller);
    return item;
}

QString captureIdOf(const QString &number, int run)
{
    return run <= 1 ? number : u"%1-r%2"_s.arg(number).arg(run);
}

QString labelOf(int run)
{
    return u"run %1"_s.arg(run);
}

} // namespace iwd::demo

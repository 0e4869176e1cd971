// SPDX-License-Identifier: Apache-2.0
#include "classspread.h"

#include <array>

namespace iwd {

namespace {

constexpr auto allTerms = std::to_array({ ClassTerm::Schema, ClassTerm::BusinessValue, ClassTerm::Shift, ClassTerm::DueDate, ClassTerm::Channel, ClassTerm::Skill, ClassTerm::Calendar,
    ClassTerm::Agent, ClassTerm::Group, ClassTerm::Segment });
using TermHashes = std::array<size_t, allTerms.size()>;

size_t hashOf(const WorkClass &terms, ClassTerm term)
{
    const auto seed = static_cast<size_t>(term) + 1; // the same text in two terms is two things
    switch (term) {
    case ClassTerm::Schema:
        return qHash(terms.schemaId, seed);
    case ClassTerm::BusinessValue:
        return qHash(terms.band, seed);
    case ClassTerm::Shift:
        return qHash(terms.shift, seed);
    case ClassTerm::DueDate:
        return qHash(static_cast<int>(terms.anchor), seed);
    case ClassTerm::Channel:
        return qHash(terms.channel, seed);
    case ClassTerm::Skill:
        return qHashRange(terms.skills.begin(), terms.skills.end(), seed);
    case ClassTerm::Calendar:
        return qHash(terms.calendarId, seed);
    case ClassTerm::Agent:
        return qHash(terms.requestedAgent, seed);
    case ClassTerm::Group:
        return qHash(terms.requestedGroup, seed);
    case ClassTerm::Segment:
        return qHash(terms.segment, seed);
    }
    Q_UNREACHABLE();
}

/// How many classes are left when they all agree in one term. Hashes stand for the terms: that two of some thousand differ but have the same 64 bits does not
/// happen, and a figure that is one too low would mislead nobody.
int countWithout(const std::vector<TermHashes> &classes, size_t left)
{
    std::vector<size_t> rest;
    rest.reserve(classes.size());
    for (TermHashes hashes : classes) {
        hashes[left] = 0;
        rest.push_back(qHashRange(hashes.begin(), hashes.end()));
    }
    std::sort(rest.begin(), rest.end());
    return static_cast<int>(std::unique(rest.begin(), rest.end()) - rest.begin());
}

/// What the items differ in, and what helps.
std::pair<QString, QString> inWords(const Queue &queue, ClassTerm term)
{
    switch (term) {
    case ClassTerm::Schema:
        return { QStringLiteral("the prioritization schemas of their categories"), QStringLiteral("Let categories of this queue share schemas.") };
    case ClassTerm::BusinessValue:
        return { QStringLiteral("businessValue"), QStringLiteral("Give the schema fewer bands of business value.") };
    case ClassTerm::Shift:
        return { QStringLiteral("priority, which was changed by hand or by the source"), QStringLiteral("Change priorities in few, round steps, or let bands of business value do it.") };
    case ClassTerm::DueDate:
        return { QStringLiteral("dueDateTime, which some have and others have not"), QStringLiteral("Let the sources name it always, or never.") };
    case ClassTerm::Channel:
        return { QStringLiteral("channel"), QStringLiteral("Let the sources use few names of channels.") };
    case ClassTerm::Skill:
        return { QStringLiteral("requestedSkill"), QStringLiteral("Request fewer combinations of skills, or let the queue require them.") };
    case ClassTerm::Calendar:
        return { QStringLiteral("businessCalendarId"), QStringLiteral("Let items share calendars.") };
    case ClassTerm::Agent:
        return { QStringLiteral("requestedAgent"), QStringLiteral("Request agents for fewer items, or a group instead.") };
    case ClassTerm::Group:
        return { QStringLiteral("requestedAgentGroup"), QStringLiteral("Request fewer different groups, or give the groups queues of their own.") };
    case ClassTerm::Segment:
        return { queue.segmentation.attribute.isEmpty() ? QStringLiteral("the attribute by which the queue was divided") : queue.segmentation.attribute + QStringLiteral(", by which the queue is divided"),
            QStringLiteral("Give fewer of its values a share of their own.") };
    }
    Q_UNREACHABLE();
}

} // namespace

ClassSpread classSpread(std::span<const WorkClass> classes)
{
    std::vector<TermHashes> hashes;
    hashes.reserve(classes.size());
    for (const WorkClass &terms : classes) {
        TermHashes &of = hashes.emplace_back();
        std::transform(allTerms.begin(), allTerms.end(), of.begin(), [&](ClassTerm term) { return hashOf(terms, term); });
    }
    ClassSpread spread;
    spread.classes = spread.withoutWidest = static_cast<int>(classes.size());
    for (size_t i = 0; i < allTerms.size(); ++i) {
        if (const int left = countWithout(hashes, i); left < spread.withoutWidest) {
            spread.withoutWidest = left;
            spread.widest = allTerms[i];
        }
    }
    return spread;
}

std::map<QString, int> waitingClasses(Snapshot &snapshot)
{
    std::map<QString, int> counts;
    for (const auto &[classId, oldest] : snapshot.oldestWaiting())
        ++counts[snapshot.workClass(classId).queueId];
    return counts;
}

std::map<QString, ClassSpread> crowdedQueues(Snapshot &snapshot, int most)
{
    std::map<QString, std::vector<WorkClass>> crowded;
    for (const auto &[queueId, count] : waitingClasses(snapshot)) {
        if (count > most)
            crowded.emplace(queueId, std::vector<WorkClass>());
    }
    if (crowded.empty())
        return {};
    for (const auto &[classId, oldest] : snapshot.oldestWaiting()) {
        const WorkClass &terms = snapshot.workClass(classId);
        if (const auto queue = crowded.find(terms.queueId); queue != crowded.end())
            queue->second.push_back(terms);
    }
    std::map<QString, ClassSpread> spreads;
    for (const auto &[queueId, classes] : crowded)
        spreads.emplace(queueId, classSpread(classes));
    return spreads;
}

QString crowdingText(const Queue &queue, const ClassSpread &spread)
{
    const auto [attribute, remedy] = inWords(queue, spread.widest);
    return QStringLiteral("The waiting items of queue \"%1\" are of %2 work classes, where more than %3 make every taking slower. What multiplies them most is %4: did all agree in it, %5 would be left. %6")
        .arg(queue.id)
        .arg(spread.classes)
        .arg(ManyWorkClasses)
        .arg(attribute)
        .arg(spread.withoutWidest)
        .arg(remedy);
}

} // namespace iwd

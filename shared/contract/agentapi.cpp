// SPDX-License-Identifier: Apache-2.0
#include "agentapi.h"

#include "configurationobject.h"

#include <domain/itemfields.h>

#include <QJsonArray>

namespace iwd {

namespace {

constexpr int MaxCapacity = 1'000;
constexpr int MaxChannels = 100;
constexpr int MaxQueues = 1'000;
constexpr int MaxGroups = 100;

/// In JSON the channels that are not named are called "*"; the domain calls them "".
const QString everyOtherChannel = QStringLiteral("*");

std::map<QString, int> readCapacity(ObjectReader &reader)
{
    const QString name = QStringLiteral("capacity");
    std::map<QString, int> capacity;
    for (const auto &[channel, count] : reader.integersByName(name, 0, MaxCapacity, MaxChannels)) {
        if (channel.isEmpty() || channel.size() > limits::Text) {
            reader.fail(invalidField(
                reader.pathOf(name), QStringLiteral("names of channels of 1 to %1 characters, or \"*\" for all others").arg(limits::Text)));
            break;
        }
        capacity.emplace(channel == everyOtherChannel ? QString() : channel, count);
    }
    return capacity;
}

} // namespace

Result<Agent> decodeAgent(const QJsonObject &json, const QString &idInPath)
{
    ObjectReader reader(json);
    Agent agent;
    configuration::readHead(reader, agent, idInPath);
    agent.skills = configuration::readSkillLevels(reader, QStringLiteral("skills"));
    agent.capacity = readCapacity(reader);
    agent.queueIds = reader.objectIds(QStringLiteral("queues"), MaxQueues);
    agent.groups = reader.take(json::textList(reader.pathOf(QStringLiteral("groups")), reader.value(QStringLiteral("groups")), MaxGroups, limits::Text));
    reader.ignore(
        { QStringLiteral("channels"), QStringLiteral("offered"), QStringLiteral("state"), QStringLiteral("stateReason"), QStringLiteral("stateSinceDateTime"), QStringLiteral("assigned") });
    if (const auto finished = reader.finish(); !finished)
        return finished.error();
    return agent;
}

QJsonObject encodeAgent(const Agent &agent)
{
    QJsonObject json = configuration::encodeHead(agent);
    QJsonObject capacity;
    for (const auto &[channel, count] : agent.capacity)
        capacity.insert(channel.isEmpty() ? everyOtherChannel : channel, count);
    json.insert(QStringLiteral("skills"), configuration::encodeNumbers(agent.skills));
    json.insert(QStringLiteral("capacity"), capacity);
    json.insert(QStringLiteral("groups"), QJsonArray::fromStringList(agent.groups));
    json.insert(QStringLiteral("queues"), QJsonArray::fromStringList(agent.queueIds));
    return json;
}

} // namespace iwd

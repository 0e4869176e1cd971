// SPDX-License-Identifier: Apache-2.0
#include "queueapi.h"

#include "configurationobject.h"

namespace iwd {

namespace {

using std::chrono::seconds;

constexpr seconds LeastLease { 10 };
constexpr seconds LongestLease { 86'400 };

} // namespace

Result<Queue> decodeQueue(const QJsonObject &json, const QString &idInPath)
{
    ObjectReader reader(json);
    Queue queue;
    const auto usual = static_cast<int>(std::chrono::duration_cast<seconds>(queue.lease).count());
    configuration::readHead(reader, queue, idInPath);
    queue.requiredSkills = configuration::readSkillLevels(reader, QStringLiteral("requiredSkills"));
    queue.lease = seconds(reader.integer(QStringLiteral("leaseSeconds"), int(LeastLease.count()), int(LongestLease.count()), usual));
    queue.paused = reader.boolean(QStringLiteral("paused"), false);
    if (const auto finished = reader.finish(); !finished)
        return finished.error();
    return queue;
}

QJsonObject encodeQueue(const Queue &queue)
{
    QJsonObject json = configuration::encodeHead(queue);
    json.insert(QStringLiteral("requiredSkills"), configuration::encodeNumbers(queue.requiredSkills));
    json.insert(QStringLiteral("leaseSeconds"), qint64(std::chrono::duration_cast<seconds>(queue.lease).count()));
    json.insert(QStringLiteral("paused"), queue.paused);
    return json;
}

} // namespace iwd

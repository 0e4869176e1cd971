// SPDX-License-Identifier: Apache-2.0
#include "skillapi.h"

#include "configurationobject.h"

namespace iwd {

Result<Skill> decodeSkill(const QJsonObject &json, const QString &idInPath)
{
    ObjectReader reader(json);
    Skill skill;
    configuration::readHead(reader, skill, idInPath);
    if (const auto finished = reader.finish(); !finished)
        return finished.error();
    return skill;
}

QJsonObject encodeSkill(const Skill &skill)
{
    return configuration::encodeHead(skill);
}

} // namespace iwd

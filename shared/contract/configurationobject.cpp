// SPDX-License-Identifier: Apache-2.0
#include "configurationobject.h"

#include <domain/itemfields.h>

namespace iwd {

namespace {

constexpr int MaxSkills = 100;

/// Letters that Unicode does not take apart into a base letter and an accent.
QString spelledOut(QChar letter)
{
    switch (letter.unicode()) {
    case u'ß':
        return QStringLiteral("ss");
    case u'æ':
        return QStringLiteral("ae");
    case u'œ':
        return QStringLiteral("oe");
    case u'ø':
        return QStringLiteral("o");
    case u'ł':
        return QStringLiteral("l");
    case u'đ':
        return QStringLiteral("d");
    default:
        return letter;
    }
}

} // namespace

QString slugOf(const QString &name)
{
    QString spelled;
    for (const QChar letter : name.toLower())
        spelled += spelledOut(letter);
    QString slug;
    for (const QChar c : spelled.normalized(QString::NormalizationForm_KD)) {
        if ((c >= u'a' && c <= u'z') || (c >= u'0' && c <= u'9'))
            slug += c;
        else if (!c.isMark() && !slug.isEmpty() && !slug.endsWith(u'-'))
            slug += u'-';
    }
    slug.truncate(limits::ObjectId);
    while (slug.endsWith(u'-'))
        slug.chop(1);
    return slug;
}

namespace configuration {

QString readId(ObjectReader &reader, const QString &name, const QString &idInPath)
{
    const QString field = QStringLiteral("id");
    const QString id = reader.objectId(field);
    if (reader.failed())
        return id;
    if (!idInPath.isEmpty()) {
        if (!id.isEmpty() && id != idInPath)
            reader.fail(
                invalidField(reader.pathOf(field), QStringLiteral("the id of the address, \"%1\"").arg(idInPath), u'"' + id + u'"'));
        return idInPath;
    }
    if (!id.isEmpty())
        return id;
    const QString slug = slugOf(name);
    if (slug.isEmpty())
        reader.fail(missingField(reader.pathOf(field), QStringLiteral("an id, because none can be made from the name")));
    return slug;
}

std::map<QString, int> readSkillLevels(ObjectReader &reader, const QString &name)
{
    const auto levels = reader.integersByName(name, 1, 100, MaxSkills);
    for (const auto &[skill, level] : levels) {
        const QString path = reader.pathOf(name) + u'.' + skill.left(limits::Text);
        (void)reader.take(json::objectId(path, skill));
    }
    return levels;
}

QJsonObject encodeNumbers(const std::map<QString, int> &numbers)
{
    QJsonObject json;
    for (const auto &[name, number] : numbers)
        json.insert(name, number);
    return json;
}

QJsonValue encodeReference(const QString &id)
{
    return id.isEmpty() ? QJsonValue() : QJsonValue(id);
}

} // namespace configuration

} // namespace iwd

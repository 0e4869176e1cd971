// SPDX-License-Identifier: Apache-2.0
#include "userapi.h"

#include "configurationobject.h"

#include <QJsonArray>

namespace iwd {

namespace {

constexpr int MaxEmailLength = 254; // RFC 5321: a path is 256 octets with its brackets

bool isEmail(const QString &text)
{
    const auto at = text.lastIndexOf(u'@');
    return text.isEmpty() || (at > 0 && at < text.size() - 1 && !text.contains(u' '));
}

Privileges readPrivileges(ObjectReader &reader)
{
    const QString field = QStringLiteral("privileges");
    const QStringList names = reader.take(json::textList(field, reader.value(field), PrivilegeCount, MaxNameLength));
    Privileges privileges;
    for (qsizetype i = 0; i < names.size(); ++i) {
        if (const auto privilege = privilegeNamed(names[i]))
            privileges.set(static_cast<size_t>(*privilege));
        else
            reader.fail(invalidField(QStringLiteral("%1[%2]").arg(field).arg(i), QStringLiteral("the name of a privilege, such as Workitems.View"), names[i].left(60)));
    }
    return privileges;
}

} // namespace

bool isUserName(const QString &text)
{
    return text == text.trimmed() && std::none_of(text.begin(), text.end(), [](QChar c) { return !c.isPrint() || c == u'/'; });
}

Result<User> decodeUser(const QJsonObject &json, const QString &nameInPath)
{
    ObjectReader reader(json);
    User user;
    const QString name = QStringLiteral("name");
    user.name = nameInPath.isEmpty() ? reader.requiredText(name, MaxUserNameLength) : reader.text(name, MaxUserNameLength);
    if (!nameInPath.isEmpty()) {
        if (!user.name.isEmpty() && user.name != nameInPath)
            reader.fail(invalidField(name, QStringLiteral("the name in the address, or nothing"), user.name.left(60)));
        user.name = nameInPath;
    }
    if (!isUserName(user.name))
        reader.fail(invalidField(name, QStringLiteral("a name of visible characters without / and without spaces around it"), user.name.left(60)));
    user.displayName = reader.text(QStringLiteral("displayName"), MaxNameLength);
    user.email = reader.text(QStringLiteral("email"), MaxEmailLength);
    if (!isEmail(user.email))
        reader.fail(invalidField(QStringLiteral("email"), QStringLiteral("an e-mail address, or nothing"), user.email.left(60)));
    user.roles = reader.objectIds(QStringLiteral("roles"), MaxRolesOfUser);
    if (user.roles.isEmpty())
        reader.fail(missingField(QStringLiteral("roles"), QStringLiteral("at least one role, such as Viewer")));
    user.categories = reader.objectIds(QStringLiteral("categories"), MaxCategoriesOfCaller);
    user.disabled = reader.boolean(QStringLiteral("disabled"), false);
    reader.ignore({ QStringLiteral("version"), QStringLiteral("createdDateTime"), QStringLiteral("updatedDateTime"), QStringLiteral("passwordSetDateTime"), QStringLiteral("changePassword"),
        QStringLiteral("lastSignInDateTime"), QStringLiteral("lockedUntilDateTime"), QStringLiteral("identityProvider") });
    if (const auto finished = reader.finish(); !finished)
        return finished.error();
    return user;
}

QJsonObject encodeUser(const User &user)
{
    return { { QStringLiteral("name"), user.name }, { QStringLiteral("displayName"), user.displayName }, { QStringLiteral("email"), user.email },
        { QStringLiteral("roles"), QJsonArray::fromStringList(user.roles) }, { QStringLiteral("categories"), QJsonArray::fromStringList(user.categories) },
        { QStringLiteral("disabled"), user.disabled } };
}

Result<Role> decodeRole(const QJsonObject &json, const QString &idInPath)
{
    ObjectReader reader(json);
    Role role;
    configuration::readHead(reader, role, idInPath);
    role.privileges = readPrivileges(reader);
    reader.ignore({ QStringLiteral("stock") });
    if (const auto finished = reader.finish(); !finished)
        return finished.error();
    return role;
}

QJsonObject encodeRole(const Role &role)
{
    QJsonObject json = configuration::encodeHead(role);
    json.insert(QStringLiteral("privileges"), QJsonArray::fromStringList(namesOf(role.privileges)));
    return json;
}

} // namespace iwd

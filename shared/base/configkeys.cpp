// SPDX-License-Identifier: Apache-2.0
#include "configkeys.h"

#include "configvalue.h"

#include <QFileInfo>

namespace iwd::configkey {

namespace {

template <typename Bytes>
ConfigKey sizeOf(const QString &name, Bytes &target, Bytes least, Bytes most, const QString &description)
{
    const QString expected = QStringLiteral("a size from %1 to %2, such as %3")
                                 .arg(configvalue::sizeToText(least), configvalue::sizeToText(most), configvalue::sizeToText(target));
    return { name, expected, description, configvalue::sizeToText(target), false, [&target, least, most](const QString &text) {
                const auto value = configvalue::size(text);
                if (!value || *value < least || *value > most)
                    return false;
                target = static_cast<Bytes>(*value);
                return true;
            } };
}

} // namespace

ConfigKey duration(const QString &name, milliseconds &target, milliseconds least, milliseconds most, const QString &description)
{
    const QString expected = QStringLiteral("a duration from %1 to %2, such as %3")
                                 .arg(configvalue::toText(least), configvalue::toText(most), configvalue::toText(target));
    return { name, expected, description, configvalue::toText(target), false, [&target, least, most](const QString &text) {
                const auto value = configvalue::duration(text);
                if (!value || *value < least || *value > most)
                    return false;
                target = *value;
                return true;
            } };
}

ConfigKey size(const QString &name, int &target, int least, int most, const QString &description)
{
    return sizeOf(name, target, least, most, description);
}

ConfigKey size(const QString &name, qint64 &target, qint64 least, qint64 most, const QString &description)
{
    return sizeOf(name, target, least, most, description);
}

ConfigKey count(const QString &name, int &target, int least, int most, const QString &description)
{
    const QString expected = QStringLiteral("a whole number from %1 to %2").arg(least).arg(most);
    return { name, expected, description, QString::number(target), false, [&target, least, most](const QString &text) {
                const auto value = configvalue::integer(text);
                if (!value || *value < least || *value > most)
                    return false;
                target = static_cast<int>(*value);
                return true;
            } };
}

ConfigKey boolean(const QString &name, bool &target, const QString &description)
{
    return { name, QStringLiteral("true or false"), description, target ? QStringLiteral("true") : QStringLiteral("false"), false,
        [&target](const QString &text) {
            const auto value = configvalue::boolean(text);
            target = value.value_or(target);
            return value.has_value();
        } };
}

ConfigKey readableFile(const QString &name, QString &target, const QString &description)
{
    return { name, QStringLiteral("the path of a file that this user can read"), description, {}, false, [&target](const QString &text) {
                const QFileInfo file(text);
                if (!file.isFile() || !file.isReadable())
                    return false;
                target = file.absoluteFilePath();
                return true;
            } };
}

} // namespace iwd::configkey

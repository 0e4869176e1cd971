// SPDX-License-Identifier: Apache-2.0
#include "attributes.h"

#include <domain/suggestion.h>

namespace iwd {

namespace {

QString pathOf(const QString &name)
{
    return QStringLiteral("custom.") + name;
}

Error undefinedAttribute(const ConfigurationSnapshot &configuration, const QString &name)
{
    QStringList known;
    for (const auto &[attribute, definition] : configuration.attributes())
        known.append(attribute);
    Error error = invalidField(pathOf(name), QStringLiteral("an attribute with a definition"));
    error.text = QStringLiteral("There is no attribute \"%1\", and the settings refuse attributes without a definition.").arg(name) + suggestion(name, known);
    return error;
}

Error missingAttribute(const AttributeDefinition &definition, InputMode mode)
{
    Error error = missingField(pathOf(definition.attribute), QStringLiteral("a value, because attribute \"%1\" is required").arg(definition.name));
    if (mode == InputMode::Update)
        error.text = QStringLiteral("\"%1\" cannot be removed, because attribute \"%2\" is required.").arg(pathOf(definition.attribute), definition.name);
    return error;
}

} // namespace

Result<void> checkAttributes(const ConfigurationSnapshot &configuration, const QJsonObject &custom, InputMode mode)
{
    const auto &definitions = configuration.attributes();
    for (auto entry = custom.begin(); entry != custom.end(); ++entry) {
        const auto known = definitions.find(entry.key());
        if (known == definitions.end()) {
            if (!configuration.settings().acceptUndefinedAttributes && !entry.value().isNull())
                return undefinedAttribute(configuration, entry.key());
            continue;
        }
        if (entry.value().isNull()) {
            if (known->second.required)
                return missingAttribute(known->second, mode);
        } else if (const auto sound = checkAttributeValue(known->second, entry.value(), pathOf(entry.key())); !sound) {
            return sound;
        }
    }
    if (mode == InputMode::Create) {
        for (const auto &[name, definition] : definitions) {
            if (definition.required && !custom.contains(name))
                return missingAttribute(definition, mode);
        }
    }
    return {};
}

} // namespace iwd

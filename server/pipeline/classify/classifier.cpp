// SPDX-License-Identifier: Apache-2.0
#include "classifier.h"

#include <domain/itemfields.h>

namespace iwd {

namespace {

Error unclassified(const QString &text)
{
    return { ErrorCode::InvalidReference, text, QStringLiteral("category"), {} };
}

Result<Classification> resolved(const ConfigurationSnapshot &configuration, const CategoryNode &node)
{
    const QString path = node.path.join(QStringLiteral(" / "));
    if (!configuration.queue(node.queueId))
        return unclassified(QStringLiteral("Category %1 leads to queue \"%2\", which does not exist. Give the category a queue, then retry the item.").arg(path, node.queueId));
    if (!configuration.schema(node.schemaId))
        return unclassified(QStringLiteral("Category %1 uses prioritization schema \"%2\", which does not exist. Give the category a schema, then retry the item.")
                                .arg(path, node.schemaId));
    return Classification { node.category.id, node.queueId, node.schemaId };
}

} // namespace

Result<Classification> classify(const ConfigurationSnapshot &configuration, const WorkItem &item, Instant now)
{
    const ItemAttributes attributes(item);
    const auto firstMatch = [&](const std::vector<const CategoryNode *> &siblings) -> const CategoryNode * {
        const auto match = std::find_if(siblings.begin(), siblings.end(), [&](const CategoryNode *node) { return node->category.rule.matches(attributes, now); });
        return match == siblings.end() ? nullptr : *match;
    };
    const CategoryNode *deepest = nullptr;
    for (const CategoryNode *match = firstMatch(configuration.rootCategories()); match; match = firstMatch(match->children))
        deepest = match;
    if (!deepest) {
        return unclassified(configuration.rootCategories().empty()
                ? QStringLiteral("There are no categories yet. Create one, then retry the item.")
                : QStringLiteral("No category of the first level matches this item. Change a rule or add a category, then retry the item."));
    }
    return resolved(configuration, *deepest);
}

Result<Classification> preclassified(const ConfigurationSnapshot &configuration, const QString &categoryId)
{
    const CategoryNode *node = configuration.category(categoryId);
    if (!node || node->deleted) {
        return Error { ErrorCode::InvalidReference, QStringLiteral("There is no category \"%1\". Leave \"category\" out to have the item classified.").arg(categoryId),
            QStringLiteral("category"), { { QStringLiteral("kind"), QStringLiteral("category") }, { QStringLiteral("id"), categoryId } } };
    }
    return resolved(configuration, *node);
}

} // namespace iwd

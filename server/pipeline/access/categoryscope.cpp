// SPDX-License-Identifier: Apache-2.0
#include "categoryscope.h"

namespace iwd {

bool CategoryScope::covers(const ConfigurationSnapshot &configuration, const QString &categoryId) const
{
    if (isEverything())
        return true;
    const CategoryNode *node = configuration.category(categoryId);
    return node && std::any_of(node->path.begin(), node->path.end(), [this](const QString &id) { return roots.contains(id); });
}

QStringList CategoryScope::covered(const ConfigurationSnapshot &configuration) const
{
    QStringList ids;
    for (const auto &[id, node] : configuration.categories()) {
        if (covers(configuration, id))
            ids.append(id);
    }
    return ids;
}

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/configurationsnapshot.h>

namespace iwd {

/// Which work a caller may see: that of some categories and of everything below them, or all of it.
struct CategoryScope
{
    QStringList roots = {}; ///< empty: everything, also what has no category yet

    [[nodiscard]] bool isEverything() const { return roots.isEmpty(); }
    /// Whether work of the category is to be seen. Deleted categories stay where they were.
    [[nodiscard]] bool covers(const ConfigurationSnapshot &configuration, const QString &categoryId) const;
    /// All categories that are covered, deleted ones too.
    [[nodiscard]] QStringList covered(const ConfigurationSnapshot &configuration) const;
};

} // namespace iwd

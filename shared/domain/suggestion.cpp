// SPDX-License-Identifier: Apache-2.0
#include "suggestion.h"

#include <vector>

namespace iwd {

namespace {

/// Names longer than this are nobody's slip of the finger; it also bounds the work for hostile input.
constexpr qsizetype MaxLength = 100;

/// Levenshtein distance (Wagner and Fischer, two rows), in half steps: a change of letter case costs one, anything else two.
int halfDistance(const QString &a, const QString &b)
{
    std::vector<int> previous(static_cast<size_t>(b.size()) + 1);
    std::vector<int> current(previous.size());
    for (size_t j = 0; j < previous.size(); ++j)
        previous[j] = static_cast<int>(2 * j);
    for (qsizetype i = 0; i < a.size(); ++i) {
        current[0] = static_cast<int>(2 * (i + 1));
        for (size_t j = 1; j < current.size(); ++j) {
            const QChar other = b[static_cast<qsizetype>(j) - 1];
            const int change = a[i] == other ? 0 : a[i].toCaseFolded() == other.toCaseFolded() ? 1 : 2;
            current[j] = std::min({ previous[j] + 2, current[j - 1] + 2, previous[j - 1] + change });
        }
        std::swap(previous, current);
    }
    return previous.back();
}

} // namespace

QString closestName(const QString &name, const QStringList &known)
{
    if (name.isEmpty() || name.size() > MaxLength)
        return {};
    QString best;
    // Up to a third of the letters may differ, at least one and at most four.
    int bestDistance = 2 * static_cast<int>(std::clamp<qsizetype>(name.size() / 3, 1, 4)) + 1;
    for (const QString &candidate : known) {
        const bool onlyCase = candidate.compare(name, Qt::CaseInsensitive) == 0;
        const int distance = onlyCase ? 0 : halfDistance(name, candidate);
        if (distance < bestDistance) {
            bestDistance = distance;
            best = candidate;
        }
    }
    return best;
}

QString suggestion(const QString &name, const QStringList &known)
{
    const QString closest = closestName(name, known);
    return closest.isEmpty() ? QString() : QStringLiteral(" Did you mean \"%1\"?").arg(closest);
}

} // namespace iwd

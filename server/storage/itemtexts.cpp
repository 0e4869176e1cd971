// SPDX-License-Identifier: Apache-2.0
#include "itemtexts.h"

#include <QJsonArray>

namespace iwd {

QStringList searchableTexts(const QString &captureId, const QJsonObject &document, const QSet<QString> &hidden)
{
    static const QStringList fields { QStringLiteral("customerId"), QStringLiteral("customerSegment"), QStringLiteral("productType"), QStringLiteral("productSubtype"),
        QStringLiteral("sourceProcessType"), QStringLiteral("sourceProcessSubtype") };
    QStringList texts;
    const auto add = [&texts](const QString &text) {
        if (!text.isEmpty())
            texts.append(text);
    };
    add(captureId);
    for (const QString &field : fields)
        add(document.value(field).toString());
    for (const auto &label : document.value(QLatin1StringView("labels")).toArray())
        add(label.toString());
    const QJsonObject custom = document.value(QLatin1StringView("custom")).toObject();
    for (auto entry = custom.begin(); entry != custom.end(); ++entry) {
        if (hidden.contains(entry.key()))
            continue;
        const QJsonValue value = entry.value();
        // A number as people write it: 12, not 1.2e1.
        add(value.isDouble() ? QString::number(value.toDouble(), 'g', 15) : value.toString());
    }
    return texts;
}

} // namespace iwd

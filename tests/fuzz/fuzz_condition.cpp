// SPDX-License-Identifier: Apache-2.0
// A condition of a stranger -> parsed, matched, written and parsed again: both must say the same about an item.
#include <domain/condition.h>
#include <domain/itemfields.h>

#include <QJsonArray>
#include <QJsonDocument>

#include <cstdlib>

using namespace iwd;

namespace {

WorkItem sample()
{
    WorkItem item;
    item.captureId = QStringLiteral("INC-1");
    item.channel = QStringLiteral("E-Mail");
    item.businessValue = -5;
    item.created = fromMillis(1'772'352'000'000);
    item.due = fromMillis(1'772'352'600'000);
    item.labels = { QStringLiteral("vip"), QStringLiteral("Straße") };
    item.custom = { { QStringLiteral("region"), QStringLiteral("NORTH") }, { QStringLiteral("amount"), 12.5 }, { QStringLiteral("new"), true }, { QStringLiteral("number"), QStringLiteral("0042") },
        { QStringLiteral("a.b"), QStringLiteral("dotted") } };
    return item;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const QJsonDocument document = QJsonDocument::fromJson(QByteArray(reinterpret_cast<const char *>(data), static_cast<qsizetype>(size)));
    if (document.isNull())
        return 0;
    const auto condition = Condition::parse(document.isObject() ? QJsonValue(document.object()) : QJsonValue(document.array()));
    if (!condition)
        return 0;
    static const WorkItem item = sample();
    static const Instant now = fromMillis(1'772'352'300'000);
    const QJsonValue written = condition->toJson();
    const auto again = Condition::parse(written);
    if (!again || again->toJson() != written)
        std::abort();
    if (condition->matches(ItemAttributes(item), now) != again->matches(ItemAttributes(item), now))
        std::abort();
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
#include "itemcolumns.h"

#include <QDateTime>
#include <QJsonArray>
#include <QLocale>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace iwd {

namespace {

QJsonValue valueAt(const QJsonObject &item, const QString &field)
{
    const QLatin1StringView custom("custom.");
    if (field.startsWith(custom))
        return item["custom"_L1][field.mid(custom.size())];
    return item[field];
}

} // namespace

QVariant ItemColumn::value(const QJsonObject &item) const
{
    const QJsonValue value = valueAt(item, field);
    if (value.isNull() || value.isUndefined())
        return {};
    if (kind == Kind::Instant)
        return QDateTime::fromString(value.toString(), Qt::ISODateWithMs);
    return value.toVariant();
}

QString ItemColumn::text(const QJsonObject &item) const
{
    const QJsonValue value = valueAt(item, field);
    if (value.isNull() || value.isUndefined())
        return {};
    switch (kind) {
    case Kind::Number:
        return QLocale().toString(value.toInteger());
    case Kind::Instant:
        return QLocale().toString(this->value(item).toDateTime().toLocalTime(), QLocale::ShortFormat);
    case Kind::Status:
        return ItemColumns::statusText(value.toString());
    case Kind::List:
        return value.toVariant().toStringList().join(u", "_s);
    case Kind::Text:
        break;
    }
    if (value.isArray())
        return value.toVariant().toStringList().join(u", "_s);
    return value.toVariant().toString();
}

QList<ItemColumn> ItemColumns::all()
{
    using Kind = ItemColumn::Kind;
    return {
        { u"id"_s, tr("Item") },
        { u"captureId"_s, tr("Source's key") },
        { u"status"_s, tr("Status"), Kind::Status },
        { u"priority"_s, tr("Priority"), Kind::Number },
        { u"queue"_s, tr("Queue") },
        { u"category"_s, tr("Category") },
        { u"dueDateTime"_s, tr("Due"), Kind::Instant },
        { u"slaDateTime"_s, tr("SLA ends"), Kind::Instant, false },
        { u"createdDateTime"_s, tr("Created"), Kind::Instant },
        { u"assignedToUser"_s, tr("Assigned to") },
        { u"businessValue"_s, tr("Business value"), Kind::Number },
        { u"priorityShift"_s, tr("Manual priority"), Kind::Number },
        { u"customerId"_s, tr("Customer") },
        { u"customerSegment"_s, tr("Segment") },
        { u"productType"_s, tr("Product") },
        { u"productSubtype"_s, tr("Product subtype") },
        { u"channel"_s, tr("Channel") },
        { u"mediaType"_s, tr("Media type") },
        { u"capturePointId"_s, tr("Capture point") },
        { u"businessCalendarId"_s, tr("Calendar") },
        { u"activationDateTime"_s, tr("Activated"), Kind::Instant },
        { u"assignedDateTime"_s, tr("Assigned"), Kind::Instant },
        { u"heldDateTime"_s, tr("Held since"), Kind::Instant },
        { u"completedDateTime"_s, tr("Finished"), Kind::Instant },
        { u"expirationDateTime"_s, tr("Expires"), Kind::Instant },
        { u"requestedAgent"_s, tr("Requested agent") },
        { u"requestedAgentGroup"_s, tr("Requested group") },
        { u"requestedSkill"_s, tr("Requested skill") },
        { u"resultCode"_s, tr("Result") },
        { u"sourceCreatedDateTime"_s, tr("Created in the source"), Kind::Instant },
        { u"sourceFirstCreatedDateTime"_s, tr("First created in the source"), Kind::Instant },
        { u"sourceDueDateTime"_s, tr("Due in the source"), Kind::Instant },
        { u"sourceProcessType"_s, tr("Process") },
        { u"sourceProcessSubtype"_s, tr("Process subtype") },
        { u"sourceTenant"_s, tr("Tenant in the source") },
        { u"labels"_s, tr("Labels"), Kind::List, false },
        { u"version"_s, tr("Version"), Kind::Number },
        { u"url"_s, tr("Address"), Kind::Text, false },
        { u"error"_s, tr("Error"), Kind::Text, false },
    };
}

QStringList ItemColumns::usual()
{
    return { u"id"_s, u"captureId"_s, u"status"_s, u"priority"_s, u"queue"_s, u"category"_s, u"dueDateTime"_s, u"createdDateTime"_s, u"assignedToUser"_s };
}

QList<ItemColumn> ItemColumns::of(const QStringList &fields)
{
    const QList<ItemColumn> known = all();
    QList<ItemColumn> columns;
    for (const QString &field : fields) {
        const auto found = std::find_if(known.begin(), known.end(), [&](const ItemColumn &column) { return column.field == field; });
        if (found != known.end())
            columns.append(*found);
        else if (field.startsWith("custom."_L1))
            columns.append({ field, field.mid(7) });
    }
    return columns;
}

QString ItemColumns::statusText(const QString &status)
{
    static constexpr std::pair<QLatin1StringView, const char *> words[] = {
        { QLatin1StringView("new"), QT_TR_NOOP("New") },
        { QLatin1StringView("captured"), QT_TR_NOOP("Captured") },
        { QLatin1StringView("queued"), QT_TR_NOOP("Waiting") },
        { QLatin1StringView("distributed"), QT_TR_NOOP("Offered") },
        { QLatin1StringView("assigned"), QT_TR_NOOP("Assigned") },
        { QLatin1StringView("held"), QT_TR_NOOP("Held") },
        { QLatin1StringView("errorheld"), QT_TR_NOOP("Held by an error") },
        { QLatin1StringView("completed"), QT_TR_NOOP("Completed") },
        { QLatin1StringView("canceled"), QT_TR_NOOP("Canceled") },
        { QLatin1StringView("rejected"), QT_TR_NOOP("Rejected") },
    };
    for (const auto &[name, word] : words) {
        if (status == name)
            return tr(word);
    }
    return status;
}

} // namespace iwd

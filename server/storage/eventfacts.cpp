// SPDX-License-Identifier: Apache-2.0
#include "eventfacts.h"

#include <base/jsonwriter.h>

#include <QJsonArray>
#include <QJsonDocument>

namespace iwd {

namespace {

constexpr qsizetype usualBytes = 160;

void write(JsonWriter &json, const std::optional<ItemFacts> &facts)
{
    if (!facts) {
        json.null();
        return;
    }
    json.beginArray().number(static_cast<int>(facts->status)).text(facts->queueId).text(facts->agentId).number(toMillis(facts->captured));
    if (facts->ended)
        json.number(toMillis(*facts->ended));
    else
        json.null();
    json.boolean(facts->slaMet).endArray();
}

std::optional<ItemFacts> read(const QJsonValue &value)
{
    const QJsonArray parts = value.toArray();
    if (parts.size() < 6)
        return std::nullopt;
    ItemFacts facts;
    facts.status = static_cast<ItemStatus>(std::clamp(parts[0].toInt(), 0, ItemStatusCount - 1));
    facts.queueId = parts[1].toString();
    facts.agentId = parts[2].toString();
    facts.captured = fromMillis(parts[3].toInteger());
    if (parts[4].isDouble())
        facts.ended = fromMillis(parts[4].toInteger());
    facts.slaMet = parts[5].toBool();
    return facts;
}

void write(JsonWriter &json, const ChangedItem &changed)
{
    json.beginArray().number(changed.item.number);
    if (changed.waitsIn)
        json.number(*changed.waitsIn).number(toMillis(changed.anchor));
    json.endArray();
}

std::optional<ChangedItem> readChange(const QJsonValue &value)
{
    const QJsonArray parts = value.toArray();
    if (parts.size() != 1 && parts.size() != 3)
        return std::nullopt;
    ChangedItem changed { { parts[0].toInteger() }, std::nullopt, {} };
    if (parts.size() == 3) {
        changed.waitsIn = parts[1].toInteger();
        changed.anchor = fromMillis(parts[2].toInteger());
    }
    return changed;
}

} // namespace

QByteArray encodeEventFacts(const Event &event, const ToldChanges &told)
{
    JsonWriter json(usualBytes);
    json.beginArray();
    write(json, event.before);
    write(json, event.after);
    if (!told.items.empty() || !told.writes.empty()) {
        json.beginArray();
        for (const ChangedItem &changed : told.items)
            write(json, changed);
        json.endArray();
    }
    if (!told.writes.empty())
        json.number(*told.writes.begin());
    if (told.hands)
        json.boolean(true);
    json.endArray();
    return json.take();
}

void decodeEventFacts(const QByteArray &text, Event &event, ToldChanges &told)
{
    const QJsonArray parts = QJsonDocument::fromJson(text).array();
    event.before = read(parts.at(0));
    event.after = read(parts.at(1));
    for (const auto &change : parts.at(2).toArray()) {
        if (const auto changed = readChange(change))
            told.items.push_back(*changed);
        else
            told.areReadable = false;
    }
    if (parts.at(3).isDouble())
        told.writes.insert(parts.at(3).toInteger());
    told.hands = told.hands || parts.at(4).toBool();
}

} // namespace iwd

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

} // namespace

QByteArray encodeEventFacts(const Event &event)
{
    JsonWriter json(usualBytes);
    json.beginArray();
    write(json, event.before);
    write(json, event.after);
    json.endArray();
    return json.take();
}

void decodeEventFacts(const QByteArray &text, Event &event)
{
    const QJsonArray both = QJsonDocument::fromJson(text).array();
    event.before = read(both.at(0));
    event.after = read(both.at(1));
}

} // namespace iwd

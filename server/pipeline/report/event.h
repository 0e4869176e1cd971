// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/itemrecord.h>

#include <QByteArray>
#include <QJsonObject>

namespace iwd {

/// What can happen. The names (eventTypeName()) are part of the API; the numbers are stored.
enum class EventType {
    ItemCreated = 1,
    ItemCaptured = 2,
    ItemQueued = 3,
    ItemErrorHeld = 4,
    ItemRejected = 5,
    ItemUpdated = 6,
    ItemHeld = 7,
    ItemResumed = 8,
    ItemActivated = 9,
    ItemAssigned = 10,
    ItemExtended = 11,
    ItemReleased = 12,
    ItemLeaseExpired = 13,
    ItemRequeued = 14,
    ItemRestarted = 15,
    ItemCompleted = 16,
    ItemCanceled = 17,
    ItemExpired = 18,
    ItemOffered = 19,
    ItemOfferDeclined = 20,
    ItemOfferExpired = 21,
    ItemOfferWithdrawn = 22,
    ItemOverflowed = 23,
    AgentStateChanged = 30,
    ConfigCreated = 40,
    ConfigUpdated = 41,
    ConfigDeleted = 42,
    ConfigRestored = 43,
    ServerRestored = 50,
};

[[nodiscard]] QString eventTypeName(EventType type);

/// Who did it.
struct Actor
{
    QString kind; ///< "apiKey", "user", "agent" or "server"
    QString id;
    QString name;
    QString address = {}; ///< from where; empty: nobody knows. Not written into events.

    [[nodiscard]] static Actor server() { return { QStringLiteral("server"), QStringLiteral("iwd"), QStringLiteral("IWD") }; }
};

/// What figures are made of: an item at one moment.
struct ItemFacts
{
    ItemStatus status = ItemStatus::New;
    QString queueId; ///< empty: not classified
    QString agentId;
    Instant captured;
    std::optional<Instant> ended;
    bool slaMet = false;
};

/// One entry of the log: a few typed facts for consumers in this process, and the text that everybody else reads.
struct Event
{
    qint64 id = 0; ///< given by the store
    TenantId tenant;
    EventType type = EventType::ItemCreated;
    Instant at;
    ItemId item; ///< 0: not about an item
    std::optional<ItemFacts> before; ///< nothing: there was no such item
    std::optional<ItemFacts> after; ///< nothing: not about an item
    QByteArray body; ///< a JSON object without "id": what GET /events shows
};

/// As it comes from the log.
struct StoredEvent
{
    qint64 id = 0;
    QByteArray body;

    /// The whole JSON object.
    [[nodiscard]] QByteArray json() const { return "{\"id\":" + QByteArray::number(id) + (body.size() > 2 ? "," : "") + body.sliced(1); }
};

} // namespace iwd

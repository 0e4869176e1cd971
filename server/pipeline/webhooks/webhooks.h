// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "webhooksender.h"

#include <pipeline/store.h>

namespace iwd {

/// A webhook, as it is configured and what is remembered of it.
struct WebhookPlace
{
    QString capturePointId;
    Webhook webhook;
    WebhookRecord record;
};

/// Those of all capture points, in the order of their ids.
[[nodiscard]] std::vector<WebhookPlace> webhookPlaces(Snapshot &snapshot);
/// @returns ObjectNotFound when there is no such capture point, or it has no webhook
[[nodiscard]] Result<WebhookPlace> webhookPlace(Snapshot &snapshot, const QString &capturePointId);

/// Lets what is remembered follow the configuration: a new webhook begins with what happens from now on; of one that was taken away nothing is left.
void keepWebhook(Transaction &transaction, const QString &capturePointId, bool wanted);

/// How far a webhook is behind.
struct WebhookLag
{
    qint64 events = 0; ///< of the log that have not been looked at, and those that are not delivered
    milliseconds time { 0 }; ///< since the oldest of them
};
[[nodiscard]] WebhookLag webhookLag(Snapshot &snapshot, const WebhookRecord &record, const WebhookCounts &counts);

/// How long the secret before signs along.
inline constexpr std::chrono::hours WebhookSecretOverlap { 24 };
/// @param seed random, of the new secret; the change is audited, the seed is not
[[nodiscard]] Result<WebhookRecord> rotateWebhookSecret(Transaction &transaction, const QString &capturePointId, const QString &seed, const Actor &actor);
/// Those that sign at the moment, the newest first.
[[nodiscard]] std::vector<WebhookSecret> webhookSecrets(TenantId tenant, const WebhookRecord &record, Instant now);
[[nodiscard]] Error noWebhookSecret(const QString &capturePointId);

/// The identity of an event for its receiver: the same however often it is sent, and never that of another one, not even after a restore.
[[nodiscard]] QString webhookId(const WebhookDelivery &delivery);

/// What is to be sent of the log behind a cursor, for several webhooks that have the same one.
struct WebhookHarvest
{
    qint64 from = 0; ///< the cursor of all of them
    qint64 to = 0; ///< their next one
    qint64 missed = 0; ///< events in between that are no longer kept
    std::map<QString, std::vector<WebhookDelivery>> deliveries; ///< by capture point
};
[[nodiscard]] WebhookHarvest harvestEvents(Snapshot &snapshot, qint64 cursor, const std::vector<WebhookPlace> &places, int limit);
/// Writes it down, for those whose cursor is still the same.
void storeHarvest(Transaction &transaction, const WebhookHarvest &harvest, const std::vector<WebhookPlace> &places);

/// What a receiver is sent to see whether it works.
[[nodiscard]] WebhookMessage testMessage(TenantId tenant, const WebhookPlace &place, Instant now);

/// Dead letters that somebody has chosen: by their ids, or all of a capture point.
struct DeadLetterChoice
{
    static constexpr int Most = 1'000; ///< of a capture point at once

    std::vector<qint64> ids;
    QString capturePointId; ///< when there are no ids
};
struct DeadLetterOutcome
{
    int count = 0;
    bool more = false; ///< there are others of the capture point
};
enum class DeadLetterAction { Replay, Discard };
/// What is not there, or has been chosen already, is passed over. Audited.
[[nodiscard]] Result<DeadLetterOutcome> settleDeadLetters(Transaction &transaction, DeadLetterAction action, const DeadLetterChoice &choice, const Actor &actor);

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/instant.h>
#include <domain/workitem.h>

#include <QByteArray>
#include <QString>

#include <optional>

namespace iwd {

/// What is remembered of a capture point's webhook, besides its configuration.
struct WebhookRecord
{
    QString capturePointId;
    qint64 cursor = 0; ///< the events up to this one are delivered, not wanted, or a WebhookDelivery
    QString secretSeed; ///< see WebhookSender::secretText(); empty: nobody has asked for a secret yet, so nothing is sent
    std::optional<Instant> secretSince;
    QString oldSeed; ///< signs along
    std::optional<Instant> oldUntil; ///< until then
    std::optional<Instant> lastSuccess;
    std::optional<Instant> lastFailure;
    QString failure; ///< of that, in words
    qint64 missed = 0; ///< events that were no longer in the log when their turn came
    std::optional<Instant> missedAt; ///< when that was last noticed
};

/// An event that is to be sent, or could not be.
struct WebhookDelivery
{
    qint64 id = 0; ///< given by the store; rises with the event within a capture point
    QString capturePointId;
    qint64 event = 0;
    ItemId item;
    QString type;
    Instant at; ///< of the event
    QByteArray body; ///< as it is sent, each time the same
    int attempts = 0;
    std::optional<Instant> firstAttempt;
    std::optional<Instant> next; ///< nothing: it waits behind another event of its item, or is dead
    std::optional<Instant> died; ///< nothing: it is to be delivered
    QString failure; ///< of the last attempt
    int status = 0; ///< that the receiver answered; 0: it did not
};

/// What is left of a delivery when it failed.
struct WebhookFailure
{
    std::optional<Instant> next; ///< nothing: it is dead
    QString text;
    int status = 0;
};

struct WebhookCounts
{
    qint64 pending = 0;
    qint64 dead = 0;
    std::optional<Instant> oldestPending; ///< when that event happened
};

} // namespace iwd

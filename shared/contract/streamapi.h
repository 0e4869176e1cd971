// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/result.h>
#include <domain/workitem.h>

#include <QJsonObject>
#include <QStringList>

namespace iwd {

/// What can be followed over the WebSocket /iwd/v3/stream. The names (streamTopicName()) are part of the API.
enum class StreamTopic {
    Items, ///< those that match a condition
    Item, ///< one
    Queues, ///< figures
    Agents, ///< states and figures
    Jobs,
};
[[nodiscard]] QString streamTopicName(StreamTopic topic);

/// A text message of a client: it follows something under a name of its own choice, or follows it no longer.
struct StreamCommand
{
    QString name;
    bool unsubscribe = false; ///< what follows is of no use then
    StreamTopic topic = StreamTopic::Items;
    QJsonObject search; ///< of Items: as of POST /items/search
    ItemId item; ///< of Item
    QStringList only = {}; ///< of Queues and Agents: these; empty: all
    std::optional<qint64> after; ///< of Items and Item: the event up to which the client knows everything
};

inline constexpr int MaxSubscriptions = 50; ///< of a connection
inline constexpr int MaxSubscriptionName = 100;
inline constexpr int MaxCommandBytes = 64 * 1024;

/// @param text a whole message. @returns an Error whose field is the path inside it
[[nodiscard]] Result<StreamCommand> decodeStreamCommand(const QByteArray &text);
/// The name that the message gives, or would give if it were sound; empty when it gives none.
[[nodiscard]] QString nameInStreamCommand(const QByteArray &text);

} // namespace iwd

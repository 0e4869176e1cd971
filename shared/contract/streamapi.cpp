// SPDX-License-Identifier: Apache-2.0
#include "streamapi.h"

#include "jsonreading.h"

#include <domain/itemfields.h>
#include <domain/suggestion.h>

#include <QJsonDocument>

#include <array>

namespace iwd {

namespace {

constexpr std::array topics { StreamTopic::Items, StreamTopic::Item, StreamTopic::Queues, StreamTopic::Agents, StreamTopic::Jobs };
constexpr int mostOnly = 1'000;
constexpr double mostExact = 9'007'199'254'740'991.0; ///< beyond this, numbers of JSON are not exact

const QString subscribeName = QStringLiteral("subscribe");
const QString unsubscribeName = QStringLiteral("unsubscribe");

Result<StreamTopic> decodeTopic(const QString &name)
{
    QStringList known;
    for (const StreamTopic topic : topics) {
        known.append(streamTopicName(topic));
        if (known.last() == name)
            return topic;
    }
    Error error = invalidField(QStringLiteral("topic"), known.join(QStringLiteral(", ")), u'"' + name + u'"');
    error.text += suggestion(name, known);
    return error;
}

Result<ItemId> decodeItem(const QString &text)
{
    const auto id = ItemId::fromString(text);
    return id ? Result<ItemId>(*id) : invalidField(QStringLiteral("id"), QStringLiteral("the id of an item, such as wi-17"), u'"' + text.left(60) + u'"');
}

Result<std::optional<qint64>> decodeAfter(const QJsonValue &value)
{
    if (value.isUndefined() || value.isNull())
        return std::optional<qint64>();
    const double number = value.toDouble(-1);
    if (!value.isDouble() || number < 0 || number > mostExact || number != double(qint64(number)))
        return invalidField(QStringLiteral("after"), QStringLiteral("the \"seq\" of the last message of this subscription"), json::describe(value));
    return std::optional(static_cast<qint64>(number));
}

Result<QJsonObject> decodeObject(const QByteArray &text)
{
    QJsonParseError failure;
    const QJsonDocument document = QJsonDocument::fromJson(text, &failure);
    if (document.isObject())
        return document.object();
    if (document.isArray())
        return invalidField({}, QStringLiteral("an object such as {\"subscribe\": \"mine\", \"topic\": \"queues\"}"), QStringLiteral("an array"));
    return Error { ErrorCode::MalformedJson, QStringLiteral("The message is not a JSON object: %1 (at byte %2).").arg(failure.errorString()).arg(failure.offset), {},
        { { QStringLiteral("offset"), failure.offset } } };
}

/// A search finds by words, too; a stream does not, and says so rather than following something else.
Result<void> checkSearch(const QJsonObject &search)
{
    const QString text = QStringLiteral("text");
    if (!search.value(text).toString().isEmpty())
        return invalidField(QStringLiteral("search.text"), QStringLiteral("a condition alone: items are not followed by words"));
    const QString cursor = QStringLiteral("cursor");
    if (search.contains(cursor))
        return invalidField(QStringLiteral("search.cursor"), QStringLiteral("no cursor: a stream begins with the first page. Further pages come from POST /items/search"));
    return {};
}

QStringList membersOfTopics()
{
    return { QStringLiteral("search"), QStringLiteral("id"), QStringLiteral("after"), QStringLiteral("queues"), QStringLiteral("agents") };
}

void readTopic(ObjectReader &reader, StreamCommand &command)
{
    const bool isItems = command.topic == StreamTopic::Items;
    const bool isItem = command.topic == StreamTopic::Item;
    if (isItems) {
        const QString search = QStringLiteral("search");
        if (const QJsonValue value = reader.value(search); !value.isUndefined() && !value.isNull())
            command.search = reader.take(json::object(search, value));
        if (const auto sound = checkSearch(command.search); !sound)
            reader.fail(sound.error());
    }
    if (isItem)
        command.item = reader.take(decodeItem(reader.requiredText(QStringLiteral("id"), limits::Text)));
    if (isItems || isItem)
        command.after = reader.take(decodeAfter(reader.value(QStringLiteral("after"))));
    if (command.topic == StreamTopic::Queues)
        command.only = reader.objectIds(QStringLiteral("queues"), mostOnly);
    if (command.topic == StreamTopic::Agents)
        command.only = reader.objectIds(QStringLiteral("agents"), mostOnly);
}

} // namespace

QString streamTopicName(StreamTopic topic)
{
    switch (topic) {
    case StreamTopic::Items:
        return QStringLiteral("items");
    case StreamTopic::Item:
        return QStringLiteral("item");
    case StreamTopic::Queues:
        return QStringLiteral("queues");
    case StreamTopic::Agents:
        return QStringLiteral("agents");
    case StreamTopic::Jobs:
        return QStringLiteral("jobs");
    }
    Q_UNREACHABLE();
}

Result<StreamCommand> decodeStreamCommand(const QByteArray &text)
{
    const auto object = decodeObject(text);
    if (!object)
        return object.error();
    ObjectReader reader(*object);
    StreamCommand command;
    command.unsubscribe = object->contains(unsubscribeName);
    command.name = reader.requiredText(command.unsubscribe ? unsubscribeName : subscribeName, MaxSubscriptionName);
    if (!command.unsubscribe) {
        const QString topic = reader.requiredText(QStringLiteral("topic"), limits::Text);
        if (!topic.isEmpty())
            command.topic = reader.take(decodeTopic(topic));
        if (reader.failed())
            reader.ignore(membersOfTopics()); // which of them belong there, only the topic tells
        else
            readTopic(reader, command);
    }
    if (const auto finished = reader.finish(); !finished)
        return finished.error();
    return command;
}

QString nameInStreamCommand(const QByteArray &text)
{
    const QJsonObject object = QJsonDocument::fromJson(text).object();
    const QString name = object.value(object.contains(unsubscribeName) ? unsubscribeName : subscribeName).toString();
    return json::isText(name, MaxSubscriptionName) ? name : QString();
}

} // namespace iwd

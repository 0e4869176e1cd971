// SPDX-License-Identifier: Apache-2.0
#include "capturepointapi.h"

#include "configurationobject.h"

#include <base/webaddress.h>
#include <domain/itemfields.h>
#include <domain/suggestion.h>

#include <QJsonArray>

namespace iwd {

namespace {

constexpr int MaxAddressLength = 2'000;

/// In the order in which they are listed everywhere, each once.
Result<QStringList> readEvents(const QString &path, const QJsonValue &value)
{
    const QStringList &known = webhookEventTypes();
    if (value.isUndefined() || value.isNull())
        return statusEventTypes();
    const auto named = json::textList(path, value, static_cast<int>(known.size()), limits::Text);
    if (!named)
        return named.error();
    for (int i = 0; i < named->size(); ++i) {
        if (!known.contains(named->at(i))) {
            Error error = invalidField(QStringLiteral("%1[%2]").arg(path).arg(i), QStringLiteral("a type of event about items, such as item.completed"), json::describe(named->at(i)));
            error.text += suggestion(named->at(i), known);
            return error;
        }
    }
    if (named->isEmpty())
        return invalidField(path, QStringLiteral("at least one type of event; leave the list out for all changes of status, or switch the webhook off with enabled"));
    QStringList inOrder = known;
    inOrder.removeIf([&](const QString &type) { return !named->contains(type); });
    return inOrder;
}

std::optional<Webhook> readWebhook(ObjectReader &reader, const QString &name)
{
    const QJsonValue value = reader.value(name);
    if (value.isUndefined() || value.isNull())
        return std::nullopt;
    const QString path = reader.pathOf(name);
    ObjectReader inner(reader.take(json::object(path, value)), path);
    if (reader.failed())
        return std::nullopt;
    Webhook webhook;
    const QString urlName = QStringLiteral("url");
    const QString eventsName = QStringLiteral("events");
    webhook.url = inner.requiredText(urlName, MaxAddressLength);
    if (!inner.failed()) {
        const auto address = webAddress(webhook.url, inner.pathOf(urlName));
        if (!address)
            inner.fail(address.error());
    }
    webhook.events = inner.take(readEvents(inner.pathOf(eventsName), inner.value(eventsName)));
    webhook.enabled = inner.boolean(QStringLiteral("enabled"), true);
    if (const auto finished = inner.finish(); !finished)
        reader.fail(finished.error());
    return webhook;
}

} // namespace

Result<CapturePoint> decodeCapturePoint(const QJsonObject &json, const QString &idInPath)
{
    ObjectReader reader(json);
    CapturePoint capturePoint;
    configuration::readHead(reader, capturePoint, idInPath);
    capturePoint.enabled = reader.boolean(QStringLiteral("enabled"), true);
    capturePoint.defaultChannel = reader.text(QStringLiteral("defaultChannel"), limits::Text);
    capturePoint.webhook = readWebhook(reader, QStringLiteral("webhook"));
    if (const auto finished = reader.finish(); !finished)
        return finished.error();
    return capturePoint;
}

QJsonObject encodeCapturePoint(const CapturePoint &capturePoint)
{
    QJsonObject json = configuration::encodeHead(capturePoint);
    json.insert(QStringLiteral("enabled"), capturePoint.enabled);
    json.insert(QStringLiteral("defaultChannel"), capturePoint.defaultChannel);
    if (const auto &webhook = capturePoint.webhook) {
        json.insert(QStringLiteral("webhook"),
            QJsonObject { { QStringLiteral("url"), webhook->url }, { QStringLiteral("events"), QJsonArray::fromStringList(webhook->events) }, { QStringLiteral("enabled"), webhook->enabled } });
    }
    return json;
}

} // namespace iwd

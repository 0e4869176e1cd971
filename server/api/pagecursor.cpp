// SPDX-License-Identifier: Apache-2.0
#include "pagecursor.h"

#include <QCryptographicHash>
#include <QJsonDocument>

namespace iwd {

namespace {

const QString listingName = QStringLiteral("l");
const QString placeName = QStringLiteral("p");
const QString afterName = QStringLiteral("after");

/// What a search asks for, without what may change from page to page.
QByteArray searchOf(const Call &call)
{
    QJsonObject body = call.body.toObject();
    for (const auto name : { "cursor", "limit", "count", "columns" })
        body.remove(QLatin1StringView(name));
    return compactJson(body);
}

/// Where a search brings the cursor in its body, other lists have it in the address.
std::optional<QString> sentCursor(const Call &call)
{
    if (!call.body.isObject())
        return call.request.queryValue(u"cursor");
    const QJsonValue cursor = call.body.toObject().value(QLatin1StringView("cursor"));
    if (cursor.isUndefined() || cursor.isNull())
        return std::nullopt;
    return cursor.toString();
}

/// Same tenant, path and filters, same text, whatever their order.
QString listingOf(const Call &call)
{
    QStringList parts;
    for (const auto &[name, value] : call.request.query) {
        if (name != QLatin1StringView("limit") && name != QLatin1StringView("cursor"))
            parts.append(name + u'=' + value);
    }
    parts.sort();
    parts.prepend(call.request.path);
    parts.prepend(QString::number(call.caller.tenant.number));
    if (call.body.isObject())
        parts.append(QString::fromUtf8(searchOf(call)));
    const QByteArray digest = QCryptographicHash::hash(parts.join(QChar(u'\n')).toUtf8(), QCryptographicHash::Sha256);
    return QString::fromLatin1(digest.left(9).toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals));
}

} // namespace

Error damagedCursor()
{
    return { ErrorCode::InvalidField,
        QStringLiteral("The cursor does not belong to this list. Pass nextCursor of the page before unchanged, with the same filters, or "
                       "leave it out to start again."),
        QStringLiteral("cursor"), { { QStringLiteral("expected"), QStringLiteral("nextCursor of the page before") } } };
}

QString makeCursor(const Call &call, const QJsonObject &place)
{
    const QByteArray json = compactJson({ { listingName, listingOf(call) }, { placeName, place } });
    return QString::fromLatin1(json.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals));
}

Result<QJsonObject> readCursor(const Call &call)
{
    const auto text = sentCursor(call);
    if (!text)
        return QJsonObject();
    const auto json
        = QByteArray::fromBase64Encoding(text->toUtf8(), QByteArray::Base64UrlEncoding | QByteArray::AbortOnBase64DecodingErrors);
    const QJsonObject cursor = json ? QJsonDocument::fromJson(*json).object() : QJsonObject();
    const QJsonObject place = cursor.value(placeName).toObject();
    if (cursor.value(listingName) != QJsonValue(listingOf(call)) || place.isEmpty())
        return damagedCursor();
    return place;
}

Result<qint64> numberAfter(const Call &call)
{
    const auto place = readCursor(call);
    if (!place)
        return place.error();
    const QJsonValue after = place->value(afterName);
    if (!place->isEmpty() && (!after.isDouble() || after.toInteger(-1) < 0))
        return damagedCursor();
    return after.toInteger(0);
}

Result<QString> textAfter(const Call &call)
{
    const auto place = readCursor(call);
    if (!place)
        return place.error();
    const QJsonValue after = place->value(afterName);
    if (!place->isEmpty() && !after.isString())
        return damagedCursor();
    return after.toString();
}

QString cursorAfter(const Call &call, const QJsonValue &last)
{
    return makeCursor(call, { { afterName, last } });
}

Result<PageRequest> readPageRequest(const Call &call)
{
    const auto limit = call.limit();
    if (!limit)
        return limit.error();
    const auto after = textAfter(call);
    if (!after)
        return after.error();
    return PageRequest { *limit, *after };
}

} // namespace iwd

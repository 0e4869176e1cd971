// SPDX-License-Identifier: Apache-2.0
#include "settingsapi.h"

#include "jsonreading.h"

namespace iwd {

namespace {

using std::chrono::hours;

constexpr int LongestKept = 7 * 24;
constexpr int MostCounted = 100'000;

const QString accept = QStringLiteral("accept");
const QString refuse = QStringLiteral("refuse");

} // namespace

Result<Settings> decodeSettings(const QJsonObject &json, const Settings &otherwise)
{
    ObjectReader reader(json);
    Settings settings = otherwise;
    const QString kept = QStringLiteral("keepAnswersHours");
    if (const QJsonValue value = reader.value(kept); value.isNull())
        settings.keepAnswers.reset();
    else if (!value.isUndefined())
        settings.keepAnswers = hours(reader.take(json::integer(kept, value, 1, LongestKept)));
    if (const QString point = reader.objectId(QStringLiteral("defaultCapturePoint")); !point.isEmpty())
        settings.defaultCapturePoint = point;
    const QString field = QStringLiteral("undefinedAttributes");
    const QString undefined = reader.text(field, 20);
    if (!undefined.isEmpty() && undefined != accept && undefined != refuse)
        reader.fail(invalidField(field, QStringLiteral("accept or refuse"), u'"' + undefined + u'"'));
    if (!undefined.isEmpty())
        settings.acceptUndefinedAttributes = undefined == accept;
    settings.countExactlyUpTo = reader.integer(QStringLiteral("countExactlyUpTo"), 100, MostCounted, otherwise.countExactlyUpTo);
    reader.ignore({ QStringLiteral("version"), QStringLiteral("createdDateTime"), QStringLiteral("updatedDateTime") });
    if (const auto finished = reader.finish(); !finished)
        return finished.error();
    return settings;
}

QJsonObject encodeSettings(const Settings &settings)
{
    const QJsonValue kept = settings.keepAnswers ? QJsonValue(qint64(std::chrono::duration_cast<hours>(*settings.keepAnswers).count())) : QJsonValue();
    return { { QStringLiteral("keepAnswersHours"), kept },
        { QStringLiteral("defaultCapturePoint"), settings.defaultCapturePoint },
        { QStringLiteral("undefinedAttributes"), settings.acceptUndefinedAttributes ? accept : refuse },
        { QStringLiteral("countExactlyUpTo"), settings.countExactlyUpTo } };
}

} // namespace iwd

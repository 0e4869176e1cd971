// SPDX-License-Identifier: Apache-2.0
#include "schemaapi.h"

#include "configurationobject.h"
#include "readingparts.h"

#include <QJsonArray>

#include <cmath>
#include <limits>

namespace iwd {

namespace {

constexpr Choice<UrgencyUnit> units[] {
    { UrgencyUnit::Minutes, QLatin1StringView("minutes") },
    { UrgencyUnit::Hours, QLatin1StringView("hours") },
    { UrgencyUnit::Days, QLatin1StringView("days") },
};

constexpr Choice<AgeKind> ageKinds[] {
    { AgeKind::Elapsed, QLatin1StringView("elapsed") },
    { AgeKind::Business, QLatin1StringView("business") },
};

constexpr Choice<Interpolation> interpolations[] {
    { Interpolation::Step, QLatin1StringView("step") },
    { Interpolation::Linear, QLatin1StringView("linear") },
};

double inUnit(milliseconds duration, UrgencyUnit unit)
{
    return double(duration.count()) / double(unitLength(unit).count());
}

/// A decimal in @p unit. Reading back what inUnit() made gives the same milliseconds: 20 years of them use 40 of a double's 53 bits.
milliseconds readDuration(ObjectReader &reader, const QString &name, UrgencyUnit unit)
{
    const QJsonValue value = reader.value(name);
    const double most = inUnit(PriorityCurve::MaxAge, unit);
    if (value.isUndefined()) {
        reader.fail(missingField(reader.pathOf(name), QStringLiteral("a number of %1").arg(nameOf(unit, units))));
        return {};
    }
    const double number = reader.take(json::number(reader.pathOf(name), value, 0, most));
    return milliseconds(std::llround(number * double(unitLength(unit).count())));
}

PriorityCurve readCurve(ObjectReader &reader, UrgencyUnit unit)
{
    const QString name = QStringLiteral("curve");
    const QJsonValue value = reader.value(name);
    if (value.isUndefined()) {
        reader.fail(missingField(reader.pathOf(name), QStringLiteral("an object with interpolation and points")));
        return {};
    }
    ObjectReader curveReader(reader.take(json::object(reader.pathOf(name), value)), reader.pathOf(name));
    if (reader.failed())
        return {};
    const Interpolation interpolation = readChoice(curveReader, QStringLiteral("interpolation"), interpolations);
    const QString points = QStringLiteral("points");
    const auto readPoint = [unit](ObjectReader &point) {
        const milliseconds age = readDuration(point, QStringLiteral("age"), unit);
        return CurvePoint { age,
            point.requiredInteger(QStringLiteral("priority"), -PriorityCurve::MaxPriority, PriorityCurve::MaxPriority) };
    };
    auto read
        = readElements<CurvePoint>(curveReader, curveReader.pathOf(points), curveReader.value(points), PriorityCurve::MaxPoints, readPoint);
    if (const auto finished = curveReader.finish(); !finished) {
        reader.fail(finished.error());
        return {};
    }
    auto curve = PriorityCurve::create(interpolation, std::move(read));
    if (curve)
        return std::move(curve).value();
    reader.fail(inside(reader.pathOf(name), curve.error()));
    return {};
}

std::vector<BusinessValueBand> readBands(ObjectReader &reader)
{
    const QString name = QStringLiteral("businessValueBands");
    const QJsonValue value = reader.value(name);
    if (value.isUndefined() || value.isNull())
        return {};
    const auto readBand = [](ObjectReader &band) {
        const int from = band.requiredInteger(QStringLiteral("from"), std::numeric_limits<int>::min(), std::numeric_limits<int>::max());
        return BusinessValueBand { from,
            band.requiredInteger(QStringLiteral("shift"), -PriorityCurve::MaxPriority, PriorityCurve::MaxPriority) };
    };
    const auto bands = readElements<BusinessValueBand>(reader, reader.pathOf(name), value, PrioritizationSchema::MaxBands, readBand);
    for (size_t i = 1; i < bands.size() && !reader.failed(); ++i) {
        if (bands[i].from <= bands[i - 1].from) {
            reader.fail(invalidField(QStringLiteral("%1[%2].from").arg(reader.pathOf(name)).arg(i),
                QStringLiteral("a value greater than that of the band before"), QString::number(bands[i].from)));
        }
    }
    return bands;
}

} // namespace

Result<PrioritizationSchema> decodePrioritizationSchema(const QJsonObject &json, const QString &idInPath)
{
    const QString managedPeriod = QStringLiteral("managedPeriod");
    ObjectReader reader(json);
    PrioritizationSchema schema;
    configuration::readHead(reader, schema, idInPath);
    schema.unit = readChoice(reader, QStringLiteral("unit"), units);
    schema.sla = readDuration(reader, QStringLiteral("sla"), schema.unit);
    schema.managedPeriod = readDuration(reader, managedPeriod, schema.unit);
    if (schema.managedPeriod < schema.sla)
        reader.fail(invalidField(managedPeriod, QStringLiteral("at least the SLA, which the managed period includes")));
    schema.calendarId = reader.objectId(QStringLiteral("calendar"));
    if (!reader.value(QStringLiteral("age")).isUndefined())
        schema.age = readChoice(reader, QStringLiteral("age"), ageKinds);
    schema.curve = readCurve(reader, schema.unit);
    schema.bands = readBands(reader);
    schema.excludeHoldTime = reader.boolean(QStringLiteral("excludeHoldTime"), false);
    schema.autoComplete = reader.boolean(QStringLiteral("autoComplete"), false);
    if (const auto finished = reader.finish(); !finished)
        return finished.error();
    return schema;
}

QJsonObject encodePrioritizationSchema(const PrioritizationSchema &schema)
{
    QJsonArray points;
    for (const CurvePoint &point : schema.curve.points())
        points.append(
            QJsonObject { { QStringLiteral("age"), inUnit(point.age, schema.unit) }, { QStringLiteral("priority"), point.priority } });
    QJsonArray bands;
    for (const BusinessValueBand &band : schema.bands)
        bands.append(QJsonObject { { QStringLiteral("from"), band.from }, { QStringLiteral("shift"), band.shift } });

    QJsonObject json = configuration::encodeHead(schema);
    json.insert(QStringLiteral("unit"), nameOf(schema.unit, units));
    json.insert(QStringLiteral("sla"), inUnit(schema.sla, schema.unit));
    json.insert(QStringLiteral("managedPeriod"), inUnit(schema.managedPeriod, schema.unit));
    json.insert(QStringLiteral("calendar"), configuration::encodeReference(schema.calendarId));
    json.insert(QStringLiteral("age"), nameOf(schema.age, ageKinds));
    json.insert(QStringLiteral("curve"),
        QJsonObject { { QStringLiteral("interpolation"), nameOf(schema.curve.interpolation(), interpolations) },
            { QStringLiteral("points"), points } });
    json.insert(QStringLiteral("businessValueBands"), bands);
    json.insert(QStringLiteral("excludeHoldTime"), schema.excludeHoldTime);
    json.insert(QStringLiteral("autoComplete"), schema.autoComplete);
    return json;
}

} // namespace iwd

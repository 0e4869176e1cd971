// SPDX-License-Identifier: Apache-2.0
#include <support/openapivalidator.h>

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

using namespace iwd;
using Writer = OpenApiValidator::Writer;

namespace {

QJsonObject parsed(const char *json)
{
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(json, &error);
    if (error.error != QJsonParseError::NoError)
        qFatal("The test's JSON is broken: %s", qUtf8Printable(error.errorString()));
    return document.object();
}

/// A small contract: a shop of lamps.
QJsonObject shop()
{
    return parsed(R"({
        "paths": {
            "/lamps/{id}": {
                "get": {
                    "operationId": "getLamp", "x-privilege": "Lamps.View",
                    "responses": {
                        "200": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Lamp" } } } },
                        "404": { "$ref": "#/components/responses/NotFound" }
                    }
                },
                "delete": { "operationId": "deleteLamp", "x-privilege": "Lamps.Delete", "responses": { "204": { "description": "Gone." } } }
            },
            "/lamps/brightest": {
                "get": {
                    "operationId": "getBrightestLamp", "x-privilege": "none", "security": [],
                    "responses": { "200": { "content": { "text/plain": { "schema": { "type": "string" } } } } }
                }
            }
        },
        "components": {
            "responses": {
                "NotFound": { "content": { "application/problem+json": { "schema": {
                    "type": "object", "additionalProperties": false, "required": ["code"], "properties": { "code": { "type": "string" } } } } } }
            },
            "schemas": {
                "Lamp": {
                    "type": "object", "additionalProperties": false, "required": ["serial", "lumen", "built", "sold", "parts"],
                    "properties": {
                        "serial": { "type": "string", "format": "uuid" },
                        "lumen": { "type": "integer", "minimum": 0 },
                        "built": { "type": "string", "format": "date-time" },
                        "sold": { "type": ["string", "null"], "format": "date-time" },
                        "parts": { "type": "array", "items": { "$ref": "#/components/schemas/Part" } },
                        "format": { "type": "string", "enum": ["round", "square"] }
                    }
                },
                "Part": {
                    "oneOf": [
                        { "type": "object", "additionalProperties": false, "required": ["name"], "properties": { "name": { "type": "string" } } },
                        { "type": "object", "additionalProperties": false, "required": ["parts"],
                          "properties": { "parts": { "type": "array", "items": { "$ref": "#/components/schemas/Part" } } } }
                    ]
                }
            }
        }
    })");
}

QJsonObject lamp()
{
    return parsed(
        R"({ "serial": "3f2b8a52-6c1d-4e7f-9a0b-5d4c3b2a1908", "lumen": 800, "built": "2016-02-29T01:16:00.000Z", "sold": null, "parts": [] })");
}

QJsonObject lampWith(const QString &name, const QJsonValue &value)
{
    QJsonObject changed = lamp();
    changed.insert(name, value);
    return changed;
}

QByteArray bytes(const QJsonObject &object)
{
    return QJsonDocument(object).toJson();
}

QStringList problemsOf(const QJsonObject &answer)
{
    return OpenApiValidator(shop()).problems("GET", QStringLiteral("/lamps/7"), 200, "application/json; charset=utf-8", bytes(answer));
}

} // namespace

class TestOpenApiValidator : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void answersAsDocumentedAreAccepted_data();
    void answersAsDocumentedAreAccepted();
    void wrongBodiesAreCaught_data();
    void wrongBodiesAreCaught();
    void problemsNamePlaceAndRequest();
    void undeclaredStatusIsCaught();
    void undocumentedOperationIsCaught();
    void wrongContentTypeIsCaught();
    void bodyThatIsNotJsonIsCaught();
    void bodyWhereNoneIsDocumentedIsCaught();
    void literalPathWinsOverPlaceholder();
    void referencedResponsesAreChecked();
    void clientsMayWriteDatesInTheirOwnZone();
    void brokenSchemaIsAProblemAndNoCrash();
    void operationsAreListedWithTheirPrivileges();
};

void TestOpenApiValidator::answersAsDocumentedAreAccepted_data()
{
    QTest::addColumn<QJsonObject>("answer");
    QTest::newRow("as it is") << lamp();
    QTest::newRow("a date instead of null") << lampWith(QStringLiteral("sold"), QStringLiteral("2016-12-31T23:59:59.999Z"));
    QTest::newRow("a number beyond 32 bits") << lampWith(QStringLiteral("lumen"), 5'000'000'000.0);
    QTest::newRow("a member called like a keyword") << lampWith(QStringLiteral("format"), QStringLiteral("round"));
    const QJsonObject part { { QStringLiteral("name"), QStringLiteral("bulb") } };
    QTest::newRow("parts in parts") << lampWith(
        QStringLiteral("parts"), QJsonArray { part, QJsonObject { { QStringLiteral("parts"), QJsonArray { part } } } });
}

void TestOpenApiValidator::answersAsDocumentedAreAccepted()
{
    QFETCH(QJsonObject, answer);
    QCOMPARE(problemsOf(answer), QStringList());
}

void TestOpenApiValidator::wrongBodiesAreCaught_data()
{
    QTest::addColumn<QJsonObject>("answer");
    QTest::addColumn<QString>("place");

    QJsonObject incomplete = lamp();
    incomplete.remove(QStringLiteral("lumen"));
    QTest::newRow("missing member") << incomplete << QStringLiteral("lumen");
    QTest::newRow("extra member") << lampWith(QStringLiteral("color"), QStringLiteral("red")) << QStringLiteral("color");
    QTest::newRow("text instead of number") << lampWith(QStringLiteral("lumen"), QStringLiteral("800")) << QStringLiteral("lumen");
    QTest::newRow("fraction instead of whole number") << lampWith(QStringLiteral("lumen"), 1.5) << QStringLiteral("lumen");
    QTest::newRow("below the minimum") << lampWith(QStringLiteral("lumen"), -1) << QStringLiteral("lumen");
    QTest::newRow("far below the minimum") << lampWith(QStringLiteral("lumen"), -5'000'000'000.0) << QStringLiteral("lumen");
    QTest::newRow("null where none is allowed") << lampWith(QStringLiteral("built"), QJsonValue()) << QStringLiteral("built");
    QTest::newRow("number instead of date or null") << lampWith(QStringLiteral("sold"), 1456708560) << QStringLiteral("sold");
    for (const char *date : { "yesterday", "2016-02-29", "2016-02-29T01:16:00.000", "2016-02-29T01:16:00Z", "2016-02-29T01:16:00.000+01:00",
             "2016-02-30T01:16:00.000Z", "2016-13-01T01:16:00.000Z", "2016-04-31T01:16:00.000Z", "2016-02-29T24:00:00.000Z",
             "2016-02-29 01:16:00.000Z", "" })
        QTest::addRow("date \"%s\"", date) << lampWith(QStringLiteral("built"), QString::fromLatin1(date)) << QStringLiteral("built");
    QTest::newRow("bad date beside null") << lampWith(QStringLiteral("sold"), QStringLiteral("never")) << QStringLiteral("sold");
    for (const char *uuid :
        { "3f2b8a52-6c1d-4e7f-9a0b-5d4c3b2a190", "3f2b8a526c1d4e7f9a0b5d4c3b2a1908", "{3f2b8a52-6c1d-4e7f-9a0b-5d4c3b2a1908}", "lamp" })
        QTest::addRow("uuid \"%s\"", uuid) << lampWith(QStringLiteral("serial"), QString::fromLatin1(uuid)) << QStringLiteral("serial");
    QTest::newRow("value that is not listed") << lampWith(QStringLiteral("format"), QStringLiteral("oval")) << QStringLiteral("format");
    QTest::newRow("wrong alternative, deep inside")
        << lampWith(QStringLiteral("parts"), QJsonArray { parsed(R"({ "parts": [ { "name": "bulb", "parts": [] } ] })") })
        << QStringLiteral("parts[0]");
}

void TestOpenApiValidator::wrongBodiesAreCaught()
{
    QFETCH(QJsonObject, answer);
    QFETCH(QString, place);
    const QStringList problems = problemsOf(answer);
    QVERIFY(!problems.isEmpty());
    QVERIFY2(problems.join(u'\n').contains(place), qPrintable(problems.join(u'\n')));
}

void TestOpenApiValidator::problemsNamePlaceAndRequest()
{
    const QJsonArray parts { parsed(R"({ "name": "bulb" })"), parsed(R"({ "name": 5 })") };
    const QStringList problems = problemsOf(lampWith(QStringLiteral("parts"), parts));
    QVERIFY(!problems.isEmpty());
    for (const QString &problem : problems)
        QVERIFY2(problem.startsWith(QStringLiteral("GET /lamps/7 answered 200: ")), qPrintable(problem));
    QVERIFY2(problems.join(u'\n').contains(QStringLiteral(" parts[1].name: ")), qPrintable(problems.join(u'\n')));
}

void TestOpenApiValidator::undeclaredStatusIsCaught()
{
    const QStringList problems
        = OpenApiValidator(shop()).problems("GET", QStringLiteral("/lamps/7"), 500, "application/json", bytes(lamp()));
    QCOMPARE(problems, QStringList { QStringLiteral("GET /lamps/7 answered 500; documented are 200, 404.") });
}

void TestOpenApiValidator::undocumentedOperationIsCaught()
{
    const OpenApiValidator validator(shop());
    QCOMPARE(validator.problems("POST", QStringLiteral("/lamps/7"), 200, "application/json", "{}"),
        QStringList { QStringLiteral("POST /lamps/7 is not documented.") });
    QCOMPARE(validator.problems("GET", QStringLiteral("/lamps"), 200, "application/json", "{}"),
        QStringList { QStringLiteral("GET /lamps is not documented.") });
    QCOMPARE(validator.problems("GET", QStringLiteral("/lamps/"), 200, "application/json", "{}").size(), 1);
}

void TestOpenApiValidator::wrongContentTypeIsCaught()
{
    const OpenApiValidator validator(shop());
    QCOMPARE(validator.problems("GET", QStringLiteral("/lamps/7"), 200, "text/html", bytes(lamp())).size(), 1);
    QCOMPARE(validator.problems("GET", QStringLiteral("/lamps/7"), 404, "application/json", "{\"code\":\"no\"}").size(), 1);
    QCOMPARE(validator.problems("GET", QStringLiteral("/lamps/7"), 200, "Application/JSON;charset=utf-8", bytes(lamp())), QStringList());
}

void TestOpenApiValidator::bodyThatIsNotJsonIsCaught()
{
    const OpenApiValidator validator(shop());
    QCOMPARE(validator.problems("GET", QStringLiteral("/lamps/7"), 200, "application/json", "{").size(), 1);
    QCOMPARE(validator.problems("GET", QStringLiteral("/lamps/7"), 200, "application/json", "").size(), 1);
    QVERIFY(!validator.problems("GET", QStringLiteral("/lamps/7"), 200, "application/json", "[]").isEmpty());
}

void TestOpenApiValidator::bodyWhereNoneIsDocumentedIsCaught()
{
    const OpenApiValidator validator(shop());
    QCOMPARE(validator.problems("DELETE", QStringLiteral("/lamps/7"), 204, {}, {}), QStringList());
    QCOMPARE(validator.problems("DELETE", QStringLiteral("/lamps/7"), 204, "application/json", "{}").size(), 1);
}

void TestOpenApiValidator::literalPathWinsOverPlaceholder()
{
    const OpenApiValidator validator(shop());
    QCOMPARE(validator.problems("GET", QStringLiteral("/lamps/brightest?room=hall"), 200, "text/plain", "7"), QStringList());
    QCOMPARE(validator.problems("GET", QStringLiteral("/lamps/{id}"), 200, "application/json", bytes(lamp())), QStringList());
}

void TestOpenApiValidator::referencedResponsesAreChecked()
{
    const OpenApiValidator validator(shop());
    QCOMPARE(validator.problems("GET", QStringLiteral("/lamps/7"), 404, "application/problem+json", "{\"code\":\"lamp.not_found\"}"),
        QStringList());
    QVERIFY(!validator.problems("GET", QStringLiteral("/lamps/7"), 404, "application/problem+json", "{}").isEmpty());
}

void TestOpenApiValidator::clientsMayWriteDatesInTheirOwnZone()
{
    const OpenApiValidator validator(shop());
    const QJsonObject lampSchema = parsed(R"({ "$ref": "#/components/schemas/Lamp" })");
    const QJsonObject local = lampWith(QStringLiteral("built"), QStringLiteral("2016-02-29T01:16:00+01:00"));
    QCOMPARE(validator.schemaProblems(lampSchema, local, Writer::Client), QStringList());
    QVERIFY(!validator.schemaProblems(lampSchema, local, Writer::Server).isEmpty());
    QVERIFY(!validator.schemaProblems(lampSchema, lampWith(QStringLiteral("built"), QStringLiteral("2016-02-29T01:16:00")), Writer::Client)
                 .isEmpty());
}

void TestOpenApiValidator::brokenSchemaIsAProblemAndNoCrash()
{
    const OpenApiValidator validator(shop());
    const QJsonObject dangling = parsed(R"({ "$ref": "#/components/schemas/Candle" })");
    for (int time = 0; time < 2; ++time)
        QVERIFY(!validator.schemaProblems(dangling, lamp(), Writer::Server).isEmpty());
    QVERIFY(!validator.resolved(dangling));
}

void TestOpenApiValidator::operationsAreListedWithTheirPrivileges()
{
    const QList<DocumentedOperation> expected {
        { "GET", QStringLiteral("/lamps/brightest"), QStringLiteral("getBrightestLamp"), QStringLiteral("none"), true },
        { "GET", QStringLiteral("/lamps/{id}"), QStringLiteral("getLamp"), QStringLiteral("Lamps.View"), false },
        { "DELETE", QStringLiteral("/lamps/{id}"), QStringLiteral("deleteLamp"), QStringLiteral("Lamps.Delete"), false },
    };
    QCOMPARE(OpenApiValidator(shop()).operations(), expected);
}

QTEST_GUILESS_MAIN(TestOpenApiValidator)
#include "tst_openapivalidator.moc"

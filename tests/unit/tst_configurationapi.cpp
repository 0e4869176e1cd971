// SPDX-License-Identifier: Apache-2.0
#include <contract/agentapi.h>
#include <contract/calendarapi.h>
#include <contract/capturepointapi.h>
#include <contract/categoryapi.h>
#include <contract/configurationobject.h>
#include <contract/queueapi.h>
#include <contract/schemaapi.h>
#include <contract/skillapi.h>

#include <QTest>

#include <functional>
#include <random>

using namespace iwd;

namespace {

QJsonObject parsed(const QByteArray &text)
{
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(text, &error);
    Q_ASSERT_X(error.error == QJsonParseError::NoError, "parsed", text.constData());
    return document.object();
}

/// Decodes and encodes again, so that one table can speak of all kinds.
using Codec = Result<QJsonObject> (*)(const QJsonObject &json, const QString &idInPath);

template <auto Decode, auto Encode>
Result<QJsonObject> codec(const QJsonObject &json, const QString &idInPath)
{
    const auto object = Decode(json, idInPath);
    return object ? Result<QJsonObject>(Encode(*object)) : object.error();
}

constexpr Codec queueCodec = &codec<decodeQueue, encodeQueue>;
constexpr Codec categoryCodec = &codec<decodeCategory, encodeCategory>;
constexpr Codec schemaCodec = &codec<decodePrioritizationSchema, encodePrioritizationSchema>;
constexpr Codec capturePointCodec = &codec<decodeCapturePoint, encodeCapturePoint>;
constexpr Codec agentCodec = &codec<decodeAgent, encodeAgent>;
constexpr Codec calendarCodec = &codec<decodeCalendar, encodeCalendar>;
constexpr Codec skillCodec = &codec<decodeSkill, encodeSkill>;

const QByteArray fullQueue
    = R"({"id":"net","name":"Network","description":"All of it","requiredSkills":{"network":2,"german":1},"escalation":[{"afterSeconds":60,"shift":5},{"afterSeconds":120,"shift":1}],"leaseSeconds":600,
    "state":"draining","weight":3,"mode":"push","choice":"bestMatch","offerSeconds":20,"refusalPauseSeconds":60,"offerLimit":7,"requestedAgentSeconds":120,
    "requestedGroupSeconds":0,"relaxation":[{"afterSeconds":60,"requiredSkills":{"network":1},"requestedSkill":true},{"afterSeconds":90,"requiredSkills":{},"requestedSkill":false}],
    "overflow":[{"queue":"other","afterSeconds":600,"backlogAbove":null,"whenClosed":false},{"queue":"other","afterSeconds":null,"backlogAbove":50,"whenClosed":false},
    {"queue":"night","afterSeconds":null,"backlogAbove":null,"whenClosed":true}],
    "segmentation":{"attribute":"customerSegment","shares":{"gold":3},"otherShare":2},"calendar":"office","userData":{"skillGroup":"A","level":2,"vip":true}})";
const QByteArray fullCategory = R"({"id":"it-net","name":"Network","description":"d","parent":"it","order":-3,
    "rule":{"all":[{"attribute":"channel","operator":"equals","value":"email"},{"not":{"attribute":"custom.vip","operator":"exists"}}]},"schema":"standard","queue":"net","calendar":"office"})";
const QByteArray fullSchema = R"({"id":"fast","name":"Fast","description":"d","unit":"hours","sla":4.5,"managedPeriod":24,"calendar":"office","age":"business",
    "curve":{"interpolation":"linear","points":[{"age":0,"priority":-10},{"age":4.5,"priority":100},{"age":24,"priority":100}]},
    "businessValueBands":[{"from":-100,"shift":-5},{"from":100,"shift":20}],"excludeHoldTime":true,"autoComplete":true})";
const QByteArray fullCapturePoint = R"({"id":"desk","name":"Desk","description":"d","enabled":false,"defaultChannel":"email"})";
const QByteArray fullAgent
    = R"({"id":"ann","name":"Ann","skills":{"network":3},"capacity":{"email":2,"chat":0,"*":1},"groups":["night shift"],"queues":["net","general"]})";
const QByteArray fullCalendar = R"({"id":"office","name":"Office","description":"d","timeZone":"Europe/Berlin",
    "week":{"monday":[{"from":"09:00","to":"12:30"},{"from":"13:30","to":"17:05"}],"tuesday":[],"wednesday":[],"thursday":[],"friday":[{"from":"22:00","to":"24:00"}],
            "saturday":[{"from":"00:00","to":"06:00"}],"sunday":[]},
    "exceptions":[{"date":"12-25","name":"Christmas","hours":[]},{"date":"2026-12-24","name":"Eve","hours":[{"from":"09:00","to":"12:00"}]}]})";
const QByteArray fullSkill = R"({"id":"network","name":"Network","description":"d"})";

QByteArray changed(const QByteArray &json, const char *name, const QByteArray &value)
{
    QJsonObject object = parsed(json);
    if (value.isEmpty())
        object.remove(QLatin1StringView(name));
    else
        object.insert(QLatin1StringView(name), QJsonDocument::fromJson('[' + value + ']').array().first());
    return QJsonDocument(object).toJson();
}

} // namespace

class TestConfigurationApi : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void fullObjectComesBackAsItWasSent_data();
    void fullObjectComesBackAsItWasSent();
    void leftOutMembersGetTheirDefaults_data();
    void leftOutMembersGetTheirDefaults();
    void answerCanBeSentBack_data();
    void answerCanBeSentBack();
    void badObjectNamesItsField_data();
    void badObjectNamesItsField();
    void unknownFieldGetsAProposal();
    void idComesFromTheNameOrTheAddress();
    void slugKeepsWhatCanBeKept_data();
    void slugKeepsWhatCanBeKept();
    void durationsAreKeptToTheMillisecond_data();
    void durationsAreKeptToTheMillisecond();
    void everyMillisecondOfARandomScheduleSurvives();
    void valuesArriveInTheDomain();
};

void TestConfigurationApi::fullObjectComesBackAsItWasSent_data()
{
    QTest::addColumn<Codec>("decodeAndEncode");
    QTest::addColumn<QByteArray>("json");
    QTest::newRow("queue") << queueCodec << fullQueue;
    QTest::newRow("category") << categoryCodec << fullCategory;
    QTest::newRow("schema") << schemaCodec << fullSchema;
    QTest::newRow("capture point") << capturePointCodec << fullCapturePoint;
    QTest::newRow("agent") << agentCodec << fullAgent;
    QTest::newRow("skill") << skillCodec << fullSkill;
    QTest::newRow("calendar") << calendarCodec << fullCalendar;
}

void TestConfigurationApi::fullObjectComesBackAsItWasSent()
{
    QFETCH(const Codec, decodeAndEncode);
    QFETCH(const QByteArray, json);
    const auto encoded = decodeAndEncode(parsed(json), {});
    QVERIFY2(encoded, encoded ? "" : qPrintable(encoded.error().text));
    QCOMPARE(*encoded, parsed(json));
}

void TestConfigurationApi::leftOutMembersGetTheirDefaults_data()
{
    QTest::addColumn<Codec>("decodeAndEncode");
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QByteArray>("expected");
    QTest::newRow("queue") << queueCodec << QByteArray(R"({"name":"Net"})")
                           << QByteArray(
                                  R"({"id":"net","name":"Net","description":"","requiredSkills":{},"escalation":[],"leaseSeconds":300,"state":"open","weight":1,"mode":"pull",
                                  "choice":"longestIdle","offerSeconds":30,"refusalPauseSeconds":300,"offerLimit":null,"requestedAgentSeconds":300,"requestedGroupSeconds":300,
                                  "relaxation":[],"overflow":[],"segmentation":null,"calendar":null,"userData":{}})");
    QTest::newRow("category, level 1")
        << categoryCodec << QByteArray(R"({"name":"IT","schema":"s","queue":"q"})")
        << QByteArray(R"({"id":"it","name":"IT","description":"","parent":null,"order":0,"rule":{},"schema":"s","queue":"q","calendar":null})");
    QTest::newRow("category, level 2")
        << categoryCodec << QByteArray(R"({"name":"Net","parent":"it","schema":null,"rule":{}})")
        << QByteArray(R"({"id":"net","name":"Net","description":"","parent":"it","order":0,"rule":{},"schema":null,"queue":null,"calendar":null})");
    QTest::newRow("schema")
        << schemaCodec
        << QByteArray(
               R"({"name":"S","unit":"days","sla":1,"managedPeriod":1,"curve":{"interpolation":"step","points":[{"age":0,"priority":1}]}})")
        << QByteArray(R"({"id":"s","name":"S","description":"","unit":"days","sla":1,"managedPeriod":1,"calendar":null,"age":"elapsed",
                                   "curve":{"interpolation":"step","points":[{"age":0,"priority":1}]},"businessValueBands":[],"excludeHoldTime":false,"autoComplete":false})");
    QTest::newRow("capture point") << capturePointCodec << QByteArray(R"({"name":"Desk"})")
                                   << QByteArray(R"({"id":"desk","name":"Desk","description":"","enabled":true,"defaultChannel":""})");
    QTest::newRow("agent") << agentCodec << QByteArray(R"({"name":"Ann"})")
                           << QByteArray(R"({"id":"ann","name":"Ann","skills":{},"capacity":{},"groups":[],"queues":[]})");
    QTest::newRow("skill") << skillCodec << QByteArray(R"({"name":"German"})")
                           << QByteArray(R"({"id":"german","name":"German","description":""})");
    QTest::newRow("calendar") << calendarCodec << QByteArray(R"({"name":"Office","timeZone":"UTC","week":{"friday":[{"from":"09:00","to":"24:00"}]},"exceptions":[{"date":"01-01"}]})")
                              << QByteArray(R"({"id":"office","name":"Office","description":"","timeZone":"UTC","week":{"monday":[],"tuesday":[],"wednesday":[],"thursday":[],
                                   "friday":[{"from":"09:00","to":"24:00"}],"saturday":[],"sunday":[]},"exceptions":[{"date":"01-01","name":"","hours":[]}]})");
}

void TestConfigurationApi::leftOutMembersGetTheirDefaults()
{
    QFETCH(const Codec, decodeAndEncode);
    QFETCH(const QByteArray, json);
    QFETCH(const QByteArray, expected);
    const auto encoded = decodeAndEncode(parsed(json), {});
    QVERIFY2(encoded, encoded ? "" : qPrintable(encoded.error().text));
    QCOMPARE(*encoded, parsed(expected));
}

void TestConfigurationApi::answerCanBeSentBack_data()
{
    fullObjectComesBackAsItWasSent_data();
}

void TestConfigurationApi::answerCanBeSentBack()
{
    QFETCH(const Codec, decodeAndEncode);
    QFETCH(const QByteArray, json);
    QJsonObject answer = parsed(json);
    const QJsonObject sent = answer;
    answer[QStringLiteral("version")] = 7;
    answer[QStringLiteral("createdDateTime")] = QStringLiteral("2026-03-01T00:00:00.000Z");
    answer[QStringLiteral("updatedDateTime")] = QStringLiteral("2026-03-01T00:00:00.000Z");
    if (decodeAndEncode == agentCodec) {
        answer[QStringLiteral("state")] = QStringLiteral("ready");
        answer[QStringLiteral("stateReason")] = QJsonValue::Null;
        answer[QStringLiteral("stateSinceDateTime")] = QJsonValue::Null;
        answer[QStringLiteral("assigned")] = 2;
    }
    const auto encoded = decodeAndEncode(answer, sent[QStringLiteral("id")].toString());
    QVERIFY2(encoded, encoded ? "" : qPrintable(encoded.error().text));
    QCOMPARE(*encoded, sent);
}

void TestConfigurationApi::badObjectNamesItsField_data()
{
    QTest::addColumn<Codec>("decodeAndEncode");
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QString>("field");
    QTest::addColumn<ErrorCode>("code");

    struct Kind
    {
        const char *name;
        Codec codec;
        QByteArray json;
    };
    for (const Kind &kind : { Kind { "queue", queueCodec, fullQueue }, Kind { "category", categoryCodec, fullCategory },
             Kind { "schema", schemaCodec, fullSchema }, Kind { "capture point", capturePointCodec, fullCapturePoint },
             Kind { "agent", agentCodec, fullAgent }, Kind { "skill", skillCodec, fullSkill } }) {
        const auto common
            = [&kind](const char *name, const char *field, const QByteArray &value, ErrorCode code = ErrorCode::InvalidField) {
                  QTest::addRow("%s: %s", kind.name, name)
                      << kind.codec << changed(kind.json, field, value) << QString::fromLatin1(field) << code;
              };
        common("no name", "name", "", ErrorCode::MissingField);
        common("blank name", "name", "\"  \"", ErrorCode::MissingField);
        common("null name", "name", "null", ErrorCode::MissingField);
        common("number as name", "name", "5");
        common("name too long", "name", '"' + QByteArray(201, 'x') + '"');
        common("id with a slash", "id", "\"a/b\"");
        common("id beginning with a dot", "id", "\".a\"");
        common("id too long", "id", '"' + QByteArray(65, 'x') + '"');
        common("id empty", "id", "\"\"");
        common("id a number", "id", "5");
        common("unknown field", "colour", "\"red\"");
    }

    const auto row = [](Codec codec, const QByteArray &json, const char *name, const QByteArray &value, const char *field,
                         ErrorCode code = ErrorCode::InvalidField) {
        QTest::addRow("%s = %s", name, value.left(60).constData())
            << codec << changed(json, name, value) << QString::fromLatin1(field) << code;
    };
    row(queueCodec, fullQueue, "description", '"' + QByteArray(1001, 'x') + '"', "description");
    row(queueCodec, fullQueue, "leaseSeconds", "9", "leaseSeconds");
    row(queueCodec, fullQueue, "leaseSeconds", "86401", "leaseSeconds");
    row(queueCodec, fullQueue, "leaseSeconds", "60.5", "leaseSeconds");
    row(queueCodec, fullQueue, "state", "\"asleep\"", "state");
    row(queueCodec, fullQueue, "mode", "1", "mode");
    row(queueCodec, fullQueue, "weight", "0", "weight");
    row(queueCodec, fullQueue, "offerSeconds", "4", "offerSeconds");
    row(queueCodec, fullQueue, "offerLimit", "0", "offerLimit");
    row(queueCodec, fullQueue, "overflow", "[]", "overflow", ErrorCode::MissingField);
    row(queueCodec, fullQueue, "overflow", R"([{"queue":"a"}])", "overflow[0].afterSeconds");
    row(queueCodec, fullQueue, "overflow", R"([{"queue":"a","afterSeconds":1,"whenClosed":true}])", "overflow[0].afterSeconds");
    row(queueCodec, fullQueue, "overflow", R"([{"afterSeconds":1}])", "overflow[0].queue", ErrorCode::MissingField);
    row(queueCodec, fullQueue, "relaxation", R"([{"afterSeconds":60,"requiredSkills":{"network":3}}])", "relaxation[0].requiredSkills");
    row(queueCodec, fullQueue, "relaxation", R"([{"afterSeconds":60,"requiredSkills":{"french":1}}])", "relaxation[0].requiredSkills");
    row(queueCodec, fullQueue, "relaxation", R"([{"afterSeconds":60},{"afterSeconds":60}])", "relaxation[1].afterSeconds");
    row(queueCodec, fullQueue, "relaxation", R"([{"afterSeconds":60,"requestedSkill":false},{"afterSeconds":90}])", "relaxation[1].requestedSkill");
    row(queueCodec, fullQueue, "relaxation", R"([{"requiredSkills":{}}])", "relaxation[0].afterSeconds", ErrorCode::MissingField);
    row(queueCodec, fullQueue, "segmentation", R"({"shares":{"gold":1}})", "segmentation.attribute", ErrorCode::MissingField);
    row(queueCodec, fullQueue, "segmentation", R"({"attribute":"dueDateTime"})", "segmentation.attribute");
    row(queueCodec, fullQueue, "segmentation", R"({"attribute":"channel","shares":{"email":0}})", "segmentation.shares.email");
    row(queueCodec, fullQueue, "segmentation", R"({"attribute":"channel","shares":{"":1}})", "segmentation.shares");
    row(queueCodec, fullQueue, "userData", R"({"a":{}})", "userData.a");
    row(queueCodec, fullQueue, "requiredSkills", "[]", "requiredSkills");
    row(queueCodec, fullQueue, "requiredSkills", R"({"network":0})", "requiredSkills.network");
    row(queueCodec, fullQueue, "requiredSkills", R"({"network":101})", "requiredSkills.network");
    row(queueCodec, fullQueue, "requiredSkills", R"({"a b":1})", "requiredSkills.a b");
    row(categoryCodec, fullCategory, "parent", "\"it net\"", "parent");
    row(categoryCodec, fullCategory, "parent", "\"it-net\"", "parent");
    row(categoryCodec, fullCategory, "order", "1.5", "order");
    row(categoryCodec, fullCategory, "rule", "[]", "rule");
    row(categoryCodec, fullCategory, "rule", R"({"all":[{"attribute":"chanel","operator":"exists"}]})", "rule.all[0].attribute");
    row(categoryCodec, changed(fullCategory, "parent", "null"), "schema", "null", "schema", ErrorCode::MissingField);
    row(categoryCodec, changed(fullCategory, "parent", ""), "queue", "", "queue", ErrorCode::MissingField);
    row(schemaCodec, fullSchema, "unit", "\"weeks\"", "unit");
    row(schemaCodec, fullSchema, "unit", "", "unit", ErrorCode::MissingField);
    row(schemaCodec, fullSchema, "sla", "-1", "sla");
    row(schemaCodec, fullSchema, "sla", "\"4\"", "sla");
    row(schemaCodec, fullSchema, "sla", "", "sla", ErrorCode::MissingField);
    row(schemaCodec, fullSchema, "managedPeriod", "", "managedPeriod", ErrorCode::MissingField);
    row(schemaCodec, fullSchema, "managedPeriod", "4.4999", "managedPeriod");
    row(schemaCodec, fullSchema, "managedPeriod", "1e9", "managedPeriod");
    row(schemaCodec, fullSchema, "excludeHoldTime", "1", "excludeHoldTime");
    row(schemaCodec, fullSchema, "curve", "", "curve", ErrorCode::MissingField);
    row(schemaCodec, fullSchema, "curve", "[]", "curve");
    row(schemaCodec, fullSchema, "curve", R"({"points":[{"age":0,"priority":1}]})", "curve.interpolation", ErrorCode::MissingField);
    row(schemaCodec, fullSchema, "curve", R"({"interpolation":"cubic","points":[{"age":0,"priority":1}]})", "curve.interpolation");
    row(schemaCodec, fullSchema, "curve", R"({"interpolation":"step"})", "curve.points");
    row(schemaCodec, fullSchema, "curve", R"({"interpolation":"step","points":[]})", "curve.points");
    row(schemaCodec, fullSchema, "curve", R"({"interpolation":"step","points":[5]})", "curve.points[0]");
    row(schemaCodec, fullSchema, "curve", R"({"interpolation":"step","points":[{"age":0,"priority":1},{"age":"1","priority":1}]})",
        "curve.points[1].age");
    row(schemaCodec, fullSchema, "curve", R"({"interpolation":"step","points":[{"age":0,"priority":1},{"age":0,"priority":2}]})",
        "curve.points[1].age");
    row(schemaCodec, fullSchema, "curve", R"({"interpolation":"step","points":[{"age":0,"priority":1000001}]})",
        "curve.points[0].priority");
    row(schemaCodec, fullSchema, "curve", R"({"interpolation":"step","points":[{"age":0}]})", "curve.points[0].priority",
        ErrorCode::MissingField);
    row(schemaCodec, fullSchema, "curve", R"({"interpolation":"step","points":[{"age":0,"priority":1,"x":2}]})", "curve.points[0].x");
    row(schemaCodec, fullSchema, "curve", R"({"interpolation":"step","points":[{"age":0,"priority":1}],"smooth":true})", "curve.smooth");
    row(schemaCodec, fullSchema, "businessValueBands", "{}", "businessValueBands");
    row(schemaCodec, fullSchema, "businessValueBands", R"([{"from":1}])", "businessValueBands[0].shift", ErrorCode::MissingField);
    row(schemaCodec, fullSchema, "businessValueBands", R"([{"from":1,"shift":1},{"from":1,"shift":2}])", "businessValueBands[1].from");
    row(schemaCodec, fullSchema, "businessValueBands", '[' + QByteArrayList(17, "1").join(',') + ']', "businessValueBands");
    row(capturePointCodec, fullCapturePoint, "enabled", "null", "enabled");
    row(capturePointCodec, fullCapturePoint, "defaultChannel", "7", "defaultChannel");
    row(agentCodec, fullAgent, "skills", R"({"network":"3"})", "skills.network");
    row(schemaCodec, fullSchema, "calendar", "5", "calendar");
    row(queueCodec, fullQueue, "escalation", "{}", "escalation");
    row(queueCodec, fullQueue, "escalation", "[1]", "escalation[0]");
    row(queueCodec, fullQueue, "escalation", R"([{"afterSeconds":60,"shift":0}])", "escalation[0].shift");
    row(queueCodec, fullQueue, "escalation", R"([{"shift":1}])", "escalation[0].afterSeconds", ErrorCode::MissingField);
    row(queueCodec, fullQueue, "escalation", R"([{"afterSeconds":60,"shift":1},{"afterSeconds":60,"shift":1}])", "escalation[1].afterSeconds");
    row(queueCodec, fullQueue, "escalation", R"([{"afterSeconds":60,"shift":1,"by":1}])", "escalation[0].by");
    row(schemaCodec, fullSchema, "age", R"("dog years")", "age");
    row(calendarCodec, fullCalendar, "timeZone", "", "timeZone", ErrorCode::MissingField);
    row(calendarCodec, fullCalendar, "timeZone", R"("Mars/Olympus")", "timeZone");
    row(calendarCodec, fullCalendar, "week", "", "week", ErrorCode::MissingField);
    row(calendarCodec, fullCalendar, "week", "[]", "week");
    row(calendarCodec, fullCalendar, "week", R"({"moonday":[]})", "week.moonday");
    row(calendarCodec, fullCalendar, "week", R"({"monday":{}})", "week.monday");
    row(calendarCodec, fullCalendar, "week", R"({"monday":[7]})", "week.monday[0]");
    row(calendarCodec, fullCalendar, "week", R"({"monday":[{"from":"9:00","to":"17:00"}]})", "week.monday[0].from");
    row(calendarCodec, fullCalendar, "week", R"({"monday":[{"from":"09:00","to":"24:01"}]})", "week.monday[0].to");
    row(calendarCodec, fullCalendar, "week", R"({"monday":[{"from":"09:00"}]})", "week.monday[0].to");
    row(calendarCodec, fullCalendar, "week", R"({"monday":[{"from":"09:00","to":"10:00","x":1}]})", "week.monday[0].x");
    row(calendarCodec, fullCalendar, "week", R"({"monday":[{"from":"22:00","to":"06:00"}]})", "week.monday[0]");
    row(calendarCodec, fullCalendar, "exceptions", "{}", "exceptions");
    row(calendarCodec, fullCalendar, "exceptions", R"([{"date":"24.12."}])", "exceptions[0].date");
    row(calendarCodec, fullCalendar, "exceptions", R"([{"date":"2026-02-29"}])", "exceptions[0].date");
    row(calendarCodec, fullCalendar, "exceptions", R"([{"date":"2026/02/28"}])", "exceptions[0].date");
    row(calendarCodec, fullCalendar, "exceptions", R"([{"date":"12-25","hours":[{"from":"x","to":"09:00"}]}])", "exceptions[0].hours[0].from");
    row(agentCodec, fullAgent, "capacity", R"({"email":-1})", "capacity.email");
    row(agentCodec, fullAgent, "capacity", R"({"email":1001})", "capacity.email");
    row(agentCodec, fullAgent, "capacity", R"({"":1})", "capacity");
    row(agentCodec, fullAgent, "queues", R"("net")", "queues");
    row(agentCodec, fullAgent, "groups", R"([""])", "groups[0]");
    row(agentCodec, fullAgent, "queues", R"(["net","net","a b"])", "queues[2]");
    row(skillCodec, fullSkill, "description", "[]", "description");
}

void TestConfigurationApi::badObjectNamesItsField()
{
    QFETCH(const Codec, decodeAndEncode);
    QFETCH(const QByteArray, json);
    QFETCH(const QString, field);
    QFETCH(const ErrorCode, code);
    const auto encoded = decodeAndEncode(parsed(json), {});
    QVERIFY(!encoded);
    QCOMPARE(encoded.error().field, field);
    QCOMPARE(errorKey(encoded.error().code), errorKey(code));
    const QString named = field == QStringLiteral("rule") ? QStringLiteral("A condition") : field.section(u'.', -1);
    QVERIFY2(encoded.error().text.contains(named), qPrintable(encoded.error().text));
}

void TestConfigurationApi::unknownFieldGetsAProposal()
{
    const auto lease = queueCodec(parsed(R"({"name":"Net","leaseSecond":60})"), {});
    QVERIFY(lease.error().text.contains(QStringLiteral("\"leaseSeconds\"")));
    QCOMPARE(lease.error().args[QStringLiteral("suggestion")].toString(), QStringLiteral("leaseSeconds"));
    // The misspelt name is told, not the value that is missing because of it.
    const auto name = queueCodec(parsed(R"({"Name":"Net"})"), {});
    QCOMPARE(name.error().field, QStringLiteral("Name"));
    QVERIFY(name.error().text.contains(QStringLiteral("\"name\"")));
    const auto strange = queueCodec(parsed(R"({"name":"Net","zzzzzzzz":60})"), {});
    QVERIFY(!strange.error().args.contains(QStringLiteral("suggestion")));
}

void TestConfigurationApi::idComesFromTheNameOrTheAddress()
{
    QCOMPARE(decodeSkill(parsed(R"({"name":"Süd & Nord"})"))->id, QStringLiteral("sud-nord"));
    QCOMPARE(decodeSkill(parsed(R"({"name":"Süd","id":null})"))->id, QStringLiteral("sud"));
    QCOMPARE(decodeSkill(parsed(R"({"name":"Süd","id":"S_1"})"))->id, QStringLiteral("S_1"));
    QCOMPARE(decodeSkill(parsed(R"({"name":"Süd"})"), QStringLiteral("south"))->id, QStringLiteral("south"));
    QCOMPARE(decodeSkill(parsed(R"({"name":"网络"})"), QStringLiteral("net"))->id, QStringLiteral("net"));
    const auto other = decodeSkill(parsed(R"({"name":"Süd","id":"north"})"), QStringLiteral("south"));
    QVERIFY(!other);
    QCOMPARE(other.error().field, QStringLiteral("id"));
    const auto none = decodeSkill(parsed(R"({"name":"网络"})"));
    QVERIFY(!none);
    QCOMPARE(none.error().field, QStringLiteral("id"));
    QCOMPARE(none.error().code, ErrorCode::MissingField);
}

void TestConfigurationApi::slugKeepsWhatCanBeKept_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("slug");
    QTest::newRow("plain") << QStringLiteral("Network") << QStringLiteral("network");
    QTest::newRow("blanks and signs") << QStringLiteral("  Group 24 / Network & WLAN!  ") << QStringLiteral("group-24-network-wlan");
    QTest::newRow("accents") << QStringLiteral("Élan Żółć Größe Ærø") << QStringLiteral("elan-zolc-grosse-aero");
    QTest::newRow("full width") << QStringLiteral("ＡＢＣ１") << QStringLiteral("abc1");
    QTest::newRow("nothing left") << QStringLiteral("网络 ★") << QString();
    QTest::newRow("cut") << QString(100, u'a') << QString(64, u'a');
    QTest::newRow("cut after a dash") << QString(QString(63, u'a') + QStringLiteral(" b")) << QString(63, u'a');
}

void TestConfigurationApi::slugKeepsWhatCanBeKept()
{
    QFETCH(const QString, name);
    QFETCH(const QString, slug);
    QCOMPARE(slugOf(name), slug);
    QVERIFY(slug.isEmpty() || json::isObjectId(slug));
}

void TestConfigurationApi::durationsAreKeptToTheMillisecond_data()
{
    QTest::addColumn<QByteArray>("unit");
    QTest::addColumn<QByteArray>("sla");
    QTest::addColumn<qint64>("millis");
    QTest::addColumn<QByteArray>("encoded");
    QTest::newRow("whole") << QByteArray("hours") << QByteArray("4") << qint64(14'400'000) << QByteArray("4");
    QTest::newRow("tenths") << QByteArray("hours") << QByteArray("4.1") << qint64(14'760'000) << QByteArray("4.1");
    QTest::newRow("a third of an hour") << QByteArray("hours") << QByteArray("0.3333333333") << qint64(1'200'000)
                                        << QByteArray("0.3333333333333333");
    QTest::newRow("a millisecond") << QByteArray("minutes") << QByteArray("0.0000166667") << qint64(1)
                                   << QByteArray("0.000016666666666666667");
    QTest::newRow("less than half a millisecond") << QByteArray("minutes") << QByteArray("0.000008") << qint64(0) << QByteArray("0");
    QTest::newRow("days") << QByteArray("days") << QByteArray("1.5") << qint64(129'600'000) << QByteArray("1.5");
    QTest::newRow("longest") << QByteArray("days") << QByteArray("7320") << qint64(PriorityCurve::MaxAge.count()) << QByteArray("7320");
}

void TestConfigurationApi::durationsAreKeptToTheMillisecond()
{
    QFETCH(const QByteArray, unit);
    QFETCH(const QByteArray, sla);
    QFETCH(const qint64, millis);
    QFETCH(const QByteArray, encoded);
    const auto json = changed(changed(changed(fullSchema, "unit", '"' + unit + '"'), "sla", sla), "managedPeriod", sla);
    const auto schema = decodePrioritizationSchema(parsed(json));
    QVERIFY2(schema, schema ? "" : qPrintable(schema.error().text));
    QCOMPARE(qint64(schema->sla.count()), millis);
    QCOMPARE(encodePrioritizationSchema(*schema)[QStringLiteral("sla")].toDouble(), encoded.toDouble());
}

void TestConfigurationApi::everyMillisecondOfARandomScheduleSurvives()
{
    std::mt19937_64 random(99);
    PrioritizationSchema schema = *decodePrioritizationSchema(parsed(fullSchema));
    for (int round = 0; round < 3000; ++round) {
        schema.unit = static_cast<UrgencyUnit>(random() % 3);
        schema.sla = milliseconds(qint64(random() % quint64(PriorityCurve::MaxAge.count())));
        schema.managedPeriod = std::min(PriorityCurve::MaxAge, schema.sla + milliseconds(qint64(random() % 1000)));
        schema.curve = *PriorityCurve::create(Interpolation::Linear, { { milliseconds(0), 1 }, { schema.sla + milliseconds(1), 2 } });
        // Through text, as it travels.
        const auto text = QJsonDocument(encodePrioritizationSchema(schema)).toJson();
        const auto read = decodePrioritizationSchema(parsed(text));
        QVERIFY(read);
        QVERIFY(read->sla == schema.sla && read->managedPeriod == schema.managedPeriod && read->curve == schema.curve);
    }
}

void TestConfigurationApi::valuesArriveInTheDomain()
{
    const auto queue = decodeQueue(parsed(fullQueue));
    QVERIFY(queue->lease == std::chrono::minutes(10));
    QCOMPARE(queue->requiredSkills, (SkillLevels { { QStringLiteral("german"), 1 }, { QStringLiteral("network"), 2 } }));
    const auto agent = decodeAgent(parsed(fullAgent));
    QCOMPARE(agent->capacityFor(QStringLiteral("email")), 2);
    QCOMPARE(agent->capacityFor(QStringLiteral("chat")), 0);
    QCOMPARE(agent->capacityFor(QStringLiteral("fax")), 1);
    const auto schema = decodePrioritizationSchema(parsed(fullSchema));
    QVERIFY(schema->unit == UrgencyUnit::Hours);
    QCOMPARE(schema->curve.valueAt(std::chrono::hours(5)), 100);
    QCOMPARE(schema->bandShift(schema->bandOf(100)), 20);
}

QTEST_GUILESS_MAIN(TestConfigurationApi)
#include "tst_configurationapi.moc"

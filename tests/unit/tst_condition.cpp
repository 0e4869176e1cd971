// SPDX-License-Identifier: Apache-2.0
#include <domain/condition.h>
#include <domain/conditiontree.h>
#include <domain/itemfields.h>

#include <QFile>
#include <QTest>

#include <random>

using namespace iwd;

namespace {

QJsonValue parsed(const QByteArray &text)
{
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson('[' + text + ']', &error);
    Q_ASSERT_X(error.error == QJsonParseError::NoError, "parsed", text.constData());
    return document.array().first();
}

Instant instant(const char *iso)
{
    return *instantFromIso(QString::fromLatin1(iso));
}

const Instant now = instant("2026-03-01T12:00:00Z");

/// The item that all tables of this file speak of.
WorkItem sample()
{
    WorkItem item;
    item.id = { 12 };
    item.status = ItemStatus::New;
    item.channel = QStringLiteral("Email");
    item.businessValue = 50;
    item.created = instant("2026-03-01T10:00:00Z");
    item.due = instant("2026-03-02T12:00:00Z");
    item.customerSegment = QStringLiteral("Größe");
    item.labels = QStringList { QStringLiteral("Urgent"), QStringLiteral("from-web") };
    item.custom = parsed(R"({"impact":2,"ratio":0.5,"vip":true,"code":"007","level":"10","state":"unknown","city":"Ulm an der Donau",
        "opened":"2026-03-01T11:30:00+01:00","empty":""})")
                      .toObject();
    return item;
}

bool matches(const QJsonValue &json, const WorkItem &item = sample())
{
    const auto condition = Condition::parse(json);
    Q_ASSERT_X(condition, "matches", qPrintable(condition ? QString() : condition.error().text));
    return condition->matches(ItemAttributes(item), now);
}

QByteArray nested(int depth)
{
    QByteArray text = R"({"attribute":"channel","operator":"exists"})";
    for (int i = 1; i < depth; ++i)
        text = "{\"not\":" + text + "}";
    return text;
}

QByteArray repeated(const QByteArray &element, int count)
{
    return '[' + QByteArrayList(count, element).join(',') + ']';
}

/// Random conditions and items over few names and values, so that matches and misses are both frequent.
class Generator
{
public:
    explicit Generator(unsigned seed)
        : m_random(seed)
    {
    }

    int pick(int from, int to) { return std::uniform_int_distribution(from, to)(m_random); }
    const char *oneOf(std::initializer_list<const char *> choices) { return *(choices.begin() + pick(0, int(choices.size()) - 1)); }

    QByteArray comparison()
    {
        const QByteArray attribute = oneOf({ "channel", "customerSegment", "labels", "custom.a", "custom.b", "custom.c" });
        const QByteArray op = oneOf({ "equals", "notEquals", "less", "lessOrEqual", "greater", "greaterOrEqual", "in", "notIn", "contains",
            "startsWith", "endsWith", "exists", "notExists", "between" });
        return comparison(attribute, op);
    }

    QByteArray comparison(const QByteArray &attribute, const QByteArray &op)
    {
        const QByteArray tail = pick(0, 4) == 0 ? ",\"caseSensitive\":true}" : "}";
        const QByteArray head = "{\"attribute\":\"" + attribute + "\",\"operator\":\"" + op + "\"";
        if (op == "exists" || op == "notExists")
            return head + tail;
        if (op == "between") {
            const int from = pick(-3, 3);
            return head + ",\"value\":[" + QByteArray::number(from) + "," + QByteArray::number(from + pick(0, 3)) + "]" + tail;
        }
        if (op == "in" || op == "notIn") {
            QByteArrayList values;
            for (int i = pick(0, 4); i > 0; --i)
                values.append(value());
            return head + ",\"value\":[" + values.join(',') + "]" + tail;
        }
        return head + ",\"value\":" + (op == "startsWith" || op == "endsWith" ? text() : value()) + tail;
    }

    QByteArray condition(int depth)
    {
        const int kind = depth == 0 ? 0 : pick(0, 5);
        if (kind <= 2)
            return kind == 2 && pick(0, 9) == 0 ? QByteArray("{}") : comparison();
        if (kind == 3)
            return "{\"not\":" + condition(depth - 1) + "}";
        QByteArrayList children;
        for (int i = pick(0, 3); i > 0; --i)
            children.append(condition(depth - 1));
        return QByteArray(kind == 4 ? "{\"all\":[" : "{\"any\":[") + children.join(',') + "]}";
    }

    WorkItem item()
    {
        WorkItem item;
        item.channel = maybe(parsed(text()).toString());
        item.customerSegment = maybe(parsed(text()).toString());
        for (int i = pick(0, 2); i > 0; --i)
            item.labels.append(parsed(text()).toString());
        for (const auto &name : { QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("c") }) {
            if (pick(0, 3) > 0)
                item.custom.insert(name, parsed(value()));
        }
        return item;
    }

private:
    QByteArray text()
    {
        return oneOf({ "\"\"", "\"a\"", "\"A\"", "\"ab\"", "\"b\"", "\"Ä\"", "\"ä\"", "\"1\"", "\"-2.5\"", "\"1x\"", "\"now\"",
            "\"now-1h\"", "\"2026-03-01T11:00:00Z\"", "\"2026-03-01T13:00:00+01:00\"" });
    }
    QByteArray value()
    {
        const int kind = pick(0, 4);
        return kind == 0 ? QByteArray::number(pick(-3, 3)) : kind == 1 ? QByteArray(oneOf({ "true", "false", "0.5", "-2.5" })) : text();
    }
    QString maybe(const QString &text) { return pick(0, 3) == 0 ? QString() : text; }

    std::mt19937 m_random;
};

} // namespace

class TestCondition : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void comparisonsMatchAsDocumented_data();
    void comparisonsMatchAsDocumented();
    void groupsCombine_data();
    void groupsCombine();
    void badConditionNamesThePart_data();
    void badConditionNamesThePart();
    void misspeltNameGetsAProposal_data();
    void misspeltNameGetsAProposal();
    void limitsAreInclusive();
    void relativeDatesMoveWithTheClock();
    void randomConditionSurvivesItsJson();
    void groupsObeyLogic();
    void operatorsAgreeWithEachOther();
    void numbersCompareAsNumbers();
    void anyJsonIsParsedOrRefused();
    void everyExampleOfTheReferenceIsValid();
};

void TestCondition::comparisonsMatchAsDocumented_data()
{
    QTest::addColumn<QByteArray>("comparison");
    QTest::addColumn<bool>("expected");
    const auto row = [](const char *attribute, const char *op, const QByteArray &value, bool expected) {
        const QByteArray tail = value.isEmpty() ? QByteArray() : QByteArray(",\"value\":" + value);
        QTest::addRow("%s %s %s", attribute, op, value.constData())
            << QByteArray(QByteArray("{\"attribute\":\"") + attribute + "\",\"operator\":\"" + op + "\"" + tail + "}") << expected;
    };
    // Text, without regard to letter case unless told otherwise
    row("channel", "equals", "\"email\"", true);
    row("channel", "equals", "\"EMAIL\"", true);
    row("channel", "equals", "\"email\",\"caseSensitive\":true", false);
    row("channel", "equals", "\"Email\",\"caseSensitive\":true", true);
    row("channel", "equals", "\"emai\"", false);
    row("channel", "notEquals", "\"chat\"", true);
    row("channel", "notEquals", "\"email\"", false);
    row("channel", "less", "\"f\"", true);
    row("channel", "greaterOrEqual", "\"EMAIL\"", true);
    row("channel", "between", "[\"a\",\"f\"]", true);
    row("channel", "between", "[\"f\",\"z\"]", false);
    row("channel", "contains", "\"MAI\"", true);
    row("channel", "contains", "\"MAI\",\"caseSensitive\":true", false);
    row("channel", "startsWith", "\"em\"", true);
    row("channel", "startsWith", "\"mail\"", false);
    row("channel", "endsWith", "\"MAIL\"", true);
    row("channel", "endsWith", "\"ema\"", false);
    row("channel", "in", "[\"chat\",\"email\"]", true);
    row("channel", "in", "[\"chat\"]", false);
    row("channel", "in", "[]", false);
    row("channel", "notIn", "[]", true);
    row("channel", "notIn", "[\"EMAIL\"]", false);
    row("customerSegment", "equals", "\"GRÖßE\"", true);
    row("customerSegment", "equals", "\"grösse\"", false);
    row("custom.city", "contains", "\"an der\"", true);
    row("status", "equals", "\"new\"", true);
    row("id", "equals", "\"wi-12\"", true);
    // Numbers
    row("businessValue", "equals", "50", true);
    row("businessValue", "equals", "50.0", true);
    row("businessValue", "equals", "50.5", false);
    row("businessValue", "less", "50", false);
    row("businessValue", "lessOrEqual", "50", true);
    row("businessValue", "greater", "49", true);
    row("businessValue", "between", "[50,60]", true);
    row("businessValue", "between", "[40,50]", true);
    row("businessValue", "between", "[51,60]", false);
    row("businessValue", "equals", "\"50\"", true);
    row("custom.ratio", "equals", "0.5", true);
    row("custom.impact", "in", "[1,2]", true);
    row("custom.impact", "equals", "\"2\"", true);
    row("custom.impact", "contains", "\"2\"", false);
    // Text that is a number as a whole, against a number
    row("custom.level", "greater", "9", true);
    row("custom.level", "greater", "\"9\"", false);
    row("custom.code", "equals", "7", true);
    row("custom.code", "equals", "\"7\"", false);
    row("custom.state", "less", "5", false);
    row("custom.state", "greaterOrEqual", "5", false);
    row("custom.empty", "equals", "0", false);
    // Truth
    row("custom.vip", "equals", "true", true);
    row("custom.vip", "equals", "false", false);
    row("custom.vip", "equals", "\"true\"", false);
    row("custom.vip", "equals", "1", false);
    row("custom.vip", "greaterOrEqual", "false", false);
    row("custom.vip", "lessOrEqual", "true", true);
    // Dates
    row("dueDateTime", "equals", "\"2026-03-02T13:00:00+01:00\"", true);
    row("dueDateTime", "less", "\"2026-03-02T12:00:00Z\"", false);
    row("dueDateTime", "lessOrEqual", "\"2026-03-02T12:00:00Z\"", true);
    row("dueDateTime", "between", "[\"now\",\"now+1d\"]", true);
    row("dueDateTime", "between", "[\"now\",\"now+23h\"]", false);
    row("createdDateTime", "less", "\"now-1h\"", true);
    row("createdDateTime", "less", "\"now-2h\"", false);
    row("createdDateTime", "equals", "\"now-120m\"", true);
    row("createdDateTime", "greater", "\"now-1w\"", true);
    row("createdDateTime", "greater", "\"now-7199s\"", false);
    row("custom.opened", "less", "\"now-1h\"", true);
    row("custom.opened", "less", "\"2026-03-01T10:30:00Z\"", false);
    row("custom.opened", "equals", "\"2026-03-01T10:30:00.000Z\"", true);
    row("custom.state", "less", "\"now\"", false);
    row("custom.state", "greater", "\"now\"", false);
    row("custom.state", "notEquals", "\"now\"", true);
    row("custom.impact", "less", "\"now\"", false);
    // Lists, by element
    row("labels", "contains", "\"urgent\"", true);
    row("labels", "contains", "\"urg\"", false);
    row("labels", "equals", "\"from-web\"", true);
    row("labels", "notEquals", "\"urgent\"", false);
    row("labels", "notEquals", "\"other\"", true);
    row("labels", "in", "[\"x\",\"URGENT\"]", true);
    row("labels", "notIn", "[\"x\",\"y\"]", true);
    row("labels", "less", "\"z\"", false);
    row("labels", "startsWith", "\"urg\"", false);
    // Nothing there
    row("mediaType", "exists", "", false);
    row("mediaType", "notExists", "", true);
    row("mediaType", "equals", "\"\"", false);
    row("mediaType", "notEquals", "\"vip\"", true);
    row("mediaType", "notIn", "[\"vip\"]", true);
    row("mediaType", "less", "\"z\"", false);
    row("mediaType", "greaterOrEqual", "\"\"", false);
    row("mediaType", "contains", "\"\"", false);
    row("expirationDateTime", "less", "\"now\"", false);
    row("custom.none", "exists", "", false);
    row("custom.empty", "exists", "", true);
    row("custom.empty", "equals", "\"\"", true);
    row("labels", "exists", "", true);
    row("businessValue", "exists", "", true);
}

void TestCondition::comparisonsMatchAsDocumented()
{
    QFETCH(const QByteArray, comparison);
    QFETCH(const bool, expected);
    QCOMPARE(matches(parsed(comparison)), expected);
}

void TestCondition::groupsCombine_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<bool>("expected");
    const QByteArray yes = R"({"attribute":"channel","operator":"exists"})";
    const QByteArray no = R"({"attribute":"channel","operator":"notExists"})";
    const auto list = [](const QByteArrayList &parts) { return QByteArray('[' + parts.join(',') + ']'); };
    QTest::newRow("nothing matches everything") << QByteArray("{}") << true;
    QTest::newRow("all of none") << QByteArray(R"({"all":[]})") << true;
    QTest::newRow("any of none") << QByteArray(R"({"any":[]})") << false;
    QTest::newRow("all") << QByteArray("{\"all\":" + list({ yes, yes }) + "}") << true;
    QTest::newRow("all but one") << QByteArray("{\"all\":" + list({ yes, no }) + "}") << false;
    QTest::newRow("any") << QByteArray("{\"any\":" + list({ no, yes }) + "}") << true;
    QTest::newRow("any of false ones") << QByteArray("{\"any\":" + list({ no, no }) + "}") << false;
    QTest::newRow("not") << QByteArray("{\"not\":" + no + "}") << true;
    QTest::newRow("not nothing") << QByteArray(R"({"not":{}})") << false;
    QTest::newRow("nested") << QByteArray("{\"all\":[" + yes + ",{\"any\":[" + no + ",{\"not\":" + no + "}]}]}") << true;
}

void TestCondition::groupsCombine()
{
    QFETCH(const QByteArray, json);
    QFETCH(const bool, expected);
    QCOMPARE(matches(parsed(json)), expected);
}

void TestCondition::badConditionNamesThePart_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QString>("field");
    const auto row
        = [](const char *name, const QByteArray &json, const char *field) { QTest::newRow(name) << json << QString::fromLatin1(field); };
    row("a text", "\"channel\"", "");
    row("null", "null", "");
    row("a list", "[]", "");
    row("no attribute", R"({"operator":"exists"})", "attribute");
    row("attribute a number", R"({"attribute":1,"operator":"exists"})", "attribute");
    row("unknown attribute", R"({"attribute":"impact","operator":"exists"})", "attribute");
    row("computed attribute", R"({"attribute":"priority","operator":"exists"})", "attribute");
    row("custom without a name", R"({"attribute":"custom.","operator":"exists"})", "attribute");
    row("custom name too long", "{\"attribute\":\"custom." + QByteArray(101, 'x') + R"(","operator":"exists"})", "attribute");
    row("no operator", R"({"attribute":"channel","value":1})", "operator");
    row("unknown operator", R"({"attribute":"channel","operator":"matches","value":"e.*"})", "operator");
    row("operator a number", R"({"attribute":"channel","operator":3,"value":1})", "operator");
    row("no value", R"({"attribute":"channel","operator":"equals"})", "value");
    row("value null", R"({"attribute":"channel","operator":"equals","value":null})", "value");
    row("value an object", R"({"attribute":"channel","operator":"equals","value":{}})", "value");
    row("value a list", R"({"attribute":"channel","operator":"equals","value":["a"]})", "value");
    row("value with exists", R"({"attribute":"channel","operator":"exists","value":true})", "value");
    row("in without a list", R"({"attribute":"channel","operator":"in","value":"a"})", "value");
    row("in with a list inside", R"({"attribute":"channel","operator":"in","value":["a",["b"]]})", "value[1]");
    row("in with null", R"({"attribute":"channel","operator":"notIn","value":[null]})", "value[0]");
    row("in too long", "{\"attribute\":\"channel\",\"operator\":\"in\",\"value\":" + repeated("1", 1001) + "}", "value");
    row("between one", R"({"attribute":"businessValue","operator":"between","value":[1]})", "value");
    row("between turned", R"({"attribute":"businessValue","operator":"between","value":[2,1]})", "value");
    row("between turned dates", R"({"attribute":"dueDateTime","operator":"between","value":["now","now-1h"]})", "value");
    row("between mixed", R"({"attribute":"custom.a","operator":"between","value":[1,"b"]})", "value");
    row("startsWith a number", R"({"attribute":"channel","operator":"startsWith","value":1})", "value");
    row("text too long", "{\"attribute\":\"channel\",\"operator\":\"equals\",\"value\":\"" + QByteArray(10001, 'x') + "\"}", "value");
    row("date field with a word", R"({"attribute":"dueDateTime","operator":"less","value":"tomorrow"})", "value");
    row("date field with a local time", R"({"attribute":"dueDateTime","operator":"less","value":"2026-03-01T00:00:00"})", "value");
    row("date field with an unknown unit", R"({"attribute":"dueDateTime","operator":"less","value":"now-2y"})", "value");
    row("date field with a number", R"({"attribute":"dueDateTime","operator":"in","value":["now",5]})", "value[1]");
    row("number field with a word", R"({"attribute":"businessValue","operator":"less","value":"high"})", "value");
    row("contains on a number field", R"({"attribute":"businessValue","operator":"contains","value":"5"})", "operator");
    row("startsWith on a date field", R"({"attribute":"dueDateTime","operator":"startsWith","value":"2026"})", "operator");
    row("caseSensitive a text", R"({"attribute":"channel","operator":"equals","value":"a","caseSensitive":"yes"})", "caseSensitive");
    row("unknown member", R"({"attribute":"channel","operator":"equals","value":"a","comment":"x"})", "comment");
    row("all not a list", R"({"all":{}})", "all");
    row("not a list", R"({"not":[]})", "not");
    row("two groups", R"({"all":[],"any":[]})", "");
    row("group and comparison", R"({"any":[],"attribute":"channel","operator":"exists"})", "");
    row("element no object", R"({"all":[{},5]})", "all[1]");
    row("deep path", R"({"all":[{},{"any":[{"not":{"attribute":"channel","operator":"is"}}]}]})", "all[1].any[0].not.operator");
    row("deep value", R"({"not":{"all":[{"attribute":"channel","operator":"in","value":["a",null]}]}})", "not.all[0].value[1]");
    row("too deep", nested(Condition::MaxDepth + 1), "not.not.not.not.not.not.not.not.not.not.not.not.not.not.not.not.not.not.not.not");
    row("too many parts", "{\"all\":" + repeated("{}", Condition::MaxNodes) + "}", "all[499]");
}

void TestCondition::badConditionNamesThePart()
{
    QFETCH(const QByteArray, json);
    QFETCH(const QString, field);
    const auto condition = Condition::parse(parsed(json));
    QVERIFY(!condition);
    QCOMPARE(condition.error().field, field);
    QVERIFY(!condition.error().text.isEmpty());
    QVERIFY(condition.error().text.size() < 500);
}

void TestCondition::misspeltNameGetsAProposal_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QString>("proposal");
    QTest::newRow("letter case") << QByteArray(R"({"attribute":"captureID","operator":"exists"})") << QStringLiteral("\"captureId\"");
    QTest::newRow("transposed") << QByteArray(R"({"attribute":"chanenl","operator":"exists"})") << QStringLiteral("\"channel\"");
    QTest::newRow("one letter short") << QByteArray(R"({"attribute":"customerSegmen","operator":"exists"})")
                                      << QStringLiteral("\"customerSegment\"");
    QTest::newRow("own attribute") << QByteArray(R"({"attribute":"impact","operator":"exists"})") << QStringLiteral("\"custom.impact\"");
    QTest::newRow("computed") << QByteArray(R"({"attribute":"priority","operator":"exists"})") << QStringLiteral("classification");
    QTest::newRow("operator") << QByteArray(R"({"attribute":"channel","operator":"equal","value":"x"})") << QStringLiteral("\"equals\"");
    QTest::newRow("member") << QByteArray(R"({"atribute":"channel","operator":"exists"})") << QStringLiteral("\"attribute\"");
}

void TestCondition::misspeltNameGetsAProposal()
{
    QFETCH(const QByteArray, json);
    QFETCH(const QString, proposal);
    const auto condition = Condition::parse(parsed(json));
    QVERIFY(!condition);
    QVERIFY2(condition.error().text.contains(proposal), qPrintable(condition.error().text));
}

void TestCondition::limitsAreInclusive()
{
    QVERIFY(Condition::parse(parsed(nested(Condition::MaxDepth))));
    QVERIFY(Condition::parse(parsed("{\"all\":" + repeated("{}", Condition::MaxNodes - 1) + "}")));
    QVERIFY(Condition::parse(parsed("{\"attribute\":\"channel\",\"operator\":\"in\",\"value\":" + repeated("1", 1000) + "}")));
    QVERIFY(Condition::parse(parsed("{\"attribute\":\"channel\",\"operator\":\"equals\",\"value\":\"" + QByteArray(10'000, 'x') + "\"}")));
    QVERIFY(Condition::parse(parsed(R"({"attribute":"dueDateTime","operator":"less","value":"now+999999999w"})")));
}

void TestCondition::relativeDatesMoveWithTheClock()
{
    const auto overdue = Condition::parse(parsed(R"({"attribute":"dueDateTime","operator":"less","value":"now"})"));
    QVERIFY(overdue);
    const WorkItem item = sample();
    QVERIFY(!overdue->matches(ItemAttributes(item), *item.due));
    QVERIFY(overdue->matches(ItemAttributes(item), *item.due + milliseconds(1)));
}

void TestCondition::randomConditionSurvivesItsJson()
{
    Generator generator(1);
    int matched = 0;
    constexpr int rounds = 3000;
    for (int round = 0; round < rounds; ++round) {
        const QByteArray text = generator.condition(4);
        const auto condition = Condition::parse(parsed(text));
        QVERIFY2(condition, text.constData());
        const QJsonValue json = condition->toJson();
        const auto again = Condition::parse(json);
        QVERIFY2(again, text.constData());
        QCOMPARE(again->toJson(), json);
        for (int i = 0; i < 5; ++i) {
            const WorkItem item = generator.item();
            const bool first = condition->matches(ItemAttributes(item), now);
            QVERIFY2(first == again->matches(ItemAttributes(item), now), text.constData());
            matched += first;
        }
    }
    // The table of values is only worth something when both answers are frequent.
    QVERIFY2(matched > rounds && matched < 4 * rounds, QByteArray::number(matched).constData());
}

void TestCondition::groupsObeyLogic()
{
    Generator generator(2);
    for (int round = 0; round < 2000; ++round) {
        QByteArrayList parts;
        QByteArrayList negated;
        for (int i = generator.pick(0, 4); i > 0; --i) {
            parts.append(generator.condition(2));
            negated.append("{\"not\":" + parts.last() + "}");
        }
        const QByteArray list = '[' + parts.join(',') + ']';
        const QByteArray negatedList = '[' + negated.join(',') + ']';
        const WorkItem item = generator.item();
        const auto holds = [&item](const QByteArray &json) { return matches(parsed(json), item); };

        const bool all = std::all_of(parts.begin(), parts.end(), holds);
        const bool any = std::any_of(parts.begin(), parts.end(), holds);
        QVERIFY2(holds("{\"all\":" + list + "}") == all, list.constData());
        QVERIFY2(holds("{\"any\":" + list + "}") == any, list.constData());
        QVERIFY2(holds("{\"not\":{\"all\":" + list + "}}") == holds("{\"any\":" + negatedList + "}"), list.constData());
        QVERIFY2(holds("{\"not\":{\"any\":" + list + "}}") == holds("{\"all\":" + negatedList + "}"), list.constData());
        if (!parts.isEmpty())
            QVERIFY2(holds("{\"not\":{\"not\":" + parts.first() + "}}") == holds(parts.first()), list.constData());
    }
}

void TestCondition::operatorsAgreeWithEachOther()
{
    Generator generator(3);
    for (int round = 0; round < 5000; ++round) {
        const QJsonObject comparison = parsed(generator.comparison("custom.a", "equals")).toObject();
        const WorkItem item = generator.item();
        const auto with = [&](const char *op) {
            QJsonObject changed = comparison;
            changed[QStringLiteral("operator")] = QLatin1StringView(op);
            return matches(changed, item);
        };
        const auto withList = [&](const char *op) {
            QJsonObject changed = comparison;
            changed[QStringLiteral("operator")] = QLatin1StringView(op);
            changed[QStringLiteral("value")] = QJsonArray { comparison[QStringLiteral("value")] };
            return matches(changed, item);
        };
        const QByteArray text = QJsonDocument(comparison).toJson() + QJsonDocument(item.custom).toJson();
        const bool equals = with("equals");
        const bool less = with("less");
        const bool greater = with("greater");
        QVERIFY2(int(equals) + int(less) + int(greater) <= 1, text.constData());
        QVERIFY2(with("notEquals") == !equals, text.constData());
        QVERIFY2(with("lessOrEqual") == (less || equals), text.constData());
        QVERIFY2(with("greaterOrEqual") == (greater || equals), text.constData());
        QVERIFY2(withList("in") == equals, text.constData());
        QVERIFY2(withList("notIn") == !equals, text.constData());
        if (!item.custom.contains(QStringLiteral("a")))
            QVERIFY2(!equals && !less && !greater && !with("contains"), text.constData());
    }
}

void TestCondition::numbersCompareAsNumbers()
{
    Generator generator(4);
    for (int round = 0; round < 2000; ++round) {
        const double attribute = generator.pick(-20, 20) / 4.0;
        const double value = generator.pick(-20, 20) / 4.0;
        const double other = value + generator.pick(0, 20) / 4.0;
        WorkItem item;
        // A text that is a number as a whole counts as one.
        item.custom[QStringLiteral("n")] = round % 2 ? QJsonValue(attribute) : QJsonValue(QString::number(attribute));
        const auto holds = [&item](const char *op, const QJsonValue &operand) {
            return matches(QJsonObject { { QStringLiteral("attribute"), QStringLiteral("custom.n") },
                               { QStringLiteral("operator"), QLatin1StringView(op) }, { QStringLiteral("value"), operand } },
                item);
        };
        QCOMPARE(holds("equals", value), attribute == value);
        QCOMPARE(holds("less", value), attribute < value);
        QCOMPARE(holds("lessOrEqual", value), attribute <= value);
        QCOMPARE(holds("greater", value), attribute > value);
        QCOMPARE(holds("greaterOrEqual", value), attribute >= value);
        QCOMPARE(holds("between", QJsonArray { value, other }), attribute >= value && attribute <= other);
        QCOMPARE(holds("in", QJsonArray { value, other }), attribute == value || attribute == other);
    }
}

void TestCondition::anyJsonIsParsedOrRefused()
{
    // Valid conditions with one piece exchanged for something else: never a crash, and what is accepted can be written and matched.
    Generator generator(5);
    int refused = 0;
    for (int round = 0; round < 5000; ++round) {
        QByteArray text = generator.condition(3);
        const QByteArrayList pieces { "\"value\"", "\"equals\"", "\"in\"", "\"all\"", "\"any\"", "\"not\"", "\"attribute\"", "\"channel\"",
            "\"custom.a\"", "[]", "{}" };
        text.replace(pieces[generator.pick(0, 7)], pieces[generator.pick(0, 8)]);
        const QJsonDocument document = QJsonDocument::fromJson(text);
        if (document.isNull())
            continue;
        const auto condition = Condition::parse(document.object());
        refused += !condition;
        if (condition) {
            QVERIFY2(Condition::parse(condition->toJson()), text.constData());
            (void)condition->matches(ItemAttributes(generator.item()), now);
        }
    }
    QVERIFY(refused > 500);
}

void TestCondition::everyExampleOfTheReferenceIsValid()
{
    QFile file(QStringLiteral(IWD_CONDITIONS_REFERENCE));
    QVERIFY2(file.open(QIODevice::ReadOnly), qPrintable(file.fileName()));
    const QStringList blocks = QString::fromUtf8(file.readAll()).split(QStringLiteral("```"));
    int examples = 0;
    for (const QString &block : blocks) {
        if (!block.startsWith(QStringLiteral("json\n")))
            continue;
        ++examples;
        QJsonParseError error;
        const QJsonDocument document = QJsonDocument::fromJson(block.mid(5).toUtf8(), &error);
        QVERIFY2(error.error == QJsonParseError::NoError, qPrintable(block));
        const auto condition = Condition::parse(document.object());
        QVERIFY2(condition, qPrintable(block));
        QCOMPARE(condition->toJson(), QJsonValue(document.object()));
    }
    QCOMPARE(examples, 7);
}

QTEST_GUILESS_MAIN(TestCondition)
#include "tst_condition.moc"

// SPDX-License-Identifier: Apache-2.0
#include <contract/itemapi.h>

#include <QTest>

#include <set>

using namespace iwd;

namespace {

QJsonObject parsed(const QByteArray &text)
{
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(text, &error);
    Q_ASSERT_X(error.error == QJsonParseError::NoError, "parsed", text.constData());
    return document.object();
}

Result<ItemInput> decode(const QByteArray &text, InputMode mode = InputMode::Create)
{
    return decodeItemInput(parsed(text), mode);
}

Instant instant(const char *iso)
{
    return *instantFromIso(QString::fromLatin1(iso));
}

QByteArray textOf(int length, char letter = 'x')
{
    return '"' + QByteArray(length, letter) + '"';
}

QByteArray objectOf(int members)
{
    QByteArrayList parts;
    for (int i = 0; i < members; ++i)
        parts.append("\"k" + QByteArray::number(i) + "\":1");
    return '{' + parts.join(',') + '}';
}

QByteArray arrayOf(int members, const QByteArray &prefix)
{
    QByteArrayList parts;
    for (int i = 0; i < members; ++i)
        parts.append('"' + prefix + QByteArray::number(i) + '"');
    return '[' + parts.join(',') + ']';
}

} // namespace

class TestItemApi : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyFieldHasOneNameAndOneHome();
    void everyFieldCanBeWrittenAndReadBack();
    void itemSentByASourceIsAnsweredWithTheSameValues();
    void absentValuesAreNull();
    void unknownNamesBecomeCustomAttributes();
    void customMergesAndNullRemoves();
    void nullMeansAbsentWhenCreatingAndClearsWhenUpdating();
    void integersAreAbsoluteOrRelative_data();
    void integersAreAbsoluteOrRelative();
    void sumsThatOverflowAreRefusedAndChangeNothing();
    void customAttributesAreCountedAfterTheMerge();
    void badInputNamesItsField_data();
    void badInputNamesItsField();
    void fixedFieldsCannotBePatched_data();
    void fixedFieldsCannotBePatched();
    void refusalOfAReadOnlyNameSaysWhatToDo();
    void itemFromTheFutureIsRefused();
    void conditionsSeeEveryAttribute();
};

void TestItemApi::everyFieldHasOneNameAndOneHome()
{
    std::set<QString> names;
    for (const ItemField &field : itemFields()) {
        QVERIFY2(names.insert(field.name).second, field.name.data());
        QCOMPARE(itemField(field.name), &field);
        QVERIFY(field.get);
        QCOMPARE(field.maxLength > 0, field.kind == FieldKind::TextList || (field.kind == FieldKind::Text && field.set));
    }
    QVERIFY(!itemField(QStringLiteral("nothing")));
    QVERIFY(!itemField(QStringLiteral("captureID")));
}

void TestItemApi::everyFieldCanBeWrittenAndReadBack()
{
    WorkItem item;
    std::set<QString> seen;
    for (const ItemField &field : itemFields()) {
        if (!field.set)
            continue;
        const Instant time = instant("2026-03-01T08:15:30.250Z") + std::chrono::seconds(seen.size());
        FieldValue value;
        QJsonValue expected;
        switch (field.kind) {
        case FieldKind::Text:
            value = QString(QStringLiteral("value of ") + field.name);
            expected = std::get<QString>(value);
            break;
        case FieldKind::Integer:
            value = 4711;
            expected = 4711;
            break;
        case FieldKind::Date:
            value = std::optional(time);
            expected = toIso(time);
            break;
        case FieldKind::TextList:
            value = QStringList { QStringLiteral("a"), QStringLiteral("b") };
            expected = QJsonArray { QStringLiteral("a"), QStringLiteral("b") };
            break;
        }
        QVERIFY2(field.get(item) != expected, field.name.data());
        field.set(item, value);
        QVERIFY2(field.get(item) == expected, field.name.data());
        seen.insert(field.name);
    }
    QCOMPARE(seen.size(), itemFields().size() - 3);
}

void TestItemApi::itemSentByASourceIsAnsweredWithTheSameValues()
{
    const QByteArray body = R"({"captureId":"INC-1","capturePointId":"desk","category":"it","channel":"email","mediaType":"workitem",
        "businessValue":250,"businessCalendarId":"berlin","createdDateTime":"2026-03-01T10:00:00+02:00","activationDateTime":"2026-03-02T00:00:00Z",
        "dueDateTime":"2026-03-03T00:00:00.5Z","expirationDateTime":"2026-04-01T00:00:00Z","customerId":"C9","customerSegment":"gold",
        "productType":"laptop","productSubtype":"13 inch","requestedAgent":"ann","requestedAgentGroup":"g","requestedSkill":"network",
        "sourceCreatedDateTime":"2026-02-28T00:00:00Z","sourceDueDateTime":"2026-03-05T00:00:00Z","sourceFirstCreatedDateTime":"2026-02-27T00:00:00Z",
        "sourceProcessType":"incident","sourceProcessSubtype":"hardware","sourceTenant":"emea","url":"https://desk.example/INC-1",
        "custom":{"impact":2,"vip":true,"caller":"Zoë"},"labels":["new","urgent","new"]})";
    const auto input = decode(body);
    QVERIFY2(input, input ? "" : qPrintable(input.error().text));
    WorkItem item;
    item.id = { 7 };
    item.version = 3;
    QVERIFY(applyInput(item, *input));
    const QJsonObject answer
        = encodeItem(item, { 42, { QStringLiteral("it"), QStringLiteral("it-net") }, instant("2026-03-03T00:00:00Z") });

    QJsonObject expected = parsed(body);
    expected[QStringLiteral("createdDateTime")] = QStringLiteral("2026-03-01T08:00:00.000Z");
    expected[QStringLiteral("labels")] = QJsonArray { QStringLiteral("new"), QStringLiteral("urgent") };
    for (auto member = expected.begin(); member != expected.end(); ++member) {
        const QJsonValue got = answer.value(member.key());
        if (member.key().endsWith(QStringLiteral("DateTime")))
            QVERIFY2(*instantFromIso(got.toString()) == *instantFromIso(member.value().toString()), qPrintable(member.key()));
        else
            QVERIFY2(got == member.value(), qPrintable(member.key()));
    }
    QCOMPARE(answer[QStringLiteral("createdDateTime")].toString(), QStringLiteral("2026-03-01T08:00:00.000Z"));
    QCOMPARE(answer[QStringLiteral("dueDateTime")].toString(), QStringLiteral("2026-03-03T00:00:00.500Z"));
    QCOMPARE(answer[QStringLiteral("id")].toString(), QStringLiteral("wi-7"));
    QCOMPARE(answer[QStringLiteral("version")].toInt(), 3);
    QCOMPARE(answer[QStringLiteral("status")].toString(), QStringLiteral("new"));
    QCOMPARE(answer[QStringLiteral("priority")].toInt(), 42);
    QCOMPARE(answer[QStringLiteral("slaDateTime")].toString(), QStringLiteral("2026-03-03T00:00:00.000Z"));
    QCOMPARE(answer[QStringLiteral("categoryPath")].toArray(), (QJsonArray { QStringLiteral("it"), QStringLiteral("it-net") }));
}

void TestItemApi::absentValuesAreNull()
{
    const QJsonObject answer = encodeItem(WorkItem(), ItemView());
    for (const char *name :
        { "captureId", "queue", "category", "dueDateTime", "heldDateTime", "priority", "slaDateTime", "resultCode", "error", "url" }) {
        QVERIFY2(answer.contains(QLatin1StringView(name)), name);
        QVERIFY2(answer[QLatin1StringView(name)].isNull(), name);
    }
    QCOMPARE(answer[QStringLiteral("custom")], QJsonValue(QJsonObject()));
    QCOMPARE(answer[QStringLiteral("labels")], QJsonValue(QJsonArray()));
    QCOMPARE(answer[QStringLiteral("businessValue")], QJsonValue(0));
    QCOMPARE(answer.size(), qsizetype(itemFields().size() + 4));
}

void TestItemApi::unknownNamesBecomeCustomAttributes()
{
    const auto input = decode(R"({"Priority":"2 - High","impact":2,"open":true,"note":null,"custom":{"made_sla":false}})");
    QVERIFY(input);
    QVERIFY(!input->priority);
    QCOMPARE(input->custom, parsed(R"({"Priority":"2 - High","impact":2,"open":true,"note":null,"made_sla":false})"));
    WorkItem item;
    QVERIFY(applyInput(item, *input));
    QCOMPARE(item.custom, parsed(R"({"Priority":"2 - High","impact":2,"open":true,"made_sla":false})"));
}

void TestItemApi::customMergesAndNullRemoves()
{
    WorkItem item;
    item.custom = parsed(R"({"a":1,"b":"two","c":true})");
    const auto input = decode(R"({"custom":{"a":null,"b":"2","d":4,"never":null}})", InputMode::Update);
    QVERIFY(input);
    QVERIFY(applyInput(item, *input));
    QCOMPARE(item.custom, parsed(R"({"b":"2","c":true,"d":4})"));
}

void TestItemApi::nullMeansAbsentWhenCreatingAndClearsWhenUpdating()
{
    const QByteArray body = R"({"channel":null,"dueDateTime":null,"labels":null,"businessValue":null})";
    WorkItem item;
    item.channel = QStringLiteral("email");
    item.due = instant("2026-03-01T00:00:00Z");
    item.labels = QStringList { QStringLiteral("x") };
    item.businessValue = 5;
    const WorkItem before = item;

    const auto creating = decode(body);
    QVERIFY(creating);
    QVERIFY(applyInput(item, *creating));
    QCOMPARE(item.channel, before.channel);
    QVERIFY(item.due == before.due);
    QCOMPARE(item.labels, before.labels);
    QCOMPARE(item.businessValue, 5);

    const auto updating = decode(body, InputMode::Update);
    QVERIFY(updating);
    QVERIFY(applyInput(item, *updating));
    QCOMPARE(item.channel, QString());
    QVERIFY(!item.due);
    QVERIFY(item.labels.isEmpty());
    QCOMPARE(item.businessValue, 0);

    QVERIFY(decode(R"({"captureId":null,"createdDateTime":null,"category":null,"priority":null,"custom":null})"));
}

void TestItemApi::integersAreAbsoluteOrRelative_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<bool>("relative");
    QTest::addColumn<int>("number");
    QTest::newRow("number") << QByteArray("12") << false << 12;
    QTest::newRow("negative number") << QByteArray("-12") << false << -12;
    QTest::newRow("number with a zero fraction") << QByteArray("12.0") << false << 12;
    QTest::newRow("number with an exponent") << QByteArray("1e3") << false << 1000;
    QTest::newRow("plus") << QByteArray("\"+10\"") << true << 10;
    QTest::newRow("minus") << QByteArray("\"-5\"") << true << -5;
    QTest::newRow("greatest change") << QByteArray("\"+999999\"") << true << 999'999;
    QTest::newRow("nothing more") << QByteArray("\"+0\"") << true << 0;
}

void TestItemApi::integersAreAbsoluteOrRelative()
{
    QFETCH(const QByteArray, value);
    QFETCH(const bool, relative);
    QFETCH(const int, number);
    const auto input = decode("{\"priority\":" + value + ",\"businessValue\":" + value + "}", InputMode::Update);
    QVERIFY2(input, input ? "" : qPrintable(input.error().text));
    QVERIFY((input->priority == IntegerChange { relative, number }));
    QVERIFY((input->businessValue == IntegerChange { relative, number }));

    WorkItem item;
    item.businessValue = 100;
    item.priorityShift = 1000;
    QVERIFY(applyInput(item, *input));
    QCOMPARE(item.businessValue, relative ? 100 + number : number);
    QCOMPARE(item.priorityShift, relative ? 1000 + number : 1000); // an absolute priority is for the holder of the curve
}

void TestItemApi::sumsThatOverflowAreRefusedAndChangeNothing()
{
    WorkItem item;
    item.businessValue = std::numeric_limits<int>::max() - 1;
    item.priorityShift = limits::PriorityShift;
    item.channel = QStringLiteral("email");

    const auto value = decode(R"({"businessValue":"+1000","channel":"chat","custom":{"a":1}})", InputMode::Update);
    QVERIFY(value);
    const auto applied = applyInput(item, *value);
    QVERIFY(!applied);
    QCOMPARE(applied.error().field, QStringLiteral("businessValue"));

    const auto shift = decode(R"({"priority":"+1","businessValue":"+1","channel":"chat"})", InputMode::Update);
    QVERIFY(shift);
    const auto shifted = applyInput(item, *shift);
    QVERIFY(!shifted);
    QCOMPARE(shifted.error().field, QStringLiteral("priority"));

    QCOMPARE(item.businessValue, std::numeric_limits<int>::max() - 1);
    QCOMPARE(item.priorityShift, limits::PriorityShift);
    QCOMPARE(item.channel, QStringLiteral("email"));
    QVERIFY(item.custom.isEmpty());
}

void TestItemApi::customAttributesAreCountedAfterTheMerge()
{
    WorkItem item;
    item.custom = parsed(objectOf(limits::CustomAttributes));
    const auto one = decode(R"({"custom":{"one more":1}})", InputMode::Update);
    const auto refused = applyInput(item, *one);
    QVERIFY(!refused);
    QCOMPARE(refused.error().field, QStringLiteral("custom"));
    const auto exchange = decode(R"({"custom":{"one more":1,"k0":null}})", InputMode::Update);
    QVERIFY(applyInput(item, *exchange));
    QCOMPARE(item.custom.size(), limits::CustomAttributes);
}

void TestItemApi::badInputNamesItsField_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QString>("field");
    const auto row
        = [](const char *name, const QByteArray &body, const char *field) { QTest::newRow(name) << body << QString::fromUtf8(field); };
    for (const char *name : { "id", "version", "status", "queue", "assignedToUser", "assignedDateTime", "heldDateTime", "completedDateTime",
             "resultCode", "error", "priorityShift", "slaDateTime", "categoryPath" })
        row(name, QByteArray("{\"") + name + "\":null}", name);
    row("text that is a number", R"({"channel":5})", "channel");
    row("text too long", "{\"channel\":" + textOf(1001) + "}", "channel");
    row("url too long", "{\"url\":" + textOf(4001) + "}", "url");
    row("captureId too long", "{\"captureId\":" + textOf(201) + "}", "captureId");
    row("captureId empty", R"({"captureId":""})", "captureId");
    row("captureId a number", R"({"captureId":17})", "captureId");
    row("capture point too long", "{\"capturePointId\":" + textOf(65) + "}", "capturePointId");
    row("category a list", R"({"category":["it"]})", "category");
    row("zero character", R"({"customerId":"a\u0000b"})", "customerId");
    row("half a surrogate pair", R"({"customerId":"\ud800"})", "customerId");
    row("date without offset", R"({"dueDateTime":"2026-03-01T00:00:00"})", "dueDateTime");
    row("date without time", R"({"dueDateTime":"2026-03-01"})", "dueDateTime");
    row("date that does not exist", R"({"dueDateTime":"2026-02-30T00:00:00Z"})", "dueDateTime");
    row("date as a number", R"({"createdDateTime":1767225600})", "createdDateTime");
    row("fraction", R"({"businessValue":1.5})", "businessValue");
    row("too great a number", R"({"businessValue":3000000000})", "businessValue");
    row("text without a sign", R"({"businessValue":"10"})", "businessValue");
    row("sign alone", R"({"businessValue":"+"})", "businessValue");
    row("two signs", R"({"businessValue":"+-1"})", "businessValue");
    row("relative change of ten digits", R"({"businessValue":"+1000000000"})", "businessValue");
    row("priority beyond a curve", R"({"priority":1000001})", "priority");
    row("priority a truth", R"({"priority":true})", "priority");
    row("custom a list", R"({"custom":[1]})", "custom");
    row("custom value an object", R"({"custom":{"a":{"b":1}}})", "custom.a");
    row("custom value a list", R"({"custom":{"a":[]}})", "custom.a");
    row("custom text too long", "{\"custom\":{\"a\":" + textOf(10001) + "}}", "custom.a");
    row("custom name empty", R"({"custom":{"":1}})", "custom.");
    row("custom name too long", "{\"custom\":{" + textOf(101) + ":1}}", QByteArray("custom." + QByteArray(101, 'x')).constData());
    row("unknown object", R"({"address":{"city":"Ulm"}})", "address");
    row("unknown list", R"({"watchers":["a"]})", "watchers");
    row("unknown name given twice", R"({"impact":1,"custom":{"impact":2}})", "impact");
    row("too many custom attributes", "{\"custom\":" + objectOf(201) + "}", "custom");
    row("labels a text", R"({"labels":"urgent"})", "labels");
    row("a label that is a number", R"({"labels":["a",1]})", "labels[1]");
    row("an empty label", R"({"labels":["a","b",""]})", "labels[2]");
    row("a label too long", "{\"labels\":[" + textOf(101) + "]}", "labels[0]");
    row("too many labels", "{\"labels\":" + arrayOf(51, "l") + "}", "labels");
}

void TestItemApi::badInputNamesItsField()
{
    QFETCH(const QByteArray, body);
    QFETCH(const QString, field);
    const auto input = decode(body);
    QVERIFY(!input);
    QCOMPARE(input.error().code, ErrorCode::InvalidField);
    QCOMPARE(input.error().field, field);
    QVERIFY(!input.error().text.isEmpty());
    QVERIFY2(input.error().text.size() < 500, qPrintable(input.error().text));
}

void TestItemApi::fixedFieldsCannotBePatched_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QString>("field");
    QTest::newRow("captureId") << QByteArray(R"({"captureId":"x"})") << QStringLiteral("captureId");
    QTest::newRow("capturePointId") << QByteArray(R"({"capturePointId":"x"})") << QStringLiteral("capturePointId");
    QTest::newRow("created") << QByteArray(R"({"createdDateTime":"2026-03-01T00:00:00Z"})") << QStringLiteral("createdDateTime");
    QTest::newRow("category") << QByteArray(R"({"category":"it"})") << QStringLiteral("category");
}

void TestItemApi::fixedFieldsCannotBePatched()
{
    QFETCH(const QByteArray, body);
    QFETCH(const QString, field);
    QVERIFY(decode(body, InputMode::Create));
    const auto input = decode(body, InputMode::Update);
    QVERIFY(!input);
    QCOMPARE(input.error().field, field);
    QVERIFY(input.error().text.contains(QStringLiteral("fixed")));
}

void TestItemApi::refusalOfAReadOnlyNameSaysWhatToDo()
{
    const auto status = decode(R"({"status":"held"})");
    QVERIFY(status.error().text.contains(QStringLiteral("hold")));
    const auto shift = decode(R"({"priorityShift":4})", InputMode::Update);
    QVERIFY(shift.error().text.contains(QStringLiteral("\"priority\"")));
    const auto category = decode(R"({"category":"it"})", InputMode::Update);
    QVERIFY(category.error().text.contains(QStringLiteral("restart")));
}

void TestItemApi::itemFromTheFutureIsRefused()
{
    const Instant now = instant("2026-03-01T00:00:00Z");
    QVERIFY(checkCreated(*decode("{}"), now));
    QVERIFY(checkCreated(*decode(R"({"createdDateTime":"1999-12-31T23:59:59Z"})"), now));
    QVERIFY(checkCreated(*decode(R"({"createdDateTime":"2026-03-01T00:05:00Z"})"), now));
    const auto late = checkCreated(*decode(R"({"createdDateTime":"2026-03-01T00:05:00.001Z"})"), now);
    QVERIFY(!late);
    QCOMPARE(late.error().field, QStringLiteral("createdDateTime"));
}

void TestItemApi::conditionsSeeEveryAttribute()
{
    WorkItem item;
    item.id = { 5 };
    item.status = ItemStatus::Held;
    item.captureId = QStringLiteral("INC-5");
    item.due = instant("2026-03-01T00:00:00Z");
    item.businessValue = 7;
    item.custom = parsed(R"({"impact":2,"a.b":"dotted","channel":"fake"})");
    const ItemAttributes attributes(item);
    QCOMPARE(attributes.attribute(QStringLiteral("id")), QJsonValue(QStringLiteral("wi-5")));
    QCOMPARE(attributes.attribute(QStringLiteral("status")), QJsonValue(QStringLiteral("held")));
    QCOMPARE(attributes.attribute(QStringLiteral("captureId")), QJsonValue(QStringLiteral("INC-5")));
    QCOMPARE(attributes.attribute(QStringLiteral("dueDateTime")), QJsonValue(QStringLiteral("2026-03-01T00:00:00.000Z")));
    QCOMPARE(attributes.attribute(QStringLiteral("businessValue")), QJsonValue(7));
    QCOMPARE(attributes.attribute(QStringLiteral("custom.impact")), QJsonValue(2));
    QCOMPARE(attributes.attribute(QStringLiteral("custom.a.b")), QJsonValue(QStringLiteral("dotted")));
    QVERIFY(attributes.attribute(QStringLiteral("channel")).isUndefined());
    QVERIFY(attributes.attribute(QStringLiteral("labels")).isUndefined());
    QVERIFY(attributes.attribute(QStringLiteral("custom.none")).isUndefined());
    QVERIFY(attributes.attribute(QStringLiteral("impact")).isUndefined());
    item.labels = QStringList { QStringLiteral("x") };
    QCOMPARE(attributes.attribute(QStringLiteral("labels")), QJsonValue(QJsonArray { QStringLiteral("x") }));
}

QTEST_GUILESS_MAIN(TestItemApi)
#include "tst_itemapi.moc"

// SPDX-License-Identifier: Apache-2.0
// The decoders and encoders of the wire against the API's document: what one writes the other allows.
#include <support/openapivalidator.h>

#include <apidocument/apidocument.h>
#include <contract/agentapi.h>
#include <contract/calendarapi.h>
#include <contract/capturepointapi.h>
#include <contract/categoryapi.h>
#include <contract/itemapi.h>
#include <contract/problem.h>
#include <contract/queueapi.h>
#include <contract/schemaapi.h>
#include <contract/skillapi.h>
#include <domain/conditiontree.h>
#include <domain/statusmachine.h>

#include <QJsonArray>
#include <QTest>

using namespace iwd;
using Writer = OpenApiValidator::Writer;

namespace {

const QString iso = QStringLiteral("2016-02-29T01:16:00.000Z");

QJsonObject component(const QString &kind, const QString &name)
{
    return apiDocument().value(QStringLiteral("components")).toObject().value(kind).toObject().value(name).toObject();
}

QStringList enumOf(const QString &schema, const QString &property = {})
{
    QJsonObject node = component(QStringLiteral("schemas"), schema);
    if (!property.isEmpty())
        node = node.value(QStringLiteral("properties")).toObject().value(property).toObject();
    QStringList values;
    for (const QJsonValue &value : node.value(QStringLiteral("enum")).toArray())
        values.append(value.toString());
    return values;
}

QString problemsOf(const QString &schema, const QJsonValue &value, Writer writer)
{
    static const OpenApiValidator validator(apiDocument());
    return validator
        .schemaProblems({ { QStringLiteral("$ref"), QString(QStringLiteral("#/components/schemas/") + schema) } }, value, writer)
        .join(u'\n');
}

QJsonObject example(const QString &name)
{
    return component(QStringLiteral("examples"), name).value(QStringLiteral("value")).toObject();
}

/// What the store adds to every configuration object.
QJsonObject stored(QJsonObject object)
{
    object.insert(QStringLiteral("version"), 1);
    object.insert(QStringLiteral("createdDateTime"), iso);
    object.insert(QStringLiteral("updatedDateTime"), iso);
    return object;
}

/// Decodes @p input and encodes what was understood; an Error's text as a text.
template <typename Decode, typename Encode>
QJsonValue throughContract(const QJsonObject &input, Decode decode, Encode encode)
{
    const auto decoded = decode(input, QString());
    return decoded ? QJsonValue(stored(encode(*decoded))) : QJsonValue(decoded.error().text);
}

QJsonValue throughContract(const QString &schema, const QJsonObject &input)
{
    if (schema == QLatin1StringView("Queue"))
        return throughContract(input, decodeQueue, encodeQueue);
    if (schema == QLatin1StringView("Category"))
        return throughContract(input, decodeCategory, encodeCategory);
    if (schema == QLatin1StringView("PrioritizationSchema"))
        return throughContract(input, decodePrioritizationSchema, encodePrioritizationSchema);
    if (schema == QLatin1StringView("CapturePoint"))
        return throughContract(input, decodeCapturePoint, encodeCapturePoint);
    if (schema == QLatin1StringView("Calendar"))
        return throughContract(input, decodeCalendar, encodeCalendar);
    if (schema == QLatin1StringView("Skill"))
        return throughContract(input, decodeSkill, encodeSkill);
    Q_ASSERT(schema == QLatin1StringView("Agent"));
    QJsonValue agent = throughContract(input, decodeAgent, encodeAgent);
    if (!agent.isObject())
        return agent;
    QJsonObject atWork = agent.toObject();
    atWork.insert(QStringLiteral("state"), QStringLiteral("loggedOut"));
    atWork.insert(QStringLiteral("stateReason"), QJsonValue());
    atWork.insert(QStringLiteral("stateSinceDateTime"), QJsonValue());
    atWork.insert(QStringLiteral("channels"), QJsonObject());
    atWork.insert(QStringLiteral("assigned"), 0);
    atWork.insert(QStringLiteral("offered"), 0);
    return atWork;
}

WorkItem smallestItem()
{
    WorkItem item;
    item.id.number = 1;
    item.version = 1;
    item.capturePointId = QStringLiteral("default");
    return item;
}

} // namespace

class TestContractDocument : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void encodedConfigurationFitsTheDocument_data();
    void encodedConfigurationFitsTheDocument();
    void answersMayBeSentBack_data();
    void answersMayBeSentBack();
    void encodedItemsFitTheDocument();
    void exampleItemsAreUnderstood();
    void everyDocumentedFieldOfAnItemMayBeSent();
    void exampleRulesAreUnderstood();
    void namesAreTheSame();
    void problemsFitTheDocument();
};

void TestContractDocument::encodedConfigurationFitsTheDocument_data()
{
    QTest::addColumn<QString>("schema");
    for (const char *schema : { "Queue", "Category", "PrioritizationSchema", "CapturePoint", "Agent", "Skill", "Calendar" })
        QTest::newRow(schema) << QString::fromLatin1(schema);
}

void TestContractDocument::encodedConfigurationFitsTheDocument()
{
    QFETCH(QString, schema);
    const QJsonObject input = example(schema + QStringLiteral("InputExample"));
    QVERIFY(!input.isEmpty());
    const QJsonValue encoded = throughContract(schema, input);
    QVERIFY2(encoded.isObject(), qPrintable(encoded.toString()));
    const QString problems = problemsOf(schema, encoded, Writer::Server);
    QVERIFY2(problems.isEmpty(), qPrintable(problems));

    QJsonObject least { { QStringLiteral("name"), QStringLiteral("Least") } };
    for (const QJsonValue &name :
        component(QStringLiteral("schemas"), QString(schema + QStringLiteral("Input"))).value(QStringLiteral("required")).toArray())
        least.insert(name.toString(), input.value(name.toString()));
    if (schema == QLatin1StringView("Category"))
        least.insert(QStringLiteral("parent"), QStringLiteral("network"));
    const QJsonValue withDefaults = throughContract(schema, least);
    QVERIFY2(withDefaults.isObject(), qPrintable(withDefaults.toString()));
    const QString problemsOfDefaults = problemsOf(schema, withDefaults, Writer::Server);
    QVERIFY2(problemsOfDefaults.isEmpty(), qPrintable(problemsOfDefaults));
}

void TestContractDocument::answersMayBeSentBack_data()
{
    encodedConfigurationFitsTheDocument_data();
}

void TestContractDocument::answersMayBeSentBack()
{
    QFETCH(QString, schema);
    const QJsonObject answer = example(schema + QStringLiteral("Example"));
    const QString problems = problemsOf(schema + QStringLiteral("Input"), answer, Writer::Client);
    QVERIFY2(problems.isEmpty(), qPrintable(problems));
    const QJsonValue decoded = throughContract(schema, answer);
    QVERIFY2(decoded.isObject(), qPrintable(decoded.toString()));
}

void TestContractDocument::encodedItemsFitTheDocument()
{
    const QString bare = problemsOf(QStringLiteral("Item"), encodeItem(smallestItem(), {}), Writer::Server);
    QVERIFY2(bare.isEmpty(), qPrintable(bare));

    const auto input = decodeItemInput(example(QStringLiteral("CaptureOne")), InputMode::Create);
    QVERIFY2(input.ok(), input ? "" : qPrintable(input.error().text));
    WorkItem item = smallestItem();
    QVERIFY(applyInput(item, *input).ok());
    item.status = ItemStatus::Queued;
    item.due = fromMillis(1456708560000);
    const ItemView view { 62, { QStringLiteral("network"), QStringLiteral("network-wifi") }, fromMillis(1456722960000) };
    const QString problems = problemsOf(QStringLiteral("Item"), encodeItem(item, view), Writer::Server);
    QVERIFY2(problems.isEmpty(), qPrintable(problems));
}

void TestContractDocument::exampleItemsAreUnderstood()
{
    const QJsonArray many = component(QStringLiteral("examples"), QStringLiteral("CaptureMany")).value(QStringLiteral("value")).toArray();
    QCOMPARE(many.size(), 3);
    for (const QJsonValue &one : many) {
        const auto input = decodeItemInput(one.toObject(), InputMode::Create);
        QVERIFY2(input.ok(), input ? "" : qPrintable(input.error().text));
    }
}

void TestContractDocument::everyDocumentedFieldOfAnItemMayBeSent()
{
    const QList<std::pair<QString, InputMode>> inputs { { QStringLiteral("ItemInput"), InputMode::Create },
        { QStringLiteral("ItemPatch"), InputMode::Update } };
    for (const auto &[schema, mode] : inputs) {
        const QStringList documented = component(QStringLiteral("schemas"), schema).value(QStringLiteral("properties")).toObject().keys();
        QStringList allowed { QStringLiteral("custom"), QStringLiteral("priority") };
        for (const ItemField &field : itemFields()) {
            if (field.writer == FieldWriter::Source || (field.writer == FieldWriter::SourceOnCreate && mode == InputMode::Create))
                allowed.append(field.name);
        }
        allowed.sort();
        QCOMPARE(documented, allowed);
    }
}

void TestContractDocument::exampleRulesAreUnderstood()
{
    const QJsonValue rule = example(QStringLiteral("CategoryExample")).value(QStringLiteral("rule"));
    const auto condition = Condition::parse(rule);
    QVERIFY2(condition.ok(), condition ? "" : qPrintable(condition.error().text));
    const QString problems = problemsOf(QStringLiteral("Condition"), condition->toJson(), Writer::Server);
    QVERIFY2(problems.isEmpty(), qPrintable(problems));
}

void TestContractDocument::namesAreTheSame()
{
    QStringList statuses;
    for (int status = 0; status < ItemStatusCount; ++status)
        statuses.append(statusName(static_cast<ItemStatus>(status)));
    QCOMPARE(enumOf(QStringLiteral("ItemStatus")), statuses);

    QStringList operators;
    for (int op = 0; op <= static_cast<int>(ConditionOperator::NotExists); ++op)
        operators.append(conditionOperatorName(static_cast<ConditionOperator>(op)));
    QCOMPARE(enumOf(QStringLiteral("Comparison"), QStringLiteral("operator")), operators);

    for (const QString &state : enumOf(QStringLiteral("AgentState")))
        QVERIFY2(agentStateFromName(state), qPrintable(state));
    QCOMPARE(enumOf(QStringLiteral("AgentState")).size(), 3);

    for (const ItemOperation operation : { ItemOperation::Hold, ItemOperation::Resume, ItemOperation::Complete, ItemOperation::Cancel,
             ItemOperation::Restart, ItemOperation::Activate, ItemOperation::Assign, ItemOperation::Requeue }) {
        const QString path = QStringLiteral("/iwd/v3/items/{id}/") + operationName(operation);
        const auto all = documentedOperations();
        QVERIFY2(std::any_of(
                     all.begin(), all.end(), [&path](const DocumentedOperation &one) { return one.method == "POST" && one.path == path; }),
            qPrintable(path));
    }
}

void TestContractDocument::problemsFitTheDocument()
{
    const Error error { ErrorCode::ItemNotFound, QStringLiteral("No item has the id \"wi-7\"."), QStringLiteral("item"),
        { { QStringLiteral("id"), QStringLiteral("wi-7") } } };
    const QString problems = problemsOf(QStringLiteral("Problem"), encodeProblem(error, 404, QStringLiteral("abc")), Writer::Server);
    QVERIFY2(problems.isEmpty(), qPrintable(problems));

    // The titles in the document's examples are those that the server writes.
    const QJsonObject responses
        = apiDocument().value(QStringLiteral("components")).toObject().value(QStringLiteral("responses")).toObject();
    int compared = 0;
    for (int code = 0; code <= static_cast<int>(ErrorCode::Internal); ++code) {
        const QJsonObject written
            = encodeProblem({ static_cast<ErrorCode>(code), {}, {}, {} }, httpStatus(static_cast<ErrorCode>(code)), {});
        for (const QJsonValue &response : responses) {
            const QJsonObject media = response.toObject()
                                          .value(QStringLiteral("content"))
                                          .toObject()
                                          .value(QStringLiteral("application/problem+json"))
                                          .toObject();
            const QJsonObject shown = media.value(QStringLiteral("example")).toObject();
            if (shown.value(QStringLiteral("code")) != written.value(QStringLiteral("code")))
                continue;
            ++compared;
            QCOMPARE(shown.value(QStringLiteral("title")), written.value(QStringLiteral("title")));
            QCOMPARE(shown.value(QStringLiteral("status")), written.value(QStringLiteral("status")));
        }
    }
    QVERIFY(compared > 10);
}

QTEST_GUILESS_MAIN(TestContractDocument)
#include "tst_contractdocument.moc"

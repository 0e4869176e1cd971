// SPDX-License-Identifier: Apache-2.0
#include "workload.h"

#include "measuring.h"

#include <QDateTime>
#include <QJsonArray>
#include <QRandomGenerator>

namespace iwd::bench {

namespace {

constexpr int sampleCount = 2'000;
constexpr char keyMark[] = "000000000000"; ///< twelve digits that become the number of the item
constexpr quint32 seed = 20'260'301; ///< every run sends the same items

QJsonObject sample(QRandomGenerator &random)
{
    const auto pick = [&random](const QStringList &texts) -> QString { return texts[random.bounded(static_cast<int>(texts.size()))]; };
    const auto numbered = [&random](const char *name, int most) -> QString { return QString::fromLatin1(name) + QString::number(random.bounded(most)); };
    const QDateTime now = QDateTime::currentDateTimeUtc();
    const QJsonObject custom { { QStringLiteral("assignmentGroup"), numbered("Group ", 70) }, { QStringLiteral("location"), numbered("Location ", 140) },
        { QStringLiteral("impact"), pick({ QStringLiteral("1 - High"), QStringLiteral("2 - Medium"), QStringLiteral("3 - Low") }) },
        { QStringLiteral("urgency"), pick({ QStringLiteral("1 - High"), QStringLiteral("2 - Medium"), QStringLiteral("3 - Low") }) },
        { QStringLiteral("symptom"), numbered("Symptom ", 400) }, { QStringLiteral("openedBy"), numbered("Opened by ", 200) },
        { QStringLiteral("reassignments"), random.bounded(9) }, { QStringLiteral("knowledge"), random.bounded(2) == 1 },
        { QStringLiteral("summary"),
            QStringLiteral("Printer on floor %1 prints empty pages since the update; restarted twice, driver installed again, still the same").arg(random.bounded(40)) } };
    QJsonObject item { { QStringLiteral("captureId"), QString(QStringLiteral("bench-") + QString::fromLatin1(keyMark)) },
        { QStringLiteral("channel"), pick({ QStringLiteral("phone"), QStringLiteral("mail"), QStringLiteral("portal") }) },
        { QStringLiteral("mediaType"), QStringLiteral("workitem") }, { QStringLiteral("businessValue"), random.bounded(400) },
        { QStringLiteral("createdDateTime"), now.addSecs(-random.bounded(7 * 3600)).toString(Qt::ISODateWithMs) },
        { QStringLiteral("customerId"), numbered("Caller ", 5'000) },
        { QStringLiteral("customerSegment"), pick({ QStringLiteral("gold"), QStringLiteral("silver"), QStringLiteral("bronze") }) },
        { QStringLiteral("productType"), numbered("Category ", 59) }, { QStringLiteral("productSubtype"), numbered("Subcategory ", 255) },
        { QStringLiteral("sourceProcessType"), QStringLiteral("Incident") },
        { QStringLiteral("sourceProcessSubtype"), numbered("process", 4) },
        { QStringLiteral("sourceCreatedDateTime"), now.addSecs(-random.bounded(7 * 3600)).toString(Qt::ISODateWithMs) },
        { QStringLiteral("sourceTenant"), QStringLiteral("service-desk") },
        { QStringLiteral("url"), QString(QStringLiteral("https://desk.example.com/incident?number=") + numbered("INC", 1'000'000)) },
        { QStringLiteral("labels"), QJsonArray { QStringLiteral("bench"), numbered("team", 12) } }, { QStringLiteral("custom"), custom } };
    if (const int skill = random.bounded(5); skill > 0)
        item.insert(QStringLiteral("requestedSkill"), QStringLiteral("skill%1").arg(skill));
    return item;
}

QByteArray schema(int start)
{
    const auto point = [](int hours, int priority) { return QJsonObject { { QStringLiteral("age"), hours }, { QStringLiteral("priority"), priority } }; };
    QJsonArray bands;
    for (const int from : { 100, 200, 300 })
        bands.append(QJsonObject { { QStringLiteral("from"), from }, { QStringLiteral("shift"), from / 5 } });
    return compact({ { QStringLiteral("name"), QStringLiteral("Bench") }, { QStringLiteral("unit"), QStringLiteral("hours") }, { QStringLiteral("sla"), 8 },
        { QStringLiteral("managedPeriod"), 48 }, { QStringLiteral("businessValueBands"), bands },
        { QStringLiteral("curve"),
            QJsonObject { { QStringLiteral("interpolation"), QStringLiteral("linear") },
                { QStringLiteral("points"), QJsonArray { point(0, start), point(8, start + 400), point(48, start + 600) } } } } });
}

} // namespace

Workload::Workload()
{
    QRandomGenerator random(seed);
    for (int i = 0; i < sampleCount; ++i)
        m_samples.append(compact(sample(random)));
}

QByteArray Workload::nextItem()
{
    const qint64 number = m_next++;
    QByteArray item = m_samples[number % m_samples.size()];
    const qsizetype at = item.indexOf(keyMark);
    qint64 rest = number;
    for (qsizetype digit = at + 11; digit >= at; --digit, rest /= 10)
        item[digit] = static_cast<char>('0' + rest % 10);
    return item;
}

QByteArray Workload::nextArray(int count)
{
    QByteArray array;
    array.reserve(count * 1'000);
    array.append('[');
    for (int i = 0; i < count; ++i)
        array.append(i > 0 ? "," : "").append(nextItem());
    return array.append(']');
}

QByteArray schemaBody(int start)
{
    return schema(start);
}

QByteArray agentPath(int agent, const char *action)
{
    return "/iwd/v3/agents/agent" + QByteArray::number(agent) + '/' + action;
}

void configure(const Server &server)
{
    const auto put = [&server](const QByteArray &kind, const QByteArray &id, const QByteArray &body) { server.request("PUT", "/iwd/v3/" + kind + '/' + id, body); };
    const auto named = [](const QByteArray &id) { return compact({ { QStringLiteral("name"), QString::fromLatin1(id) } }); };
    QJsonObject skills;
    for (int skill = 1; skill < 5; ++skill) {
        const QByteArray id = "skill" + QByteArray::number(skill);
        put("skills", id, named(id));
        skills.insert(QString::fromLatin1(id), 3);
    }
    put("schemas", "schema0", schema(100));
    put("schemas", "schema1", schema(150));
    for (int process = 0; process < 4; ++process) {
        const QByteArray number = QByteArray::number(process);
        put("queues", "queue" + number, named("queue" + number));
        const QJsonObject rule { { QStringLiteral("attribute"), QStringLiteral("sourceProcessSubtype") }, { QStringLiteral("operator"), QStringLiteral("equals") },
            { QStringLiteral("value"), QString::fromLatin1("process" + number) } };
        put("categories", "process" + number,
            compact({ { QStringLiteral("name"), QString::fromLatin1("Process " + number) }, { QStringLiteral("order"), process + 1 },
                { QStringLiteral("rule"), rule }, { QStringLiteral("schema"), process % 2 ? QStringLiteral("schema1") : QStringLiteral("schema0") },
                { QStringLiteral("queue"), QString::fromLatin1("queue" + number) } }));
    }
    for (int agent = 0; agent < Agents; ++agent) {
        put("agents", "agent" + QByteArray::number(agent),
            compact({ { QStringLiteral("name"), QStringLiteral("Agent %1").arg(agent) }, { QStringLiteral("skills"), skills },
                { QStringLiteral("capacity"), QJsonObject { { QStringLiteral("*"), 100 } } } }));
        server.request("PUT", agentPath(agent, "state"), compact({ { QStringLiteral("state"), QStringLiteral("ready") } }));
    }
}

} // namespace iwd::bench

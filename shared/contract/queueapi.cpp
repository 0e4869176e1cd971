// SPDX-License-Identifier: Apache-2.0
#include "queueapi.h"

#include "configurationobject.h"
#include "readingparts.h"

#include <domain/itemfields.h>

namespace iwd {

namespace {

using std::chrono::seconds;

constexpr int LeastLease = 10;
constexpr int LongestLease = 86'400;
constexpr int LeastOffer = 5;
constexpr int LongestOffer = 3'600;
constexpr int LongestAge = static_cast<int>(std::chrono::duration_cast<seconds>(PriorityCurve::MaxAge).count());
constexpr int MaxWeight = 1'000;
constexpr int MaxOffers = 100'000;
constexpr int MaxSteps = 50;
constexpr int MaxBacklog = 100'000;
constexpr int MaxSegments = 100;
constexpr int MaxUserData = 50;

constexpr Choice<QueueState> states[] {
    { QueueState::Open, QLatin1StringView("open") },
    { QueueState::Paused, QLatin1StringView("paused") },
    { QueueState::Draining, QLatin1StringView("draining") },
};

constexpr Choice<DistributionMode> modes[] {
    { DistributionMode::Pull, QLatin1StringView("pull") },
    { DistributionMode::Push, QLatin1StringView("push") },
};

constexpr Choice<AgentChoice> agentChoices[] {
    { AgentChoice::LongestIdle, QLatin1StringView("longestIdle") },
    { AgentChoice::BestMatch, QLatin1StringView("bestMatch") },
};

int wholeSeconds(milliseconds duration)
{
    return static_cast<int>(std::chrono::duration_cast<seconds>(duration).count());
}

milliseconds readSeconds(ObjectReader &reader, const QString &name, int least, int most, milliseconds otherwise)
{
    return seconds(reader.integer(name, least, most, wholeSeconds(otherwise)));
}

std::optional<int> readOptional(ObjectReader &reader, const QString &name, int least, int most)
{
    const QJsonValue value = reader.value(name);
    if (value.isUndefined() || value.isNull())
        return std::nullopt;
    return reader.take(json::integer(reader.pathOf(name), value, least, most));
}

/// An absent list is an empty one.
template <typename Element, typename ReadOne>
std::vector<Element> readList(ObjectReader &reader, const QString &name, ReadOne readOne)
{
    const QJsonValue value = reader.value(name);
    return value.isUndefined() || value.isNull() ? std::vector<Element>() : readElements<Element>(reader, reader.pathOf(name), value, MaxSteps, readOne);
}

bool asksNoMore(const SkillLevels &later, const SkillLevels &earlier)
{
    return std::all_of(later.begin(), later.end(), [&](const auto &skill) {
        const auto before = earlier.find(skill.first);
        return before != earlier.end() && skill.second <= before->second;
    });
}

/// Steps that would ask for more again are refused: an agent who may have an item must not lose it to its growing older.
void checkRelaxation(ObjectReader &reader, const Queue &queue)
{
    const RelaxationStep *before = nullptr;
    for (size_t i = 0; i < queue.relaxation.size() && !reader.failed(); ++i) {
        const RelaxationStep &step = queue.relaxation[i];
        const QString path = QStringLiteral("relaxation[%1].").arg(i);
        if (before && step.after <= before->after)
            reader.fail(invalidField(path + QStringLiteral("afterSeconds"), QStringLiteral("more than in the step before"), QString::number(wholeSeconds(step.after))));
        if (!asksNoMore(step.requiredSkills, before ? before->requiredSkills : queue.requiredSkills))
            reader.fail(invalidField(path + QStringLiteral("requiredSkills"), QStringLiteral("skills and levels that ask for no more than the step before"), {}));
        if (before && step.requestedSkill && !before->requestedSkill)
            reader.fail(invalidField(path + QStringLiteral("requestedSkill"), QStringLiteral("false, as in the step before"), QStringLiteral("true")));
        before = &step;
    }
}

RelaxationStep readRelaxation(ObjectReader &reader)
{
    RelaxationStep step;
    step.after = seconds(reader.requiredInteger(QStringLiteral("afterSeconds"), 1, LongestAge));
    step.requiredSkills = configuration::readSkillLevels(reader, QStringLiteral("requiredSkills"));
    step.requestedSkill = reader.boolean(QStringLiteral("requestedSkill"), true);
    return step;
}

OverflowRule readOverflow(ObjectReader &reader)
{
    OverflowRule rule;
    rule.queueId = reader.objectId(QStringLiteral("queue"));
    if (rule.queueId.isEmpty())
        reader.fail(missingField(reader.pathOf(QStringLiteral("queue")), QStringLiteral("the id of the queue to move on to")));
    if (const auto after = readOptional(reader, QStringLiteral("afterSeconds"), 1, LongestAge))
        rule.after = seconds(*after);
    rule.backlogAbove = readOptional(reader, QStringLiteral("backlogAbove"), 0, MaxBacklog);
    rule.whenClosed = reader.boolean(QStringLiteral("whenClosed"), false);
    if ((rule.after ? 1 : 0) + (rule.backlogAbove ? 1 : 0) + (rule.whenClosed ? 1 : 0) != 1)
        reader.fail(invalidField(reader.pathOf(QStringLiteral("afterSeconds")), QStringLiteral("exactly one of afterSeconds, backlogAbove and whenClosed")));
    return rule;
}

bool isSegmentAttribute(const QString &name)
{
    const ItemField *field = itemField(name);
    return (field && field->kind == FieldKind::Text) || (name.startsWith(QStringLiteral("custom.")) && name.size() > 7 && name.size() <= 7 + limits::CustomName);
}

Segmentation readSegmentation(ObjectReader &reader)
{
    const QString name = QStringLiteral("segmentation");
    const QJsonValue value = reader.value(name);
    if (value.isUndefined() || value.isNull())
        return {};
    ObjectReader part(reader.take(json::object(reader.pathOf(name), value)), reader.pathOf(name));
    Segmentation segmentation;
    segmentation.attribute = part.requiredText(QStringLiteral("attribute"), limits::CustomName + 7);
    if (!part.failed() && !isSegmentAttribute(segmentation.attribute))
        part.fail(invalidField(part.pathOf(QStringLiteral("attribute")), QStringLiteral("a field that holds text, such as \"customerSegment\", or \"custom.<name>\""), segmentation.attribute));
    segmentation.shares = part.integersByName(QStringLiteral("shares"), 1, Segmentation::MaxShare, MaxSegments);
    segmentation.otherShare = part.integer(QStringLiteral("otherShare"), 1, Segmentation::MaxShare, 1);
    if (segmentation.shares.contains(QString()))
        part.fail(invalidField(part.pathOf(QStringLiteral("shares")), QStringLiteral("values that are not empty; otherShare is for all the rest")));
    if (const auto finished = part.finish(); !finished)
        reader.fail(finished.error());
    return segmentation;
}

QJsonObject readUserData(ObjectReader &reader)
{
    const QString name = QStringLiteral("userData");
    const QJsonValue value = reader.value(name);
    if (value.isUndefined() || value.isNull())
        return {};
    const QJsonObject data = reader.take(json::object(reader.pathOf(name), value));
    if (data.size() > MaxUserData)
        reader.fail(invalidField(reader.pathOf(name), QStringLiteral("at most %1 members").arg(MaxUserData), QString::number(data.size())));
    for (auto member = data.begin(); member != data.end() && !reader.failed(); ++member) {
        const bool simple = member->isDouble() || member->isBool() || (member->isString() && member->toString().size() <= limits::Text);
        if (!simple || member.key().size() > limits::CustomName)
            reader.fail(invalidField(reader.pathOf(name) + u'.' + member.key().left(limits::CustomName), QStringLiteral("a text of at most %1 characters, a number, true or false").arg(limits::Text)));
    }
    return data;
}

QJsonValue orNull(const std::optional<int> &number)
{
    return number ? QJsonValue(*number) : QJsonValue();
}

QJsonArray encodeRelaxation(const Queue &queue)
{
    QJsonArray steps;
    for (const RelaxationStep &step : queue.relaxation) {
        steps.append(QJsonObject { { QStringLiteral("afterSeconds"), wholeSeconds(step.after) }, { QStringLiteral("requiredSkills"), configuration::encodeNumbers(step.requiredSkills) },
            { QStringLiteral("requestedSkill"), step.requestedSkill } });
    }
    return steps;
}

QJsonArray encodeOverflow(const Queue &queue)
{
    QJsonArray rules;
    for (const OverflowRule &rule : queue.overflow) {
        rules.append(QJsonObject { { QStringLiteral("queue"), rule.queueId }, { QStringLiteral("afterSeconds"), rule.after ? QJsonValue(wholeSeconds(*rule.after)) : QJsonValue() },
            { QStringLiteral("backlogAbove"), orNull(rule.backlogAbove) }, { QStringLiteral("whenClosed"), rule.whenClosed } });
    }
    return rules;
}

QJsonValue encodeSegmentation(const Segmentation &segmentation)
{
    if (segmentation.attribute.isEmpty())
        return {};
    return QJsonObject { { QStringLiteral("attribute"), segmentation.attribute }, { QStringLiteral("shares"), configuration::encodeNumbers(segmentation.shares) },
        { QStringLiteral("otherShare"), segmentation.otherShare } };
}

CurveStep readEscalation(ObjectReader &reader)
{
    const seconds after(reader.requiredInteger(QStringLiteral("afterSeconds"), 0, LongestAge));
    return { after, reader.requiredInteger(QStringLiteral("shift"), 1, PriorityCurve::MaxPriority) };
}

void checkEscalation(ObjectReader &reader, const Queue &queue)
{
    for (size_t i = 1; i < queue.escalation.size(); ++i) {
        if (queue.escalation[i].age <= queue.escalation[i - 1].age) {
            reader.fail(invalidField(QStringLiteral("escalation[%1].afterSeconds").arg(i), QStringLiteral("more than in the step before"),
                QString::number(wholeSeconds(queue.escalation[i].age))));
        }
    }
}

QJsonArray encodeEscalation(const Queue &queue)
{
    QJsonArray steps;
    for (const CurveStep &step : queue.escalation)
        steps.append(QJsonObject { { QStringLiteral("afterSeconds"), wholeSeconds(step.age) }, { QStringLiteral("shift"), step.shift } });
    return steps;
}

} // namespace

QString queueStateName(QueueState state)
{
    return nameOf(state, states);
}

Result<Queue> decodeQueue(const QJsonObject &json, const QString &idInPath)
{
    ObjectReader reader(json);
    Queue queue;
    configuration::readHead(reader, queue, idInPath);
    queue.state = readChoice(reader, QStringLiteral("state"), states, std::optional(queue.state));
    queue.requiredSkills = configuration::readSkillLevels(reader, QStringLiteral("requiredSkills"));
    queue.escalation = readList<CurveStep>(reader, QStringLiteral("escalation"), readEscalation);
    queue.lease = readSeconds(reader, QStringLiteral("leaseSeconds"), LeastLease, LongestLease, queue.lease);
    queue.weight = reader.integer(QStringLiteral("weight"), 1, MaxWeight, queue.weight);
    queue.mode = readChoice(reader, QStringLiteral("mode"), modes, std::optional(queue.mode));
    queue.choice = readChoice(reader, QStringLiteral("choice"), agentChoices, std::optional(queue.choice));
    queue.offerTime = readSeconds(reader, QStringLiteral("offerSeconds"), LeastOffer, LongestOffer, queue.offerTime);
    queue.refusalPause = readSeconds(reader, QStringLiteral("refusalPauseSeconds"), 0, LongestLease, queue.refusalPause);
    queue.offerLimit = readOptional(reader, QStringLiteral("offerLimit"), 1, MaxOffers);
    queue.requestedAgentTime = readSeconds(reader, QStringLiteral("requestedAgentSeconds"), 0, LongestAge, queue.requestedAgentTime);
    queue.requestedGroupTime = readSeconds(reader, QStringLiteral("requestedGroupSeconds"), 0, LongestAge, queue.requestedGroupTime);
    queue.relaxation = readList<RelaxationStep>(reader, QStringLiteral("relaxation"), readRelaxation);
    queue.overflow = readList<OverflowRule>(reader, QStringLiteral("overflow"), readOverflow);
    queue.segmentation = readSegmentation(reader);
    queue.calendarId = reader.objectId(QStringLiteral("calendar"));
    queue.userData = readUserData(reader);
    checkEscalation(reader, queue);
    checkRelaxation(reader, queue);
    if (queue.state == QueueState::Draining && queue.overflow.empty() && !reader.failed())
        reader.fail(missingField(QStringLiteral("overflow"), QStringLiteral("a queue that is being drained must name in its overflow where new work goes")));
    if (const auto finished = reader.finish(); !finished)
        return finished.error();
    return queue;
}

QJsonObject encodeQueue(const Queue &queue)
{
    QJsonObject json = configuration::encodeHead(queue);
    json.insert(QStringLiteral("state"), queueStateName(queue.state));
    json.insert(QStringLiteral("requiredSkills"), configuration::encodeNumbers(queue.requiredSkills));
    json.insert(QStringLiteral("escalation"), encodeEscalation(queue));
    json.insert(QStringLiteral("leaseSeconds"), wholeSeconds(queue.lease));
    json.insert(QStringLiteral("weight"), queue.weight);
    json.insert(QStringLiteral("mode"), nameOf(queue.mode, modes));
    json.insert(QStringLiteral("choice"), nameOf(queue.choice, agentChoices));
    json.insert(QStringLiteral("offerSeconds"), wholeSeconds(queue.offerTime));
    json.insert(QStringLiteral("refusalPauseSeconds"), wholeSeconds(queue.refusalPause));
    json.insert(QStringLiteral("offerLimit"), orNull(queue.offerLimit));
    json.insert(QStringLiteral("requestedAgentSeconds"), wholeSeconds(queue.requestedAgentTime));
    json.insert(QStringLiteral("requestedGroupSeconds"), wholeSeconds(queue.requestedGroupTime));
    json.insert(QStringLiteral("relaxation"), encodeRelaxation(queue));
    json.insert(QStringLiteral("overflow"), encodeOverflow(queue));
    json.insert(QStringLiteral("segmentation"), encodeSegmentation(queue.segmentation));
    json.insert(QStringLiteral("calendar"), configuration::encodeReference(queue.calendarId));
    json.insert(QStringLiteral("userData"), queue.userData);
    return json;
}

} // namespace iwd

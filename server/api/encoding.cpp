// SPDX-License-Identifier: Apache-2.0
#include "encoding.h"

#include <contract/jsonreading.h>
#include <pipeline/bulk/bulkjobs.h>

#include <cmath>

namespace iwd {

QJsonValue isoOrNull(const std::optional<Instant> &instant)
{
    return instant ? QJsonValue(toIso(*instant)) : QJsonValue();
}

QJsonValue textOrNull(const QString &text)
{
    return text.isEmpty() ? QJsonValue() : QJsonValue(text);
}

QJsonObject encodeItemView(const ItemAnswer &item)
{
    return encodeItem(item.record.item, item.view);
}

Answer encodeItemAnswer(const ItemAnswer &item)
{
    JsonWriter json(2'048);
    writeItem(json, item.record.item, item.view);
    Answer answer;
    answer.body = json.take();
    answer.etag = etagOf(item.record.item.version);
    return answer;
}

Answer encodeCaptured(const ItemAnswer &item)
{
    JsonWriter json(2'048);
    json.beginObject();
    writeItemMembers(json, item.record.item, item.view);
    json.name(QLatin1StringView("duplicate")).boolean(item.duplicate);
    json.endObject();
    Answer answer;
    answer.body = json.take();
    return answer;
}

QJsonObject encodeAssignment(const Assignment &assignment)
{
    return { { QStringLiteral("token"), assignment.token }, { QStringLiteral("agent"), assignment.agentId },
        { QStringLiteral("offered"), assignment.offered }, { QStringLiteral("userData"), assignment.userData },
        { QStringLiteral("takenDateTime"), toIso(assignment.taken) },
        { QStringLiteral("leaseUntilDateTime"), toIso(assignment.leaseUntil) },
        { QStringLiteral("leaseSeconds"), qint64(std::chrono::duration_cast<std::chrono::seconds>(assignment.lease).count()) } };
}

Result<QJsonArray> inHands(Snapshot &snapshot, const QString &agentId, bool offered, qint64 after, size_t most)
{
    const auto configuration = snapshot.configuration();
    if (!configuration->agent(agentId))
        return noSuchAgent(agentId);
    auto held = snapshot.assignmentsOf(agentId);
    std::sort(held.begin(), held.end(), [](const Assignment &left, const Assignment &right) { return left.token < right.token; });
    std::erase_if(held, [&](const Assignment &assignment) { return assignment.offered != offered || assignment.token <= after; });
    if (held.size() > most)
        held.erase(held.begin() + static_cast<std::ptrdiff_t>(most), held.end());
    std::vector<ItemId> ids;
    for (const Assignment &assignment : held)
        ids.push_back(assignment.item);
    std::map<ItemId, ItemRecord> records;
    for (ItemRecord &record : snapshot.items(ids))
        records.emplace(record.item.id, std::move(record));
    QJsonArray data;
    for (const Assignment &assignment : held) {
        if (const auto record = records.find(assignment.item); record != records.end())
            data.append(QJsonObject { { QStringLiteral("item"), encodeItemView(answerOf(snapshot, record->second)) }, { QStringLiteral("assignment"), encodeAssignment(withUserData(snapshot, assignment)) } });
    }
    return data;
}

Answer encodeWork(const ItemAnswer &item)
{
    Q_ASSERT(item.assignment);
    JsonWriter json(2'048);
    json.beginObject();
    writeItem(json.name(QLatin1StringView("item")), item.record.item, item.view);
    json.name(QLatin1StringView("assignment")).value(encodeAssignment(*item.assignment));
    json.endObject();
    Answer answer;
    answer.body = json.take();
    answer.etag = etagOf(item.record.item.version);
    return answer;
}

QJsonObject encodeJob(const JobRecord &job)
{
    return { { QStringLiteral("id"), jobName(job.id) }, { QStringLiteral("action"), job.action }, { QStringLiteral("state"), jobStateName(job.state) }, { QStringLiteral("total"), job.total },
        { QStringLiteral("totalExact"), job.totalExact }, { QStringLiteral("done"), job.done }, { QStringLiteral("skipped"), job.skipped }, { QStringLiteral("failed"), job.failed },
        { QStringLiteral("createdDateTime"), toIso(job.created) }, { QStringLiteral("startedDateTime"), isoOrNull(job.started) }, { QStringLiteral("endedDateTime"), isoOrNull(job.ended) },
        { QStringLiteral("estimatedEndDateTime"), isoOrNull(estimatedEnd(job)) },
        { QStringLiteral("actor"), QJsonObject { { QStringLiteral("kind"), job.actor.kind }, { QStringLiteral("id"), job.actor.id }, { QStringLiteral("name"), job.actor.name } } },
        { QStringLiteral("undoOf"), job.undoOf ? QJsonValue(jobName(*job.undoOf)) : QJsonValue() }, { QStringLiteral("undoable"), hasEnded(job.state) && inverseOf(job).has_value() && job.done > 0 },
        { QStringLiteral("error"), textOrNull(job.error) } };
}

Answer encodeList(const QJsonArray &data, const QString &nextCursor)
{
    return jsonAnswer({ { QStringLiteral("data"), data }, { QStringLiteral("nextCursor"), textOrNull(nextCursor) } });
}

Answer encodeItemList(const std::vector<ItemAnswer> &items, const QString &nextCursor)
{
    JsonWriter json(static_cast<qsizetype>(items.size() + 1) * 2'048);
    json.beginObject();
    json.name(QLatin1StringView("data")).beginArray();
    for (const ItemAnswer &item : items)
        writeItem(json, item.record.item, item.view);
    json.endArray();
    json.name(QLatin1StringView("nextCursor")).textOrNull(nextCursor);
    json.endObject();
    Answer answer;
    answer.body = json.take();
    return answer;
}

QByteArray joinEvents(std::span<const StoredEvent> events)
{
    QByteArray text = "[";
    for (const StoredEvent &event : events) {
        if (text.size() > 1)
            text += ',';
        text += event.json();
    }
    return text + ']';
}

Result<std::optional<qint64>> readToken(const QJsonValue &value)
{
    if (value.isUndefined() || value.isNull())
        return std::optional<qint64>();
    constexpr double most = 9'007'199'254'740'991.0; // beyond this, numbers of JSON are not exact
    const double number = value.toDouble(-1);
    if (!value.isDouble() || std::trunc(number) != number || number < 1 || number > most)
        return invalidField(QStringLiteral("token"), QStringLiteral("the token of an assignment, a whole number from 1"), {});
    return std::optional(static_cast<qint64>(number));
}

} // namespace iwd

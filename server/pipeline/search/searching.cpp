// SPDX-License-Identifier: Apache-2.0
#include "searching.h"

#include <domain/conditiontree.h>
#include <pipeline/prioritize/ordering.h>

#include <QJsonObject>

namespace iwd {

namespace {

const QString atName = QStringLiteral("at");
const QString placeName = QStringLiteral("place");

constexpr int PortionOfWaiting = 500;

Error badPlace()
{
    return invalidField(QStringLiteral("cursor"), QStringLiteral("nextCursor of the page before"));
}

QJsonObject encodeKey(const OrderKey &key)
{
    return { { QStringLiteral("priority"), key.priority }, { QStringLiteral("band"), key.band }, { QStringLiteral("epoch"), toMillis(key.epoch) },
        { QStringLiteral("rest"), qint64(key.rest.count()) }, { QStringLiteral("id"), key.id.number } };
}

/// A cursor comes from a stranger; what lies beyond these years would overflow when time is added to it.
bool isMoment(const QJsonValue &json)
{
    constexpr qint64 tenThousandYears = 315'576'000'000'000;
    return json.isDouble() && std::abs(json.toDouble()) <= double(tenThousandYears);
}

std::optional<OrderKey> decodeKey(const QJsonValue &json)
{
    for (const auto name : { "priority", "band", "epoch", "rest", "id" }) {
        if (!json[QLatin1StringView(name)].isDouble())
            return std::nullopt;
    }
    if (!isMoment(json[QLatin1StringView("epoch")]) || !isMoment(json[QLatin1StringView("rest")]))
        return std::nullopt;
    return OrderKey { json[QLatin1StringView("priority")].toInt(), json[QLatin1StringView("band")].toInt(), fromMillis(json[QLatin1StringView("epoch")].toInteger()),
        milliseconds(json[QLatin1StringView("rest")].toInteger()), { json[QLatin1StringView("id")].toInteger() } };
}

/// A number of values for each key, then the id.
bool isPlace(const QJsonValue &json, const std::vector<SortKey> &sort)
{
    qsizetype keys = 0;
    while (keys < static_cast<qsizetype>(sort.size()) && sort[static_cast<size_t>(keys)].field->name != QLatin1StringView("id"))
        ++keys;
    const QJsonArray place = json.toArray();
    const bool sound = std::all_of(place.begin(), place.end(), [](const QJsonValue &value) { return value.isNull() || value.isDouble() || value.isString(); });
    return json.isArray() && sound && place.size() == keys + 1 && place.last().isDouble();
}

Result<SearchPage> findSorted(Snapshot &snapshot, const SearchRequest &request)
{
    std::optional<QJsonArray> after;
    if (!request.place.isEmpty()) {
        if (!isPlace(request.place.value(placeName), request.sort))
            return badPlace();
        after = request.place.value(placeName).toArray();
    }
    auto hits = snapshot.search(request.search, request.sort, after, request.limit + 1);
    SearchPage page;
    if (hits.size() > static_cast<size_t>(request.limit)) {
        hits.pop_back();
        page.next = { { atName, toMillis(request.search.at) }, { placeName, hits.back().place } };
    }
    std::vector<ItemId> ids;
    for (const SearchHit &hit : hits)
        ids.push_back(hit.id);
    page.items = snapshot.items(ids);
    return page;
}

/// Whether the items of a class can match at all, as far as the class knows: its queue.
bool mayMatch(const std::vector<const Condition::Node *> &necessary, const WorkClass &terms, Instant at)
{
    return std::all_of(necessary.begin(), necessary.end(),
        [&](const Condition::Node *node) { return node->attribute != QLatin1StringView("queue") || comparisonHolds(*node, terms.queueId, at); });
}

Result<SearchPage> findInOrder(Snapshot &snapshot, const SearchRequest &request)
{
    std::optional<OrderKey> after;
    if (!request.place.isEmpty()) {
        after = decodeKey(request.place.value(placeName));
        if (!after)
            return badPlace();
    }
    const auto necessary = necessaryComparisons(request.search.condition);
    const auto accepts = [&](const WorkClass &terms) { return mayMatch(necessary, terms, request.search.at); };
    std::vector<ItemId> found;
    SearchPage page;
    const auto endAt = [&](const OrderKey &key) { page.next = { { atName, toMillis(request.search.at) }, { placeName, encodeKey(key) } }; };
    for (int lookedAt = 0; !snapshot.failed();) {
        const auto portion = waitingInOrder(snapshot, accepts, request.search.at, after, PortionOfWaiting);
        std::vector<ItemId> ids;
        for (const Candidate &candidate : portion)
            ids.push_back(candidate.key.id);
        const auto matching = snapshot.matching(request.search, ids);
        for (const Candidate &candidate : portion) {
            if (!matching.contains(candidate.key.id))
                continue;
            if (found.size() == static_cast<size_t>(request.limit)) {
                endAt(*after);
                break;
            }
            found.push_back(candidate.key.id);
            after = candidate.key;
        }
        if (!page.next.isEmpty() || portion.size() < PortionOfWaiting)
            break;
        after = portion.back().key;
        lookedAt += static_cast<int>(portion.size());
        if (lookedAt >= MostLookedAt) {
            endAt(*after);
            break;
        }
    }
    page.items = snapshot.items(found);
    return page;
}

int countedUpTo(Snapshot &snapshot, CountWish wish)
{
    const int exactly = snapshot.configuration()->settings().countExactlyUpTo;
    return wish == CountWish::Exact ? exactly : std::min(exactly, CountedForAnEstimate);
}

QJsonObject comparison(const QString &attribute, const QString &op, const QJsonValue &value)
{
    return { { QStringLiteral("attribute"), attribute }, { QStringLiteral("operator"), op }, { QStringLiteral("value"), value } };
}

Result<Condition> both(const QJsonObject &one, const Condition &other)
{
    if (other.toJson().toObject().isEmpty())
        return Condition::parse(one);
    return Condition::parse(QJsonObject { { QStringLiteral("all"), QJsonArray { one, other.toJson() } } });
}

} // namespace

Result<void> keepTo(const CategoryScope &scope, Snapshot &snapshot, ItemSearch &search)
{
    if (scope.isEverything())
        return {};
    // A list may not be empty; no category is called so.
    QStringList categories = scope.covered(*snapshot.configuration());
    if (categories.isEmpty())
        categories.append(QStringLiteral("-"));
    auto kept = both(comparison(QStringLiteral("category"), QStringLiteral("in"), QJsonArray::fromStringList(categories)), search.condition);
    if (!kept)
        return kept.error();
    search.condition = *std::move(kept);
    return {};
}

Result<SearchPage> searchItems(Snapshot &snapshot, const SearchRequest &asked)
{
    SearchRequest request = asked;
    if (!request.place.isEmpty() && !isMoment(request.place.value(atName)))
        return badPlace();
    request.search.at = request.place.isEmpty() ? snapshot.now() : fromMillis(request.place.value(atName).toInteger());
    if (const auto kept = keepTo(request.scope, snapshot, request.search); !kept)
        return kept.error();
    if (request.byPriority) {
        const auto queued = both(comparison(QStringLiteral("status"), QStringLiteral("equals"), statusName(ItemStatus::Queued)), request.search.condition);
        if (!queued)
            return queued.error();
        request.search.condition = *queued;
    }
    auto page = request.byPriority ? findInOrder(snapshot, request) : findSorted(snapshot, request);
    if (page && request.count != CountWish::None)
        page->count = snapshot.countMatches(request.search, countedUpTo(snapshot, request.count));
    return page;
}

} // namespace iwd

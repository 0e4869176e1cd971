// SPDX-License-Identifier: Apache-2.0
#include "searchcandidates.h"

#include "textindex.h"

#include <domain/conditiontree.h>
#include <domain/fulltext.h>
#include <domain/textorder.h>

#include <QJsonArray>
#include <QJsonDocument>

namespace iwd {

namespace {

using Node = Condition::Node;
using Op = ConditionOperator;

bool isListOfTexts(const Node &node)
{
    const bool equality = node.op == Op::Equals || node.op == Op::In;
    // A number or a date may equal texts that look different, which an index of texts cannot find.
    return equality && std::all_of(node.values.begin(), node.values.end(), [](const ConditionValue &value) { return value.isText() && !value.isDate(); });
}

QStringList foldedTexts(const Node &node)
{
    QStringList texts;
    for (const ConditionValue &value : node.values)
        texts.append(caseFolded(value.text));
    return texts;
}

QString byText(const Node &node, const QString &table, const QString &id, const QString &column, const QString &collation, SqlValues &values)
{
    const QStringList texts = foldedTexts(node);
    const QString comparison = texts.size() == 1 ? QString(QStringLiteral("= ") + values.add(texts.first()) + collation)
                                                 : QStringLiteral("in (select value from json_each(%1))").arg(values.add(jsonList(texts)));
    const QString operand = texts.size() == 1 ? column : QString(column + collation);
    return QStringLiteral("select %1 as item_id from %2 where tenant_id = :tenant and %3 %4").arg(id, table, operand, comparison);
}

std::optional<SearchCandidates> byCreation(const Node &node, Instant at, SqlValues &values)
{
    const auto moment = [&](size_t index) { return values.add(toMillis(node.values[index].instant(at))); };
    QString range;
    if (node.op == Op::Greater || node.op == Op::GreaterOrEqual)
        range = QStringLiteral("created_ms >= ") + moment(0);
    else if (node.op == Op::Less || node.op == Op::LessOrEqual)
        range = QStringLiteral("created_ms <= ") + moment(0);
    else if (node.op == Op::Between)
        range = QStringLiteral("created_ms >= ") + moment(0) + QStringLiteral(" and created_ms <= ") + moment(1);
    else if (node.op == Op::Equals)
        range = QStringLiteral("created_ms = ") + moment(0);
    else
        return std::nullopt;
    return SearchCandidates { QStringLiteral("select item_id from item_payload where tenant_id = :tenant and ") + range, true };
}

/// Open items are in two indexes that hold nothing else.
std::optional<SearchCandidates> byStatus(const Node &status, const Node *queue, Instant at, SqlValues &values)
{
    QStringList open;
    bool queued = false;
    for (int number = 0; number < ItemStatusCount; ++number) {
        const auto one = static_cast<ItemStatus>(number);
        if (!comparisonHolds(status, statusName(one), at))
            continue;
        if (isFinal(one))
            return std::nullopt;
        if (one == ItemStatus::Queued)
            queued = true;
        else
            open.append(QString::number(number));
    }
    QStringList lists;
    if (!open.isEmpty())
        lists.append(QStringLiteral("select id as item_id from item indexed by item_open_idx where tenant_id = :tenant and status in (0, 1, 3, 4, 5, 6) and status in (%1)").arg(open.join(u',')));
    if (queued) {
        const QString classes = queue ? byText(*queue, QStringLiteral("work_class"), QStringLiteral("id"), QStringLiteral("queue_id"), QStringLiteral(" collate nocase"), values)
                                      : QStringLiteral("select id from work_class where tenant_id = :tenant");
        lists.append(QStringLiteral("select id as item_id from item indexed by item_waiting_idx where status = 2 and class_id in (%1)").arg(classes));
    }
    return lists.isEmpty() ? std::nullopt : std::optional(SearchCandidates { lists.join(QStringLiteral(" union all ")), queued && !queue });
}

} // namespace

std::vector<SearchCandidates> candidateLists(const ItemSearch &search, bool textIndexed, SqlValues &values)
{
    const QString nocase = QStringLiteral(" collate nocase");
    const QString payload = QStringLiteral("item_payload");
    const QString itemId = QStringLiteral("item_id");
    std::map<QString, const Node *> texts;
    const Node *status = nullptr;
    std::vector<SearchCandidates> lists;
    const auto necessary = necessaryComparisons(search.condition);
    for (const Node *node : necessary) {
        if (node->attribute == QLatin1StringView("status"))
            status = node;
        else if (isListOfTexts(*node))
            texts.emplace(node->attribute, node);
    }
    const auto text = [&](const char *attribute) {
        const auto found = texts.find(QString::fromLatin1(attribute));
        return found == texts.end() ? nullptr : found->second;
    };
    if (const Node *node = text("id")) {
        QJsonArray ids;
        for (const QString &one : foldedTexts(*node)) {
            if (const auto id = ItemId::fromString(one))
                ids.append(id->number);
        }
        lists.push_back({ QStringLiteral("select value as item_id from json_each(%1)").arg(values.add(QString::fromUtf8(QJsonDocument(ids).toJson(QJsonDocument::Compact)))) });
    }
    if (const Node *node = text("captureId"); node && node->caseSensitive) {
        QStringList keys;
        for (const ConditionValue &value : node->values)
            keys.append(value.text);
        lists.push_back({ QStringLiteral("select item_id from item_payload where tenant_id = :tenant and capture_id in (select value from json_each(%1))").arg(values.add(jsonList(keys))) });
    }
    if (const Node *node = text("customerId"))
        lists.push_back({ byText(*node, payload, itemId, QStringLiteral("customer_key"), {}, values) });
    if (textIndexed && !search.text.isEmpty()) {
        if (const auto query = TextQuery::parse(search.text))
            lists.push_back({ TextIndex::candidates(values.add(TextIndex::matchText(*query))) });
    }
    if (status) {
        if (auto list = byStatus(*status, text("queue"), search.at, values))
            lists.push_back(*std::move(list));
    }
    if (const Node *node = text("assignedToUser"))
        lists.push_back({ byText(*node, QStringLiteral("item"), QStringLiteral("id"), QStringLiteral("agent_id"), nocase, values) });
    if (const Node *node = text("category"))
        lists.push_back({ byText(*node, payload, itemId, QStringLiteral("category_id"), nocase, values) });
    if (const Node *node = text("queue"))
        lists.push_back({ byText(*node, payload, itemId, QStringLiteral("queue_id"), nocase, values) });
    for (const Node *node : necessary) {
        if (node->attribute == QLatin1StringView("createdDateTime")) {
            if (auto list = byCreation(*node, search.at, values))
                lists.push_back(*std::move(list));
        }
    }
    std::stable_sort(lists.begin(), lists.end(), [](const SearchCandidates &left, const SearchCandidates &right) { return left.isWide < right.isWide; });
    return lists;
}

} // namespace iwd

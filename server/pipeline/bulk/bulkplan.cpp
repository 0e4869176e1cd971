// SPDX-License-Identifier: Apache-2.0
#include "bulkplan.h"

#include <pipeline/search/searching.h>

#include <QJsonArray>
#include <QJsonDocument>

namespace iwd {

namespace {

const QString requestName = QStringLiteral("request");
const QString atName = QStringLiteral("at");
const QString upToName = QStringLiteral("upTo");
const QString undoOfName = QStringLiteral("undoOf");
const QString actionName = QStringLiteral("action");
const QString categoriesName = QStringLiteral("categories");

} // namespace

Result<ItemSearch> searchOf(const BulkPlan &plan, Snapshot &snapshot)
{
    ItemSearch search { plan.request.condition, plan.request.text, plan.at };
    const auto kept = keepTo(plan.scope, snapshot, search);
    return kept ? Result<ItemSearch>(search) : kept.error();
}

QByteArray encodeBulkPlan(const BulkPlan &plan)
{
    QJsonObject json;
    if (plan.undoOf) {
        json = { { undoOfName, *plan.undoOf }, { actionName, operationName(plan.request.action) } };
    } else {
        json = { { requestName, QJsonDocument::fromJson(plan.request.canonical).object() }, { atName, toMillis(plan.at) }, { upToName, plan.upTo.number } };
    }
    if (!plan.scope.isEverything())
        json.insert(categoriesName, QJsonArray::fromStringList(plan.scope.roots));
    return QJsonDocument(json).toJson(QJsonDocument::Compact);
}

Result<BulkPlan> decodeBulkPlan(const QByteArray &text)
{
    const QJsonObject json = QJsonDocument::fromJson(text).object();
    BulkPlan plan;
    for (const QJsonValue category : json.value(categoriesName).toArray())
        plan.scope.roots.append(category.toString());
    if (const QJsonValue undoOf = json.value(undoOfName); undoOf.isDouble()) {
        const auto action = operationFromName(json.value(actionName).toString());
        if (!action)
            return Error { ErrorCode::Internal, QStringLiteral("This server does not know what the job is to do; a newer one has begun it."), {}, {} };
        plan.undoOf = undoOf.toInteger();
        plan.request.action = *action;
        return plan;
    }
    auto request = decodeBulkRequest(json.value(requestName).toObject());
    if (!request) {
        return Error { ErrorCode::Internal,
            QString(QStringLiteral("This server does not understand what the job is to do; a newer one may have begun it. ") + request.error().text), {}, {} };
    }
    plan.request = *std::move(request);
    plan.at = fromMillis(json.value(atName).toInteger());
    plan.upTo = { json.value(upToName).toInteger() };
    return plan;
}

} // namespace iwd

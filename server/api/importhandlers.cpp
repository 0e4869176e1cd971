// SPDX-License-Identifier: Apache-2.0
#include "importhandlers.h"

#include <contract/importapi.h>
#include <pipeline/capture/capture.h>

#include <QJsonArray>
#include <QSet>

namespace iwd {

namespace {

constexpr qint64 ImportBodyBytes = 8 * 1024 * 1024; // four of content, written as a JSON text

/// What became, or would become, of the lines.
struct ImportOutcome
{
    int accepted = 0;
    int duplicates = 0;
    int unclassified = 0; ///< of the accepted ones: held, because no category matches
    std::vector<ImportFault> faults;
};

using Rows = std::vector<std::pair<const ImportRow *, Result<ItemInput>>>;

Rows rowsOf(Snapshot &snapshot, const ImportInput &input)
{
    std::map<QString, AttributeType> types;
    for (const auto &[attribute, definition] : snapshot.configuration()->attributes())
        types.emplace(attribute, definition.type);
    Rows rows;
    rows.reserve(input.rows.size());
    for (const ImportRow &row : input.rows)
        rows.emplace_back(&row, itemOfRow(input, row, types));
    return rows;
}

void add(ImportOutcome &outcome, bool duplicate, ItemStatus status)
{
    ++(duplicate ? outcome.duplicates : outcome.accepted);
    outcome.unclassified += !duplicate && status == ItemStatus::ErrorHeld ? 1 : 0;
}

Result<ImportOutcome> capture(Transaction &transaction, const ImportInput &input, const Actor &actor)
{
    ImportOutcome outcome;
    outcome.faults = input.faults;
    for (const auto &[row, item] : rowsOf(transaction, input)) {
        const auto captured = item ? captureItem(transaction, *item, actor) : Result<ItemAnswer>(item.error());
        if (captured)
            add(outcome, captured->duplicate, captured->record.item.status);
        else
            outcome.faults.push_back(faultOf(input, *row, captured.error()));
    }
    return outcome;
}

Result<ImportOutcome> tryOut(Snapshot &snapshot, const ImportInput &input)
{
    ImportOutcome outcome;
    outcome.faults = input.faults;
    QSet<std::pair<QString, QString>> seen;
    for (const auto &[row, item] : rowsOf(snapshot, input)) {
        const auto forecast = item ? forecastCapture(snapshot, *item) : Result<CaptureForecast>(item.error());
        if (!forecast) {
            outcome.faults.push_back(faultOf(input, *row, forecast.error()));
            continue;
        }
        const std::pair key(forecast->capturePointId, item->captureId.value_or(QString()));
        add(outcome, forecast->duplicate || seen.contains(key), forecast->status);
        seen.insert(key);
    }
    return outcome;
}

Answer encodeOutcome(const ImportOutcome &outcome, bool dryRun)
{
    std::vector<ImportFault> faults = outcome.faults;
    std::stable_sort(faults.begin(), faults.end(), [](const ImportFault &left, const ImportFault &right) { return left.line < right.line; });
    QJsonArray errors;
    for (const ImportFault &fault : faults)
        errors.append(encodeFault(fault));
    return jsonAnswer({ { QStringLiteral("dryRun"), dryRun }, { QStringLiteral("accepted"), outcome.accepted }, { QStringLiteral("duplicates"), outcome.duplicates },
        { QStringLiteral("unclassified"), outcome.unclassified }, { QStringLiteral("failed"), static_cast<int>(faults.size()) }, { QStringLiteral("errors"), errors } });
}

} // namespace

std::vector<ApiEndpoint> ImportHandlers::endpoints()
{
    return { { { .method = "POST",
                   .pattern = QStringLiteral("/iwd/v3/items/import"),
                   .privilege = Privilege::WorkitemsCreate,
                   .body = BodyUse::Object,
                   .idempotent = true,
                   .options = { .maxBody = ImportBodyBytes } },
        [this](Call call) { return importItems(std::move(call)); } } };
}

QCoro::Task<http::Response> ImportHandlers::importItems(Call call)
{
    auto decoded = decodeImport(call.body.toObject());
    if (!decoded)
        co_return call.problem(decoded.error());
    const auto input = std::make_shared<const ImportInput>(*std::move(decoded));
    if (input->dryRun) {
        std::function<Result<ImportOutcome>(Snapshot &)> look = [input](Snapshot &snapshot) { return tryOut(snapshot, *input); };
        const auto outcome = co_await m_pipeline.read<ImportOutcome>(call.caller.tenant, call.request.deadline, look);
        if (!outcome)
            co_return call.problem(outcome.error());
        co_return toResponse(encodeOutcome(*outcome, true));
    }
    std::function<Result<ImportOutcome>(Transaction &)> work = [input, actor = call.caller.actor](Transaction &transaction) { return capture(transaction, *input, actor); };
    std::function<Answer(const ImportOutcome &)> encode = [](const ImportOutcome &outcome) { return encodeOutcome(outcome, false); };
    WriteContext context = call.writeContext();
    for (const ImportRow &row : input->rows) {
        const auto key = row.cells.find(QStringLiteral("captureId"));
        context.captureIds.append(key == row.cells.end() ? row.object.value(QStringLiteral("captureId")).toString() : key->second);
    }
    context.captureIds.removeAll(QString());
    const auto answer = co_await m_pipeline.write<ImportOutcome>(context, work, encode);
    co_return call.respond(answer);
}

} // namespace iwd

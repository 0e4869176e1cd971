// SPDX-License-Identifier: Apache-2.0
#include "exporthandlers.h"

#include "itemexport.h"
#include "namedfilter.h"

namespace iwd {

namespace {

EndpointInfo exportInfo()
{
    return { .method = "POST", .pattern = QStringLiteral("/iwd/v3/items/export"), .privilege = Privilege::WorkitemsExport, .keepsToCategories = true, .body = BodyUse::Object };
}

Error tooManyExports()
{
    return { ErrorCode::Busy, QStringLiteral("%1 exports are running already, as many as one server runs at once. Try again when one of them has ended.").arg(ExportHandlers::MostAtOnce), {},
        { { QStringLiteral("retryAfterSeconds"), 10 } } };
}

http::Response fileResponse(const ExportInput &input, Instant now)
{
    const bool csv = input.format == ExportFormat::Csv;
    const QString time = toIso(now).left(19).remove(u'-').remove(u':') + u'Z';
    const QString name = QStringLiteral("items-%1.%2").arg(time, csv ? QStringLiteral("csv") : QStringLiteral("ndjson"));
    http::Response response;
    if (csv)
        response.headers.add("Content-Type", input.header ? "text/csv; charset=utf-8; header=present" : "text/csv; charset=utf-8; header=absent");
    else
        response.headers.add("Content-Type", "application/x-ndjson");
    response.headers.add("Content-Disposition", "attachment; filename=\"" + name.toLatin1() + '"');
    return response;
}

} // namespace

std::vector<ApiEndpoint> ExportHandlers::endpoints()
{
    return { { exportInfo(), [this](Call call) { return exportItems(std::move(call)); } } };
}

QCoro::Task<http::Response> ExportHandlers::exportItems(Call call)
{
    const auto body = co_await bodyWithNamedFilter(m_pipeline, call);
    if (!body)
        co_return call.problem(body.error());
    const auto input = decodeExport(*body);
    if (!input)
        co_return call.problem(input.error());
    if (++*m_running > MostAtOnce) {
        --*m_running;
        co_return call.problem(tooManyExports());
    }
    const auto source = std::make_shared<ItemExport>(m_pipeline, m_authenticator, call, exportInfo(), *input, m_running);
    const auto begun = co_await source->begin(call.request.deadline);
    if (!begun)
        co_return call.problem(begun.error());
    http::Response response = fileResponse(*input, m_pipeline.clock().now());
    response.stream = source;
    co_return response;
}

} // namespace iwd

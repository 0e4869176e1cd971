// SPDX-License-Identifier: Apache-2.0
#include "audithandlers.h"

#include "auditexport.h"
#include "pagecursor.h"

namespace iwd {

namespace {

const QString configurationKey = QStringLiteral("configuration");
const QString callersKey = QStringLiteral("callers");

Result<qint64> placeIn(const QJsonObject &cursor, const QString &key)
{
    const QJsonValue place = cursor.value(key);
    if (!place.isString())
        return damagedCursor();
    bool isNumber = false;
    const qint64 number = place.toString().toLongLong(&isNumber);
    return isNumber ? Result<qint64>(number) : damagedCursor();
}

/// What a page is asked for with.
Result<AuditQuery> pageQueryIn(const Call &call)
{
    const auto limit = call.limit();
    if (!limit)
        return limit.error();
    auto query = auditQueryIn(call);
    if (!query)
        return query;
    query->limit = *limit;
    const auto cursor = readCursor(call);
    if (!cursor)
        return cursor.error();
    if (cursor->isEmpty())
        return query;
    const auto configuration = placeIn(*cursor, configurationKey);
    if (!configuration)
        return configuration.error();
    const auto callers = placeIn(*cursor, callersKey);
    if (!callers)
        return callers.error();
    query->beforeConfiguration = *configuration;
    query->beforeCallers = *callers;
    return query;
}

Answer encodePage(const Call &call, const AuditPage &page)
{
    QJsonArray data;
    for (const AuditRecord &record : page.entries)
        data.append(encodeAuditEntry(record));
    if (page.isLast)
        return encodeList(data, {});
    return encodeList(data, makeCursor(call, { { configurationKey, QString::number(page.next.beforeConfiguration) }, { callersKey, QString::number(page.next.beforeCallers) } }));
}

EndpointInfo exportInfo()
{
    return { .method = "GET", .pattern = QStringLiteral("/iwd/v3/audit/export"), .privilege = Privilege::AuditView, .parameters = auditParameters() + QStringList { QStringLiteral("format") } };
}

Result<ExportFormat> formatIn(const Call &call)
{
    const QString name = QStringLiteral("format");
    const QString format = call.request.queryValue(name).value_or(QStringLiteral("csv"));
    if (format == QLatin1StringView("csv"))
        return ExportFormat::Csv;
    if (format == QLatin1StringView("ndjson"))
        return ExportFormat::Ndjson;
    return invalidField(name, QStringLiteral("csv or ndjson"), format.left(60));
}

Error tooManyExports()
{
    return { ErrorCode::Busy,
        QStringLiteral("%1 exports of the audit are running already, as many as one server runs at once. Try again when one of them has ended.").arg(AuditHandlers::MostExportsAtOnce), {},
        { { QStringLiteral("retryAfterSeconds"), 10 } } };
}

http::Response fileResponse(ExportFormat format, Instant now)
{
    const bool csv = format == ExportFormat::Csv;
    const QString time = toIso(now).left(19).remove(u'-').remove(u':') + u'Z';
    const QString name = QStringLiteral("audit-%1.%2").arg(time, csv ? QStringLiteral("csv") : QStringLiteral("ndjson"));
    http::Response response;
    response.headers.add("Content-Type", csv ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson");
    response.headers.add("Content-Disposition", "attachment; filename=\"" + name.toLatin1() + '"');
    return response;
}

} // namespace

std::vector<ApiEndpoint> AuditHandlers::endpoints()
{
    const QStringList page { QStringLiteral("limit"), QStringLiteral("cursor") };
    return { { { .method = "GET", .pattern = QStringLiteral("/iwd/v3/audit"), .privilege = Privilege::AuditView, .parameters = auditParameters() + page },
                 [this](Call call) { return list(std::move(call)); } },
        { exportInfo(), [this](Call call) { return exportAll(std::move(call)); } } };
}

QCoro::Task<http::Response> AuditHandlers::list(Call call)
{
    const auto query = pageQueryIn(call);
    if (!query)
        co_return call.badRequest(query.error());
    const auto page = co_await readAudit(m_pipeline, call.caller.tenant, call.request.deadline, *query);
    if (!page)
        co_return call.problem(page.error());
    co_return toResponse(encodePage(call, *page));
}

QCoro::Task<http::Response> AuditHandlers::exportAll(Call call)
{
    const auto query = auditQueryIn(call);
    if (!query)
        co_return call.badRequest(query.error());
    const auto format = formatIn(call);
    if (!format)
        co_return call.badRequest(format.error());
    if (++*m_running > MostExportsAtOnce) {
        --*m_running;
        co_return call.problem(tooManyExports());
    }
    const auto source = std::make_shared<AuditExport>(m_pipeline, m_authenticator, call, exportInfo(), *query, *format, m_running);
    const auto begun = co_await source->begin(call.request.deadline);
    if (!begun)
        co_return call.problem(begun.error());
    http::Response response = fileResponse(*format, m_pipeline.clock().now());
    response.stream = source;
    co_return response;
}

} // namespace iwd

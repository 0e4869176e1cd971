// SPDX-License-Identifier: Apache-2.0
#include "auditexport.h"

#include <contract/csvwriter.h>

#include <QJsonDocument>

namespace iwd {

namespace {

QByteArray csvHeader()
{
    CsvWriter csv;
    for (const char16_t *name : { u"id", u"time", u"actorKind", u"actorId", u"actorName", u"address", u"action", u"kind", u"object", u"version", u"before", u"after" })
        csv.cell(QStringView(name));
    csv.endRow();
    return csv.take();
}

/// Members as JSON, nothing for null.
QString cellOf(const QJsonValue &value)
{
    if (value.isObject())
        return QString::fromUtf8(QJsonDocument(value.toObject()).toJson(QJsonDocument::Compact));
    return value.isDouble() ? QString::number(value.toInteger()) : value.toString();
}

QByteArray csvRow(const QJsonObject &entry)
{
    CsvWriter csv;
    for (const char16_t *name : { u"id", u"time" })
        csv.cell(cellOf(entry.value(QStringView(name))));
    const QJsonObject actor = entry.value(QStringLiteral("actor")).toObject();
    for (const char16_t *name : { u"kind", u"id", u"name" })
        csv.cell(cellOf(actor.value(QStringView(name))));
    for (const char16_t *name : { u"address", u"action", u"kind", u"object", u"version", u"before", u"after" })
        csv.cell(cellOf(entry.value(QStringView(name))));
    csv.endRow();
    return csv.take();
}

QByteArray jsonRow(const QJsonObject &entry)
{
    return QJsonDocument(entry).toJson(QJsonDocument::Compact) + '\n';
}

} // namespace

AuditExport::AuditExport(Pipeline &pipeline, Authenticator &authenticator, Call call, EndpointInfo info, AuditQuery query, ExportFormat format, std::shared_ptr<std::atomic<int>> running)
    : PagedExport(authenticator, std::move(call), std::move(info), QStringLiteral("audit"), std::move(running))
    , m_pipeline(pipeline)
    , m_format(format)
    , m_query(std::move(query))
{
}

QCoro::Task<Result<PagedExport::Page>> AuditExport::readPage(Caller caller, int limit, Deadline deadline)
{
    m_query.limit = limit;
    const auto read = co_await readAudit(m_pipeline, caller.tenant, deadline, m_query);
    if (!read)
        co_return read.error();
    Page page;
    if (!std::exchange(m_begun, true) && m_format == ExportFormat::Csv)
        page.text = csvHeader();
    for (const AuditRecord &record : read->entries) {
        const QJsonObject entry = encodeAuditEntry(record);
        page.text += m_format == ExportFormat::Csv ? csvRow(entry) : jsonRow(entry);
    }
    page.entries = static_cast<int>(read->entries.size());
    page.isFull = page.entries == limit;
    page.isLast = read->isLast;
    m_query = read->next;
    co_return page;
}

} // namespace iwd

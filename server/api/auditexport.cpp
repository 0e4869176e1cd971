// SPDX-License-Identifier: Apache-2.0
#include "auditexport.h"

#include <base/log.h>
#include <contract/csvwriter.h>

#include <QJsonDocument>

#include <qcoro/qcorotimer.h>

namespace iwd {

namespace {

constexpr int FirstLimit = 100; // so that the first bytes come soon
constexpr int MostEntries = 1'000;
constexpr qsizetype SmallPiece = 128 * 1024;
constexpr qsizetype LargePiece = 384 * 1024;
constexpr milliseconds PieceTime { 25'000 }; ///< less than the route's timeout, so that the reason is known when it is over
constexpr milliseconds Pause { 250 };

bool mayPass(ErrorCode code)
{
    return code == ErrorCode::Busy || code == ErrorCode::StorageUnavailable;
}

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
    : m_pipeline(pipeline)
    , m_authenticator(authenticator)
    , m_call(std::move(call))
    , m_info(std::move(info))
    , m_format(format)
    , m_running(std::move(running))
    , m_query(std::move(query))
{
    m_query.limit = FirstLimit;
}

AuditExport::~AuditExport()
{
    --*m_running;
    if (m_begun && !m_finished)
        report(u"An export of the audit ended before everything was sent.");
}

QCoro::Task<Result<void>> AuditExport::begin(Deadline deadline)
{
    auto page = co_await readAudit(m_pipeline, m_call.caller.tenant, deadline, m_query);
    while (!page && mayTryAgain(page.error(), 0)) {
        auto again = co_await readAudit(m_pipeline, m_call.caller.tenant, deadline, m_query);
        page = std::move(again);
    }
    if (!page)
        co_return page.error();
    m_begun = true;
    m_first = m_format == ExportFormat::Csv ? csvHeader() : QByteArray();
    *m_first += take(*page);
    co_return {};
}

QCoro::Task<Result<QByteArray>> AuditExport::next()
{
    if (m_first && !m_first->isEmpty())
        co_return std::exchange(m_first, std::nullopt).value();
    m_first.reset();
    const auto deadline = Deadline::in(PieceTime);
    QByteArray piece;
    for (int tries = 0; piece.isEmpty() && !m_finished;) {
        auto page = co_await readNextPage(deadline);
        if (page) {
            piece = take(*page);
            continue;
        }
        const Error failure = page.error();
        ++tries;
        if (deadline.passed() || !mayTryAgain(failure, tries))
            co_return failure;
        if (mayPass(failure.code))
            co_await QCoro::sleepFor(Pause);
    }
    if (m_finished && piece.isEmpty())
        report(u"Exported the audit.");
    co_return piece;
}

/// A search that has to look at too many entries for a page may find fewer of them in time.
bool AuditExport::mayTryAgain(const Error &error, int tries)
{
    if (error.code == ErrorCode::SearchTooBroad && m_query.limit > 1) {
        m_query.limit = std::max(1, m_query.limit / 10);
        return true;
    }
    return tries > 0 && mayPass(error.code);
}

QCoro::Task<Result<AuditPage>> AuditExport::readNextPage(Deadline deadline)
{
    http::Request request = m_call.request;
    request.deadline = deadline;
    const auto caller = co_await identify(m_authenticator, request, m_info);
    if (!caller)
        co_return caller.error();
    auto page = co_await readAudit(m_pipeline, m_call.caller.tenant, deadline, m_query);
    co_return page;
}

QByteArray AuditExport::take(const AuditPage &page)
{
    const int limit = m_query.limit;
    m_query = page.next;
    m_finished = page.isLast;
    QByteArray piece;
    for (const AuditRecord &record : page.entries) {
        const QJsonObject entry = encodeAuditEntry(record);
        piece += m_format == ExportFormat::Csv ? csvRow(entry) : jsonRow(entry);
        ++m_entries;
    }
    if (piece.size() > LargePiece)
        m_query.limit = std::max(1, limit / 2);
    else if (piece.size() < SmallPiece)
        m_query.limit = std::min(MostEntries, limit * 2);
    return piece;
}

void AuditExport::report(QStringView what) const
{
    const log::Correlation correlation(m_call.request.correlationId);
    log::info(what, { { QLatin1StringView("tenant"), m_call.caller.tenantId }, { QLatin1StringView("by"), m_call.caller.actor.name }, { QLatin1StringView("entries"), m_entries } });
}

} // namespace iwd

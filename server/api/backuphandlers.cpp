// SPDX-License-Identifier: Apache-2.0
#include "backuphandlers.h"

#include <base/delivery.h>
#include <base/log.h>

namespace iwd {

namespace {

constexpr qsizetype PieceBytes = 256 * 1024;
constexpr milliseconds LongestMaking { std::chrono::hours(1) };

EndpointInfo backupInfo()
{
    // It holds all work, and cannot be kept to some categories.
    return { .method = "POST", .pattern = QStringLiteral("/iwd/v3/backup"), .privilege = Privilege::ServerBackup, .showsWork = true, .options = { .timeout = LongestMaking } };
}

Error ofAnAgent(const Caller &caller)
{
    return { ErrorCode::NotAllowed, QStringLiteral("The API key \"%1\" belongs to the agent \"%2\" and may not read what belongs to others, as a backup does.").arg(caller.actor.name, caller.agent), {},
        { { QStringLiteral("agent"), caller.agent } } };
}

Error ofAnotherTenant(const Caller &caller, const TenantRecord &first)
{
    return { ErrorCode::NotAllowed,
        QStringLiteral("A backup holds the data of all tenants, so only administrators of the first one, %1, may take it, and \"%2\" belongs to tenant %3.").arg(first.id, caller.actor.name, caller.tenantId), {},
        { { QStringLiteral("tenant"), caller.tenantId } } };
}

Error notHere()
{
    return { ErrorCode::ConfigurationInvalid,
        QStringLiteral("This server keeps its data in PostgreSQL, which backs it up itself: use pg_dump, or continuous archiving to go back to any moment (server/docs/backup.md)."), {}, {} };
}

Error anotherOne()
{
    return { ErrorCode::TooManyJobs, QStringLiteral("A backup is being made or sent already, and a server makes one at a time. Try again when that has ended."), {},
        { { QStringLiteral("limit"), 1 } } };
}

Error cutOff()
{
    return { ErrorCode::Internal, QStringLiteral("The backup ends before its length."), {}, {} };
}

/// Keeps others from making a backup while it lives.
class Slot
{
public:
    explicit Slot(std::shared_ptr<std::atomic<bool>> running)
        : m_running(std::move(running))
    {
    }
    ~Slot() { *m_running = false; }
    Slot(const Slot &) = delete;
    Slot &operator=(const Slot &) = delete;

private:
    const std::shared_ptr<std::atomic<bool>> m_running;
};

/// A backup on its way. The caller is asked for before each piece, so that a deleted key or an ended session ends it.
class BackupStream final : public http::BodySource
{
public:
    BackupStream(Authenticator &authenticator, Call call, std::shared_ptr<Slot> slot, std::shared_ptr<Backup> backup)
        : m_authenticator(authenticator)
        , m_call(std::move(call))
        , m_slot(std::move(slot))
        , m_backup(std::move(backup))
    {
    }
    ~BackupStream() override
    {
        if (!m_finished)
            report(u"A backup ended before everything was sent.");
    }

    QCoro::Task<Result<QByteArray>> next() override
    {
        http::Request request = m_call.request;
        request.deadline = Deadline::in(std::chrono::seconds(30));
        const auto caller = co_await identify(m_authenticator, request, backupInfo());
        if (!caller)
            co_return caller.error();
        auto piece = m_backup->read(PieceBytes);
        if (piece) {
            m_sent += piece->size();
            m_finished = piece->isEmpty() && m_sent == m_backup->facts().bytes;
            if (m_finished)
                report(u"Sent a backup.");
            else if (piece->isEmpty())
                co_return cutOff();
        }
        co_return piece;
    }

private:
    void report(QStringView what) const
    {
        const log::Correlation correlation(m_call.request.correlationId);
        log::info(what, { { QLatin1StringView("tenant"), m_call.caller.tenantId }, { QLatin1StringView("by"), m_call.caller.actor.name }, { QLatin1StringView("bytes"), m_sent } });
    }

    Authenticator &m_authenticator;
    const Call m_call;
    const std::shared_ptr<Slot> m_slot; // goes after the backup does
    const std::shared_ptr<Backup> m_backup;
    qint64 m_sent = 0;
    bool m_finished = false;
};

QString compactTime(Instant moment)
{
    return toIso(moment).left(19).remove(u'-').remove(u':') + u'Z';
}

http::Response fileResponse(const BackupFacts &facts)
{
    http::Response response;
    response.headers.add("Content-Type", "application/vnd.sqlite3");
    response.headers.add("Content-Disposition", "attachment; filename=\"iwd-" + compactTime(facts.moment).toLatin1() + ".db\"");
    response.headers.add("Repr-Digest", "sha-256=:" + facts.sha256.toBase64() + ':'); // RFC 9530
    response.headers.add("Backup-Bytes", QByteArray::number(facts.bytes));
    response.headers.add("Backup-Moment", toIso(facts.moment).toLatin1());
    response.headers.add("Backup-Items", QByteArray::number(facts.items));
    response.headers.add("Backup-Last-Event", QByteArray::number(facts.lastEvent));
    response.headers.add("Backup-Schema", QByteArray::number(facts.migration));
    return response;
}

QJsonObject encodeFacts(const BackupFacts &facts)
{
    return { { QStringLiteral("bytes"), facts.bytes }, { QStringLiteral("sha256"), QString::fromLatin1(facts.sha256.toHex()) }, { QStringLiteral("items"), facts.items },
        { QStringLiteral("lastEvent"), facts.lastEvent }, { QStringLiteral("schema"), facts.migration } };
}

} // namespace

BackupHandlers::BackupHandlers(Pipeline &pipeline, Authenticator &authenticator, BackupMaker *maker)
    : m_pipeline(pipeline)
    , m_authenticator(authenticator)
    , m_maker(maker)
{
    m_thread.setMaxThreadCount(1);
}

BackupHandlers::~BackupHandlers()
{
    m_ending = true;
    m_thread.waitForDone();
}

std::vector<ApiEndpoint> BackupHandlers::endpoints()
{
    return { { backupInfo(), [this](Call call) { return backUp(std::move(call)); } } };
}

/// All tenants are in the one file.
QCoro::Task<Result<void>> BackupHandlers::checkTenant(Caller caller, Deadline deadline)
{
    const auto tenants = std::make_shared<std::vector<TenantRecord>>();
    Delivery<std::optional<Error>> looked;
    const auto look = [tenants](Directory &directory) { *tenants = directory.tenants(); };
    const auto done = [looked](const std::optional<Error> &failure) { looked.deliver(failure); };
    if (!m_pipeline.store().lookUp(look, done, deadline))
        co_return tooBusy();
    const std::optional<Error> failure = co_await looked;
    if (failure)
        co_return *failure;
    if (tenants->empty() || tenants->front().number != caller.tenant)
        co_return ofAnotherTenant(caller, tenants->empty() ? TenantRecord() : tenants->front());
    co_return {};
}

QCoro::Task<Result<std::shared_ptr<Backup>>> BackupHandlers::make()
{
    Delivery<Result<std::shared_ptr<Backup>>> made;
    m_thread.start([this, made] { made.deliver(m_maker->make([this] { return !m_ending && !m_pipeline.stopping(); })); });
    co_return co_await made;
}

/// Before the first byte is sent, so that nobody has a backup of whom the audit does not know.
QCoro::Task<Result<void>> BackupHandlers::note(Call call, BackupFacts facts)
{
    const std::function<Result<bool>(Transaction &)> work = [actor = call.caller.actor, facts](Transaction &transaction) -> Result<bool> {
        AuditRecord entry;
        entry.actor = actor;
        entry.action = QStringLiteral("create");
        entry.kind = QStringLiteral("backup");
        entry.objectId = toIso(facts.moment);
        entry.after = encodeFacts(facts);
        transaction.appendAudit(entry);
        return true;
    };
    const std::function<Answer(const bool &)> nothing = [](const bool &) { return Answer {}; };
    WriteContext context = call.writeContext();
    context.deadline = Deadline::in(std::chrono::seconds(30));
    const auto written = co_await m_pipeline.write<bool>(context, work, nothing);
    if (!written)
        co_return written.error();
    co_return {};
}

QCoro::Task<http::Response> BackupHandlers::backUp(Call call)
{
    if (!call.caller.agent.isEmpty())
        co_return call.problem(ofAnAgent(call.caller));
    const auto tenant = co_await checkTenant(call.caller, call.request.deadline);
    if (!tenant)
        co_return call.problem(tenant.error());
    if (!m_maker)
        co_return problemResponse(notHere(), call.request.correlationId, 409);
    if (m_running->exchange(true))
        co_return call.problem(anotherOne());
    auto slot = std::make_shared<Slot>(m_running);
    const auto made = co_await make();
    if (!made)
        co_return call.problem(made.error());
    const std::shared_ptr<Backup> backup = *made;
    const auto noted = co_await note(call, backup->facts());
    if (!noted)
        co_return call.problem(noted.error());
    http::Response response = fileResponse(backup->facts());
    response.stream = std::make_shared<BackupStream>(m_authenticator, call, slot, backup);
    co_return response;
}

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/auditrecord.h"
#include "access/callerrecords.h"
#include "bulk/jobrecord.h"
#include "configurationsnapshot.h"
#include "itemrecord.h"
#include "report/event.h"
#include "search/filterrecord.h"
#include "webhooks/webhookrecord.h"

#include <base/clock.h>
#include <base/delivery.h>
#include <base/result.h>
#include <domain/itemsearch.h>

#include <QJsonArray>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <vector>

namespace iwd {

/// An item's place among those that wait in its work class.
struct Waiting
{
    Instant anchor; ///< see WorkClass
    ItemId id;

    auto operator<=>(const Waiting &) const = default;
};

/// Which waiting items of a class to read: anchors in (from, to], oldest first.
struct WaitingRange
{
    qint64 classId = 0;
    Instant from; ///< exclusive
    Instant to; ///< inclusive
    std::optional<Waiting> after; ///< start behind this place
};

/// An item in an agent's hands, or offered to one.
struct Assignment
{
    qint64 token = 0; ///< the fencing token: rises with every taking and offer, never used twice
    ItemId item;
    QString agentId;
    QString channel;
    Instant taken; ///< or offered
    Instant leaseUntil;
    milliseconds lease { 0 };
    bool offered = false; ///< not accepted yet
    int weight = 1; ///< what it takes of the agent's capacity
    QString queueId; ///< from which it came
    QJsonObject userData; ///< what the queue gives along; not stored with the assignment
};

struct AgentStatus
{
    AgentState state = AgentState::LoggedOut;
    QString reason;
    std::optional<Instant> since;
};

/// What the distribution knows of an agent at one moment.
struct AgentDesk
{
    AgentStatus status;
    std::map<QString, AgentStatus> channels; ///< states of channels, where they were set
    Instant idleSince; ///< when it last put work down, or became ready
    std::vector<Assignment> inHand; ///< offers too

    /// Whether the agent takes work of @p channel at the moment.
    [[nodiscard]] bool isReadyFor(const QString &channel) const
    {
        const auto own = channels.find(channel);
        return status.state == AgentState::Ready && (own == channels.end() || own->second.state == AgentState::Ready);
    }
};
using AgentDesks = std::map<QString, AgentDesk>; ///< by agent

/// Who was offered an item and did not want it, and until when it is not offered it again.
using Refusals = std::map<ItemId, std::map<QString, Instant>>;

/// Virtual times of the last service of a segment (start-time fair queueing).
struct SegmentService
{
    qint64 start = 0;
    qint64 finish = 0;
};

/// What GET /items can filter by; empty members do not filter.
struct ItemFilter
{
    std::vector<ItemStatus> statuses;
    QString queueId;
    QString categoryId;
    QString capturePointId;
    QString captureId;
    QString assignedToUser;
    QString label;
    std::optional<QStringList> categories = {}; ///< only items of these; an empty list fits none
};

enum class TimerKind { Activation = 0, Expiration = 1 };

struct DueTimer
{
    ItemId item;
    TimerKind kind = TimerKind::Activation;
};

/// How many items are in which status, and what became final since a given instant.
struct ItemCount
{
    QString queueId; ///< empty: not classified
    ItemStatus status = ItemStatus::New;
    qint64 count = 0;
    qint64 arrivedSince = 0;
    qint64 endedSince = 0;
    qint64 slaMetSince = 0; ///< of endedSince
    QString agentId; ///< who completed endedSince; empty: nobody
    std::optional<Instant> oldest = {}; ///< createdDateTime of the oldest; only where it was asked for by categories
};

/// What happened in one hour to the items of a queue. An item counts for the queue that it is in now, or ended in.
struct HourlyCount
{
    QString queueId; ///< empty: not classified
    qint64 hour = 0; ///< hours since 1970, UTC
    qint64 arrived = 0; ///< captured
    qint64 left = 0; ///< waited no longer: taken (for the last time), or ended before anybody took them
    qint64 completed = 0;
    qint64 slaMissed = 0; ///< of completed
    qint64 handled = 0; ///< of completed: those whose handling was measured
    qint64 handlingSeconds = 0; ///< from the last taking to the end, summed over handled
    qint64 handlingSquares = 0; ///< the sum of the squares of these seconds
};

/// What happened to the items of a range of ids.
struct ItemHistory
{
    std::vector<HourlyCount> hours; ///< of each queue and hour in which anything happened, in no order
    qint64 items = 0;
    qint64 open = 0; ///< of items: not final yet, so that more may happen to them
    std::optional<Instant> firstCaptured;
};

/// What has come from a capture point of late.
struct SourceArrivals
{
    QString capturePointId;
    qint64 count = 0;
    Instant first;
    Instant last;
    milliseconds longestGap { 0 }; ///< between two arrivals
};

/// An item that was found, with its place in the listing: the values of the sort keys, then its id.
struct SearchHit
{
    ItemId id;
    QJsonArray place;
};

struct MatchCount
{
    qint64 value = 0;
    bool exact = true; ///< else an estimate
};

/// The answer to a write that carried an Idempotency-Key, kept to be given again.
struct Answer
{
    int status = 200;
    QByteArray etag; ///< empty: none
    QByteArray location; ///< empty: none
    QByteArray body;
    bool replayed = false;
};

struct IdempotencyKey
{
    QString caller;
    QString key;
    QByteArray fingerprint; ///< digest of method, path and body
};

/// A consistent view of one tenant's data, on the thread it was handed to. Every statement is bound to the tenant here, and nowhere else.
///
/// Failure is sticky: when a statement fails, that call and all later ones return empty values, failure() says why, and the
/// unit of work is undone. So a step reads like the rule it implements, and can still never commit half of it.
class Snapshot
{
public:
    virtual ~Snapshot() = default;
    Snapshot() = default;
    Snapshot(const Snapshot &) = delete;
    Snapshot &operator=(const Snapshot &) = delete;

    [[nodiscard]] virtual TenantId tenant() const = 0;
    /// The one instant of this unit of work.
    [[nodiscard]] virtual Instant now() const = 0;
    [[nodiscard]] virtual const std::optional<Error> &failure() const = 0;

    [[nodiscard]] virtual std::shared_ptr<const ConfigurationSnapshot> configuration() = 0;
    [[nodiscard]] virtual std::vector<ConfigRecord> configRecords(ConfigKind kind, bool deleted) = 0;
    [[nodiscard]] virtual std::optional<ConfigRecord> configRecord(ConfigKind kind, const QString &id) = 0;
    /// Whether an item that is not final, or a waiting class, still uses the object.
    [[nodiscard]] virtual bool isUsedByItems(ConfigKind kind, const QString &id) = 0;

    /// @returns the item, or nothing
    [[nodiscard]] virtual std::optional<ItemRecord> item(ItemId id) = 0;
    /// Those of the items that are there, in the order of @p ids, asked for at once.
    [[nodiscard]] virtual std::vector<ItemRecord> items(const std::vector<ItemId> &ids) = 0;
    [[nodiscard]] virtual std::vector<ItemId> itemsCapturedAs(const QString &captureId, const QString &capturePointId) = 0;
    /// @param after the last id of the page before; 0 starts
    [[nodiscard]] virtual std::vector<ItemRecord> items(const ItemFilter &filter, qint64 after, bool newestFirst, int limit) = 0;
    [[nodiscard]] virtual std::vector<ItemCount> countItems(Instant since) = 0;
    /// The same of the items of some categories. Looks at each of the tenant's items: call it in Store::search().
    [[nodiscard]] virtual std::vector<ItemCount> countItems(Instant since, const QStringList &categories) = 0;

    /// What matches, in the order of @p sort and then of the id (in the direction of the first key). Call it in Store::search(): it may take long.
    /// @param after the place of the last hit of the page before
    [[nodiscard]] virtual std::vector<SearchHit> search(const ItemSearch &search, const std::vector<SortKey> &sort, const std::optional<QJsonArray> &after, int limit) = 0;
    /// Those of @p items that match.
    [[nodiscard]] virtual std::set<ItemId> matching(const ItemSearch &search, const std::vector<ItemId> &items) = 0;
    /// How many match: exact up to @p exactUpTo, above it an estimate from a sample.
    [[nodiscard]] virtual MatchCount countMatches(const ItemSearch &search, int exactUpTo) = 0;

    /// Valid as long as this view.
    [[nodiscard]] virtual const WorkClass &workClass(qint64 id) = 0;
    /// The oldest waiting item of every class that has one, by class.
    [[nodiscard]] virtual const std::map<qint64, Waiting> &oldestWaiting() = 0;
    [[nodiscard]] virtual std::vector<Waiting> waiting(const WaitingRange &range, int limit) = 0;
    /// The same of many ranges at once, a list for each. @param limit of each range
    [[nodiscard]] virtual std::vector<std::vector<Waiting>> waiting(const std::vector<WaitingRange> &ranges, int limit) = 0;
    /// The last @p limit items of a class by anchor, oldest first.
    [[nodiscard]] virtual std::vector<Waiting> waitingFromTheEnd(qint64 classId, int limit) = 0;
    /// The youngest waiting item of the range.
    [[nodiscard]] virtual std::optional<Waiting> newestWaiting(const WaitingRange &range) = 0;

    [[nodiscard]] virtual std::optional<Assignment> assignment(ItemId item) = 0;
    [[nodiscard]] virtual std::vector<Assignment> assignmentsOf(const QString &agentId) = 0;
    [[nodiscard]] virtual AgentStatus agentStatus(const QString &agentId) = 0;
    /// Every agent that ever had a state or holds something.
    [[nodiscard]] virtual const AgentDesks &desks() = 0;
    [[nodiscard]] virtual const Refusals &refusals() = 0;
    /// By segment; a segment that was never served is not there.
    [[nodiscard]] virtual const std::map<QString, SegmentService> &segmentServices(const QString &queueId) = 0;
    /// How many items wait in a queue, counted up to @p limit.
    [[nodiscard]] virtual int countWaiting(const QString &queueId, int limit) = 0;

    /// What happened to the items with ids in [from, to), hour by hour. One pass over them: call it in Store::search(), with ranges of a bounded size.
    [[nodiscard]] virtual ItemHistory itemHistory(qint64 from, qint64 to) = 0;
    /// What came from where among the items with ids from @p from on. One pass over them as well.
    [[nodiscard]] virtual std::vector<SourceArrivals> arrivalsBySource(qint64 from) = 0;
    /// Every skill that an item has ever requested, each once.
    [[nodiscard]] virtual QStringList requestedSkills() = 0;

    /// Events with an id above @p after, in order. A reader that passes on the last id it got misses none and sees none twice.
    [[nodiscard]] virtual std::vector<StoredEvent> events(qint64 after, int limit) = 0;
    [[nodiscard]] virtual std::vector<StoredEvent> history(ItemId item, qint64 after, int limit) = 0;
    [[nodiscard]] virtual qint64 lastEvent() = 0;
    /// From this id on the log is whole; what came before is no longer kept. One above lastEvent() when nothing of the log is left.
    [[nodiscard]] virtual qint64 firstEvent() = 0;

    [[nodiscard]] virtual std::optional<JobRecord> job(qint64 id) = 0;
    /// Newest first. @param before the last id of the page before; 0 starts
    [[nodiscard]] virtual std::vector<JobRecord> jobs(qint64 before, int limit) = 0;
    /// Those that have not ended, oldest first.
    [[nodiscard]] virtual std::vector<JobRecord> openJobs(int limit) = 0;
    /// What the job is to do, as it was given to insertJob().
    [[nodiscard]] virtual QByteArray jobPlan(qint64 id) = 0;
    /// What has become of the items, in the order of their ids. @param outcome nothing: of all
    [[nodiscard]] virtual std::vector<JobResult> jobResults(qint64 id, ItemId after, std::optional<JobOutcome> outcome, int limit) = 0;
    /// The job that a confirmation was used for.
    [[nodiscard]] virtual std::optional<qint64> jobConfirmedBy(const QByteArray &confirmation) = 0;
    /// The latest job that undoes this one, or has.
    [[nodiscard]] virtual std::optional<qint64> jobUndoing(qint64 id) = 0;

    [[nodiscard]] virtual std::optional<FilterRecord> filter(qint64 id) = 0;
    /// The owner's own and all that anybody has published, in order of their ids. @param after the last id of the page before; 0 starts
    [[nodiscard]] virtual std::vector<FilterRecord> filters(const Actor &owner, qint64 after, int limit) = 0;
    /// The id of the owner's filter with this name.
    [[nodiscard]] virtual std::optional<qint64> filterCalled(const Actor &owner, const QString &name) = 0;
    [[nodiscard]] virtual int countFilters(const Actor &owner) = 0;

    /// In the order of their capture points.
    [[nodiscard]] virtual std::vector<WebhookRecord> webhooks() = 0;
    /// Those whose time has come by @p now, of each item only the first that is not delivered, those that are due longest first.
    [[nodiscard]] virtual std::vector<WebhookDelivery> dueDeliveries(const QString &capturePointId, Instant now, int limit) = 0;
    /// In the order of their ids. @param capturePointId empty: of all, @param after the last id of the page before; 0 starts
    [[nodiscard]] virtual std::vector<WebhookDelivery> deadDeliveries(const QString &capturePointId, qint64 after, int limit) = 0;
    /// By capture point; one of which nothing is left is not there.
    [[nodiscard]] virtual std::map<QString, WebhookCounts> webhookCounts() = 0;

    // Callers; see WriteUnit::aboutCallers.
    [[nodiscard]] virtual std::vector<ApiKeyRecord> apiKeys() = 0;
    [[nodiscard]] virtual bool hasUsers() = 0;
    [[nodiscard]] virtual std::vector<UserRecord> users() = 0; ///< in order of their names
    [[nodiscard]] virtual std::optional<UserRecord> user(const QString &name) = 0;
    /// Those that the tenant has made itself, in order of their ids.
    [[nodiscard]] virtual std::vector<RoleRecord> roles() = 0;
    /// Those that have not ended, the oldest first.
    [[nodiscard]] virtual std::vector<SessionRecord> sessions() = 0;
    [[nodiscard]] virtual std::vector<IdentityProviderRecord> identityProviders() = 0; ///< in order of their ids
    /// The user whom an identity provider knows as this.
    [[nodiscard]] virtual std::optional<UserRecord> userWithIdentity(const QString &issuer, const QString &subject) = 0;

    /// Entries with an id below @p before, newest first.
    [[nodiscard]] virtual std::vector<AuditRecord> audit(const AuditFilter &filter, qint64 before, int limit) = 0;

    [[nodiscard]] bool failed() const { return failure().has_value(); }
};

/// A Snapshot that may be changed. What is written becomes visible to others, and is answered for, only after the commit.
class Transaction : public Snapshot
{
public:
    /// Assigns the id. The record's timers, class and place are written with it.
    virtual void insertItem(ItemRecord &record) = 0;
    /// Writes the ordering row, and the payload when @p payloadChanged. Raises the version.
    virtual void updateItem(ItemRecord &record, bool payloadChanged) = 0;
    /// Moves a waiting item to the class in @p record. Nothing that people see changes, so neither does the version.
    virtual void moveWaiting(const ItemRecord &record) = 0;
    /// The class with these terms; made when it is new.
    [[nodiscard]] virtual qint64 ensureClass(const WorkClass &terms) = 0;
    /// Moves waiting and other open items of a class with a business value in [from, to) to another class.
    virtual void reclass(qint64 fromClass, qint64 toClass, qint64 fromValue, qint64 toValue) = 0;
    [[nodiscard]] virtual std::vector<std::pair<qint64, WorkClass>> classesOfSchema(const QString &schemaId) = 0;

    /// @returns the new assignment with its token
    [[nodiscard]] virtual Assignment insertAssignment(Assignment assignment) = 0;
    virtual void extendAssignment(qint64 token, Instant leaseUntil) = 0;
    /// An offer becomes an assignment with a lease; its token stays.
    virtual void acceptOffer(qint64 token, milliseconds lease) = 0;
    /// Moves the end of all leases but those that were given from @p from on.
    virtual void shiftLeases(milliseconds by, Instant from) = 0;
    virtual void removeAssignment(ItemId item) = 0;
    [[nodiscard]] virtual std::vector<Assignment> expiredAssignments(int limit) = 0;
    [[nodiscard]] virtual std::vector<DueTimer> dueTimers(int limit) = 0;
    [[nodiscard]] virtual std::vector<ItemId> errorHeldItems(const QString &capturePointId, ItemId after, int limit) = 0;

    virtual void setAgentStatus(const QString &agentId, const AgentStatus &status) = 0;
    virtual void setChannelStatus(const QString &agentId, const QString &channel, const AgentStatus &status) = 0;
    /// The agent has put work down just now.
    virtual void setIdle(const QString &agentId) = 0;
    virtual void addRefusal(ItemId item, const QString &agentId, Instant until) = 0;
    /// Refusals whose time is over, at most @p limit. @returns how many
    virtual int forgetRefusals(int limit) = 0;
    virtual void setSegmentService(const QString &queueId, const QString &segment, const SegmentService &service) = 0;

    /// Inserts or replaces; the record's version is raised by the store.
    virtual void putConfig(ConfigRecord &record) = 0;

    virtual void appendEvent(Event event) = 0;

    [[nodiscard]] virtual std::optional<std::pair<QByteArray, Answer>> storedAnswer(const IdempotencyKey &key) = 0; ///< fingerprint and answer
    virtual void storeAnswer(const IdempotencyKey &key, const Answer &answer) = 0;
    virtual void forgetAnswersBefore(Instant instant, int limit) = 0;

    /// Assigns the id. @param plan what it is to do, for jobPlan()
    virtual void insertJob(JobRecord &job, const QByteArray &plan) = 0;
    /// Writes how far it is. What it is to do, and for whom, stays as it was inserted.
    virtual void updateJob(const JobRecord &job) = 0;
    virtual void addJobResults(qint64 job, const std::vector<JobResult> &results) = 0;
    /// Forgets jobs that ended before, beginning with their results; at most @p limit of these. @returns whether there may be more
    virtual bool forgetJobsEndedBefore(Instant instant, int limit) = 0;

    /// Assigns the id. The version is 1, and both dates are now.
    virtual void insertFilter(FilterRecord &record) = 0;
    /// Writes the filter, and leaves it to its owner; raises the version.
    virtual void updateFilter(FilterRecord &record) = 0;
    virtual void removeFilter(qint64 id) = 0;
    /// What nobody else can find. What the owner has published stays.
    virtual void removePrivateFilters(const Actor &owner) = 0;

    /// Inserts or replaces.
    virtual void putWebhook(const WebhookRecord &record) = 0;
    /// With all that is not delivered.
    virtual void removeWebhook(const QString &capturePointId) = 0;
    /// Adds what is to be delivered, in the order of the events, which come after all that was added before. What is there already stays as it is.
    virtual void addDeliveries(const QString &capturePointId, const std::vector<WebhookDelivery> &deliveries) = 0;
    /// It has arrived: the next event of its item is due. Nothing when it was tried by somebody else meanwhile.
    virtual void endDelivery(const WebhookDelivery &delivery) = 0;
    /// It has not; when it is dead, the next event of its item is due. Nothing when it was tried by somebody else meanwhile.
    virtual void failDelivery(const WebhookDelivery &delivery, const WebhookFailure &failure) = 0;
    /// A dead one is to be delivered after all, before later events of its item. @returns whether there was one
    virtual bool reviveDelivery(qint64 id) = 0;
    /// Forgets a dead one. @returns whether there was one
    virtual bool discardDelivery(qint64 id) = 0;

    virtual void insertApiKey(const ApiKeyRecord &key, const QByteArray &hash) = 0;
    /// @returns whether there was such a key
    virtual bool revokeApiKey(const QString &id) = 0;
    /// The key is known by another hash from now on, and by the one before until @p oldUntil. @returns whether there is such a key
    virtual bool rotateApiKey(const QString &id, const QByteArray &hash, Instant oldUntil) = 0;
    virtual void insertUser(const UserRecord &user) = 0;
    /// Writes what User holds; raises the version.
    virtual void updateUser(UserRecord &user) = 0;
    /// Unlocks the user, too.
    virtual void setPassword(const UserRecord &user, const QString &hash, bool changePassword) = 0;
    virtual void setLoginFailures(const QString &user, int failures, Instant lockedUntil) = 0;
    virtual void noteSignIn(const QString &user) = 0;
    /// With its sessions.
    virtual void removeUser(const QString &name) = 0;
    /// Inserts or replaces; the version is raised by the store.
    virtual void putRole(RoleRecord &role) = 0;
    virtual void removeRole(const QString &id) = 0;
    virtual void insertSession(const SessionRecord &session, const QByteArray &hash) = 0;
    virtual void removeSession(const QByteArray &hash) = 0;
    /// @returns whether there was one
    virtual bool removeSession(const QString &id, const QString &user) = 0;
    /// All of the user, but for the one with the hash @p but.
    virtual void removeSessionsOf(const QString &user, const QByteArray &but = {}) = 0;
    virtual void forgetSessionsBefore(Instant instant) = 0;
    /// All sessions of users who came through the identity provider last.
    virtual void removeSessionsThrough(const QString &provider) = 0;
    /// Inserts or replaces; the version is raised by the store.
    virtual void putIdentityProvider(IdentityProviderRecord &record) = 0;
    virtual void removeIdentityProvider(const QString &id) = 0;
    /// The user has come through another identity provider, which has the same issuer.
    virtual void setProviderOfUser(const QString &user, const QString &provider) = 0;
    /// Remembers until @p until that a sign-in has been finished. @returns whether it had not been before
    [[nodiscard]] virtual bool finishSignIn(const QByteArray &digest, Instant until) = 0;
    virtual void noteUse(const LastUse &use) = 0;

    /// Adds an entry as of now.
    virtual void appendAudit(const AuditRecord &record) = 0;

    /// Whether this process is the one that does what falls due for the tenant: of several on one database one does it, until it ends or lets a few seconds
    /// pass without a word, and then another. Asks for it, and prolongs it.
    [[nodiscard]] virtual bool leasesDueWork() = 0;

    /// Undoes the whole unit of work for this reason.
    virtual void fail(Error error) = 0;
    /// Rises with every write; tells whether a step that refused had already changed something.
    [[nodiscard]] virtual int changeCount() const = 0;
};

/// One caller's write: run inside a shared transaction, told the outcome after the commit. `run` must leave nothing behind
/// outside the transaction, because it is run again, alone, when another unit spoils the shared one.
struct WriteUnit
{
    TenantId tenant;
    std::function<void(Transaction &)> run;
    std::function<void(const std::optional<Error> &failure)> done; ///< on the writing thread, after commit or rollback
    Deadline deadline = Deadline::never();
    /// Keys that it is going to ask for with itemsCapturedAs(). Only a hint: a store that is asked over a network may look those of a whole group up at once.
    QStringList captureIds = {};
    /// It writes keys, users or sessions: these are kept where callers are looked up, which may be another database than the one with the tenant's work.
    bool aboutCallers = false;
};

/// Where state lives. Reads run in parallel, each on a snapshot; writes that arrive together share one transaction (group commit).
/// Thread-safe.
class Store
{
public:
    /// Hooks of the pipeline, called on a writing thread. A store with several databases has several such threads ("lanes"), each with hooks of its own, so that what
    /// one lane's hooks keep is touched by its thread alone.
    struct Hooks
    {
        /// At the end of each unit's tenant's part of a transaction, before the commit: the place to match waiting agents.
        std::function<void(Transaction &)> beforeCommit;
        /// Everything that was appended, after the commit and before the units are told. What other processes have appended to the same database as well, in
        /// the order of the log, as soon as this one learns of it.
        std::function<void(const std::vector<Event> &)> committed;
        /// Another process has written the tenant.
        std::function<void(TenantId)> othersWrote;
        /// Instead of `committed` when the transaction was undone.
        std::function<void()> rolledBack;
    };

    virtual ~Store() = default;
    /// @p hooksOf makes the hooks of a lane; it is called for each, maybe later and on another thread when a database can only then be reached. Before the first write; blocks until the
    /// threads of the lanes have them.
    virtual void setHooks(std::function<Hooks(int lane)> hooksOf) = 0;
    /// Blocks until the units so far were told their outcome; then calls @p last on the thread of each lane and forgets the hooks.
    virtual void removeHooks(const std::function<void(int lane)> &last) = 0;
    /// Calls @p tell on the thread of each lane, after the units so far. @returns false when a queue is full: some may have been told
    virtual bool tellWriters(const std::function<void(int lane)> &tell) = 0;
    /// Which lane writes the tenant's work.
    [[nodiscard]] virtual int laneOf(TenantId tenant) const
    {
        Q_UNUSED(tenant)
        return 0;
    }

    /// @returns false when the queue is full: answer Busy
    virtual bool write(WriteUnit unit) = 0;
    /// @returns false when the queue is full. @p run is called on a reading thread.
    virtual bool read(TenantId tenant, std::function<void(Snapshot &)> run, std::function<void(const std::optional<Error> &)> done, Deadline deadline) = 0;
    /// read() for keys and users of a tenant; see WriteUnit::aboutCallers.
    virtual bool readCallers(TenantId tenant, std::function<void(Snapshot &)> run, std::function<void(const std::optional<Error> &)> done, Deadline deadline)
    {
        return read(tenant, std::move(run), std::move(done), deadline);
    }

    /// Like read(), for what may look at many items: on threads of its own, so that it keeps nobody else waiting, and with a limit of time, after
    /// which it fails with SearchTooBroad.
    virtual bool search(TenantId tenant, std::function<void(Snapshot &)> run, std::function<void(const std::optional<Error> &)> done, Deadline deadline) = 0;

    /// What is known before a caller's tenant is. Runs on a reading thread like read().
    virtual bool lookUp(std::function<void(Directory &)> run, std::function<void(const std::optional<Error> &)> done, Deadline deadline) = 0;

    /// Another number, in every process on the same database, as soon as something that was true of a caller may not be true any more: what was looked up
    /// under an earlier one is not to be believed.
    [[nodiscard]] virtual quint64 callersVersion() const = 0;

    /// Blocks; for setting up an installation. @param ccid a UUID
    [[nodiscard]] virtual Result<TenantId> createTenant(const QString &id, const QString &name, const QString &ccid) = 0;

    /// Blocks; for setting up. A secret that all processes on the database share: what it keeps as @p name, which is @p candidate when it keeps none yet.
    [[nodiscard]] virtual Result<QByteArray> sharedSecret(const QString &name, const QByteArray &candidate) = 0;

    /// Why the store cannot serve at the moment; nothing when it can.
    [[nodiscard]] virtual std::optional<QString> trouble() const = 0;
    /// The same for tenants whose work is in a database of their own, of each of them: why it cannot be served, or nothing.
    [[nodiscard]] virtual std::map<TenantId, std::optional<QString>> tenantTroubles() const { return {}; }
    /// By how much this process's clock is ahead of the database's (negative: behind), as far as it is sure; nothing: they have one clock.
    [[nodiscard]] virtual std::optional<milliseconds> clockDeviation() const { return std::nullopt; }
    /// More than that is worth a warning: what falls due, and the age of work, go by the clock of whichever process looks.
    static constexpr milliseconds MostClockDeviation { 3'000 };
    [[nodiscard]] virtual QString kind() const = 0; ///< "sqlite"
    [[nodiscard]] virtual qint64 sizeBytes() const = 0;
};

} // namespace iwd

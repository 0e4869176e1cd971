// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "database.h"
#include "tenantcache.h"

#include <pipeline/store.h>

namespace iwd {

/// A tenant's view of a database inside an open transaction, for reading threads (as Snapshot) and the writing thread. What databases differ in is left to
/// the class of each.
class SqlTransaction : public Transaction
{
public:
    /// @param configuration null: it is looked for when it is first asked for
    SqlTransaction(Database &database, TenantId tenant, Instant now, std::shared_ptr<const ConfigurationSnapshot> configuration, TenantCache &cache);

    TenantId tenant() const override { return m_tenant; }
    Instant now() const override { return m_now; }
    const std::optional<Error> &failure() const override { return m_database.failure(); }
    std::shared_ptr<const ConfigurationSnapshot> configuration() override;
    std::vector<ConfigRecord> configRecords(ConfigKind kind, bool deleted) override;
    std::optional<ConfigRecord> configRecord(ConfigKind kind, const QString &id) override;
    bool isUsedByItems(ConfigKind kind, const QString &id) override;

    std::optional<ItemRecord> item(ItemId id) override;
    std::vector<ItemRecord> items(const std::vector<ItemId> &ids) override;
    std::vector<ItemId> itemsCapturedAs(const QString &captureId, const QString &capturePointId) override;
    std::vector<ItemRecord> items(const ItemFilter &filter, qint64 after, bool newestFirst, int limit) override;
    std::vector<ItemCount> countItems(Instant since) override;
    std::vector<ItemCount> countItems(Instant since, const QStringList &categories) override;

    const WorkClass &workClass(qint64 id) override;
    const std::map<qint64, Waiting> &oldestWaiting() override;
    std::vector<Waiting> waiting(const WaitingRange &range, int limit) override;
    std::vector<std::vector<Waiting>> waiting(const std::vector<WaitingRange> &ranges, int limit) override;
    std::vector<Waiting> waitingFromTheEnd(qint64 classId, int limit) override;
    std::optional<Waiting> newestWaiting(const WaitingRange &range) override;

    std::optional<Assignment> assignment(ItemId item) override;
    std::vector<Assignment> assignmentsOf(const QString &agentId) override;
    AgentStatus agentStatus(const QString &agentId) override;
    const AgentDesks &desks() override;
    const Refusals &refusals() override;
    const std::map<QString, SegmentService> &segmentServices(const QString &queueId) override;
    int countWaiting(const QString &queueId, int limit) override;

    ItemHistory itemHistory(qint64 from, qint64 to) override;
    std::vector<SourceArrivals> arrivalsBySource(qint64 from) override;
    QStringList requestedSkills() override;

    std::vector<StoredEvent> events(qint64 after, int limit) override;
    std::vector<StoredEvent> history(ItemId item, qint64 after, int limit) override;
    qint64 lastEvent() override;
    qint64 firstEvent() override;

    std::optional<JobRecord> job(qint64 id) override;
    std::vector<JobRecord> jobs(qint64 before, int limit) override;
    std::vector<JobRecord> openJobs(int limit) override;
    QByteArray jobPlan(qint64 id) override;
    std::vector<JobResult> jobResults(qint64 id, ItemId after, std::optional<JobOutcome> outcome, int limit) override;
    std::optional<qint64> jobConfirmedBy(const QByteArray &confirmation) override;
    std::optional<qint64> jobUndoing(qint64 id) override;

    std::optional<FilterRecord> filter(qint64 id) override;
    std::vector<FilterRecord> filters(const Actor &owner, qint64 after, int limit) override;
    std::optional<qint64> filterCalled(const Actor &owner, const QString &name) override;
    int countFilters(const Actor &owner) override;

    std::vector<WebhookRecord> webhooks() override;
    std::vector<WebhookDelivery> dueDeliveries(const QString &capturePointId, Instant now, int limit) override;
    std::vector<WebhookDelivery> deadDeliveries(const QString &capturePointId, qint64 after, int limit) override;
    std::map<QString, WebhookCounts> webhookCounts() override;

    std::vector<ApiKeyRecord> apiKeys() override;
    bool hasUsers() override;
    std::vector<UserRecord> users() override;
    std::optional<UserRecord> user(const QString &name) override;
    std::vector<RoleRecord> roles() override;
    std::vector<SessionRecord> sessions() override;
    std::vector<IdentityProviderRecord> identityProviders() override;
    std::optional<UserRecord> userWithIdentity(const QString &issuer, const QString &subject) override;
    std::vector<AuditRecord> audit(const AuditFilter &filter, qint64 before, int limit) override;

    void insertItem(ItemRecord &record) override;
    void updateItem(ItemRecord &record, bool payloadChanged) override;
    void moveWaiting(const ItemRecord &record) override;
    qint64 ensureClass(const WorkClass &terms) override;
    void reclass(qint64 fromClass, qint64 toClass, qint64 fromValue, qint64 toValue) override;
    std::vector<std::pair<qint64, WorkClass>> classesOfSchema(const QString &schemaId) override;
    Assignment insertAssignment(Assignment assignment) override;
    void extendAssignment(qint64 token, Instant leaseUntil) override;
    void acceptOffer(qint64 token, milliseconds lease) override;
    void shiftLeases(milliseconds by, Instant from) override;
    void removeAssignment(ItemId item) override;
    std::vector<Assignment> expiredAssignments(int limit) override;
    std::vector<DueTimer> dueTimers(int limit) override;
    std::vector<ItemId> errorHeldItems(const QString &capturePointId, ItemId after, int limit) override;
    void setAgentStatus(const QString &agentId, const AgentStatus &status) override;
    void setChannelStatus(const QString &agentId, const QString &channel, const AgentStatus &status) override;
    void setIdle(const QString &agentId) override;
    void addRefusal(ItemId item, const QString &agentId, Instant until) override;
    int forgetRefusals(int limit) override;
    void setSegmentService(const QString &queueId, const QString &segment, const SegmentService &service) override;
    void putConfig(ConfigRecord &record) override;
    void appendEvent(Event event) override;
    std::optional<std::pair<QByteArray, Answer>> storedAnswer(const IdempotencyKey &key) override;
    void storeAnswer(const IdempotencyKey &key, const Answer &answer) override;
    void forgetAnswersBefore(Instant instant, int limit) override;
    void insertJob(JobRecord &job, const QByteArray &plan) override;
    void updateJob(const JobRecord &job) override;
    void addJobResults(qint64 job, const std::vector<JobResult> &results) override;
    bool forgetJobsEndedBefore(Instant instant, int limit) override;
    void insertFilter(FilterRecord &record) override;
    void updateFilter(FilterRecord &record) override;
    void removeFilter(qint64 id) override;
    void removePrivateFilters(const Actor &owner) override;
    void putWebhook(const WebhookRecord &record) override;
    void removeWebhook(const QString &capturePointId) override;
    void addDeliveries(const QString &capturePointId, const std::vector<WebhookDelivery> &deliveries) override;
    void endDelivery(const WebhookDelivery &delivery) override;
    void failDelivery(const WebhookDelivery &delivery, const WebhookFailure &failure) override;
    bool reviveDelivery(qint64 id) override;
    bool discardDelivery(qint64 id) override;
    void insertApiKey(const ApiKeyRecord &key, const QByteArray &hash) override;
    bool revokeApiKey(const QString &id) override;
    bool rotateApiKey(const QString &id, const QByteArray &hash, Instant oldUntil) override;
    void insertUser(const UserRecord &user) override;
    void updateUser(UserRecord &user) override;
    void setPassword(const UserRecord &user, const QString &hash, bool changePassword) override;
    void setLoginFailures(const QString &user, int failures, Instant lockedUntil) override;
    void noteSignIn(const QString &user) override;
    void removeUser(const QString &name) override;
    void putRole(RoleRecord &role) override;
    void removeRole(const QString &id) override;
    void insertSession(const SessionRecord &session, const QByteArray &hash) override;
    void removeSession(const QByteArray &hash) override;
    bool removeSession(const QString &id, const QString &user) override;
    void removeSessionsOf(const QString &user, const QByteArray &but) override;
    void forgetSessionsBefore(Instant instant) override;
    void removeSessionsThrough(const QString &provider) override;
    void putIdentityProvider(IdentityProviderRecord &record) override;
    void removeIdentityProvider(const QString &id) override;
    void setProviderOfUser(const QString &user, const QString &provider) override;
    bool finishSignIn(const QByteArray &digest, Instant until) override;
    void noteUse(const LastUse &use) override;
    void appendAudit(const AuditRecord &record) override;

    bool leasesDueWork() override { return true; }
    void fail(Error error) override { m_database.fail(std::move(error)); }
    int changeCount() const override { return m_changes + m_callerChanges; }
    /// Of what is not about callers and what they keep for themselves alone: nothing that a process remembers of a tenant's work is made of that.
    [[nodiscard]] bool hasChangedWork() const { return m_changes > 0; }

    /// What was appended so far, in order. To be called before the commit: events that wait to be written together are written here.
    [[nodiscard]] std::vector<Event> &appended()
    {
        writeEvents();
        return m_events;
    }
    /// Whether it ended what a caller could do.
    [[nodiscard]] bool callersChanged() const { return m_callersChanged; }
    /// The configuration as this transaction leaves it; null when it did not change it.
    [[nodiscard]] std::shared_ptr<const ConfigurationSnapshot> changedConfiguration();

    MatchCount countMatches(const ItemSearch &search, int exactUpTo) override;

protected:
    /// How many match, counted no further than @p limit.
    virtual qint64 countUpTo(const ItemSearch &search, int limit) = 0;
    // Each of these writes, or keeps what it is given to be written together with others; whoever asks the tables before the commit makes writeKept() write it.
    /// The ordering row and the payload of a new item, which gets its id. @returns whether it could be tried
    virtual bool storeItem(ItemRecord &record);
    virtual bool storeChange(const ItemRecord &record, bool payloadChanged);
    /// A new assignment, which gets its token.
    virtual void storeAssignment(Assignment &assignment);
    virtual void dropAssignment(ItemId item);
    virtual void storeIdle(const QString &agentId);
    virtual void storeSegmentService(const QString &queueId, const QString &segment, const SegmentService &service);
    /// After every change of an item: how it is now.
    virtual void noteItem(const ChangedItem &changed) { (void)changed; }
    /// Before a change by a statement of this name.
    virtual void noteStatement(const QString &name) { (void)name; }
    /// After a change of items that nobody counts.
    virtual void noteUnknownItems() { }
    /// Before @p statement looks at the tables.
    virtual void writeKept(std::string_view statement) { (void)statement; }
    /// Reads those of the items that are there, in the order of @p ids.
    [[nodiscard]] virtual std::vector<ItemRecord> readItems(const std::vector<ItemId> &ids);
    /// How many items are worth reading at once, because those behind one that was asked for are likely to be asked for next.
    [[nodiscard]] virtual size_t itemsAtOnce() const { return 1; }
    /// Writes events, which come in their order, gives them their ids, and drops their bodies: from there on the log has them.
    /// @returns whether it could be tried
    virtual bool storeEvents(std::span<Event> events) = 0;
    /// How many events are worth waiting for before they are written together.
    [[nodiscard]] virtual size_t eventsAtOnce() const = 0;
    /// True for a payload p with the label :label.
    [[nodiscard]] virtual QString hasLabelSql() const = 0;
    /// How a list of items i is asked for of which none waits and none has ended.
    struct ItemsApart
    {
        QString condition;
        QString hint; ///< behind the name of the table
    };
    [[nodiscard]] virtual ItemsApart itemsApart() const = 0;
    /// The tenant's configuration as this transaction sees it, without its own changes. @returns null when the database failed
    [[nodiscard]] virtual std::shared_ptr<const ConfigurationSnapshot> findConfiguration() { return loadConfiguration(); }
    /// All records of the tenant's configuration, compiled. @returns null when the database failed
    [[nodiscard]] std::shared_ptr<const ConfigurationSnapshot> loadConfiguration();

    /// The place behind which a range begins.
    [[nodiscard]] static Waiting beginOf(const WaitingRange &range);
    Statement statement(const char *name);
    bool change(Statement &statement);
    bool changeCallers(Statement &statement);
    void noteChange() { ++m_changes; }
    void writeEvents();
    [[nodiscard]] Database &database() { return m_database; }
    [[nodiscard]] bool configurationChanged() const { return m_configurationChanged; }

private:
    qint64 estimateMatches(const ItemSearch &search);
    std::vector<Assignment> readAssignments(Statement &statement);
    void loadDesks();
    Assignment *inHand(qint64 token);
    std::vector<StoredEvent> readEvents(Statement &statement);
    std::vector<JobRecord> readJobs(Statement &statement);
    void promoteDeliveries(const QString &capturePointId, ItemId item);
    bool settleDead(const char *name, qint64 id, bool promote);
    void bindOrderingRow(Statement &statement, const ItemRecord &record);
    void bindPayload(Statement &payload, const WorkItem &item);
    void writeTimers(const ItemRecord &record, const ItemRecord *before, bool isNew);
    void noteChanged(const ItemRecord &record);

    Database &m_database;
    TenantId m_tenant;
    Instant m_now;
    std::shared_ptr<const ConfigurationSnapshot> m_configuration;
    bool m_configurationStale = false;
    bool m_configurationChanged = false;
    bool m_callersChanged = false;
    TenantCache &m_cache;
    std::vector<Event> m_events;
    size_t m_writtenEvents = 0; ///< of m_events; the others wait to be written together
    int m_changes = 0;
    int m_callerChanges = 0; ///< of keys, users, sessions, saved filters, webhooks and the audit
};

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "configurationcache.h"
#include "eventfacts.h"
#include "itemrows.h"
#include "postgresdatabase.h"
#include "sqltransaction.h"

namespace iwd {

/// What a tenant's row in tenant_state says. The writing process reads it under the tenant's lock, gives out numbers from it, and writes it back once, with the
/// commit. So ids rise in the order of commits, and a reader of the log who has seen an event has seen all before it: nothing that commits late can ever
/// appear behind his cursor.
struct TenantState
{
    qint64 lastEvent = 0;
    qint64 lastDay = 0; ///< of the last event; never goes back, whatever the clock does
    qint64 lastItem = 0;
    qint64 lastToken = 0;
    qint64 configurationVersion = 0;
    qint64 callersVersion = 0; ///< see Store::callersVersion()
    /// Rises with each transaction that changed something: when it is not what a process remembers, another one has written. Events of a transaction carry the number that it rises
    /// to, when they tell of all changes; else it rises by one more, so that a number is missing in the log.
    qint64 writes = 0;
    QString worker; ///< the process that does what falls due …
    qint64 workerUntilMillis = 0; ///< … until then, by the database's clock
    qint64 databaseMillis = 0; ///< that clock
    bool known = false; ///< there is such a tenant
    bool changed = false;
    bool workerChanged = false;

    /// What is stored under the keys that the units of the transaction said they would ask for.
    struct Captured
    {
        ItemId item;
        QString capturePointId;
    };
    QHash<QString, QList<Captured>> captured; ///< by key; none: there is no such item. In the order of ids
};

/// A tenant's view of a PostgreSQL database.
class PostgresTransaction final : public SqlTransaction
{
public:
    /// @param state of a writing transaction, outlives this; null: it only reads. @param process by which this process is known to others
    PostgresTransaction(PostgresDatabase &database, TenantId tenant, Instant now, TenantCache &cache, TenantState *state, ConfigurationCache &configurations, const QString &process = {});

    std::vector<SearchHit> search(const ItemSearch &search, const std::vector<SortKey> &sort, const std::optional<QJsonArray> &after, int limit) override;
    std::set<ItemId> matching(const ItemSearch &search, const std::vector<ItemId> &items) override;
    using SqlTransaction::waiting;
    std::vector<std::vector<Waiting>> waiting(const std::vector<WaitingRange> &ranges, int limit) override;
    qint64 lastEvent() override;
    std::vector<ItemId> itemsCapturedAs(const QString &captureId, const QString &capturePointId) override;

    /// Reads the state of a tenant whose lock this transaction holds, and what is stored under these keys.
    [[nodiscard]] static TenantState readState(PostgresDatabase &database, TenantId tenant, const QStringList &captureIds);
    /// Sends what was kept to be written together, and the state.
    void writeRest();
    /// Events of another process, as far as figures and signals need them: with ids in (after, upTo], at most @p limit, in their order. What they tell besides is added to @p told.
    [[nodiscard]] static std::vector<Event> readFacts(PostgresDatabase &database, TenantId tenant, qint64 after, qint64 upTo, int limit, ToldChanges &told);
    /// Whether the events tell other processes of all items that this transaction changed. To be called when all events are written.
    [[nodiscard]] bool hasToldAll() const { return m_untold.empty() && !m_cannotTell && m_handsChanged == m_handsTold; }

    /// What holds for items i that neither wait nor have ended.
    [[nodiscard]] static QString conditionForItemsApart();

    bool leasesDueWork() override;

protected:
    qint64 countUpTo(const ItemSearch &search, int limit) override;
    bool storeItem(ItemRecord &record) override;
    bool storeChange(const ItemRecord &record, bool payloadChanged) override;
    void storeAssignment(Assignment &assignment) override;
    void dropAssignment(ItemId item) override;
    void storeIdle(const QString &agentId) override;
    void storeSegmentService(const QString &queueId, const QString &segment, const SegmentService &service) override;
    void noteItem(const ChangedItem &changed) override;
    void noteStatement(const QString &name) override;
    void noteUnknownItems() override { m_cannotTell = true; }
    void writeKept(std::string_view statement) override;
    std::vector<ItemRecord> readItems(const std::vector<ItemId> &ids) override;
    size_t itemsAtOnce() const override { return 16; }
    bool storeEvents(std::span<Event> events) override;
    size_t eventsAtOnce() const override;
    QString hasLabelSql() const override;
    ItemsApart itemsApart() const override;
    std::shared_ptr<const ConfigurationSnapshot> findConfiguration() override;

private:
    void noteHands();
    [[nodiscard]] ToldChanges tellWith(const Event &event, bool isLast);
    void writeItems();
    void writeAssignments();
    void writeIdle();
    void writeSegmentServices();

    PostgresDatabase &m_postgres;
    TenantState *m_state;
    ConfigurationCache &m_configurations;
    const QString m_process;
    // What is not written yet
    OrderingRows m_newRows;
    PayloadRows m_newPayloads;
    QSet<QString> m_newCaptureIds;
    OrderingRows m_changedRows;
    PayloadRows m_changedPayloads;
    std::vector<ItemId> m_droppedAssignments; ///< before the new ones
    std::vector<Assignment> m_newAssignments;
    QSet<QString> m_idle;
    std::map<std::pair<QString, QString>, SegmentService> m_segmentServices; ///< by queue and segment
    // What no event has told other processes yet
    std::unordered_map<qint64, ChangedItem> m_untold; ///< by item
    bool m_cannotTell = false;
    bool m_handsChanged = false; ///< see ToldChanges::hands
    bool m_handsTold = false;
};

/// Days since 1970, as the log's partitions count them.
[[nodiscard]] qint64 dayOf(Instant instant);

} // namespace iwd

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "await.h"
#include "manualclock.h"
#include "privatepostgres.h"

#include <contract/agentapi.h>
#include <contract/calendarapi.h>
#include <contract/capturepointapi.h>
#include <contract/categoryapi.h>
#include <contract/queueapi.h>
#include <contract/schemaapi.h>
#include <contract/skillapi.h>
#include <pipeline/capture/capture.h>
#include <pipeline/configure/configobjects.h>
#include <pipeline/distribute/duework.h>
#include <pipeline/pipeline.h>
#include <storage/sqlitestore.h>
#include <storage/tenantdatabases.h>

#include <QJsonDocument>
#include <QTemporaryDir>
#include <QTest>

namespace iwd::test {

enum class StoreKind {
    Sqlite,
    Postgresql,
    OwnDatabases, ///< in PostgreSQL, each tenant in a database of its own
};

/// Which store the tests of this run are about: IWD_TEST_STORE says "postgresql" or "own-databases", else it is SQLite. The same programs run for all.
[[nodiscard]] inline StoreKind testedStore()
{
    const QString named = qEnvironmentVariable("IWD_TEST_STORE");
    return named == QStringLiteral("postgresql") ? StoreKind::Postgresql : named == QStringLiteral("own-databases") ? StoreKind::OwnDatabases : StoreKind::Sqlite;
}

/// A pipeline on a real store of its own, with a clock that the test moves. What is due by the clock runs when the test says so.
class PipelineFixture
{
public:
    /// @param limits options of the store; where it is is the fixture's own, and what only SQLite has does not count for others
    explicit PipelineFixture(SqliteOptions limits = {}, StoreKind kind = testedStore())
        : m_options(std::move(limits))
        , m_kind(kind)
    {
        if (m_kind != StoreKind::Sqlite)
            database = PrivatePostgres::shared().newDatabase();
        openStore();
        tenant = *store->createTenant(QStringLiteral("100"), QStringLiteral("t100"), QStringLiteral("6a2f41a3-c54c-fce8-32d2-0324e1c32e22"));
        openPipeline();
        const auto seeded = run<bool>([](Transaction &transaction) -> Result<bool> {
            seedConfiguration(transaction);
            return true;
        });
        Q_ASSERT(seeded);
    }

    ~PipelineFixture()
    {
        if (m_kind != StoreKind::Sqlite)
            checkPlaces();
    }

    /// Another server on the same database.
    struct Server
    {
        std::unique_ptr<Store> store;
        std::unique_ptr<Pipeline> pipeline;
    };
    /// @param options of its store; where that is is the fixture's own. Only for StoreKind::Postgresql
    [[nodiscard]] Server anotherServer(PostgresOptions options = {}) const
    {
        options.url = PrivatePostgres::shared().url(database);
        auto opened = PostgresStore::open(options, clock);
        must(opened);
        Server server { *std::move(opened), nullptr };
        server.pipeline = pipelineOn(*server.store);
        return server;
    }
    /// From now on @p other works in the place of the fixture's own, and the other way round.
    void changePlaces(Server &other)
    {
        std::swap(store, other.store);
        std::swap(pipeline, other.pipeline);
    }

    /// The name of the database in PostgreSQL that the tenant's work is in.
    [[nodiscard]] QString databaseOfTenant() const { return m_kind == StoreKind::OwnDatabases ? QString(database + QStringLiteral("-100")) : database; }

    void restart()
    {
        pipeline.reset();
        store.reset();
        openStore();
        openPipeline();
    }

    /// Runs @p work in a write unit and waits for its commit.
    template <typename T>
    Result<T> run(std::function<Result<T>(Transaction &)> work)
    {
        return run<T>(tenant, std::move(work));
    }

    template <typename T>
    Result<T> run(TenantId of, std::function<Result<T>(Transaction &)> work, bool aboutCallers = false)
    {
        const auto outcome = std::make_shared<std::optional<T>>();
        const auto kept = [outcome, work](Transaction &transaction) -> Result<T> {
            Result<T> result = work(transaction);
            if (result)
                *outcome = *result;
            return result;
        };
        const auto answer = await(pipeline->write<T>({ of, actor, Deadline::never(), std::nullopt, {}, aboutCallers }, kept, [](const T &) { return Answer {}; }));
        if (!answer)
            return answer.error();
        return **outcome;
    }

    template <typename T>
    Result<T> look(std::function<Result<T>(Snapshot &)> work)
    {
        return await(pipeline->read<T>(tenant, Deadline::never(), std::move(work)));
    }

    Result<ItemAnswer> capture(const QJsonObject &json)
    {
        const auto input = decodeItemInput(json, InputMode::Create);
        if (!input)
            return input.error();
        return run<ItemAnswer>([this, input](Transaction &transaction) { return captureItem(transaction, *input, actor); });
    }

    Result<ItemAnswer> change(ItemOperation operation, const QString &id, const std::function<void(ItemCommand &)> &adjust = {})
    {
        ItemCommand command;
        command.operation = operation;
        command.item = { id, {} };
        command.actor = actor;
        if (adjust)
            adjust(command);
        return run<ItemAnswer>([command](Transaction &transaction) { return changeItem(transaction, command); });
    }

    Result<ItemAnswer> patch(const QString &id, const QJsonObject &json)
    {
        const auto input = decodeItemInput(json, InputMode::Update);
        if (!input)
            return input.error();
        return change(ItemOperation::Update, id, [&](ItemCommand &command) { command.input = *input; });
    }

    ItemRecord item(const QString &id)
    {
        const auto found = look<ItemRecord>([id](Snapshot &snapshot) { return findItem(snapshot, { id, {} }); });
        if (!found)
            qFatal("no item %s", qPrintable(id));
        return *found;
    }

    QStringList eventTypes(const QString &id)
    {
        QStringList types;
        for (const QJsonObject &event : history(id))
            types.append(event.value(QStringLiteral("type")).toString());
        return types;
    }

    QList<QJsonObject> history(const QString &id)
    {
        const ItemId number = item(id).item.id;
        const auto events = look<std::vector<StoredEvent>>([number](Snapshot &snapshot) -> Result<std::vector<StoredEvent>> { return snapshot.history(number, 0, 1000); });
        QList<QJsonObject> list;
        for (const StoredEvent &event : *events)
            list.append(QJsonDocument::fromJson(event.json()).object());
        return list;
    }

    Result<PutOutcome> put(ConfigKind kind, const QJsonObject &document)
    {
        const PutCommand command { kind, document.value(QStringLiteral("id")).toString(), document, PutMode::Replace, std::nullopt, true, actor };
        PutCommand create = command;
        create.anyVersion = false;
        create.mode = PutMode::Create;
        return run<PutOutcome>([command, create](Transaction &transaction) {
            const auto stored = transaction.configRecord(command.kind, command.id);
            return putObject(transaction, stored && !stored->deleted ? command : create);
        });
    }

    void addQueue(const QString &id, const SkillLevels &skills = {}, milliseconds lease = std::chrono::minutes(5))
    {
        Queue queue;
        queue.id = queue.name = id;
        queue.requiredSkills = skills;
        queue.lease = lease;
        must(put(ConfigKind::Queue, encodeQueue(queue)));
    }
    void addSkill(const QString &id)
    {
        Skill skill;
        skill.id = skill.name = id;
        must(put(ConfigKind::Skill, encodeSkill(skill)));
    }
    void addAgent(const QString &id, const SkillLevels &skills = {}, const std::map<QString, int> &capacity = {}, bool ready = true)
    {
        Agent agent;
        agent.id = agent.name = id;
        agent.skills = skills;
        agent.capacity = capacity;
        must(put(ConfigKind::Agent, encodeAgent(agent)));
        if (ready)
            setState(id, AgentState::Ready);
    }
    void addSchema(const PrioritizationSchema &schema) { must(put(ConfigKind::Schema, encodePrioritizationSchema(schema))); }
    void addCategory(const QString &id, const QJsonObject &rule, const QString &queueId, int order = 0, const QString &parentId = {}, const QString &schemaId = QStringLiteral("standard"))
    {
        Category category;
        category.id = category.name = id;
        category.parentId = parentId;
        category.order = order;
        category.rule = *Condition::parse(rule);
        category.queueId = queueId;
        category.schemaId = parentId.isEmpty() ? schemaId : QString();
        must(put(ConfigKind::Category, encodeCategory(category)));
    }
    void setState(const QString &agentId, AgentState state)
    {
        must(run<AgentStatus>([=, this](Transaction &transaction) { return setAgentState(transaction, { agentId, {}, state, {}, actor }); }));
    }

    /// One attempt, without waiting.
    Result<NextOutcome> next(const QString &agentId)
    {
        const auto kept = std::make_shared<NextOutcome>();
        const auto answer = await(pipeline->next({ tenant, actor, Deadline::never(), std::nullopt }, agentId, milliseconds(0), [kept](const NextOutcome &outcome) {
            *kept = outcome;
            return Answer {};
        }));
        if (!answer)
            return answer.error();
        return *kept;
    }

    Result<ItemAnswer> act(AgentAction action, const QString &agentId, const QString &itemId, qint64 token)
    {
        const AgentCommand command { action, agentId, { itemId, {} }, token, {}, {}, actor, {}, {} };
        return run<ItemAnswer>([command](Transaction &transaction) { return actOnAssignment(transaction, command); });
    }

    /// Moves the clock and does what has fallen due.
    void advance(milliseconds time)
    {
        clock.advance(time);
        must(run<bool>([this](Transaction &transaction) -> Result<bool> {
            while (pipeline->doDueWork(transaction, 100)) { }
            return true;
        }));
    }

    template <typename T>
    static void must(const Result<T> &result)
    {
        if (!result)
            qFatal("%s", qPrintable(result.error().text));
    }

    QTemporaryDir folder;
    ManualClock clock;
    QString database; ///< the name of it, when the store is PostgreSQL; that of the directory when tenants have their own
    std::unique_ptr<Store> store;
    std::unique_ptr<Pipeline> pipeline;
    TenantId tenant;
    Actor actor { QStringLiteral("apiKey"), QStringLiteral("key-1"), QStringLiteral("Test") };

private:
    void openStore()
    {
        store = m_kind == StoreKind::Sqlite ? openSqlite() : openPostgres();
    }
    std::unique_ptr<Store> openSqlite()
    {
        SqliteOptions options = m_options;
        options.path = folder.filePath(QStringLiteral("iwd.db"));
        auto opened = SqliteStore::open(options, clock);
        must(opened);
        return *std::move(opened);
    }
    std::unique_ptr<Store> openPostgres()
    {
        PostgresOptions options;
        options.url = PrivatePostgres::shared().url(database);
        options.readers = m_options.readers;
        options.queueLimit = m_options.queueLimit;
        options.groupLimit = m_options.groupLimit;
        options.searchers = m_options.searchers;
        options.searchLimit = m_options.searchLimit;
        options.searchQueueLimit = m_options.searchQueueLimit;
        if (m_kind == StoreKind::OwnDatabases) {
            PrivatePostgres::shared().letMakeDatabases(true);
            auto opened = TenantDatabases::open({ options, true, database + u'-' }, clock);
            must(opened);
            return *std::move(opened);
        }
        auto opened = PostgresStore::open(options, clock);
        must(opened);
        return *std::move(opened);
    }
    /// Whatever a test has done: what waits, and what neither waits nor has ended, is where it is looked for, and nothing else is.
    void checkPlaces() const
    {
        const auto differences = [this](const QString &places, const QString &items) {
            return PrivatePostgres::shared().run(databaseOfTenant(), QStringLiteral("select string_agg(d::text, ' ') from ((%1 except all %2) union all (%2 except all %1)) d").arg(places, items)).value_or(QString());
        };
        const QString wrong = differences(QStringLiteral("select id, class_id, anchor_ms from waiting"), QStringLiteral("select id, class_id, anchor_ms from item where status = 2"))
            + differences(QStringLiteral("(select id from item where aside union all select item_id from assignment)"), QStringLiteral("select id from item where status in (0, 1, 3, 4, 5, 6)"));
        if (!wrong.isEmpty())
            qFatal("These items are not where they should be, or twice there: %s", qPrintable(wrong));
    }
    void openPipeline() { pipeline = pipelineOn(*store); }
    [[nodiscard]] std::unique_ptr<Pipeline> pipelineOn(Store &its) const
    {
        PipelineOptions options;
        options.dueWorkInterval = std::chrono::hours(24);
        auto opened = std::make_unique<Pipeline>(its, clock, options);
        must(await(opened->start({ tenant })));
        return opened;
    }

    SqliteOptions m_options;
    StoreKind m_kind;
};

} // namespace iwd::test

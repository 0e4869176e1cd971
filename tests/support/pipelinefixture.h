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
    explicit PipelineFixture(SqliteOptions limits = {}, StoreKind kind = testedStore());

    ~PipelineFixture();

    /// Another server on the same database.
    struct Server
    {
        std::unique_ptr<Store> store;
        std::unique_ptr<Pipeline> pipeline;
    };
    /// @param options of its store; where that is is the fixture's own. Only for StoreKind::Postgresql
    [[nodiscard]] Server anotherServer(PostgresOptions options = {}) const;
    /// From now on @p other works in the place of the fixture's own, and the other way round.
    void changePlaces(Server &other);

    /// The name of the database in PostgreSQL that the tenant's work is in.
    [[nodiscard]] QString databaseOfTenant() const { return m_kind == StoreKind::OwnDatabases ? QString(database + QStringLiteral("-100")) : database; }

    void restart();

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
        const auto done = write(of, [outcome, work](Transaction &transaction) -> Result<bool> {
            Result<T> result = work(transaction);
            if (!result)
                return result.error();
            *outcome = *result;
            return true;
        }, aboutCallers);
        if (!done)
            return done.error();
        return **outcome;
    }

    template <typename T>
    Result<T> look(std::function<Result<T>(Snapshot &)> work)
    {
        std::optional<T> outcome;
        const auto done = read([&outcome, &work](Snapshot &snapshot) -> Result<bool> {
            Result<T> result = work(snapshot);
            if (!result)
                return result.error();
            outcome = *result;
            return true;
        });
        if (!done)
            return done.error();
        return *outcome;
    }

    Result<ItemAnswer> capture(const QJsonObject &json);

    Result<ItemAnswer> change(ItemOperation operation, const QString &id, const std::function<void(ItemCommand &)> &adjust = {});

    Result<ItemAnswer> patch(const QString &id, const QJsonObject &json);

    ItemRecord item(const QString &id);

    QStringList eventTypes(const QString &id);

    QList<QJsonObject> history(const QString &id);

    Result<PutOutcome> put(ConfigKind kind, const QJsonObject &document);

    void addQueue(const QString &id, const SkillLevels &skills = {}, milliseconds lease = std::chrono::minutes(5));
    void addSkill(const QString &id);
    void addAgent(const QString &id, const SkillLevels &skills = {}, const std::map<QString, int> &capacity = {}, bool ready = true);
    void addSchema(const PrioritizationSchema &schema);
    void addCategory(const QString &id, const QJsonObject &rule, const QString &queueId, int order = 0, const QString &parentId = {}, const QString &schemaId = QStringLiteral("standard"));
    void setState(const QString &agentId, AgentState state);

    /// One attempt, without waiting.
    Result<NextOutcome> next(const QString &agentId);

    Result<ItemAnswer> act(AgentAction action, const QString &agentId, const QString &itemId, qint64 token);

    /// Moves the clock and does what has fallen due.
    void advance(milliseconds time);

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
    // The coroutines below are compiled once, and not for each type in each program.
    [[nodiscard]] Result<bool> write(TenantId of, std::function<Result<bool>(Transaction &)> work, bool aboutCallers);
    [[nodiscard]] Result<bool> read(std::function<Result<bool>(Snapshot &)> work);
    void openStore();
    std::unique_ptr<Store> openSqlite();
    std::unique_ptr<Store> openPostgres();
    /// Whatever a test has done: what waits, and what neither waits nor has ended, is where it is looked for, and nothing else is.
    void checkPlaces() const;
    void openPipeline() { pipeline = pipelineOn(*store); }
    [[nodiscard]] std::unique_ptr<Pipeline> pipelineOn(Store &its) const;

    SqliteOptions m_options;
    StoreKind m_kind;
};

} // namespace iwd::test

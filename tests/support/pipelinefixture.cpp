// SPDX-License-Identifier: Apache-2.0
#include "pipelinefixture.h"

namespace iwd::test {

PipelineFixture::PipelineFixture(SqliteOptions limits, StoreKind kind)
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

PipelineFixture::~PipelineFixture()
{
    if (m_kind != StoreKind::Sqlite)
        checkPlaces();
}

PipelineFixture::Server PipelineFixture::anotherServer(PostgresOptions options) const
{
    options.url = PrivatePostgres::shared().url(database);
    auto opened = PostgresStore::open(options, clock);
    must(opened);
    Server server { *std::move(opened), nullptr };
    server.pipeline = pipelineOn(*server.store);
    return server;
}

void PipelineFixture::changePlaces(Server &other)
{
    std::swap(store, other.store);
    std::swap(pipeline, other.pipeline);
}

void PipelineFixture::restart()
{
    pipeline.reset();
    store.reset();
    openStore();
    openPipeline();
}

Result<ItemAnswer> PipelineFixture::capture(const QJsonObject &json)
{
    const auto input = decodeItemInput(json, InputMode::Create);
    if (!input)
        return input.error();
    return run<ItemAnswer>([this, input](Transaction &transaction) { return captureItem(transaction, *input, actor); });
}

Result<ItemAnswer> PipelineFixture::change(ItemOperation operation, const QString &id, const std::function<void(ItemCommand &)> &adjust)
{
    ItemCommand command;
    command.operation = operation;
    command.item = { id, {} };
    command.actor = actor;
    if (adjust)
        adjust(command);
    return run<ItemAnswer>([command](Transaction &transaction) { return changeItem(transaction, command); });
}

Result<ItemAnswer> PipelineFixture::patch(const QString &id, const QJsonObject &json)
{
    const auto input = decodeItemInput(json, InputMode::Update);
    if (!input)
        return input.error();
    return change(ItemOperation::Update, id, [&](ItemCommand &command) { command.input = *input; });
}

ItemRecord PipelineFixture::item(const QString &id)
{
    const auto found = look<ItemRecord>([id](Snapshot &snapshot) { return findItem(snapshot, { id, {} }); });
    if (!found)
        qFatal("no item %s", qPrintable(id));
    return *found;
}

QStringList PipelineFixture::eventTypes(const QString &id)
{
    QStringList types;
    for (const QJsonObject &event : history(id))
        types.append(event.value(QStringLiteral("type")).toString());
    return types;
}

QList<QJsonObject> PipelineFixture::history(const QString &id)
{
    const ItemId number = item(id).item.id;
    const auto events = look<std::vector<StoredEvent>>([number](Snapshot &snapshot) -> Result<std::vector<StoredEvent>> { return snapshot.history(number, 0, 1000); });
    QList<QJsonObject> list;
    for (const StoredEvent &event : *events)
        list.append(QJsonDocument::fromJson(event.json()).object());
    return list;
}

Result<PutOutcome> PipelineFixture::put(ConfigKind kind, const QJsonObject &document)
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

void PipelineFixture::addQueue(const QString &id, const SkillLevels &skills, milliseconds lease)
{
    Queue queue;
    queue.id = queue.name = id;
    queue.requiredSkills = skills;
    queue.lease = lease;
    must(put(ConfigKind::Queue, encodeQueue(queue)));
}

void PipelineFixture::addSkill(const QString &id)
{
    Skill skill;
    skill.id = skill.name = id;
    must(put(ConfigKind::Skill, encodeSkill(skill)));
}

void PipelineFixture::addAgent(const QString &id, const SkillLevels &skills, const std::map<QString, int> &capacity, bool ready)
{
    Agent agent;
    agent.id = agent.name = id;
    agent.skills = skills;
    agent.capacity = capacity;
    must(put(ConfigKind::Agent, encodeAgent(agent)));
    if (ready)
        setState(id, AgentState::Ready);
}

void PipelineFixture::addCategory(const QString &id, const QJsonObject &rule, const QString &queueId, int order, const QString &parentId, const QString &schemaId)
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

void PipelineFixture::setState(const QString &agentId, AgentState state)
{
    must(run<AgentStatus>([=, this](Transaction &transaction) { return setAgentState(transaction, { agentId, {}, state, {}, actor }); }));
}

Result<NextOutcome> PipelineFixture::next(const QString &agentId)
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

Result<ItemAnswer> PipelineFixture::act(AgentAction action, const QString &agentId, const QString &itemId, qint64 token)
{
    const AgentCommand command { action, agentId, { itemId, {} }, token, {}, {}, actor, {}, {} };
    return run<ItemAnswer>([command](Transaction &transaction) { return actOnAssignment(transaction, command); });
}

void PipelineFixture::advance(milliseconds time)
{
    clock.advance(time);
    must(run<bool>([this](Transaction &transaction) -> Result<bool> {
        while (pipeline->doDueWork(transaction, 100)) { }
        return true;
    }));
}

void PipelineFixture::openStore()
{
    store = m_kind == StoreKind::Sqlite ? openSqlite() : openPostgres();
}

std::unique_ptr<Store> PipelineFixture::openSqlite()
{
    SqliteOptions options = m_options;
    options.path = folder.filePath(QStringLiteral("iwd.db"));
    auto opened = SqliteStore::open(options, clock);
    must(opened);
    return *std::move(opened);
}

std::unique_ptr<Store> PipelineFixture::openPostgres()
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

void PipelineFixture::checkPlaces() const
{
    const auto differences = [this](const QString &places, const QString &items) {
        return PrivatePostgres::shared().run(databaseOfTenant(), QStringLiteral("select string_agg(d::text, ' ') from ((%1 except all %2) union all (%2 except all %1)) d").arg(places, items)).value_or(QString());
    };
    const QString wrong = differences(QStringLiteral("select id, class_id, anchor_ms from waiting"), QStringLiteral("select id, class_id, anchor_ms from item where status = 2"))
        + differences(QStringLiteral("(select id from item where aside union all select item_id from assignment)"), QStringLiteral("select id from item where status in (0, 1, 3, 4, 5, 6)"));
    if (!wrong.isEmpty())
        qFatal("These items are not where they should be, or twice there: %s", qPrintable(wrong));
}

std::unique_ptr<Pipeline> PipelineFixture::pipelineOn(Store &its) const
{
    PipelineOptions options;
    options.dueWorkInterval = std::chrono::hours(24);
    auto opened = std::make_unique<Pipeline>(its, clock, options);
    must(await(opened->start({ tenant })));
    return opened;
}

void PipelineFixture::addSchema(const PrioritizationSchema &schema)
{
    must(put(ConfigKind::Schema, encodePrioritizationSchema(schema)));
}

Result<bool> PipelineFixture::write(TenantId of, std::function<Result<bool>(Transaction &)> work, bool aboutCallers)
{
    const auto answer = await(pipeline->write<bool>({ of, actor, Deadline::never(), std::nullopt, {}, aboutCallers }, std::move(work), [](const bool &) { return Answer {}; }));
    return answer ? Result<bool>(true) : answer.error();
}

Result<bool> PipelineFixture::read(std::function<Result<bool>(Snapshot &)> work)
{
    return await(pipeline->read<bool>(tenant, Deadline::never(), std::move(work)));
}

} // namespace iwd::test

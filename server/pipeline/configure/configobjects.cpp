// SPDX-License-Identifier: Apache-2.0
#include "configobjects.h"

#include "configlog.h"

#include <pipeline/versionmismatch.h>
#include <pipeline/webhooks/webhooks.h>

#include <contract/agentapi.h>
#include <contract/attributeapi.h>
#include <contract/capturepointapi.h>
#include <contract/categoryapi.h>
#include <contract/queueapi.h>
#include <contract/schemaapi.h>

#include <QJsonArray>

namespace iwd {

namespace {

constexpr int MaxCategoryDepth = 20;

QJsonObject nameOf(ConfigKind kind, const QString &id)
{
    return { { QStringLiteral("kind"), configKindName(kind) }, { QStringLiteral("id"), id } };
}

/// The kind as sentences have it: "capture point".
QString kindInWords(ConfigKind kind)
{
    return configKindName(kind).replace(u'-', u' ');
}

Error badReference(const QString &field, ConfigKind kind, const QString &id)
{
    return { ErrorCode::InvalidReference, QStringLiteral("There is no %1 \"%2\". Create it first.").arg(kindInWords(kind), id), field, nameOf(kind, id) };
}

Error deletedParent(const QString &id)
{
    return { ErrorCode::InvalidReference, QStringLiteral("The parent, category \"%1\", is deleted. Restore it first.").arg(id), QStringLiteral("parent"), nameOf(ConfigKind::Category, id) };
}

Result<void> checkSkills(const ConfigurationSnapshot &configuration, const QString &field, const SkillLevels &skills)
{
    for (const auto &[id, level] : skills) {
        if (!configuration.skill(id))
            return badReference(field + u'.' + id, ConfigKind::Skill, id);
    }
    return {};
}

Result<void> checkCalendar(const ConfigurationSnapshot &configuration, const QString &id)
{
    if (!id.isEmpty() && !configuration.calendar(id))
        return badReference(QStringLiteral("calendar"), ConfigKind::Calendar, id);
    return {};
}

Result<void> checkCategory(const ConfigurationSnapshot &configuration, const Category &category)
{
    if (const auto known = checkCalendar(configuration, category.calendarId); !known)
        return known;
    if (!category.queueId.isEmpty() && !configuration.queue(category.queueId))
        return badReference(QStringLiteral("queue"), ConfigKind::Queue, category.queueId);
    if (!category.schemaId.isEmpty() && !configuration.schema(category.schemaId))
        return badReference(QStringLiteral("schema"), ConfigKind::Schema, category.schemaId);
    if (category.parentId.isEmpty()) {
        if (category.queueId.isEmpty() || category.schemaId.isEmpty()) {
            return missingField(category.queueId.isEmpty() ? QStringLiteral("queue") : QStringLiteral("schema"),
                QStringLiteral("a category of the first level must name both a queue and a prioritization schema, because it has no parent to take them from"));
        }
        return {};
    }
    const CategoryNode *parent = configuration.category(category.parentId);
    if (!parent)
        return badReference(QStringLiteral("parent"), ConfigKind::Category, category.parentId);
    if (parent->deleted)
        return deletedParent(category.parentId);
    if (parent->path.contains(category.id))
        return invalidField(QStringLiteral("parent"), QStringLiteral("a category that is not below this one"), parent->path.join(QStringLiteral(" / ")));
    // The subtree moves along, so it is its deepest leaf that must fit.
    int below = 0;
    for (const auto &[id, node] : configuration.categories()) {
        const auto at = node->path.indexOf(category.id);
        if (at >= 0 && !node->deleted)
            below = std::max(below, static_cast<int>(node->path.size() - 1 - at));
    }
    if (parent->path.size() + 1 + below > MaxCategoryDepth)
        return invalidField(QStringLiteral("parent"), QStringLiteral("at most %1 levels of categories").arg(MaxCategoryDepth));
    return {};
}

/// Whether work that overflows from @p from can come to @p to, with the rules as they are stored.
bool leadsTo(const ConfigurationSnapshot &configuration, const QString &from, const QString &to, QSet<QString> &seen)
{
    if (from == to)
        return true;
    const Queue *queue = seen.contains(from) ? nullptr : configuration.queue(from);
    seen.insert(from);
    return queue && std::any_of(queue->overflow.begin(), queue->overflow.end(), [&](const OverflowRule &rule) { return leadsTo(configuration, rule.queueId, to, seen); });
}

Result<void> checkQueue(const ConfigurationSnapshot &configuration, const Queue &queue)
{
    if (const auto known = checkSkills(configuration, QStringLiteral("requiredSkills"), queue.requiredSkills); !known)
        return known.error();
    if (const auto known = checkCalendar(configuration, queue.calendarId); !known)
        return known.error();
    for (size_t i = 0; i < queue.overflow.size(); ++i) {
        const QString field = QStringLiteral("overflow[%1].queue").arg(i);
        const QString &target = queue.overflow[i].queueId;
        if (target != queue.id && !configuration.queue(target))
            return badReference(field, ConfigKind::Queue, target);
        QSet<QString> seen;
        if (leadsTo(configuration, target, queue.id, seen))
            return invalidField(field, QStringLiteral("a queue whose own overflow does not lead back here"), target);
    }
    return {};
}

/// Two definitions of one attribute would contradict each other.
Result<void> checkAttribute(const ConfigurationSnapshot &configuration, const AttributeDefinition &definition)
{
    const auto other = configuration.attributes().find(definition.attribute);
    if (other == configuration.attributes().end() || other->second.id == definition.id)
        return {};
    Error error = invalidField(QStringLiteral("attribute"), QStringLiteral("an attribute without a definition"), u'"' + definition.attribute + u'"');
    error.text = QStringLiteral("The attribute \"%1\" is defined already, by \"%2\".").arg(definition.attribute, other->second.id);
    return error;
}

Result<void> checkReferences(const ConfigurationSnapshot &configuration, const PutCommand &command)
{
    switch (command.kind) {
    case ConfigKind::Queue: {
        const auto queue = decodeQueue(command.document);
        return queue ? checkQueue(configuration, *queue) : Result<void>(queue.error());
    }
    case ConfigKind::Category: {
        const auto category = decodeCategory(command.document);
        return category ? checkCategory(configuration, *category) : Result<void>(category.error());
    }
    case ConfigKind::Agent: {
        const auto agent = decodeAgent(command.document);
        if (!agent)
            return agent.error();
        for (int i = 0; i < agent->queueIds.size(); ++i) {
            if (!configuration.queue(agent->queueIds[i]))
                return badReference(QStringLiteral("queues[%1]").arg(i), ConfigKind::Queue, agent->queueIds[i]);
        }
        return checkSkills(configuration, QStringLiteral("skills"), agent->skills);
    }
    case ConfigKind::Attribute: {
        const auto definition = decodeAttribute(command.document);
        return definition ? checkAttribute(configuration, *definition) : Result<void>(definition.error());
    }
    case ConfigKind::Schema: {
        const auto schema = decodePrioritizationSchema(command.document);
        return schema ? checkCalendar(configuration, schema->calendarId) : Result<void>(schema.error());
    }
    case ConfigKind::CapturePoint:
    case ConfigKind::Skill:
    case ConfigKind::Calendar:
    case ConfigKind::Settings:
        return {};
    }
    Q_UNREACHABLE();
}

Result<void> checkVersion(const PutCommand &command, const ConfigRecord &stored)
{
    const QString what = QStringLiteral("%1 \"%2\"").arg(kindInWords(command.kind), command.id);
    if (command.mode == PutMode::Create)
        return Error { ErrorCode::ObjectExists, QStringLiteral("There is already a %1. Replace it with PUT, or choose another id.").arg(what), QStringLiteral("id"),
            nameOf(command.kind, command.id) };
    if (command.anyVersion)
        return {};
    if (!command.ifVersion) {
        return Error { ErrorCode::VersionRequired,
            QStringLiteral("Say in If-Match which version of the %1 you are replacing (its ETag), so that nobody's change is lost; \"If-Match: *\" overwrites any.").arg(what), {},
            {} };
    }
    if (*command.ifVersion != stored.version)
        return versionMismatch(QStringLiteral("The ") + what, stored.version, *command.ifVersion);
    return {};
}

/// Moves open items to the classes of their new bands. Items are touched only when the limits of the bands changed; new shifts of the same bands
/// need nothing.
void moveToNewBands(Transaction &transaction, const PrioritizationSchema &before, const PrioritizationSchema &after)
{
    const auto limitsOf = [](const PrioritizationSchema &schema) {
        std::vector<int> limits;
        for (const BusinessValueBand &band : schema.bands)
            limits.push_back(band.from);
        return limits;
    };
    const auto oldLimits = limitsOf(before);
    const auto newLimits = limitsOf(after);
    if (oldLimits == newLimits)
        return;
    // Range of business values of a band: [from, to).
    const auto rangeOf = [](const std::vector<int> &limits, int band) {
        const qint64 from = band == 0 ? std::numeric_limits<int>::min() : limits[static_cast<size_t>(band) - 1];
        const qint64 to = band == static_cast<int>(limits.size()) ? qint64(std::numeric_limits<int>::max()) + 1 : limits[static_cast<size_t>(band)];
        return std::pair { from, to };
    };
    // A class that receives items must not be emptied again by its own turn, so first everything goes to ranks that no schema has.
    constexpr int Aside = 1'000;
    const auto classes = transaction.classesOfSchema(after.id);
    const auto move = [&](qint64 classId, WorkClass terms, int band, qint64 from, qint64 to) {
        terms.band = band;
        transaction.reclass(classId, transaction.ensureClass(terms), from, to);
    };
    for (const auto &[classId, terms] : classes) {
        if (terms.band >= Aside)
            continue;
        for (int band = 0; band <= static_cast<int>(newLimits.size()); ++band) {
            const auto [from, to] = rangeOf(newLimits, band);
            move(classId, terms, Aside + band, from, to);
        }
    }
    for (const auto &[classId, terms] : transaction.classesOfSchema(after.id)) {
        if (terms.band >= Aside)
            move(classId, terms, terms.band - Aside, std::numeric_limits<int>::min(), qint64(std::numeric_limits<int>::max()) + 1);
    }
}

void markDeleted(Transaction &transaction, ConfigRecord record, const Actor &actor)
{
    record.deleted = transaction.now();
    transaction.putConfig(record);
    logConfigChange(transaction, EventType::ConfigDeleted, record, record.document, {}, actor);
}

} // namespace

QStringList usersOf(Snapshot &snapshot, const ConfigurationSnapshot &configuration, ConfigKind kind, const QString &id)
{
    QStringList users;
    const auto use = [&](ConfigKind user, const QString &userId) { users.append(kindInWords(user) + u' ' + userId); };
    if (kind == ConfigKind::Skill) {
        for (const Queue &queue : configuration.queues()) {
            if (queue.requiredSkills.contains(id))
                use(ConfigKind::Queue, queue.id);
        }
        for (const Agent &agent : configuration.agents()) {
            if (agent.skills.contains(id))
                use(ConfigKind::Agent, agent.id);
        }
    }
    if (kind == ConfigKind::Calendar) {
        for (const PrioritizationSchema &schema : configuration.schemas()) {
            if (schema.calendarId == id)
                use(ConfigKind::Schema, schema.id);
        }
        for (const Queue &queue : configuration.queues()) {
            if (queue.calendarId == id)
                use(ConfigKind::Queue, queue.id);
        }
        for (const auto &[categoryId, node] : configuration.categories()) {
            if (!node->deleted && node->category.calendarId == id)
                use(ConfigKind::Category, categoryId);
        }
        if (snapshot.isUsedByItems(kind, id))
            users.append(QStringLiteral("open items"));
    }
    if (kind == ConfigKind::Queue || kind == ConfigKind::Schema) {
        for (const auto &[categoryId, node] : configuration.categories()) {
            if (!node->deleted && (kind == ConfigKind::Queue ? node->category.queueId : node->category.schemaId) == id)
                use(ConfigKind::Category, categoryId);
        }
        if (snapshot.isUsedByItems(kind, id))
            users.append(QStringLiteral("open items"));
    }
    if (kind == ConfigKind::Queue) {
        for (const Queue &queue : configuration.queues()) {
            if (std::any_of(queue.overflow.begin(), queue.overflow.end(), [&](const OverflowRule &rule) { return rule.queueId == id; }))
                use(ConfigKind::Queue, queue.id);
        }
        for (const Agent &agent : configuration.agents()) {
            if (agent.queueIds.contains(id))
                use(ConfigKind::Agent, agent.id);
        }
    }
    if (kind == ConfigKind::CapturePoint && id == configuration.settings().defaultCapturePoint)
        users.append(QStringLiteral("the settings, as the capture point of items that name none"));
    if (kind == ConfigKind::Agent && !snapshot.assignmentsOf(id).empty())
        users.append(QStringLiteral("open items"));
    users.sort();
    return users;
}

Error noSuchObject(ConfigKind kind, const QString &id)
{
    return { ErrorCode::ObjectNotFound, QStringLiteral("There is no %1 \"%2\".").arg(kindInWords(kind), id), {}, nameOf(kind, id) };
}

Error objectInUse(ConfigKind kind, const QString &id, const QStringList &users)
{
    return { ErrorCode::ObjectInUse,
        QStringLiteral("The %1 \"%2\" is still used by: %3. Change those first.").arg(kindInWords(kind), id, QStringList(users.mid(0, 10)).join(QStringLiteral(", "))), {},
        { { QStringLiteral("kind"), configKindName(kind) }, { QStringLiteral("id"), id }, { QStringLiteral("usedBy"), QJsonArray::fromStringList(users) } } };
}

Result<void> checkObject(const ConfigurationSnapshot &configuration, ConfigKind kind, const QString &id, const QJsonObject &document)
{
    return checkReferences(configuration, { kind, id, document, PutMode::Replace, std::nullopt, true, {} });
}

Result<PutOutcome> putObject(Transaction &transaction, const PutCommand &command)
{
    const auto stored = transaction.configRecord(command.kind, command.id);
    const bool exists = stored && !stored->deleted;
    if (exists) {
        if (const auto current = checkVersion(command, *stored); !current)
            return current.error();
    } else if (command.ifVersion || command.anyVersion) {
        return Error { ErrorCode::VersionMismatch, QStringLiteral("There is no %1 \"%2\" to replace; leave If-Match out to create it.").arg(kindInWords(command.kind), command.id),
            {}, nameOf(command.kind, command.id) };
    }
    if (const auto sound = checkReferences(*transaction.configuration(), command); !sound)
        return sound.error();

    return PutOutcome { storeObject(transaction, stored, command.kind, command.id, command.document, command.actor), !exists };
}

ConfigRecord storeObject(Transaction &transaction, const std::optional<ConfigRecord> &stored, ConfigKind kind, const QString &id, const QJsonObject &document, const Actor &actor)
{
    const bool exists = stored && !stored->deleted;
    ConfigRecord record;
    record.kind = kind;
    record.id = id;
    record.document = document;
    transaction.putConfig(record);
    if (kind == ConfigKind::CapturePoint)
        keepWebhook(transaction, id, document.value(QStringLiteral("webhook")).isObject());
    if (kind == ConfigKind::Schema && exists) {
        const auto before = decodePrioritizationSchema(stored->document);
        const auto after = decodePrioritizationSchema(document);
        if (before && after)
            moveToNewBands(transaction, *before, *after);
    }
    logConfigChange(transaction, exists ? EventType::ConfigUpdated : EventType::ConfigCreated, record, exists ? stored->document : QJsonObject(), document, actor);
    return record;
}

Result<void> deleteObject(Transaction &transaction, const DeleteCommand &command)
{
    const auto stored = transaction.configRecord(command.kind, command.id);
    if (!stored || stored->deleted)
        return noSuchObject(command.kind, command.id);
    if (command.ifVersion && *command.ifVersion != stored->version) {
        const QString what = QStringLiteral("The %1 \"%2\"").arg(kindInWords(command.kind), command.id);
        return versionMismatch(what, stored->version, *command.ifVersion);
    }
    if (const QStringList users = usersOf(transaction, *transaction.configuration(), command.kind, command.id); !users.isEmpty())
        return objectInUse(command.kind, command.id, users);
    if (command.kind == ConfigKind::Category) {
        const auto configuration = transaction.configuration();
        for (const auto &[id, node] : configuration->categories()) {
            if (node->deleted || !node->path.contains(command.id))
                continue;
            if (const auto record = transaction.configRecord(ConfigKind::Category, id))
                markDeleted(transaction, *record, command.actor);
        }
        return {};
    }
    removeObject(transaction, *stored, command.actor);
    return {};
}

void removeObject(Transaction &transaction, const ConfigRecord &stored, const Actor &actor)
{
    // An agent made anew with the same id must not be at work already.
    if (stored.kind == ConfigKind::Agent)
        transaction.setAgentStatus(stored.id, { AgentState::LoggedOut, {}, transaction.now() });
    markDeleted(transaction, stored, actor);
    if (stored.kind == ConfigKind::CapturePoint)
        keepWebhook(transaction, stored.id, false);
}

Result<ConfigRecord> restoreCategory(Transaction &transaction, const QString &id, const Actor &actor)
{
    const auto stored = transaction.configRecord(ConfigKind::Category, id);
    if (!stored)
        return noSuchObject(ConfigKind::Category, id);
    if (!stored->deleted)
        return *stored;
    const auto configuration = transaction.configuration();
    const CategoryNode *node = configuration->category(id);
    if (!node)
        return noSuchObject(ConfigKind::Category, id);
    if (const auto sound = checkCategory(*configuration, node->category); !sound)
        return sound.error();
    // What was deleted in the same moment below it was deleted with it; what had been deleted before stays deleted.
    ConfigRecord restored = *stored;
    for (const auto &[otherId, other] : configuration->categories()) {
        auto record = other->path.contains(id) ? transaction.configRecord(ConfigKind::Category, otherId) : std::nullopt;
        if (!record || record->deleted != stored->deleted)
            continue;
        record->deleted.reset();
        transaction.putConfig(*record);
        logConfigChange(transaction, EventType::ConfigRestored, *record, {}, record->document, actor);
        if (otherId == id)
            restored = *record;
    }
    return restored;
}

void seedConfiguration(Transaction &transaction)
{
    const auto put = [&](ConfigKind kind, const QString &id, const QJsonObject &document) {
        const auto outcome = putObject(transaction, { kind, id, document, PutMode::Create, std::nullopt, false, Actor::server() });
        if (!outcome)
            transaction.fail(outcome.error());
    };
    CapturePoint point;
    point.id = QStringLiteral("default");
    point.name = QStringLiteral("Default");
    point.description = QStringLiteral("Where items arrive that name no capture point.");
    put(ConfigKind::CapturePoint, point.id, encodeCapturePoint(point));

    Queue queue;
    queue.id = QStringLiteral("general");
    queue.name = QStringLiteral("General");
    put(ConfigKind::Queue, queue.id, encodeQueue(queue));

    PrioritizationSchema schema;
    schema.id = QStringLiteral("standard");
    schema.name = QStringLiteral("Standard");
    schema.description = QStringLiteral("Rises slowly until the SLA ends after 8 hours, then fast.");
    schema.unit = UrgencyUnit::Hours;
    schema.sla = std::chrono::hours(8);
    schema.managedPeriod = std::chrono::hours(24);
    const auto curve = PriorityCurve::create(Interpolation::Linear,
        { { std::chrono::hours(0), 10 }, { std::chrono::hours(8), 50 }, { std::chrono::hours(12), 100 }, { std::chrono::hours(24), 120 } });
    Q_ASSERT(curve);
    schema.curve = *curve;
    put(ConfigKind::Schema, schema.id, encodePrioritizationSchema(schema));

    Category category;
    category.id = QStringLiteral("general");
    category.name = QStringLiteral("General");
    category.description = QStringLiteral("Takes what no other category of the first level matches.");
    category.order = 1'000'000;
    category.schemaId = schema.id;
    category.queueId = queue.id;
    put(ConfigKind::Category, category.id, encodeCategory(category));
}

} // namespace iwd

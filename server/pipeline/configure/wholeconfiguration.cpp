// SPDX-License-Identifier: Apache-2.0
#include "wholeconfiguration.h"

#include "configobjects.h"
#include "configwarnings.h"
#include "tenantsettings.h"

#include <pipeline/versionmismatch.h>

#include <QJsonArray>

namespace iwd {

namespace {

constexpr int entriesAtOnce = 500;

using Objects = std::map<QString, QJsonObject>;

/// A stored document as this program would write it today: one of an older version may lack members that have been added since.
QJsonObject asOfToday(ConfigKind kind, const QString &id, const QJsonObject &document)
{
    auto complete = completeDocument(kind, document, kind == ConfigKind::Settings ? QString() : id);
    return complete ? *std::move(complete) : document;
}

std::vector<AuditRecord> entriesBefore(Snapshot &snapshot, qint64 before, int limit)
{
    AuditFilter filter;
    filter.area = AuditArea::Configuration;
    return snapshot.audit(filter, before, limit);
}

/// All changes of objects from the newest on, as long as @p take wants more. The audit has other things as well, published filters for example.
void forEachEntry(Snapshot &snapshot, qint64 before, const std::function<bool(const AuditRecord &, ConfigKind)> &take)
{
    // Mostly the newest one is all that is wanted.
    for (int limit = 1;; limit = entriesAtOnce) {
        const auto entries = entriesBefore(snapshot, before, limit);
        for (const AuditRecord &entry : entries) {
            const auto kind = configKindNamed(entry.kind);
            if (kind && !take(entry, *kind))
                return;
            before = entry.id;
        }
        if (entries.size() < static_cast<size_t>(limit))
            return;
    }
}

ChangeAction actionOf(const AuditRecord &entry)
{
    return !entry.before ? ChangeAction::Create : !entry.after ? ChangeAction::Delete : ChangeAction::Update;
}

QString pathOf(ConfigKind kind, const QString &id)
{
    return kind == ConfigKind::Settings ? configMember(kind) : configMember(kind) + u'.' + id;
}

const Objects &objectsOf(const ConfigurationContent &content, ConfigKind kind)
{
    static const Objects none;
    const auto found = content.find(kind);
    return found == content.end() ? none : found->second;
}

void compare(ConfigKind kind, const Objects &before, const Objects &after, OtherObjects others, std::vector<ConfigurationChange> &changes)
{
    for (const auto &[id, document] : after) {
        const auto old = before.find(id);
        if (old == before.end())
            changes.push_back({ ChangeAction::Create, kind, id, {}, document });
        else if (old->second != document)
            changes.push_back({ ChangeAction::Update, kind, id, old->second, document });
    }
    if (others == OtherObjects::Stay || kind == ConfigKind::Settings)
        return;
    for (const auto &[id, document] : before) {
        if (!after.contains(id))
            changes.push_back({ ChangeAction::Delete, kind, id, document, {} });
    }
}

/// The configuration as it will be, beside the one that is.
std::shared_ptr<const ConfigurationSnapshot> outcomeOf(Snapshot &snapshot, const std::vector<ConfigurationChange> &changes)
{
    std::vector<ConfigRecord> records = storedObjects(snapshot);
    std::map<std::pair<ConfigKind, QString>, size_t> places;
    for (size_t i = 0; i < records.size(); ++i)
        places.emplace(std::pair(records[i].kind, records[i].id), i);
    for (const ConfigurationChange &change : changes) {
        const auto place = places.find({ change.kind, change.id });
        ConfigRecord &record = place == places.end() ? records.emplace_back() : records[place->second];
        record.kind = change.kind;
        record.id = change.id;
        record.deleted.reset();
        if (change.action == ChangeAction::Delete)
            record.deleted = snapshot.now();
        else
            record.document = change.after;
    }
    return ConfigurationSnapshot::build(records);
}

/// What the outcome says of an object that stays, or is new.
Result<void> checkPresent(const ConfigurationSnapshot &outcome, ConfigKind kind, const QString &id, const QJsonObject &document)
{
    if (kind == ConfigKind::Settings)
        return checkSettings(outcome, document);
    return checkObject(outcome, kind, id, document);
}

/// Categories that would be left hanging in the air. Elsewhere deleting one takes those below it along; here nothing goes that was not named.
QStringList childrenOf(const ConfigurationSnapshot &outcome, const QString &id)
{
    QStringList children;
    for (const auto &[childId, node] : outcome.categories()) {
        if (!node->deleted && node->category.parentId == id)
            children.append(QStringLiteral("category ") + childId);
    }
    return children;
}

void checkChanges(Snapshot &snapshot, const ConfigurationSnapshot &outcome, ConfigurationPlan &plan)
{
    bool attributes = false;
    for (const ConfigurationChange &change : plan.changes) {
        attributes = attributes || change.kind == ConfigKind::Attribute;
        const QString path = pathOf(change.kind, change.id);
        if (change.action == ChangeAction::Delete) {
            const QStringList users = usersOf(snapshot, outcome, change.kind, change.id) + (change.kind == ConfigKind::Category ? childrenOf(outcome, change.id) : QStringList());
            if (!users.isEmpty())
                plan.problems.push_back(inside(path, objectInUse(change.kind, change.id, users)));
            continue;
        }
        if (const auto sound = checkPresent(outcome, change.kind, change.id, change.after); !sound)
            plan.problems.push_back(inside(path, sound.error()));
        else
            plan.warnings += configurationWarnings(outcome, change.kind, change.id);
    }
    if (!attributes)
        return;
    // Of two that define the same attribute only one is found by its name, so those that stay are asked as well.
    std::set<QString> changed;
    for (const ConfigurationChange &change : plan.changes) {
        if (change.kind == ConfigKind::Attribute)
            changed.insert(change.id);
    }
    for (const ConfigRecord &record : snapshot.configRecords(ConfigKind::Attribute, false)) {
        if (record.deleted || changed.contains(record.id))
            continue;
        if (const auto sound = checkObject(outcome, record.kind, record.id, record.document); !sound)
            plan.problems.push_back(inside(pathOf(record.kind, record.id), sound.error()));
    }
}

void carryOut(Transaction &transaction, const ConfigurationChange &change, const Actor &actor)
{
    auto stored = change.kind == ConfigKind::Settings ? std::optional(settingsRecord(transaction)) : transaction.configRecord(change.kind, change.id);
    if (change.action == ChangeAction::Delete)
        removeObject(transaction, *stored, actor);
    else
        storeObject(transaction, stored, change.kind, change.id, change.after, actor);
}

} // namespace

QString changeActionName(ChangeAction action)
{
    switch (action) {
    case ChangeAction::Create:
        return QStringLiteral("create");
    case ChangeAction::Update:
        return QStringLiteral("update");
    case ChangeAction::Delete:
        return QStringLiteral("delete");
    }
    Q_UNREACHABLE();
}

qint64 configurationVersion(Snapshot &snapshot)
{
    qint64 version = 0;
    forEachEntry(snapshot, std::numeric_limits<qint64>::max(), [&version](const AuditRecord &entry, ConfigKind) {
        version = entry.id;
        return false;
    });
    return version;
}

ConfigurationContent configurationContent(Snapshot &snapshot)
{
    ConfigurationContent content;
    for (const ConfigKind kind : configKinds()) {
        Objects &objects = content[kind];
        for (const ConfigRecord &record : snapshot.configRecords(kind, false)) {
            if (!record.deleted)
                objects.insert_or_assign(record.id, asOfToday(kind, record.id, record.document));
        }
    }
    const ConfigRecord settings = settingsRecord(snapshot);
    content[ConfigKind::Settings] = { { settings.id, asOfToday(settings.kind, settings.id, settings.document) } };
    return content;
}

Result<ConfigurationContent> configurationAt(Snapshot &snapshot, qint64 version)
{
    const qint64 newest = configurationVersion(snapshot);
    if (version > newest || version < 0) {
        return Error { ErrorCode::ObjectNotFound, QStringLiteral("There is no version %1 of the configuration; the newest is %2.").arg(version).arg(newest), {},
            { { QStringLiteral("kind"), QStringLiteral("configuration") }, { QStringLiteral("id"), QString::number(version) } } };
    }
    ConfigurationContent content = configurationContent(snapshot);
    forEachEntry(snapshot, std::numeric_limits<qint64>::max(), [&](const AuditRecord &entry, ConfigKind kind) {
        if (entry.id <= version)
            return false;
        if (entry.before)
            content[kind].insert_or_assign(entry.objectId, asOfToday(kind, entry.objectId, *entry.before));
        else
            content[kind].erase(entry.objectId);
        return true;
    });
    return content;
}

std::vector<ConfigurationVersion> configurationVersions(Snapshot &snapshot, qint64 before, int limit)
{
    std::vector<ConfigurationVersion> versions;
    const auto isOfTheSame = [](const ConfigurationVersion &version, const AuditRecord &entry) {
        return version.at == entry.at && version.actor.kind == entry.actor.kind && version.actor.id == entry.actor.id && version.actor.address == entry.actor.address;
    };
    forEachEntry(snapshot, before, [&](const AuditRecord &entry, ConfigKind kind) {
        if (versions.empty() || !isOfTheSame(versions.back(), entry)) {
            if (versions.size() == static_cast<size_t>(limit))
                return false;
            versions.push_back({ entry.id, entry.id, entry.at, entry.actor, 0, {} });
        }
        ConfigurationVersion &version = versions.back();
        version.first = entry.id;
        ++version.count;
        if (version.changes.size() < ConfigurationVersion::NamedChanges)
            version.changes.push_back({ actionOf(entry), kind, entry.objectId, {}, {} });
        return true;
    });
    return versions;
}

std::vector<ConfigurationChange> differences(const ConfigurationContent &before, const ConfigurationContent &after)
{
    std::vector<ConfigurationChange> changes;
    for (const ConfigKind kind : configKinds()) {
        if (before.contains(kind) && after.contains(kind))
            compare(kind, objectsOf(before, kind), objectsOf(after, kind), OtherObjects::Go, changes);
    }
    return changes;
}

ConfigurationPlan planConfiguration(Snapshot &snapshot, const ConfigurationContent &wanted, OtherObjects others)
{
    ConfigurationPlan plan;
    plan.version = configurationVersion(snapshot);
    const ConfigurationContent present = configurationContent(snapshot);
    for (const ConfigKind kind : configKinds()) {
        if (!wanted.contains(kind))
            continue;
        const size_t before = plan.changes.size();
        compare(kind, objectsOf(present, kind), objectsOf(wanted, kind), others, plan.changes);
        const auto written = std::count_if(plan.changes.begin() + static_cast<qsizetype>(before), plan.changes.end(), [](const ConfigurationChange &change) { return change.action != ChangeAction::Delete; });
        plan.unchanged += static_cast<qint64>(objectsOf(wanted, kind).size()) - written;
    }
    if (!plan.changes.empty())
        checkChanges(snapshot, *outcomeOf(snapshot, plan.changes), plan);
    return plan;
}

Error asOneError(const std::vector<Error> &problems)
{
    Q_ASSERT(!problems.empty());
    Error error = problems.front();
    QJsonArray all;
    for (const Error &problem : problems)
        all.append(QJsonObject { { QStringLiteral("code"), errorKey(problem.code) }, { QStringLiteral("field"), problem.field }, { QStringLiteral("text"), problem.text } });
    if (problems.size() > 1)
        error.text += QStringLiteral(" There are %1 problems in all; a plan tells them.").arg(problems.size());
    error.args.insert(QStringLiteral("problems"), all);
    return error;
}

Result<ConfigurationPlan> applyConfiguration(Transaction &transaction, const ApplyCommand &command)
{
    ConfigurationPlan plan = planConfiguration(transaction, command.wanted, command.others);
    if (command.ifVersion && *command.ifVersion != plan.version)
        return versionMismatch(QStringLiteral("The configuration"), plan.version, *command.ifVersion);
    for (const ConfigurationChange &change : plan.changes) {
        const auto allowed = command.mayChange ? command.mayChange(change) : Result<void>();
        if (!allowed)
            return allowed.error();
    }
    if (!plan.problems.empty())
        return asOneError(plan.problems);
    // What is new comes in the order of reference, and what goes leaves in the opposite one, so that whoever follows the events meets nothing that he does not know.
    for (const ConfigurationChange &change : plan.changes) {
        if (change.action != ChangeAction::Delete)
            carryOut(transaction, change, command.actor);
    }
    for (auto change = plan.changes.rbegin(); change != plan.changes.rend(); ++change) {
        if (change->action == ChangeAction::Delete)
            carryOut(transaction, *change, command.actor);
    }
    if (!plan.changes.empty())
        plan.version = configurationVersion(transaction);
    return plan;
}

} // namespace iwd

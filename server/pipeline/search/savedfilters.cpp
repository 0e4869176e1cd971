// SPDX-License-Identifier: Apache-2.0
#include "savedfilters.h"

#include <pipeline/versionmismatch.h>

#include <QJsonArray>

#include <algorithm>

namespace iwd {

namespace {

const QString filterKind = QStringLiteral("filter");
const QString namePrefix = QStringLiteral("filter-");
const QString visibilityField = QStringLiteral("visibility");

constexpr int PortionOfFilters = 500;

QJsonObject named(const QString &kind, const QString &id)
{
    return { { QStringLiteral("kind"), kind }, { QStringLiteral("id"), id } };
}

Error noSuchFilter(const QString &name)
{
    return { ErrorCode::ObjectNotFound, QStringLiteral("There is no filter \"%1\", or it is somebody else's.").arg(name), {}, named(filterKind, name) };
}

/// Only who has Filters.Update changes what others find.
Result<void> checkPublishing(const FilterUser &user, bool isPublished)
{
    if (!isPublished || user.publishes)
        return {};
    const QString privilege = privilegeName(Privilege::FiltersUpdate);
    return Error { ErrorCode::NotAllowed,
        QStringLiteral("\"%1\" lacks the privilege %2 and so may keep private filters only, and not change what others find.").arg(user.actor.name, privilege), {},
        { { QStringLiteral("privilege"), privilege } } };
}

/// @param before those that it has already: one that is not there any more may stay
Result<void> checkRoles(const QStringList &roles, const QStringList &known, const QStringList &before)
{
    for (qsizetype i = 0; i < roles.size(); ++i) {
        const QString &id = roles[i];
        if (!known.contains(id) && !before.contains(id))
            return Error { ErrorCode::InvalidReference, QStringLiteral("There is no role \"%1\". Create it first.").arg(id), QStringLiteral("roles[%1]").arg(i), named(QStringLiteral("role"), id) };
    }
    return {};
}

/// @param self the filter that may have the name
Result<void> checkName(Snapshot &snapshot, const Actor &owner, const QString &name, qint64 self)
{
    const auto other = snapshot.filterCalled(owner, name);
    if (!other || *other == self)
        return {};
    return Error { ErrorCode::ObjectExists, QStringLiteral("There is already a filter \"%1\" of the same owner: %2. Change that one, or choose another name.").arg(name, filterName(*other)),
        QStringLiteral("name"), named(filterKind, filterName(*other)) };
}

Result<void> checkVersion(const FilterRecord &stored, std::optional<qint64> ifVersion, bool anyVersion)
{
    if (anyVersion)
        return {};
    if (!ifVersion) {
        return Error { ErrorCode::VersionRequired,
            QStringLiteral("Say in If-Match which version of the filter \"%1\" you are replacing (its ETag), so that nobody's change is lost; \"If-Match: *\" overwrites any.")
                .arg(stored.filter.name),
            {}, {} };
    }
    if (*ifVersion != stored.version)
        return versionMismatch(QStringLiteral("The filter \"%1\"").arg(stored.filter.name), stored.version, *ifVersion);
    return {};
}

/// What the audit knows of a filter: of a private one, that it is private.
std::optional<QJsonObject> audited(const SavedFilter &filter)
{
    return filter.isPublished() ? encodeFilter(filter) : QJsonObject { { visibilityField, visibilityName(filter.visibility) } };
}

void audit(Transaction &transaction, const FilterUser &user, const QString &action, const FilterRecord &record, const std::optional<QJsonObject> &before, const std::optional<QJsonObject> &after)
{
    AuditRecord entry;
    entry.area = AuditArea::Configuration;
    entry.actor = user.actor;
    entry.action = action;
    entry.kind = filterKind;
    entry.objectId = filterName(record.id);
    entry.version = after ? record.version : 0;
    entry.before = before;
    entry.after = after;
    transaction.appendAudit(entry);
}

} // namespace

QString filterName(qint64 id)
{
    return namePrefix + QString::number(id);
}

std::optional<qint64> filterNamed(QStringView name)
{
    if (!name.startsWith(namePrefix))
        return std::nullopt;
    bool isNumber = false;
    const qint64 id = name.sliced(namePrefix.size()).toLongLong(&isNumber);
    return isNumber && id > 0 && filterName(id) == name ? std::optional(id) : std::nullopt;
}

bool isThereFor(const FilterRecord &record, const FilterUser &user)
{
    if (record.isOf(user.actor))
        return true;
    switch (record.filter.visibility) {
    case FilterVisibility::Private:
        return false;
    case FilterVisibility::Shared:
        return user.publishes || std::any_of(user.roles.begin(), user.roles.end(), [&](const QString &role) { return record.filter.roles.contains(role); });
    case FilterVisibility::Public:
        return true;
    }
    Q_UNREACHABLE();
}

Result<FilterRecord> findFilter(Snapshot &snapshot, const QString &name, const FilterUser &user)
{
    if (const auto id = filterNamed(name)) {
        if (auto record = snapshot.filter(*id); record && isThereFor(*record, user))
            return *std::move(record);
    }
    return noSuchFilter(name);
}

std::vector<FilterRecord> filtersFor(Snapshot &snapshot, const FilterUser &user, qint64 after, int limit)
{
    std::vector<FilterRecord> found;
    while (!snapshot.failed()) {
        auto portion = snapshot.filters(user.actor, after, PortionOfFilters);
        for (FilterRecord &record : portion) {
            after = record.id;
            if (isThereFor(record, user))
                found.push_back(std::move(record));
            if (found.size() == static_cast<size_t>(limit))
                return found;
        }
        if (portion.size() < PortionOfFilters)
            break;
    }
    return found;
}

Result<FilterRecord> createFilter(Transaction &transaction, const PutFilterCommand &command)
{
    const Actor &owner = command.user.actor;
    if (const auto may = checkPublishing(command.user, command.filter.isPublished()); !may)
        return may.error();
    if (const auto known = checkRoles(command.filter.roles, command.knownRoles, {}); !known)
        return known.error();
    if (const auto isFree = checkName(transaction, owner, command.filter.name, 0); !isFree)
        return isFree.error();
    if (transaction.countFilters(owner) >= MaxFiltersOfOwner) {
        return Error { ErrorCode::TooManyItems, QStringLiteral("\"%1\" has %2 filters already, as many as one may have. Delete one first.").arg(owner.name).arg(MaxFiltersOfOwner), {},
            { { QStringLiteral("limit"), MaxFiltersOfOwner }, { QStringLiteral("got"), MaxFiltersOfOwner + 1 } } };
    }
    FilterRecord record;
    record.owner = owner;
    record.filter = command.filter;
    record.version = 1;
    record.created = record.updated = transaction.now();
    transaction.insertFilter(record);
    if (record.filter.isPublished())
        audit(transaction, command.user, QStringLiteral("create"), record, std::nullopt, audited(record.filter));
    return record;
}

Result<FilterRecord> replaceFilter(Transaction &transaction, const QString &name, const PutFilterCommand &command)
{
    const auto stored = findFilter(transaction, name, command.user);
    if (!stored)
        return stored;
    const bool isPublished = stored->filter.isPublished() || command.filter.isPublished();
    if (const auto may = checkPublishing(command.user, isPublished); !may)
        return may.error();
    if (const auto current = checkVersion(*stored, command.ifVersion, command.anyVersion); !current)
        return current.error();
    if (const auto known = checkRoles(command.filter.roles, command.knownRoles, stored->filter.roles); !known)
        return known.error();
    if (const auto isFree = checkName(transaction, stored->owner, command.filter.name, stored->id); !isFree)
        return isFree.error();
    FilterRecord record = *stored;
    record.filter = command.filter;
    if (encodeFilter(record.filter) == encodeFilter(stored->filter))
        return record;
    transaction.updateFilter(record);
    if (isPublished)
        audit(transaction, command.user, QStringLiteral("update"), record, audited(stored->filter), audited(record.filter));
    return record;
}

Result<void> removeFilter(Transaction &transaction, const QString &name, std::optional<qint64> ifVersion, const FilterUser &user)
{
    const auto stored = findFilter(transaction, name, user);
    if (!stored)
        return stored.error();
    if (const auto may = checkPublishing(user, stored->filter.isPublished()); !may)
        return may;
    if (ifVersion && *ifVersion != stored->version)
        return versionMismatch(QStringLiteral("The filter \"%1\"").arg(stored->filter.name), stored->version, *ifVersion);
    transaction.removeFilter(stored->id);
    if (stored->filter.isPublished())
        audit(transaction, user, QStringLiteral("delete"), *stored, audited(stored->filter), std::nullopt);
    return {};
}

} // namespace iwd

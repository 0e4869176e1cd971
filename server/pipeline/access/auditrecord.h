// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/report/event.h>

namespace iwd {

/// What an entry is about. Each is kept where what it is about is: callers may live in another database than the rest of a tenant.
enum class AuditArea { Configuration = 1, Callers = 2 };

/// Somebody changed something that is not work, or tried to get in.
struct AuditRecord
{
    qint64 id = 0; ///< given by the store, rising within an area
    AuditArea area = AuditArea::Configuration;
    Instant at; ///< given by the store
    Actor actor;
    QString action; ///< "create", "update", "delete", "restore", "sign-in", …
    QString kind; ///< of the object: "queue", "user", …
    QString objectId;
    qint64 version = 0; ///< of the object afterwards; 0: it has none
    std::optional<QJsonObject> before; ///< nothing: it was not there. Never holds a secret.
    std::optional<QJsonObject> after;
};

/// What to look for; empty members do not filter.
struct AuditFilter
{
    AuditArea area = AuditArea::Configuration;
    QString actor; ///< id
    QString action;
    QString kind;
    QString objectId;
    std::optional<Instant> from; ///< inclusive
    std::optional<Instant> until; ///< exclusive
};

} // namespace iwd

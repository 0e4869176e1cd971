// SPDX-License-Identifier: Apache-2.0
#include "statusmachine.h"

namespace iwd {

QString operationName(ItemOperation operation)
{
    switch (operation) {
    case ItemOperation::Update:
        return QStringLiteral("update");
    case ItemOperation::Hold:
        return QStringLiteral("hold");
    case ItemOperation::Resume:
        return QStringLiteral("resume");
    case ItemOperation::Complete:
        return QStringLiteral("complete");
    case ItemOperation::Cancel:
        return QStringLiteral("cancel");
    case ItemOperation::Restart:
        return QStringLiteral("restart");
    case ItemOperation::Activate:
        return QStringLiteral("activate");
    case ItemOperation::Assign:
        return QStringLiteral("assign");
    case ItemOperation::Requeue:
        return QStringLiteral("requeue");
    }
    Q_UNREACHABLE();
}

std::optional<ItemOperation> operationFromName(QStringView name)
{
    for (int number = 0; number < ItemOperationCount; ++number) {
        if (name == operationName(static_cast<ItemOperation>(number)))
            return static_cast<ItemOperation>(number);
    }
    return std::nullopt;
}

Privilege privilegeFor(ItemOperation operation)
{
    switch (operation) {
    case ItemOperation::Update:
        return Privilege::WorkitemsUpdate;
    case ItemOperation::Hold:
        return Privilege::WorkitemsHold;
    case ItemOperation::Resume:
        return Privilege::WorkitemsResume;
    case ItemOperation::Complete:
        return Privilege::WorkitemsComplete;
    case ItemOperation::Cancel:
        return Privilege::WorkitemsCancel;
    case ItemOperation::Restart:
        return Privilege::WorkitemsRestart;
    case ItemOperation::Activate:
        return Privilege::WorkitemsActivate;
    case ItemOperation::Assign:
        return Privilege::WorkitemsAssign;
    case ItemOperation::Requeue:
        return Privilege::WorkitemsRequeue;
    }
    Q_UNREACHABLE();
}

bool isAllowed(ItemOperation operation, ItemStatus status)
{
    using S = ItemStatus;
    switch (operation) {
    case ItemOperation::Update:
        return true; // also on final items: a source may correct what it sent
    case ItemOperation::Hold:
        return status == S::New || status == S::Captured || status == S::Queued || status == S::Distributed || status == S::Assigned;
    case ItemOperation::Resume:
        return status == S::Held || status == S::ErrorHeld;
    case ItemOperation::Complete:
    case ItemOperation::Cancel:
        return !isFinal(status);
    case ItemOperation::Restart:
        return true; // a final item is reopened by it
    case ItemOperation::Activate:
        return status == S::Captured;
    case ItemOperation::Assign:
        return status == S::Captured || status == S::Queued || status == S::Distributed || status == S::Assigned || status == S::Held;
    case ItemOperation::Requeue:
        return status == S::Queued || status == S::Distributed || status == S::Assigned;
    }
    Q_UNREACHABLE();
}

Result<void> checkAllowed(ItemOperation operation, const WorkItem &item)
{
    if (isAllowed(operation, item.status))
        return {};
    QStringList possible;
    for (const auto other : { ItemOperation::Hold, ItemOperation::Resume, ItemOperation::Complete, ItemOperation::Cancel, ItemOperation::Restart,
             ItemOperation::Activate, ItemOperation::Assign, ItemOperation::Requeue }) {
        if (isAllowed(other, item.status))
            possible.append(operationName(other));
    }
    return Error { ErrorCode::NotAllowedInStatus,
        QStringLiteral("Item %1 is %2, so it cannot be changed by \"%3\". Possible now: %4.")
            .arg(item.id.toString(), statusName(item.status), operationName(operation), possible.join(QStringLiteral(", "))),
        {}, { { QStringLiteral("operation"), operationName(operation) }, { QStringLiteral("status"), statusName(item.status) } } };
}

} // namespace iwd

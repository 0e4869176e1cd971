// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "columns.h"
#include "itemdocument.h"

#include <pipeline/itemrecord.h>

namespace iwd {

/// An item from the columns of item/get.sql and item/get_many.sql. @tparam Row a Statement, or one of a database itself
template <typename Row>
[[nodiscard]] ItemRecord readItem(const Row &row)
{
    ItemRecord record;
    WorkItem &item = record.item;
    decodeItemDocument(row.bytes(18), item);
    item.id.number = row.integer(0);
    item.status = static_cast<ItemStatus>(row.integer(1));
    if (!row.isNull(2))
        record.classId = row.integer(2);
    record.anchor = fromMillis(row.integer(3));
    item.version = row.integer(4);
    record.captured = fromMillis(row.integer(5));
    item.businessValue = static_cast<int>(row.integer(6));
    item.assignedToUser = row.text(7);
    item.assigned = column::instantAt(row, 8);
    item.held = column::instantAt(row, 9);
    item.completed = column::instantAt(row, 10);
    if (!row.isNull(11))
        record.slaMet = row.integer(11) != 0;
    item.error = row.text(12);
    item.capturePointId = row.text(13);
    item.captureId = row.text(14);
    item.categoryId = row.text(15);
    item.queueId = row.text(16);
    item.created = fromMillis(row.integer(17));
    return record;
}

} // namespace iwd

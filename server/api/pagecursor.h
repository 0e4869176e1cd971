// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "encoding.h"
#include "endpoint.h"

namespace iwd {

/// The opaque cursors of lists: where the next page begins, and which listing it belongs to (tenant, path, and filters or the body of a
/// search), so that a cursor cannot silently be used for another one.
[[nodiscard]] QString makeCursor(const Call &call, const QJsonObject &place);

/// @returns an empty object when no cursor was sent; an Error about a cursor that is damaged or belongs to another listing
[[nodiscard]] Result<QJsonObject> readCursor(const Call &call);

/// The place of a list that is ordered by a whole number, or by a text; an Error when the cursor has no such place.
[[nodiscard]] Result<qint64> numberAfter(const Call &call);
[[nodiscard]] Result<QString> textAfter(const Call &call);
[[nodiscard]] QString cursorAfter(const Call &call, const QJsonValue &last);

[[nodiscard]] Error damagedCursor();

struct PageRequest
{
    int limit = 100;
    QString after; ///< empty: from the beginning
};
/// Of a list that is ordered by a text. @returns an Error to be answered with badRequest()
[[nodiscard]] Result<PageRequest> readPageRequest(const Call &call);

/// A page of a list that is read as a whole because it is short, in order of its ids.
/// @param idOf of a record, @param encode a record into a JSON object
template <typename Record, typename IdOf, typename Encode>
[[nodiscard]] Answer pageById(const Call &call, const PageRequest &page, std::vector<Record> records, IdOf idOf, Encode encode)
{
    std::sort(records.begin(), records.end(), [&](const Record &left, const Record &right) { return idOf(left) < idOf(right); });
    QJsonArray data;
    QString last;
    for (const Record &record : records) {
        if (!page.after.isEmpty() && idOf(record) <= page.after)
            continue;
        if (data.size() == page.limit)
            return encodeList(data, cursorAfter(call, last));
        data.append(encode(record));
        last = idOf(record);
    }
    return encodeList(data, {});
}

} // namespace iwd

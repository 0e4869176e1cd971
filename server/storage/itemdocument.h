// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <domain/workitem.h>

#include <QByteArray>

namespace iwd {

/// What an item carries beside its ordering row and the payload's own columns, as one JSON object: the extended fields, the custom
/// attributes and the labels. Absent values are not written.
[[nodiscard]] QByteArray encodeItemDocument(const WorkItem &item);
void decodeItemDocument(const QByteArray &document, WorkItem &item);

} // namespace iwd

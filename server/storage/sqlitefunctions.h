// SPDX-License-Identifier: Apache-2.0
#pragma once

struct sqlite3;

namespace iwd {

/// Gives a connection the functions that searches are made of, so that SQL reads an item as conditions do in memory:
///
/// - iwd_attribute(document, name): an attribute of an item document: text; a real for a number; an integer, 0 or 1, for a truth value; else null
/// - iwd_number(value): the number that a real is, or a text as a whole; else null
/// - iwd_instant(value): the milliseconds that an ISO 8601 text stands for; else null
/// - iwd_fold(value): a text in simple case folding; null for what is no text
/// - iwd_text(value): a text as it is; null for what is no text
/// - iwd_finds(query, hidden, captureId, document): whether a full-text query finds the item; hidden is a JSON list of custom attributes
///   that searches do not look into
///
/// @returns whether SQLite took them
[[nodiscard]] bool registerSearchFunctions(sqlite3 *connection);

} // namespace iwd

-- SPDX-License-Identifier: Apache-2.0
-- Words of an item that changed are added to those that it had; the search looks at the item itself before it answers.
insert into search.item_text (rowid, words) values (:item_id, :words)

-- SPDX-License-Identifier: Apache-2.0
-- How far a backup goes: its items, its newest event, and when that happened.
select (select count(*) from item), coalesce(max(id), 0), coalesce((select at_ms from event order by id desc limit 1), 0) from event

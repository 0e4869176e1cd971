-- SPDX-License-Identifier: Apache-2.0
-- The newest event and item, and the moment of the event that the index has come to.
select coalesce((select max(id) from event), 0), coalesce((select max(item_id) from item_payload), 0), coalesce((select at_ms from event where id = :event_id), 0),
       coalesce((select at_ms from event where id = (select max(id) from event)), 0)

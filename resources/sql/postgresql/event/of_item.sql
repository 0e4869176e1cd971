-- SPDX-License-Identifier: Apache-2.0
-- A range of event_item_idx of each partition, from the day on which the item was captured.
select id, body from event
where tenant_id = :tenant and item_id = :item_id and id > :after
  and day >= (select coalesce(min(i.captured_ms), 0) / 86400000 from item i where i.tenant_id = :tenant and i.id = :item_id)
order by day, id limit :limit

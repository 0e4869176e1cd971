-- SPDX-License-Identifier: Apache-2.0
-- As event/after, but what processes need instead of what people read.
select id, at_ms, type, coalesce(item_id, 0), facts from event
where tenant_id = :tenant and id > :after and id <= :up_to
  and day >= (select coalesce(max(d.day), 0) from event_day d where d.tenant_id = :tenant and d.first_id <= :after::bigint + 1)
order by day, id limit :limit

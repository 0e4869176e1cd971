-- SPDX-License-Identifier: Apache-2.0
-- Walks the primary keys of the partitions from the one in which the cursor is.
select id, body from event
where tenant_id = :tenant and id > :after and day >= (select coalesce(max(d.day), 0) from event_day d where d.tenant_id = :tenant and d.first_id <= :after::bigint + 1)
order by day, id limit :limit

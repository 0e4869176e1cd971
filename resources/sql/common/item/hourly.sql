-- SPDX-License-Identifier: Apache-2.0
-- One pass over a range of the primary key. The four parts are told apart by their first column: 0 arrived, 1 left the queue, 2 completed, 3 the range as a whole.
with part as materialized (
  select coalesce(p.queue_id, '') as queue_id, i.captured_ms, coalesce(i.assigned_ms, i.final_ms) as left_ms, i.final_ms, i.status, i.sla_met,
         case when i.final_ms - i.assigned_ms between 0 and 604799999 then (i.final_ms - i.assigned_ms) / 1000 end as handling
  from item i join item_payload p on p.tenant_id = i.tenant_id and p.item_id = i.id
  where i.tenant_id = :tenant and i.id >= :from and i.id < :to
)
select 0, queue_id, captured_ms / 3600000, count(*), 0, 0, 0, 0 from part group by queue_id, captured_ms / 3600000
union all
select 1, queue_id, left_ms / 3600000, count(*), 0, 0, 0, 0 from part where left_ms is not null group by queue_id, left_ms / 3600000
union all
select 2, queue_id, final_ms / 3600000, count(*), count(case when sla_met = 0 then 1 end), count(handling), cast(coalesce(sum(handling), 0) as bigint),
       cast(coalesce(sum(handling * handling), 0) as bigint)
from part where status = 7 and final_ms is not null group by queue_id, final_ms / 3600000
union all
select 3, '', coalesce(min(captured_ms), 0), count(*), count(case when status < 7 then 1 end), 0, 0, 0 from part

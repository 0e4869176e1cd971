-- SPDX-License-Identifier: Apache-2.0
-- All that a step has read from the log, in one list of objects, in its order. What is the first of its item in the list is due, unless another waits already.
insert into webhook_delivery (tenant_id, capture_point_id, event_id, item_id, type, at_ms, body, next_ms)
select :tenant, :capture_point_id, r.value ->> 'event_id', r.value ->> 'item_id', r.value ->> 'type', r.value ->> 'at_ms', r.value ->> 'body',
  case when r.value ->> 'first' = 1 and not exists (
    select 1 from webhook_delivery w
    where w.tenant_id = :tenant and w.capture_point_id = :capture_point_id and w.item_id = r.value ->> 'item_id' and w.died_ms is null
  ) then :now_ms end
from json_each(:rows) r
where true
order by r.value ->> 'event_id'
on conflict (tenant_id, capture_point_id, event_id) do nothing

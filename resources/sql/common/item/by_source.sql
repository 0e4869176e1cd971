-- SPDX-License-Identifier: Apache-2.0
-- One pass over the end of the primary key.
select capture_point_id, count(*), min(captured_ms), max(captured_ms), coalesce(max(gap), 0)
from (
  select p.capture_point_id, i.captured_ms, i.captured_ms - lag(i.captured_ms) over (partition by p.capture_point_id order by i.id) as gap
  from item i join item_payload p on p.tenant_id = i.tenant_id and p.item_id = i.id
  where i.tenant_id = :tenant and i.id >= :from
) as arrival
group by capture_point_id

-- SPDX-License-Identifier: Apache-2.0
-- As waiting.sql for many ranges of item_waiting_idx, oldest first in each.
select range.number, place.anchor_ms, place.id
from unnest(:class_ids::bigint[], :from_ms::bigint[], :to_ms::bigint[], :after_ms::bigint[], :after_ids::bigint[])
     with ordinality as range (class_id, from_ms, to_ms, after_ms, after_id, number)
cross join lateral (
  select i.anchor_ms, i.id from item i
  where i.class_id = range.class_id and i.status = 2 and i.anchor_ms > range.from_ms and i.anchor_ms <= range.to_ms
    and (i.anchor_ms, i.id) > (range.after_ms, range.after_id) and i.tenant_id = :tenant
  order by i.anchor_ms, i.id limit :limit
) place
order by range.number, place.anchor_ms, place.id

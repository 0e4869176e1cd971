-- SPDX-License-Identifier: Apache-2.0
-- As waiting.sql for many ranges, oldest first in each.
select range.number, place.anchor_ms, place.id
from unnest(:class_ids::bigint[], :to_ms::bigint[], :after_ms::bigint[], :after_ids::bigint[])
     with ordinality as range (class_id, to_ms, after_ms, after_id, number)
cross join lateral (
  select w.anchor_ms, w.id from waiting w
  where w.class_id = range.class_id and (w.anchor_ms, w.id) > (range.after_ms, range.after_id) and w.anchor_ms <= range.to_ms and w.tenant_id = :tenant
  order by w.anchor_ms, w.id limit :limit
) place
order by range.number, place.anchor_ms, place.id

-- SPDX-License-Identifier: Apache-2.0
-- A probe of item_payload_capture_idx for each key. Not "= any": while the table is new that looks cheaper by another index, and the plan is kept.
select p.capture_id, p.item_id, p.capture_point_id
from unnest(:capture_ids::text[]) as asked (capture_id)
cross join lateral (
  select capture_id, item_id, capture_point_id from item_payload where tenant_id = :tenant and capture_id = asked.capture_id order by item_id limit 20
) p

-- SPDX-License-Identifier: Apache-2.0
-- The first undelivered event of an item is due; those behind it wait.
update webhook_delivery
set next_ms = case when event_id = (
    select min(first.event_id) from webhook_delivery first
    where first.tenant_id = :tenant and first.capture_point_id = :capture_point_id and first.item_id = :item_id and first.died_ms is null
  ) then coalesce(next_ms, cast(:now_ms as bigint)) end
where tenant_id = :tenant and capture_point_id = :capture_point_id and item_id = :item_id and died_ms is null

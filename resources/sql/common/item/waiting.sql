-- SPDX-License-Identifier: Apache-2.0
-- A range of item_waiting_idx, oldest first.
select anchor_ms, id from item
where class_id = :class_id and status = 2 and anchor_ms > :from_ms and anchor_ms <= :to_ms and (anchor_ms, id) > (:after_ms, :after_id) and tenant_id = :tenant
order by anchor_ms, id limit :limit

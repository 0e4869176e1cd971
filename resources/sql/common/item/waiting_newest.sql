-- SPDX-License-Identifier: Apache-2.0
-- The far end of a range of the order of a class.
select anchor_ms, id from waiting
where class_id = :class_id and anchor_ms > :from_ms and anchor_ms <= :to_ms and tenant_id = :tenant
order by anchor_ms desc, id desc limit 1

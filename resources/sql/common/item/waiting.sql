-- SPDX-License-Identifier: Apache-2.0
-- A range of the order of a class, oldest first. One bound below and no other beside it, by which the search in the index might begin instead.
select anchor_ms, id from waiting
where class_id = :class_id and (anchor_ms, id) > (:after_ms, :after_id) and anchor_ms <= :to_ms and tenant_id = :tenant
order by anchor_ms, id limit :limit

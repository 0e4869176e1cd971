-- SPDX-License-Identifier: Apache-2.0
-- The far end of a class in item_waiting_idx.
select anchor_ms, id from item where class_id = :class_id and status = 2 and tenant_id = :tenant order by anchor_ms desc, id desc limit :limit

-- SPDX-License-Identifier: Apache-2.0
-- The far end of the order of a class.
select anchor_ms, id from waiting where class_id = :class_id and tenant_id = :tenant order by anchor_ms desc, id desc limit :limit

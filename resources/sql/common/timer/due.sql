-- SPDX-License-Identifier: Apache-2.0
-- The head of item_timer_due_idx.
select item_id, kind from item_timer where tenant_id = :tenant and at_ms <= :now_ms order by at_ms, item_id limit :limit

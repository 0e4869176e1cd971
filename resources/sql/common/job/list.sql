-- SPDX-License-Identifier: Apache-2.0
-- An index of (tenant_id, id), from its end.
select id, state, action, actor_kind, actor_id, actor_name, created_ms, started_ms, ended_ms, total, total_exact, done, skipped, failed, last_item, worked_ms, updated_ms, undo_of, confirmation, error
from job where tenant_id = :tenant and id < :before order by id desc limit :limit

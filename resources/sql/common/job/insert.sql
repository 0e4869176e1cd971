-- SPDX-License-Identifier: Apache-2.0
insert into job (tenant_id, state, action, actor_kind, actor_id, actor_name, created_ms, total, total_exact, updated_ms, undo_of, confirmation)
values (:tenant, :state, :action, :actor_kind, :actor_id, :actor_name, :created_ms, :total, :total_exact, :updated_ms, :undo_of, :confirmation)
returning id

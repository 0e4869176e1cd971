-- SPDX-License-Identifier: Apache-2.0
insert into audit (tenant_id, area, at_ms, actor_kind, actor_id, actor_name, address, action, kind, object_id, version, old_value, new_value)
values (:tenant, :area, :at_ms, :actor_kind, :actor_id, :actor_name, :address, :action, :kind, :object_id, :version, :old_value, :new_value)

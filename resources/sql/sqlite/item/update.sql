-- SPDX-License-Identifier: Apache-2.0
update item
set status = :status, class_id = :class_id, anchor_ms = :anchor_ms, version = version + 1, business_value = :business_value, agent_id = :agent_id,
    assigned_ms = :assigned_ms, held_ms = :held_ms, final_ms = :final_ms, sla_met = :sla_met, error = :error
where id = :id and tenant_id = :tenant

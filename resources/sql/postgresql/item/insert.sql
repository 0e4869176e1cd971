-- SPDX-License-Identifier: Apache-2.0
insert into item (tenant_id, id, status, class_id, anchor_ms, version, captured_ms, business_value, agent_id, assigned_ms, held_ms, final_ms, sla_met, error)
values (:tenant, :id, :status, :class_id, :anchor_ms, 1, :captured_ms, :business_value, :agent_id, :assigned_ms, :held_ms, :final_ms, :sla_met, :error)

-- SPDX-License-Identifier: Apache-2.0
-- The ordering rows of all items that a transaction has new, one array for each column.
insert into item (tenant_id, id, status, class_id, anchor_ms, version, captured_ms, business_value, assigned_ms, held_ms, final_ms, sla_met, agent_id, error)
select :tenant, n.id, n.status, n.class_id, n.anchor_ms, n.puts, n.captured_ms, n.business_value, n.assigned_ms, n.held_ms, n.final_ms, n.sla_met, n.agent_id, n.error
from unnest(:ids::bigint[], :statuses::bigint[], :class_ids::bigint[], :anchors::bigint[], :puts::bigint[], :captured::bigint[], :business_values::bigint[], :assigned::bigint[], :held::bigint[],
            :final::bigint[], :sla_met::bigint[], :agent_ids::text[], :errors::text[])
     as n (id, status, class_id, anchor_ms, puts, captured_ms, business_value, assigned_ms, held_ms, final_ms, sla_met, agent_id, error)

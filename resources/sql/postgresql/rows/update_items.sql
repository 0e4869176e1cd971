-- SPDX-License-Identifier: Apache-2.0
-- The ordering rows of all items that a transaction has changed, one array for each column.
update item i
set status = n.status, class_id = n.class_id, anchor_ms = n.anchor_ms, version = i.version + n.puts, business_value = n.business_value, agent_id = n.agent_id,
    assigned_ms = n.assigned_ms, held_ms = n.held_ms, final_ms = n.final_ms, sla_met = n.sla_met, error = n.error
from unnest(:ids::bigint[], :statuses::bigint[], :class_ids::bigint[], :anchors::bigint[], :puts::bigint[], :business_values::bigint[], :assigned::bigint[], :held::bigint[],
            :final::bigint[], :sla_met::bigint[], :agent_ids::text[], :errors::text[])
     as n (id, status, class_id, anchor_ms, puts, business_value, assigned_ms, held_ms, final_ms, sla_met, agent_id, error)
where i.tenant_id = :tenant and i.id = n.id

-- SPDX-License-Identifier: Apache-2.0
-- Two primary key probes for each, in the order in which they are asked for.
select i.id, i.status, i.class_id, i.anchor_ms, i.version, i.captured_ms, i.business_value, i.agent_id, i.assigned_ms, i.held_ms, i.final_ms,
       i.sla_met, i.error, p.capture_point_id, p.capture_id, p.category_id, p.queue_id, p.created_ms, p.document
from unnest(:ids::bigint[]) with ordinality as asked (id, number)
join item i on i.tenant_id = :tenant and i.id = asked.id
join item_payload p on p.tenant_id = :tenant and p.item_id = asked.id
order by asked.number

-- SPDX-License-Identifier: Apache-2.0
-- What can match, in an order: {filter} holds what indexes and columns can tell, the rest is looked at in memory. Values are bound.
declare candidate no scroll cursor for
select i.id, i.status, i.class_id, i.anchor_ms, i.version, i.captured_ms, i.business_value, i.agent_id, i.assigned_ms, i.held_ms, i.final_ms,
       i.sla_met, i.error, p.capture_point_id, p.capture_id, p.category_id, p.queue_id, p.created_ms, p.document
from item i join item_payload p on p.tenant_id = i.tenant_id and p.item_id = i.id
where i.tenant_id = :tenant and {filter}
{order}

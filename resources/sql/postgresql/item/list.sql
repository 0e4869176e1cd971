-- SPDX-License-Identifier: Apache-2.0
-- Walks the primary key from the cursor; the optional parts in {braces} are put in by the caller, values are always bound.
select i.id, i.status, i.class_id, i.anchor_ms, i.version, i.captured_ms, i.business_value, i.agent_id, i.assigned_ms, i.held_ms, i.final_ms,
       i.sla_met, i.error, p.capture_point_id, p.capture_id, p.category_id, p.queue_id, p.created_ms, p.document
from item i {index} join item_payload p on p.tenant_id = i.tenant_id and p.item_id = i.id
where i.tenant_id = :tenant {filter}
order by {order}
limit :limit

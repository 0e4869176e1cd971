-- SPDX-License-Identifier: Apache-2.0
-- One pass over the narrow rows; run once at start, afterwards the figures are kept from the events.
select coalesce(c.queue_id, ''), i.status, count(*), count(*) filter (where i.captured_ms >= :since_ms), count(*) filter (where i.final_ms >= :since_ms),
       count(*) filter (where i.final_ms >= :since_ms and i.sla_met = 1), case when i.status = 7 and i.final_ms >= :since_ms then coalesce(i.agent_id, '') else '' end agent
from item i left join work_class c on c.id = i.class_id
where i.tenant_id = :tenant
group by c.queue_id, i.status, agent

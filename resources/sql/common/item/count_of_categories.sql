-- SPDX-License-Identifier: Apache-2.0
-- What somebody sees who sees some categories only. Reads all rows of those categories; figures of everything are kept from the events instead.
select coalesce(c.queue_id, ''), i.status, count(*), count(*) filter (where i.captured_ms >= :since_ms), count(*) filter (where i.final_ms >= :since_ms),
       count(*) filter (where i.final_ms >= :since_ms and i.sla_met = 1), min(p.created_ms)
from item i join item_payload p on p.item_id = i.id and p.tenant_id = i.tenant_id left join work_class c on c.id = i.class_id
where i.tenant_id = :tenant and p.category_id {categories}
group by c.queue_id, i.status

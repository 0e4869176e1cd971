-- SPDX-License-Identifier: Apache-2.0
-- One probe of item_waiting_idx for each class of the tenant, whatever the number of items.
select c.id, head.anchor_ms, head.id
from work_class c
cross join lateral (select i.anchor_ms, i.id from item i where i.class_id = c.id and i.status = 2 and i.tenant_id = :tenant order by i.anchor_ms, i.id limit 1) head
where c.tenant_id = :tenant

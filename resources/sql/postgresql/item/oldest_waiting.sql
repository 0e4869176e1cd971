-- SPDX-License-Identifier: Apache-2.0
-- One probe of waiting_order_idx for each class of the tenant, whatever the number of items.
select c.id, head.anchor_ms, head.id
from work_class c
cross join lateral (select w.anchor_ms, w.id from waiting w where w.class_id = c.id and w.tenant_id = :tenant order by w.anchor_ms, w.id limit 1) head
where c.tenant_id = :tenant

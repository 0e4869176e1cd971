-- SPDX-License-Identifier: Apache-2.0
-- One probe of item_waiting_idx per class that has waiting items (a skip scan), whatever their number.
with recursive waiting_class (class_id) as (
  select (select min(class_id) from item where status = 2 and class_id is not null)
  union all
  select (select class_id from item where status = 2 and class_id > waiting_class.class_id order by class_id limit 1)
  from waiting_class where waiting_class.class_id is not null
)
select w.class_id,
       (select anchor_ms from item where class_id = w.class_id and status = 2 order by anchor_ms, id limit 1),
       (select id from item where class_id = w.class_id and status = 2 order by anchor_ms, id limit 1)
from waiting_class w join work_class c on c.id = w.class_id
where c.tenant_id = :tenant

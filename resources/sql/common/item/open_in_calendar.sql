-- SPDX-License-Identifier: Apache-2.0
-- As open_in_queue, for the calendar that items are counted by.
select 1
where exists (select 1 from work_class c where c.tenant_id = :tenant and c.calendar_id = :id
              and exists (select 1 from item i where i.class_id = c.id and i.status = 2))
   or exists (select 1 from item i join work_class c on c.id = i.class_id
              where i.tenant_id = :tenant and i.status in (0, 1, 3, 4, 5, 6) and c.calendar_id = :id)

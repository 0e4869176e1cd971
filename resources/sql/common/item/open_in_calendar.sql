-- SPDX-License-Identifier: Apache-2.0
-- As open_in_queue, for the calendar that items are counted by.
select 1
where exists (select 1 from work_class c where c.tenant_id = :tenant and c.calendar_id = :id
              and exists (select 1 from waiting w where w.tenant_id = :tenant and w.class_id = c.id))
   or exists (select 1 from apart a join work_class c on c.id = a.class_id where a.tenant_id = :tenant and c.calendar_id = :id)

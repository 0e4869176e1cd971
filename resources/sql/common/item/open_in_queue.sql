-- SPDX-License-Identifier: Apache-2.0
-- Whether anything that is not ended names the queue: probes of the waiting index by class, then of the few other open items.
select 1
where exists (select 1 from work_class c where c.tenant_id = :tenant and c.queue_id = :id
              and exists (select 1 from waiting w where w.tenant_id = :tenant and w.class_id = c.id))
   or exists (select 1 from apart a join work_class c on c.id = a.class_id where a.tenant_id = :tenant and c.queue_id = :id)

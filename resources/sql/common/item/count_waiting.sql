-- SPDX-License-Identifier: Apache-2.0
-- Counts index entries of the queue's classes and stops at the limit.
select count(*) from (
  select 1 from waiting where class_id in (select id from work_class where tenant_id = :tenant and queue_id = :queue_id) and tenant_id = :tenant limit :limit
) as waiting_items

-- SPDX-License-Identifier: Apache-2.0
-- Walks the partitions' primary keys in order and stops at the first event; a log of which nothing is left goes on after the last one.
select coalesce((select id from event where tenant_id = :tenant order by day, id limit 1), (select last_event + 1 from tenant_state where tenant_id = :tenant), 1)

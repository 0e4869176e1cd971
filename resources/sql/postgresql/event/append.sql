-- SPDX-License-Identifier: Apache-2.0
-- All the events that a transaction has at once, one array for each column; their ids follow one another.
insert into event (tenant_id, day, id, item_id, at_ms, type, facts, body)
select :tenant, :day, :first_id::bigint + e.n - 1, e.item_id, e.at_ms, e.type, e.facts, e.body
from unnest(:items::bigint[], :at::bigint[], :types::bigint[], :facts::text[], :bodies::text[]) with ordinality as e (item_id, at_ms, type, facts, body, n)

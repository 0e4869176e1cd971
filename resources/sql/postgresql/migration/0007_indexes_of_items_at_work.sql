-- SPDX-License-Identifier: Apache-2.0
-- contract: 0006
-- Servers that do not know "waiting" find what waits by these.
drop index item_waiting_idx;
drop index item_open_idx;

-- What is in hands is little, but what was in them a moment ago is still in the indexes. Each began with the tenant, so the planner could take any of them for any question, and read all that; by these it cannot.
alter table assignment drop constraint assignment_pkey;
alter table assignment add primary key (token, tenant_id);
drop index assignment_item_idx;
create unique index assignment_item_idx on assignment (item_id, tenant_id);
drop index assignment_agent_idx;
create index assignment_agent_idx on assignment (agent_id, tenant_id);
drop index assignment_lease_idx;
create index assignment_lease_idx on assignment (lease_until_ms, tenant_id);

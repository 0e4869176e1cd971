-- SPDX-License-Identifier: Apache-2.0
insert into refusal (item_id, agent_id, tenant_id, until_ms) values (:item_id, :agent_id, :tenant, :until_ms)
on conflict (item_id, agent_id) do update set until_ms = excluded.until_ms

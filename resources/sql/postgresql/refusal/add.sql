-- SPDX-License-Identifier: Apache-2.0
insert into refusal (tenant_id, item_id, agent_id, until_ms) values (:tenant, :item_id, :agent_id, :until_ms)
on conflict (tenant_id, item_id, agent_id) do update set until_ms = excluded.until_ms

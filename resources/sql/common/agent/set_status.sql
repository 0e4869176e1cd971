-- SPDX-License-Identifier: Apache-2.0
insert into agent_status (tenant_id, agent_id, state, reason, since_ms) values (:tenant, :agent_id, :state, :reason, :since_ms)
on conflict (tenant_id, agent_id) do update set state = excluded.state, reason = excluded.reason, since_ms = excluded.since_ms

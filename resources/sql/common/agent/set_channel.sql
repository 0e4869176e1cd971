-- SPDX-License-Identifier: Apache-2.0
insert into agent_channel_status (tenant_id, agent_id, channel, state, reason, since_ms) values (:tenant, :agent_id, :channel, :state, :reason, :since_ms)
on conflict (tenant_id, agent_id, channel) do update set state = excluded.state, reason = excluded.reason, since_ms = excluded.since_ms

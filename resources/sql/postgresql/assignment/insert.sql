-- SPDX-License-Identifier: Apache-2.0
insert into assignment (tenant_id, token, item_id, agent_id, channel, taken_ms, lease_ms, lease_until_ms, offered, weight, queue_id)
values (:tenant, :token, :item_id, :agent_id, :channel, :taken_ms, :lease_ms, :lease_until_ms, :offered, :weight, :queue_id)

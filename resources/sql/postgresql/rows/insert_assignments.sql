-- SPDX-License-Identifier: Apache-2.0
insert into assignment (tenant_id, token, item_id, taken_ms, lease_ms, lease_until_ms, offered, weight, agent_id, channel, queue_id)
select :tenant, n.token, n.item_id, n.taken_ms, n.lease_ms, n.lease_until_ms, n.offered, n.weight, n.agent_id, n.channel, n.queue_id
from unnest(:tokens::bigint[], :item_ids::bigint[], :taken::bigint[], :leases::bigint[], :leases_until::bigint[], :offered::bigint[], :weights::bigint[], :agent_ids::text[], :channels::text[],
            :queue_ids::text[])
     as n (token, item_id, taken_ms, lease_ms, lease_until_ms, offered, weight, agent_id, channel, queue_id)

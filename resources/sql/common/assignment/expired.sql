-- SPDX-License-Identifier: Apache-2.0
-- The head of assignment_lease_idx.
select token, item_id, agent_id, channel, taken_ms, lease_ms, lease_until_ms, offered, weight, queue_id
from assignment
where tenant_id = :tenant and lease_until_ms <= :now_ms order by lease_until_ms, token limit :limit

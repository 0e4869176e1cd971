-- SPDX-License-Identifier: Apache-2.0
select token, item_id, agent_id, channel, taken_ms, lease_ms, lease_until_ms, offered, weight, queue_id
from assignment
where tenant_id = :tenant and agent_id = :agent_id order by token

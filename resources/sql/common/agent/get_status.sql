-- SPDX-License-Identifier: Apache-2.0
select state, reason, since_ms from agent_status where tenant_id = :tenant and agent_id = :agent_id

-- SPDX-License-Identifier: Apache-2.0
select agent_id, state, reason, since_ms, idle_since_ms from agent_status where tenant_id = :tenant

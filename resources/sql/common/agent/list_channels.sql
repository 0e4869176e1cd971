-- SPDX-License-Identifier: Apache-2.0
select agent_id, channel, state, reason, since_ms from agent_channel_status where tenant_id = :tenant

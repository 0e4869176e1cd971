-- SPDX-License-Identifier: Apache-2.0
select item_id, agent_id, until_ms from refusal where tenant_id = :tenant

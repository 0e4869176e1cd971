-- SPDX-License-Identifier: Apache-2.0
-- The head of refusal_until_idx.
select item_id, agent_id from refusal where tenant_id = :tenant and until_ms <= :now_ms order by until_ms limit :limit

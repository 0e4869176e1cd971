-- SPDX-License-Identifier: Apache-2.0
select id, tenant_id, name, coalesce(agent_scopes, scopes), created_ms, expires_ms, agent_id, categories, case when old_until_ms > :now_ms then old_until_ms end, used_ms, used_address
from api_key where tenant_id = :tenant and revoked_ms is null order by created_ms, id

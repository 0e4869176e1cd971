-- SPDX-License-Identifier: Apache-2.0
select id, tenant_id, name, coalesce(agent_scopes, scopes), created_ms, expires_ms, agent_id, categories, case when old_until_ms > :now_ms then old_until_ms end, used_ms, used_address
from api_key where hash = :hash and revoked_ms is null
union all
select id, tenant_id, name, coalesce(agent_scopes, scopes), created_ms,
  case when expires_ms < old_until_ms then expires_ms else old_until_ms end, agent_id, categories, case when old_until_ms > :now_ms then old_until_ms end, used_ms, used_address
from api_key where old_hash = :hash and old_until_ms > :now_ms and revoked_ms is null

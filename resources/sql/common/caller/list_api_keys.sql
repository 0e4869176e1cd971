-- SPDX-License-Identifier: Apache-2.0
select id, name, coalesce(agent_scopes, scopes), created_ms, expires_ms, agent_id from api_key where tenant_id = :tenant and revoked_ms is null order by created_ms, id

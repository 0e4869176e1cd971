-- SPDX-License-Identifier: Apache-2.0
select id, tenant_id, name, coalesce(agent_scopes, scopes), expires_ms, agent_id from api_key where hash = :hash and revoked_ms is null

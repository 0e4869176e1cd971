-- SPDX-License-Identifier: Apache-2.0
insert into api_key (id, tenant_id, name, hash, scopes, agent_id, agent_scopes, categories, created_ms, expires_ms)
values (:id, :tenant, :name, :hash, :scopes, :agent_id, :agent_scopes, :categories, :created_ms, :expires_ms)

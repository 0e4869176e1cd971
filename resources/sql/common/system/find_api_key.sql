-- SPDX-License-Identifier: Apache-2.0
select id, tenant_id, name, scopes, expires_ms from api_key where hash = :hash and revoked_ms is null

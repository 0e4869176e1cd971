-- SPDX-License-Identifier: Apache-2.0
insert into session (hash, tenant_id, user_name, created_ms, expires_ms, id, seen_ms, address, program, provider_id)
values (:hash, :tenant, :user_name, :created_ms, :expires_ms, :id, :created_ms, :address, :program, :provider_id)

-- SPDX-License-Identifier: Apache-2.0
insert into session (hash, tenant_id, user_name, created_ms, expires_ms) values (:hash, :tenant, :user_name, :created_ms, :expires_ms)

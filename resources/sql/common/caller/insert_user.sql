-- SPDX-License-Identifier: Apache-2.0
insert into user_account (tenant_id, name, password_hash, scopes, created_ms) values (:tenant, :name, :password_hash, :scopes, :created_ms)

-- SPDX-License-Identifier: Apache-2.0
insert into user_account (tenant_id, name, display_name, email, roles, scopes, categories, disabled, password_hash, change_password, created_ms, updated_ms, password_ms, provider_id, issuer, subject)
values (:tenant, :name, :display_name, :email, :roles, :scopes, :categories, :disabled, :password_hash, :change_password, :created_ms, :updated_ms, :password_ms, :provider_id, :issuer, :subject)

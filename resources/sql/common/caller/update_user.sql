-- SPDX-License-Identifier: Apache-2.0
update user_account
set display_name = :display_name, email = :email, roles = :roles, scopes = :scopes, categories = :categories, disabled = :disabled, version = version + 1, updated_ms = :updated_ms
where tenant_id = :tenant and name = :name
returning version

-- SPDX-License-Identifier: Apache-2.0
update user_account
set password_hash = :password_hash, change_password = :change_password, scopes = :scopes, password_ms = :now_ms, failures = 0, locked_until_ms = 0
where tenant_id = :tenant and name = :name

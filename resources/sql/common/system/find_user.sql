-- SPDX-License-Identifier: Apache-2.0
select tenant_id, password_hash, scopes, failures, locked_until_ms from user_account where name = :name order by tenant_id limit 1

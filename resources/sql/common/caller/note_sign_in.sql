-- SPDX-License-Identifier: Apache-2.0
update user_account set signed_in_ms = :now_ms, failures = 0, locked_until_ms = 0 where tenant_id = :tenant and name = :name

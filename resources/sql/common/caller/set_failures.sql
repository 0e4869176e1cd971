-- SPDX-License-Identifier: Apache-2.0
update user_account set failures = :failures, locked_until_ms = :locked_until_ms where tenant_id = :tenant and name = :name

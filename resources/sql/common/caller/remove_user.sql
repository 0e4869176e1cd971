-- SPDX-License-Identifier: Apache-2.0
delete from user_account where tenant_id = :tenant and name = :name

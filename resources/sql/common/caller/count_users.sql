-- SPDX-License-Identifier: Apache-2.0
select count(*) from user_account where tenant_id = :tenant

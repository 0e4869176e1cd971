-- SPDX-License-Identifier: Apache-2.0
delete from session
where tenant_id = :tenant and user_name in (select u.name from user_account u where u.tenant_id = :tenant and u.provider_id = :provider_id)

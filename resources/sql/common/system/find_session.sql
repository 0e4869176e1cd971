-- SPDX-License-Identifier: Apache-2.0
select s.tenant_id, s.user_name, s.expires_ms, u.scopes from session s join user_account u on u.tenant_id = s.tenant_id and u.name = s.user_name
where s.hash = :hash

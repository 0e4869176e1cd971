-- SPDX-License-Identifier: Apache-2.0
select s.tenant_id, coalesce(s.id, ''), s.user_name, s.created_ms, s.expires_ms, coalesce(s.seen_ms, s.created_ms), s.address, s.program, s.provider_id,
  u.name, u.display_name, u.email, u.roles, u.scopes, u.categories, u.disabled, u.password_hash, u.change_password, u.failures, u.locked_until_ms, u.version,
  u.created_ms, u.updated_ms, u.password_ms, u.signed_in_ms, u.provider_id, u.issuer, u.subject
from session s join user_account u on u.tenant_id = s.tenant_id and u.name = s.user_name
where s.hash = :hash

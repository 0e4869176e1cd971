-- SPDX-License-Identifier: Apache-2.0
select u.tenant_id,
  u.name, u.display_name, u.email, u.roles, u.scopes, u.categories, u.disabled, u.password_hash, u.change_password, u.failures, u.locked_until_ms, u.version,
  u.created_ms, u.updated_ms, u.password_ms, u.signed_in_ms, u.provider_id, u.issuer, u.subject
from user_account u where u.name = :name order by u.tenant_id limit 100

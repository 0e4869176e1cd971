-- SPDX-License-Identifier: Apache-2.0
select u.name, u.display_name, u.email, u.roles, u.scopes, u.categories, u.disabled, u.password_hash, u.change_password, u.failures, u.locked_until_ms, u.version,
  u.created_ms, u.updated_ms, u.password_ms, u.signed_in_ms, u.provider_id, u.issuer, u.subject
from user_account u where u.tenant_id = :tenant and u.issuer = :issuer and u.subject = :subject

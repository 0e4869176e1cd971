-- SPDX-License-Identifier: Apache-2.0
insert into identity_provider (tenant_id, id, definition, secret, version, created_ms, updated_ms)
values (:tenant, :id, :definition, :secret, 1, :now_ms, :now_ms)
on conflict (tenant_id, id) do update
set definition = excluded.definition, secret = excluded.secret, version = identity_provider.version + 1, updated_ms = excluded.updated_ms
returning version, created_ms

-- SPDX-License-Identifier: Apache-2.0
insert into role (tenant_id, id, name, description, privileges, version, created_ms, updated_ms)
values (:tenant, :id, :name, :description, :privileges, 1, :now_ms, :now_ms)
on conflict (tenant_id, id) do update
set name = excluded.name, description = excluded.description, privileges = excluded.privileges, version = role.version + 1, updated_ms = excluded.updated_ms
returning version, created_ms

-- SPDX-License-Identifier: Apache-2.0
insert into saved_filter (tenant_id, owner_kind, owner_id, owner_name, name, description, visibility, roles, search, version, created_ms, updated_ms)
values (:tenant, :owner_kind, :owner_id, :owner_name, :name, :description, :visibility, :roles, :search, 1, :now_ms, :now_ms)
returning id

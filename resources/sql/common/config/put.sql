-- SPDX-License-Identifier: Apache-2.0
insert into config_object (tenant_id, kind, id, version, created_ms, updated_ms, deleted_ms, document)
values (:tenant, :kind, :id, 1, :created_ms, :updated_ms, :deleted_ms, :document)
on conflict (tenant_id, kind, id) do update
set version = config_object.version + 1, updated_ms = excluded.updated_ms, deleted_ms = excluded.deleted_ms, document = excluded.document
returning version, created_ms

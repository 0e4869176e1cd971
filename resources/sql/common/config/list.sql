-- SPDX-License-Identifier: Apache-2.0
select id, version, created_ms, updated_ms, deleted_ms, document from config_object
where tenant_id = :tenant and kind = :kind and (deleted_ms is not null) = :deleted order by id

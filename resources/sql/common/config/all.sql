-- SPDX-License-Identifier: Apache-2.0
select id, version, created_ms, updated_ms, deleted_ms, document, kind from config_object
where tenant_id = :tenant order by kind, id

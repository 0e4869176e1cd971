-- SPDX-License-Identifier: Apache-2.0
select id, name, description, privileges, version, created_ms, updated_ms from role where tenant_id = :tenant_number order by id

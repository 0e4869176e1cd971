-- SPDX-License-Identifier: Apache-2.0
select id from work_class where tenant_id = :tenant and schema_id = :schema_id order by id

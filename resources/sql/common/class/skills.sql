-- SPDX-License-Identifier: Apache-2.0
-- The tenant's classes are few.
select distinct skills from work_class where tenant_id = :tenant and skills <> '[]'

-- SPDX-License-Identifier: Apache-2.0
-- The first and the last id: both ends of the primary key.
select coalesce(min(id), 0), coalesce(max(id), 0) from item where tenant_id = :tenant

-- SPDX-License-Identifier: Apache-2.0
-- The first and the last id: both ends of the primary key.
select (select id from item where tenant_id = :tenant order by id limit 1), (select id from item where tenant_id = :tenant order by id desc limit 1)

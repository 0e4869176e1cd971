-- SPDX-License-Identifier: Apache-2.0
-- How many candidates an index offers, counted up to the limit.
select count(*) from (select 1 from ({candidates}) c cross join item i on i.id = c.item_id where i.tenant_id = :tenant limit :limit)

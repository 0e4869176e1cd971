-- SPDX-License-Identifier: Apache-2.0
-- As page.sql, without an order: counts up to the limit.
select count(*) from (select 1 from {source} where i.tenant_id = :tenant and {filter} limit :limit)

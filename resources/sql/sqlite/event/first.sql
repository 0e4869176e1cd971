-- SPDX-License-Identifier: Apache-2.0
-- All tenants share the numbers, so a tenant's own have gaps, and the first one of the log as a whole says from where on it is whole. Walks to one end of the primary key.
select coalesce((select min(id) from event), 1) where :tenant is not null

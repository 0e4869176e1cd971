-- SPDX-License-Identifier: Apache-2.0
-- What is in a database that is to be a tenant's own: how many tables and views, and whether ours are among them.
select count(*), count(*) filter (where c.relname = 'tenant' and c.relkind = 'r')
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'm', 'f')

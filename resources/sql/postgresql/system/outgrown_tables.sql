-- SPDX-License-Identifier: Apache-2.0
-- Tables that have grown to more than the fourfold of what the planner believes. Small ones do not count; large ones take longer to grow than the database to look at them by itself.
select quote_ident(relname) from pg_class
where relnamespace = 'public'::regnamespace and relkind = 'r' and relowner = (select usesysid from pg_user where usename = current_user)
  and pg_relation_size(oid) > 4 * 8192 * greatest(relpages, 8) and pg_relation_size(oid) < 128 * 1024 * 1024

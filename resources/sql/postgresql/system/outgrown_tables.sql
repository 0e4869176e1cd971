-- SPDX-License-Identifier: Apache-2.0
-- Tables that have grown to more than the fourfold of what the planner believes. Small ones do not count; large ones take longer to grow than the database to look at them by itself.
-- An analysis in the middle of a large transaction counts its pages and not its rows, so rows that were committed since are looked at as well.
select quote_ident(relname) from pg_class
where relnamespace = 'public'::regnamespace and relkind = 'r' and relowner = (select usesysid from pg_user where usename = current_user)
  and (pg_relation_size(oid) > 4 * 8192 * greatest(relpages, 8) or pg_stat_get_live_tuples(oid) > 4 * greatest(reltuples, 1000))
  and pg_relation_size(oid) < 128 * 1024 * 1024

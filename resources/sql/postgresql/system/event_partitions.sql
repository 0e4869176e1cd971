-- SPDX-License-Identifier: Apache-2.0
-- The days that the log has partitions for.
select substr(c.relname, 8)::bigint from pg_inherits i join pg_class c on c.oid = i.inhrelid
where i.inhparent = 'event'::regclass and c.relname ~ '^event_d[0-9]+$' order by 1

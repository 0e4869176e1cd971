-- SPDX-License-Identifier: Apache-2.0
-- Connections that a server may have which does not know a migration. Servers name what they know; whoever does not may be an old one.
select count(*) from pg_stat_activity
where datname = current_database() and usename = current_user and pid <> pg_backend_pid() and backend_type = 'client backend'
  and coalesce(substring(application_name from 'knows ([0-9]+)$')::bigint, 0) < :number

-- SPDX-License-Identifier: Apache-2.0
-- What all servers on this database know and nobody else: random bytes, made by the first server that needs them.

create table shared_secret (
  name text collate "C" primary key,
  value bytea not null,
  created_ms bigint not null
);
alter table shared_secret enable row level security;
alter table shared_secret force row level security;
-- Of no tenant, and so hidden from all of them.
create policy of_the_installation on shared_secret using ((select current_setting('iwd.directory', true) = 'on'));

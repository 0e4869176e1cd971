-- SPDX-License-Identifier: Apache-2.0
-- What all servers on this database know and nobody else: random bytes, made by the first server that needs them.

create table shared_secret (
  name text primary key,
  value blob not null,
  created_ms integer not null
);

-- SPDX-License-Identifier: Apache-2.0
-- Searches that have a name. Whose they are is said by kind and id: callers may be in another database.

create table saved_filter (
  id bigint generated always as identity,
  tenant_id bigint not null references tenant (id),
  owner_kind text collate "C" not null,
  owner_id text collate "C" not null,
  owner_name text not null,
  name text collate "C" not null,
  description text not null,
  visibility smallint not null, -- 0: private, 1: shared with roles, 2: public
  roles text not null, -- ids with a space between
  search text not null, -- JSON object; not jsonb: it is given back as it came
  version bigint not null,
  created_ms bigint not null,
  updated_ms bigint not null,
  primary key (tenant_id, id),
  unique (tenant_id, owner_kind, owner_id, name)
);
alter table saved_filter enable row level security;
alter table saved_filter force row level security;
create policy of_the_tenant on saved_filter using (tenant_id = (select nullif(current_setting('iwd.tenant', true), '')::bigint));

-- SPDX-License-Identifier: Apache-2.0
-- Searches that have a name. Whose they are is said by kind and id: callers may be in another database.

create table saved_filter (
  id integer primary key autoincrement,
  tenant_id integer not null references tenant (id),
  owner_kind text not null,
  owner_id text not null,
  owner_name text not null,
  name text not null,
  description text not null,
  visibility integer not null, -- 0: private, 1: shared with roles, 2: public
  roles text not null, -- ids with a space between
  search text not null, -- JSON object
  version integer not null,
  created_ms integer not null,
  updated_ms integer not null,
  unique (tenant_id, owner_kind, owner_id, name)
);
create index saved_filter_tenant_idx on saved_filter (tenant_id, id);

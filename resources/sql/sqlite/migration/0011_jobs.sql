-- SPDX-License-Identifier: Apache-2.0
-- Jobs: one action on many items, in the background. What changes with each of its steps is narrow and apart from what it is to do.

create table job (
  id integer primary key autoincrement,
  tenant_id integer not null references tenant (id),
  state integer not null,
  action text not null,
  actor_kind text not null,
  actor_id text not null,
  actor_name text not null,
  created_ms integer not null,
  started_ms integer,
  ended_ms integer,
  total integer not null,
  total_exact integer not null,
  done integer not null default 0,
  skipped integer not null default 0,
  failed integer not null default 0,
  last_item integer not null default 0,
  worked_ms integer not null default 0,
  updated_ms integer not null,
  undo_of integer,
  confirmation blob,
  error text,
  unique (tenant_id, confirmation) -- it counts once
);
create index job_tenant_idx on job (tenant_id, id);
-- Few at any time: what there is to do is looked for all the time.
create index job_open_idx on job (tenant_id, id) where ended_ms is null;
create index job_ended_idx on job (tenant_id, ended_ms) where ended_ms is not null;
create index job_undo_idx on job (tenant_id, undo_of) where undo_of is not null;

create table job_plan (
  tenant_id integer not null references tenant (id),
  job_id integer not null,
  document text not null,
  primary key (tenant_id, job_id)
) without rowid;

-- What has become of each item: written with the change of the item, so that nothing is done twice.
create table job_result (
  tenant_id integer not null references tenant (id),
  job_id integer not null,
  item_id integer not null,
  version integer not null,
  outcome integer not null,
  code text,
  detail text,
  before text, -- a change of the item, as JSON
  primary key (tenant_id, job_id, item_id)
) without rowid;
-- What went wrong is little, and asked for among a million that went well.
create index job_result_trouble_idx on job_result (tenant_id, job_id, outcome, item_id) where outcome <> 0;

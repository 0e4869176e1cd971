-- SPDX-License-Identifier: Apache-2.0
-- Jobs: one action on many items, in the background. What changes with each of its steps is narrow and apart from what it is to do.

create table job (
  id bigint generated always as identity,
  tenant_id bigint not null references tenant (id),
  state smallint not null,
  action text collate "C" not null,
  actor_kind text not null,
  actor_id text not null,
  actor_name text not null,
  created_ms bigint not null,
  started_ms bigint,
  ended_ms bigint,
  total bigint not null,
  total_exact smallint not null,
  done bigint not null default 0,
  skipped bigint not null default 0,
  failed bigint not null default 0,
  last_item bigint not null default 0,
  worked_ms bigint not null default 0,
  updated_ms bigint not null,
  undo_of bigint,
  confirmation bytea,
  error text,
  primary key (tenant_id, id),
  unique (tenant_id, confirmation) -- it counts once
) with (fillfactor = 67, autovacuum_vacuum_scale_factor = 0.02);
-- Few at any time: what there is to do is looked for all the time.
create index job_open_idx on job (tenant_id, id) where ended_ms is null;
create index job_ended_idx on job (tenant_id, ended_ms) where ended_ms is not null;
create index job_undo_idx on job (tenant_id, undo_of) where undo_of is not null;

create table job_plan (
  tenant_id bigint not null,
  job_id bigint not null,
  document text not null, -- not jsonb: it is given back as it came
  primary key (tenant_id, job_id)
);

-- What has become of each item: written with the change of the item, so that nothing is done twice.
create table job_result (
  tenant_id bigint not null,
  job_id bigint not null,
  item_id bigint not null,
  version bigint not null,
  outcome smallint not null,
  code text collate "C",
  detail text,
  before text, -- a change of the item, as JSON
  primary key (tenant_id, job_id, item_id)
);
-- What went wrong is little, and asked for among a million that went well.
create index job_result_trouble_idx on job_result (tenant_id, job_id, outcome, item_id) where outcome <> 0;

alter table job enable row level security;
alter table job force row level security;
create policy of_the_tenant on job using (tenant_id = (select nullif(current_setting('iwd.tenant', true), '')::bigint));
alter table job_plan enable row level security;
alter table job_plan force row level security;
create policy of_the_tenant on job_plan using (tenant_id = (select nullif(current_setting('iwd.tenant', true), '')::bigint));
alter table job_result enable row level security;
alter table job_result force row level security;
create policy of_the_tenant on job_result using (tenant_id = (select nullif(current_setting('iwd.tenant', true), '')::bigint));

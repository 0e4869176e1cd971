-- SPDX-License-Identifier: Apache-2.0
-- Tenants, configuration, items with their order, the event log, distribution and callers.

create table tenant (
  id integer primary key,
  name text not null unique, -- "100"
  title text not null, -- "t100"
  ccid text not null unique,
  created_ms integer not null
);

-- Queues, categories, schemas, capture points, agents and skills: few, small, read as a whole into memory.
create table config_object (
  tenant_id integer not null references tenant (id),
  kind integer not null,
  id text not null,
  version integer not null,
  created_ms integer not null,
  updated_ms integer not null,
  deleted_ms integer,
  document text not null,
  primary key (tenant_id, kind, id)
) without rowid;

-- The terms that waiting items share; immutable once made.
create table work_class (
  id integer primary key autoincrement,
  tenant_id integer not null references tenant (id),
  queue_id text not null,
  schema_id text not null,
  band integer not null,
  shift integer not null,
  anchor_kind integer not null,
  channel text not null,
  skills text not null,
  unique (tenant_id, queue_id, schema_id, band, shift, anchor_kind, channel, skills)
);
create index work_class_schema_idx on work_class (tenant_id, schema_id);

-- The narrow ordering row. What changes often lives here; what people wrote lives in item_payload.
create table item (
  id integer primary key autoincrement,
  tenant_id integer not null references tenant (id),
  status integer not null,
  class_id integer references work_class (id),
  anchor_ms integer not null,
  version integer not null,
  captured_ms integer not null,
  business_value integer not null,
  agent_id text,
  assigned_ms integer,
  held_ms integer,
  final_ms integer,
  sla_met integer,
  error text
);
-- The order of a class: one probe finds its oldest waiting item. Only waiting items are in it (status 2 = queued).
create index item_waiting_idx on item (class_id, anchor_ms, id) where status = 2;
-- What is neither waiting nor ended is little, and often asked for.
create index item_open_idx on item (tenant_id, status, id) where status in (0, 1, 3, 4, 5, 6);

create table item_payload (
  item_id integer primary key references item (id),
  tenant_id integer not null,
  capture_point_id text not null,
  capture_id text,
  category_id text,
  queue_id text,
  created_ms integer not null,
  document text not null
);
-- A capture point may use a key once, for ever.
create unique index item_payload_capture_idx on item_payload (tenant_id, capture_id, capture_point_id) where capture_id is not null;

-- Wakes sleeping items and ends expired ones, without looking at those that are not due.
create table item_timer (
  item_id integer not null references item (id),
  kind integer not null,
  tenant_id integer not null,
  at_ms integer not null,
  primary key (item_id, kind)
) without rowid;
create index item_timer_due_idx on item_timer (tenant_id, at_ms);

-- An item in an agent's hands. The token never repeats (autoincrement), so an old one can be told from the current one.
create table assignment (
  token integer primary key autoincrement,
  tenant_id integer not null references tenant (id),
  item_id integer not null unique references item (id),
  agent_id text not null,
  channel text not null,
  taken_ms integer not null,
  lease_ms integer not null,
  lease_until_ms integer not null
);
create index assignment_agent_idx on assignment (tenant_id, agent_id);
create index assignment_lease_idx on assignment (tenant_id, lease_until_ms);

create table agent_status (
  tenant_id integer not null references tenant (id),
  agent_id text not null,
  state integer not null,
  reason text not null,
  since_ms integer not null,
  primary key (tenant_id, agent_id)
) without rowid;

-- The one append-only log. SQLite has one writer, so the order of ids is the order of commits.
create table event (
  id integer primary key autoincrement,
  tenant_id integer not null references tenant (id),
  item_id integer,
  at_ms integer not null,
  type integer not null,
  body text not null
);
create index event_item_idx on event (item_id, id) where item_id is not null;

create table api_key (
  id text primary key,
  tenant_id integer not null references tenant (id),
  name text not null,
  hash blob not null unique,
  scopes text not null,
  created_ms integer not null,
  expires_ms integer,
  revoked_ms integer
) without rowid;

create table user_account (
  tenant_id integer not null references tenant (id),
  name text not null,
  password_hash text not null,
  scopes text not null,
  failures integer not null default 0,
  locked_until_ms integer not null default 0,
  created_ms integer not null,
  primary key (tenant_id, name)
) without rowid;

create table session (
  hash blob primary key,
  tenant_id integer not null references tenant (id),
  user_name text not null,
  created_ms integer not null,
  expires_ms integer not null
) without rowid;

-- Answers to writes with an Idempotency-Key, written in the transaction of the write.
create table stored_answer (
  tenant_id integer not null references tenant (id),
  caller text not null,
  key text not null,
  at_ms integer not null,
  fingerprint blob not null,
  status integer not null,
  etag blob not null,
  location blob not null,
  body blob not null,
  primary key (tenant_id, caller, key)
) without rowid;
create index stored_answer_age_idx on stored_answer (tenant_id, at_ms);

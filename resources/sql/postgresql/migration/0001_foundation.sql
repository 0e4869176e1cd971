-- SPDX-License-Identifier: Apache-2.0
-- Tenants, configuration, items with their order, the event log, distribution, callers.
--
-- Every table of a tenant has a second wall behind the statements' own ":tenant": row-level security, which hides the rows of all tenants but the one that the
-- transaction has set as iwd.tenant, from the owner of the tables too. Tables in which callers are looked up before their tenant is known open to a transaction that has
-- set iwd.directory as well.
--
-- Ids are compared and sorted as bytes (collate "C"), as in memory.

create table tenant (
  id bigint generated always as identity primary key,
  name text collate "C" not null unique, -- "100"
  title text not null, -- "t100"
  ccid text collate "C" not null unique,
  created_ms bigint not null
);

-- What a writing process has to know before it writes: the last numbers that were given, how often others have written, and who does what falls due. Updated by every transaction that writes, with room
-- on its page, so that no update ever touches the index.
create table tenant_state (
  tenant_id bigint primary key references tenant (id),
  last_event bigint not null default 0,
  last_day bigint not null default 0, -- of the last event, in days since 1970; never goes back
  last_item bigint not null default 0,
  last_token bigint not null default 0,
  configuration_version bigint not null default 0,
  callers_version bigint not null default 0, -- rises when a key or a session is ended
  writes bigint not null default 0, -- transactions that changed something
  worker text not null default '', -- the process that does what falls due …
  worker_until_ms bigint not null default 0 -- … until then, by the database's clock
) with (fillfactor = 10);

-- Queues, categories, schemas, capture points, agents and skills: few, small, read as a whole into memory.
create table config_object (
  tenant_id bigint not null references tenant (id),
  kind smallint not null,
  id text collate "C" not null,
  version bigint not null,
  created_ms bigint not null,
  updated_ms bigint not null,
  deleted_ms bigint,
  document text not null, -- not jsonb: it is given back as it came
  primary key (tenant_id, kind, id)
);

-- The terms that waiting items share; immutable once made.
create table work_class (
  id bigint generated always as identity primary key,
  tenant_id bigint not null references tenant (id),
  queue_id text collate "C" not null,
  schema_id text collate "C" not null,
  band integer not null,
  shift integer not null,
  anchor_kind smallint not null,
  channel text collate "C" not null,
  skills text collate "C" not null,
  calendar_id text collate "C" not null,
  requested_agent text collate "C" not null,
  requested_group text collate "C" not null,
  segment text collate "C" not null,
  unique (tenant_id, queue_id, schema_id, band, shift, anchor_kind, channel, skills, calendar_id, requested_agent, requested_group, segment)
);
create index work_class_schema_idx on work_class (tenant_id, schema_id);

-- The narrow ordering row. What changes often lives here; what people wrote lives in item_payload. A third of each page is left free, so that a change that no index
-- is concerned with stays on its page and touches none (HOT). No foreign keys here and in the payload: they would be looked up for every row, and one transaction
-- writes both.
create table item (
  tenant_id bigint not null,
  id bigint not null,
  class_id bigint,
  anchor_ms bigint not null,
  captured_ms bigint not null,
  business_value bigint not null,
  assigned_ms bigint,
  held_ms bigint,
  final_ms bigint,
  version bigint not null,
  status smallint not null,
  sla_met smallint,
  agent_id text collate "C",
  error text,
  primary key (tenant_id, id)
) with (fillfactor = 67, autovacuum_vacuum_scale_factor = 0.02);
-- The order of a class: one probe finds its oldest waiting item. Only waiting items are in it (status 2 = queued).
create index item_waiting_idx on item (class_id, anchor_ms, id) where status = 2;
-- What is neither waiting nor ended is little, and often asked for.
create index item_open_idx on item (tenant_id, status, id) where status in (0, 1, 3, 4, 5, 6);

create table item_payload (
  tenant_id bigint not null,
  item_id bigint not null,
  created_ms bigint not null,
  capture_point_id text collate "C" not null,
  capture_id text collate "C",
  category_id text collate "C",
  queue_id text collate "C",
  customer_key text collate "C", -- customerId in Unicode's simple case folding
  document jsonb not null,
  primary key (tenant_id, item_id)
) with (fillfactor = 90);
-- A capture point may use a key once, for ever.
create unique index item_payload_capture_idx on item_payload (tenant_id, capture_id, capture_point_id) where capture_id is not null;
create index item_payload_customer_idx on item_payload (tenant_id, customer_key) where customer_key is not null;
create index item_payload_created_idx on item_payload (tenant_id, created_ms, item_id);
-- No inverted index of the document: its operators might tell of rows that row-level security hides (they are not "leakproof"), so the planner would never use it.

-- Wakes sleeping items and ends expired ones, without looking at those that are not due.
create table item_timer (
  tenant_id bigint not null,
  item_id bigint not null,
  kind smallint not null,
  at_ms bigint not null,
  primary key (tenant_id, item_id, kind)
);
create index item_timer_due_idx on item_timer (tenant_id, at_ms, item_id);

-- An item in an agent's hands. The token never repeats, so an old one can be told from the current one.
create table assignment (
  tenant_id bigint not null,
  token bigint not null,
  item_id bigint not null,
  taken_ms bigint not null,
  lease_ms bigint not null,
  lease_until_ms bigint not null,
  offered smallint not null,
  weight integer not null,
  agent_id text collate "C" not null,
  channel text collate "C" not null,
  queue_id text collate "C" not null,
  primary key (tenant_id, token)
) with (fillfactor = 67, autovacuum_vacuum_scale_factor = 0.02);
create unique index assignment_item_idx on assignment (tenant_id, item_id);
create index assignment_agent_idx on assignment (tenant_id, agent_id);
create index assignment_lease_idx on assignment (tenant_id, lease_until_ms);

-- Who declined an item or let its offer pass, and is not offered it again for a while.
create table refusal (
  tenant_id bigint not null,
  item_id bigint not null,
  agent_id text collate "C" not null,
  until_ms bigint not null,
  primary key (tenant_id, item_id, agent_id)
);
create index refusal_until_idx on refusal (tenant_id, until_ms);

create table agent_status (
  tenant_id bigint not null references tenant (id),
  agent_id text collate "C" not null,
  state smallint not null,
  reason text not null,
  since_ms bigint not null,
  idle_since_ms bigint not null default 0,
  primary key (tenant_id, agent_id)
) with (fillfactor = 67);

create table agent_channel_status (
  tenant_id bigint not null references tenant (id),
  agent_id text collate "C" not null,
  channel text collate "C" not null,
  state smallint not null,
  reason text not null,
  since_ms bigint not null,
  primary key (tenant_id, agent_id, channel)
) with (fillfactor = 67);

-- Virtual times of the last service of each segment of a divided queue.
create table segment_service (
  tenant_id bigint not null references tenant (id),
  queue_id text collate "C" not null,
  segment text collate "C" not null,
  start bigint not null,
  finish bigint not null,
  primary key (tenant_id, queue_id, segment)
) with (fillfactor = 67);

-- The one append-only log, a partition a day (event_d20513 holds day 20513 since 1970), so that old days are dropped and never deleted row by row. Within a tenant,
-- days rise with ids, therefore (day, id) is the order of ids and a reader walks one partition after the other.
create table event (
  tenant_id bigint not null,
  day bigint not null,
  id bigint not null,
  item_id bigint,
  at_ms bigint not null,
  type smallint not null,
  facts text not null, -- what other processes keep their figures by
  body text not null,
  primary key (tenant_id, day, id)
) partition by range (day);
create index event_item_idx on event (tenant_id, item_id, id) where item_id is not null;

-- With which id each day of a tenant begins: tells a reader of the log in which partition to begin.
create table event_day (
  tenant_id bigint not null references tenant (id),
  day bigint not null,
  first_id bigint not null,
  primary key (tenant_id, day)
);

create table api_key (
  id text collate "C" primary key,
  tenant_id bigint not null references tenant (id),
  name text not null,
  hash bytea not null unique,
  scopes text not null,
  created_ms bigint not null,
  expires_ms bigint,
  revoked_ms bigint
);

create table user_account (
  tenant_id bigint not null references tenant (id),
  name text collate "C" not null,
  password_hash text not null,
  scopes text not null,
  failures integer not null default 0,
  locked_until_ms bigint not null default 0,
  created_ms bigint not null,
  primary key (tenant_id, name)
);

create table session (
  hash bytea primary key,
  tenant_id bigint not null references tenant (id),
  user_name text collate "C" not null,
  created_ms bigint not null,
  expires_ms bigint not null
);
create index session_end_idx on session (tenant_id, expires_ms);

-- Answers to writes with an Idempotency-Key, written in the transaction of the write.
create table stored_answer (
  tenant_id bigint not null references tenant (id),
  caller text collate "C" not null,
  key text collate "C" not null,
  at_ms bigint not null,
  status integer not null,
  fingerprint bytea not null,
  etag bytea not null,
  location bytea not null,
  body bytea not null,
  primary key (tenant_id, caller, key)
);
create index stored_answer_age_idx on stored_answer (tenant_id, at_ms);

alter table tenant enable row level security;
alter table tenant force row level security;
create policy of_the_tenant on tenant using (id = (select nullif(current_setting('iwd.tenant', true), '')::bigint) or (select current_setting('iwd.directory', true) = 'on'));
alter table tenant_state enable row level security;
alter table tenant_state force row level security;
create policy of_the_tenant on tenant_state using (tenant_id = (select nullif(current_setting('iwd.tenant', true), '')::bigint) or (select current_setting('iwd.directory', true) = 'on'));
alter table config_object enable row level security;
alter table config_object force row level security;
create policy of_the_tenant on config_object using (tenant_id = (select nullif(current_setting('iwd.tenant', true), '')::bigint));
alter table work_class enable row level security;
alter table work_class force row level security;
create policy of_the_tenant on work_class using (tenant_id = (select nullif(current_setting('iwd.tenant', true), '')::bigint));
alter table item enable row level security;
alter table item force row level security;
create policy of_the_tenant on item using (tenant_id = (select nullif(current_setting('iwd.tenant', true), '')::bigint));
alter table item_payload enable row level security;
alter table item_payload force row level security;
create policy of_the_tenant on item_payload using (tenant_id = (select nullif(current_setting('iwd.tenant', true), '')::bigint));
alter table item_timer enable row level security;
alter table item_timer force row level security;
create policy of_the_tenant on item_timer using (tenant_id = (select nullif(current_setting('iwd.tenant', true), '')::bigint));
alter table assignment enable row level security;
alter table assignment force row level security;
create policy of_the_tenant on assignment using (tenant_id = (select nullif(current_setting('iwd.tenant', true), '')::bigint));
alter table refusal enable row level security;
alter table refusal force row level security;
create policy of_the_tenant on refusal using (tenant_id = (select nullif(current_setting('iwd.tenant', true), '')::bigint));
alter table agent_status enable row level security;
alter table agent_status force row level security;
create policy of_the_tenant on agent_status using (tenant_id = (select nullif(current_setting('iwd.tenant', true), '')::bigint));
alter table agent_channel_status enable row level security;
alter table agent_channel_status force row level security;
create policy of_the_tenant on agent_channel_status using (tenant_id = (select nullif(current_setting('iwd.tenant', true), '')::bigint));
alter table segment_service enable row level security;
alter table segment_service force row level security;
create policy of_the_tenant on segment_service using (tenant_id = (select nullif(current_setting('iwd.tenant', true), '')::bigint));
alter table event enable row level security;
alter table event force row level security;
create policy of_the_tenant on event using (tenant_id = (select nullif(current_setting('iwd.tenant', true), '')::bigint));
alter table event_day enable row level security;
alter table event_day force row level security;
create policy of_the_tenant on event_day using (tenant_id = (select nullif(current_setting('iwd.tenant', true), '')::bigint));
alter table stored_answer enable row level security;
alter table stored_answer force row level security;
create policy of_the_tenant on stored_answer using (tenant_id = (select nullif(current_setting('iwd.tenant', true), '')::bigint));
alter table api_key enable row level security;
alter table api_key force row level security;
create policy of_the_tenant on api_key using (tenant_id = (select nullif(current_setting('iwd.tenant', true), '')::bigint) or (select current_setting('iwd.directory', true) = 'on'));
alter table user_account enable row level security;
alter table user_account force row level security;
create policy of_the_tenant on user_account using (tenant_id = (select nullif(current_setting('iwd.tenant', true), '')::bigint) or (select current_setting('iwd.directory', true) = 'on'));
alter table session enable row level security;
alter table session force row level security;
create policy of_the_tenant on session using (tenant_id = (select nullif(current_setting('iwd.tenant', true), '')::bigint) or (select current_setting('iwd.directory', true) = 'on'));

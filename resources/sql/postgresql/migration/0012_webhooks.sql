-- SPDX-License-Identifier: Apache-2.0
-- Calls that tell source systems what becomes of their items: how far the log was read for each capture point, and what is not delivered yet.

create table webhook (
  tenant_id bigint not null references tenant (id),
  capture_point_id text collate "C" not null,
  cursor bigint not null, -- the events up to this one are delivered, not wanted, or rows of webhook_delivery
  secret_seed text, -- what the secret is made of, with a key that is not here
  secret_ms bigint,
  old_seed text,
  old_until_ms bigint,
  success_ms bigint,
  failure_ms bigint,
  failure text,
  missed bigint not null default 0, -- events that were no longer kept when their turn came
  missed_ms bigint,
  primary key (tenant_id, capture_point_id)
) with (fillfactor = 67);

create table webhook_delivery (
  id bigint generated always as identity,
  tenant_id bigint not null references tenant (id),
  capture_point_id text collate "C" not null,
  event_id bigint not null,
  item_id bigint not null,
  type text not null,
  at_ms bigint not null,
  body text not null, -- as it is sent; kept here because the log may be cut
  attempts integer not null default 0,
  first_ms bigint,
  next_ms bigint, -- when to try; null: it waits behind another event of its item, or is dead
  died_ms bigint, -- null: it is to be delivered
  failure text,
  status integer not null default 0,
  primary key (tenant_id, id),
  unique (tenant_id, capture_point_id, event_id)
) with (fillfactor = 67, autovacuum_vacuum_scale_factor = 0.02);
create index webhook_delivery_due_idx on webhook_delivery (tenant_id, capture_point_id, next_ms, id) where next_ms is not null;
create index webhook_delivery_item_idx on webhook_delivery (tenant_id, capture_point_id, item_id, event_id) where died_ms is null;
create index webhook_delivery_dead_idx on webhook_delivery (tenant_id, id) where died_ms is not null;

alter table webhook enable row level security;
alter table webhook force row level security;
create policy of_the_tenant on webhook using (tenant_id = (select nullif(current_setting('iwd.tenant', true), '')::bigint));
alter table webhook_delivery enable row level security;
alter table webhook_delivery force row level security;
create policy of_the_tenant on webhook_delivery using (tenant_id = (select nullif(current_setting('iwd.tenant', true), '')::bigint));

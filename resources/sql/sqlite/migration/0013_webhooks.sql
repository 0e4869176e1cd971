-- SPDX-License-Identifier: Apache-2.0
-- Calls that tell source systems what becomes of their items: how far the log was read for each capture point, and what is not delivered yet.

create table webhook (
  tenant_id integer not null references tenant (id),
  capture_point_id text not null,
  cursor integer not null, -- the events up to this one are delivered, not wanted, or rows of webhook_delivery
  secret_seed text, -- what the secret is made of, with a key that is not here
  secret_ms integer,
  old_seed text,
  old_until_ms integer,
  success_ms integer,
  failure_ms integer,
  failure text,
  missed integer not null default 0, -- events that were no longer kept when their turn came
  missed_ms integer,
  primary key (tenant_id, capture_point_id)
);

create table webhook_delivery (
  id integer primary key autoincrement,
  tenant_id integer not null references tenant (id),
  capture_point_id text not null,
  event_id integer not null,
  item_id integer not null,
  type text not null,
  at_ms integer not null,
  body text not null, -- as it is sent; kept here because the log may be cut
  attempts integer not null default 0,
  first_ms integer,
  next_ms integer, -- when to try; null: it waits behind another event of its item, or is dead
  died_ms integer, -- null: it is to be delivered
  failure text,
  status integer not null default 0,
  unique (tenant_id, capture_point_id, event_id)
);
create index webhook_delivery_due_idx on webhook_delivery (tenant_id, capture_point_id, next_ms, id) where next_ms is not null;
create index webhook_delivery_item_idx on webhook_delivery (tenant_id, capture_point_id, item_id, event_id) where died_ms is null;
create index webhook_delivery_dead_idx on webhook_delivery (tenant_id, id) where died_ms is not null;

-- SPDX-License-Identifier: Apache-2.0
-- Offers, states by channel, who refused what, and the turns of segments.

alter table assignment add column offered integer not null default 0;
alter table assignment add column weight integer not null default 1;
alter table assignment add column queue_id text not null default '';

alter table agent_status add column idle_since_ms integer not null default 0;

create table agent_channel_status (
  tenant_id integer not null references tenant (id),
  agent_id text not null,
  channel text not null,
  state integer not null,
  reason text not null,
  since_ms integer not null,
  primary key (tenant_id, agent_id, channel)
) without rowid;

-- Who declined an item or let its offer pass, and is not offered it again for a while.
create table refusal (
  item_id integer not null references item (id),
  agent_id text not null,
  tenant_id integer not null references tenant (id),
  until_ms integer not null,
  primary key (item_id, agent_id)
) without rowid;
create index refusal_until_idx on refusal (tenant_id, until_ms);

-- Virtual times of the last service of each segment of a divided queue.
create table segment_service (
  tenant_id integer not null references tenant (id),
  queue_id text not null,
  segment text not null,
  start integer not null,
  finish integer not null,
  primary key (tenant_id, queue_id, segment)
) without rowid;

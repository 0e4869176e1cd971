-- SPDX-License-Identifier: Apache-2.0
-- More terms that waiting items share: calendar, requested agent and group, segment. A table's own unique constraint cannot be changed in place.

create table work_class_new (
  id integer primary key autoincrement,
  tenant_id integer not null references tenant (id),
  queue_id text not null,
  schema_id text not null,
  band integer not null,
  shift integer not null,
  anchor_kind integer not null,
  channel text not null,
  skills text not null,
  calendar_id text not null,
  requested_agent text not null,
  requested_group text not null,
  segment text not null,
  unique (tenant_id, queue_id, schema_id, band, shift, anchor_kind, channel, skills, calendar_id, requested_agent, requested_group, segment)
);
insert into work_class_new (id, tenant_id, queue_id, schema_id, band, shift, anchor_kind, channel, skills, calendar_id, requested_agent, requested_group, segment)
select id, tenant_id, queue_id, schema_id, band, shift, anchor_kind, channel, skills, '', '', '', '' from work_class;
drop table work_class;
alter table work_class_new rename to work_class;
create index work_class_schema_idx on work_class (tenant_id, schema_id);
create index work_class_queue_idx on work_class (tenant_id, queue_id);

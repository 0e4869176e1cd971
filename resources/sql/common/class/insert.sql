-- SPDX-License-Identifier: Apache-2.0
insert into work_class (tenant_id, queue_id, schema_id, band, shift, anchor_kind, channel, skills, calendar_id, requested_agent, requested_group, segment)
values (:tenant, :queue_id, :schema_id, :band, :shift, :anchor_kind, :channel, :skills, :calendar_id, :requested_agent, :requested_group, :segment)
returning id

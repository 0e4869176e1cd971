-- SPDX-License-Identifier: Apache-2.0
insert into work_class (tenant_id, queue_id, schema_id, band, shift, anchor_kind, channel, skills)
values (:tenant, :queue_id, :schema_id, :band, :shift, :anchor_kind, :channel, :skills)

-- SPDX-License-Identifier: Apache-2.0
select id from work_class
where tenant_id = :tenant and queue_id = :queue_id and schema_id = :schema_id and band = :band and shift = :shift and anchor_kind = :anchor_kind
  and channel = :channel and skills = :skills
  and calendar_id = :calendar_id and requested_agent = :requested_agent and requested_group = :requested_group and segment = :segment

-- SPDX-License-Identifier: Apache-2.0
select queue_id, schema_id, band, shift, anchor_kind, channel, skills, calendar_id, requested_agent, requested_group, segment from work_class where id = :id and tenant_id = :tenant

-- SPDX-License-Identifier: Apache-2.0
-- Newest first. Entries of one object are a range of audit_object_idx; without one the others filter what is read from the end.
select id, at_ms, actor_kind, actor_id, actor_name, address, action, kind, object_id, version, old_value, new_value
from audit
where tenant_id = :tenant and area = :area and id < :before {conditions}
order by id desc limit :limit

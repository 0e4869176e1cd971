-- SPDX-License-Identifier: Apache-2.0
-- webhook_delivery_dead_idx, from the page before on. An empty :capture_point_id means all.
select id, capture_point_id, event_id, item_id, type, at_ms, body, attempts, first_ms, next_ms, died_ms, failure, status
from webhook_delivery
where tenant_id = :tenant and died_ms is not null and id > :after and (capture_point_id = :capture_point_id or :capture_point_id = '')
order by id limit :limit

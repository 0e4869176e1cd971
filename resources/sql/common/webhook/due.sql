-- SPDX-License-Identifier: Apache-2.0
-- webhook_delivery_due_idx, which holds the first undelivered event of each item and no other.
select id, capture_point_id, event_id, item_id, type, at_ms, body, attempts, first_ms, next_ms, died_ms, failure, status
from webhook_delivery where tenant_id = :tenant and capture_point_id = :capture_point_id and next_ms <= :now_ms
order by next_ms, id limit :limit

-- SPDX-License-Identifier: Apache-2.0
-- As if it had never been tried.
update webhook_delivery set died_ms = null, next_ms = null, first_ms = null, attempts = 0, failure = null, status = 0
where tenant_id = :tenant and id = :id and died_ms is not null
returning capture_point_id, item_id
